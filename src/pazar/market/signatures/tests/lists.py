"""A trusted list (ETSI TS 119 612) of the test world, made and signed here."""

import base64

from cryptography.hazmat.primitives import serialization
from lxml import etree
from signxml import DigestAlgorithm
from signxml.xades import XAdESSigner

from pazar.market.signatures.tests.world import World

_BASE = "http://uri.etsi.org/TrstSvc"


def make(world: World, *, status: str = "granted", ended: str = "") -> str:
    """Bulgaria's, as it were: one authority and one stamp; the authority may have been withdrawn at `ended`."""
    history = ""
    since = "2020-01-01T00:00:00Z"
    if ended:
        history = f"""<ServiceHistory><ServiceHistoryInstance>
<ServiceTypeIdentifier>{_BASE}/Svctype/CA/QC</ServiceTypeIdentifier>
<ServiceName><Name xml:lang="en">Test issuer</Name></ServiceName>
<ServiceDigitalIdentity>
<DigitalId><X509SubjectName>CN=Test issuer</X509SubjectName></DigitalId></ServiceDigitalIdentity>
<ServiceStatus>{_BASE}/TrustedList/Svcstatus/granted</ServiceStatus>
<StatusStartingTime>{since}</StatusStartingTime></ServiceHistoryInstance></ServiceHistory>"""
        since = ended
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<TrustServiceStatusList xmlns="http://uri.etsi.org/02231/v2#" Id="list" TSLTag="http://uri.etsi.org/19612/TSLTag">
<SchemeInformation><TSLVersionIdentifier>5</TSLVersionIdentifier><TSLSequenceNumber>7</TSLSequenceNumber>
<TSLType>{_BASE}/TrustedList/TSLType/EUgeneric</TSLType>
<SchemeOperatorName><Name xml:lang="en">Test supervisor</Name></SchemeOperatorName>
<SchemeTerritory>BG</SchemeTerritory>
<ListIssueDateTime>2026-06-01T00:00:00Z</ListIssueDateTime>
<NextUpdate><dateTime>2036-12-01T00:00:00Z</dateTime></NextUpdate></SchemeInformation>
<TrustServiceProviderList><TrustServiceProvider>
<TSPInformation><TSPName><Name xml:lang="en">Test provider</Name></TSPName></TSPInformation>
<TSPServices>
{_service(world, "interm", "CA/QC", status, since, history)}
{_service(world, "tsa", "TSA/QTST", "granted", "2020-01-01T00:00:00Z", "")}
</TSPServices></TrustServiceProvider></TrustServiceProviderList>
<ds:Signature xmlns:ds="http://www.w3.org/2000/09/xmldsig#" Id="placeholder"/></TrustServiceStatusList>"""


def _service(world: World, label: str, kind: str, status: str, since: str, history: str) -> str:
    certificate = base64.b64encode(world.certificate(label).dump()).decode()
    return f"""<TSPService><ServiceInformation>
<ServiceTypeIdentifier>{_BASE}/Svctype/{kind}</ServiceTypeIdentifier>
<ServiceName><Name xml:lang="en">{label} of the test provider</Name></ServiceName>
<ServiceDigitalIdentity><DigitalId><X509Certificate>{certificate}</X509Certificate></DigitalId></ServiceDigitalIdentity>
<ServiceStatus>{_BASE}/TrustedList/Svcstatus/{status}</ServiceStatus>
<StatusStartingTime>{since}</StatusStartingTime></ServiceInformation>{history}</TSPService>"""


def sign(world: World, text: str, *, label: str = "tsl") -> bytes:
    """Enveloped XAdES by the list's signer."""
    root = etree.fromstring(text.encode())
    signer = XAdESSigner(
        signature_algorithm="ecdsa-sha256",
        digest_algorithm=DigestAlgorithm.SHA256,
    )
    key = serialization.load_pem_private_key((world.folder / f"{label}.pem").read_bytes(), password=None)
    signed = signer.sign(root, key=key, cert=[world.pem(label).decode()])
    return bytes(etree.tostring(signed, xml_declaration=True, encoding="UTF-8"))
