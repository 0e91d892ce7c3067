"""RegiX asked over SOAP: the trade register first, then BULSTAT; its answers are read by `adapters.regix`.

Names of operations and the shape of a call are those of its public description; the caller's certificate and the
context that the law wants of every call come from the operator's file.
"""

from typing import Final

from lxml import etree

from pazar.market.companies.adapters import regix
from pazar.market.companies.adapters.network.asking import NetworkRegister, Silent, as_xml
from pazar.market.companies.rules.numbers import Read
from pazar.market.companies.rules.particulars import Particulars

_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
_ENTRY: Final = "http://tempuri.org/"
_TRADE: Final = "TechnoLogica.RegiX.AVTRAdapter.APIService.ITRAPI."
_BULSTAT: Final = "TechnoLogica.RegiX.AVBulstat2Adapter.APIService.IAVBulstat2API."
_REQUESTS: Final = {
    "state": (f"{_TRADE}GetActualStateV3", "ActualStateRequestV3", "http://egov.bg/RegiX/AV/TR/ActualStateRequestV3"),
    "branch": (f"{_TRADE}GetBranchOffice", "GetBranchOfficeRequest", "http://egov.bg/RegiX/AV/TR/GetBranchOfficeRequest"),
    "bulstat": (f"{_BULSTAT}GetStateOfPlay", "GetStateOfPlayRequest", "http://www.bulstat.bg/GetStateOfPlayRequest"),
}  # fmt: skip
_BRANCH_DIGITS: Final = 13


class Regix(NetworkRegister):
    def knows(self, number: Read) -> bool:
        return number.scheme == "BG-EIK"

    def ask(self, number: Read, seconds: float) -> Particulars | None:
        first = "branch" if len(number.canonical) == _BRANCH_DIGITS else "state"
        return self._one(first, number, seconds / 2) or self._one("bulstat", number, seconds / 2)

    def _one(self, what: str, number: Read, seconds: float) -> Particulars | None:
        operation, name, space = _REQUESTS[what]
        answer = self.fetch(
            self.source.url,
            seconds,
            accept="text/xml",
            body=_envelope(operation, name, space, number.canonical, dict(self.source.context)),
            headers={
                "Content-Type": "text/xml; charset=utf-8",
                "SOAPAction": f'"{_ENTRY}IRegiXEntryPoint/ExecuteSynchronous"',
            },
        )
        if answer is None:
            raise Silent("status-404")  # of SOAP it means a wrong address, not a company nobody knows
        root = as_xml(answer)
        if any(_is(e, "HasError") and (e.text or "").strip().lower() == "true" for e in root.iter()) or any(
            _is(e, "Fault") for e in root.iter()
        ):
            raise Silent("register-error")
        try:
            return regix.read(root)
        except regix.NotAnAnswer as error:
            raise Silent(error.code) from error


def _is(element: "etree._Element", name: str) -> bool:
    return isinstance(element.tag, str) and etree.QName(element).localname == name


def _envelope(operation: str, name: str, space: str, number: str, context: dict[str, str]) -> bytes:
    root = etree.Element(f"{{{_SOAP}}}Envelope", nsmap={"soap": _SOAP})
    call = etree.SubElement(
        etree.SubElement(root, f"{{{_SOAP}}}Body"), f"{{{_ENTRY}}}ExecuteSynchronous", nsmap={None: _ENTRY}
    )
    request = etree.SubElement(call, f"{{{_ENTRY}}}request")
    etree.SubElement(request, f"{{{_ENTRY}}}Operation").text = operation
    argument = etree.SubElement(request, f"{{{_ENTRY}}}Argument")
    asked = etree.SubElement(argument, f"{{{space}}}{name}", nsmap={None: space})
    etree.SubElement(asked, f"{{{space}}}UIC").text = number
    told = etree.SubElement(request, f"{{{_ENTRY}}}CallContext")
    for key, value in sorted(context.items()):
        etree.SubElement(told, f"{{{_ENTRY}}}{key}").text = value
    for key in ("SignResult", "ReturnAccessMatrix"):
        etree.SubElement(request, f"{{{_ENTRY}}}{key}").text = "false"
    written: bytes = etree.tostring(root, xml_declaration=True, encoding="utf-8")
    return written
