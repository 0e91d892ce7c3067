"""XML of strangers: no entities, no document type, nothing loaded from elsewhere."""

from lxml import etree

LIMIT = 20_000_000


class NotXml(Exception):
    """`code` is stable: too-large, broken-xml, doctype."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse(raw: bytes) -> "etree._Element":
    """The root element. Raises NotXml."""
    if len(raw) > LIMIT:
        raise NotXml("too-large")
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(raw, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise NotXml("broken-xml") from error
    if root.getroottree().docinfo.doctype:
        raise NotXml("doctype")
    return root
