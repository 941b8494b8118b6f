"""SOAP: the one message in an envelope, in and out (SAML bindings 3.2, SOAP 1.1).

The message is cut out of its envelope with the namespaces that it stands in and goes on
as bytes, to the same gate as every other message. Nothing around it can be what its
signature means, or be read in its place.
"""

from enum import StrEnum
from typing import Final

from lxml import etree

from idp_bridge.errors import BadEnvelopeError
from idp_bridge.saml import gate
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.writing import to_bytes
from metadata import names, safe_xml
from metadata.errors import UnreadableXmlError

CONTENT_TYPE: Final = "text/xml; charset=utf-8"
"""What an envelope is sent as (SOAP 1.1, 6)."""
ACTION: Final = "http://www.oasis-open.org/committees/security"
"""The ``SOAPAction`` of a request of ours (bindings 3.2.3.1)."""

_SOAP: Final = f"{{{names.NS_SOAP}}}"
_ENVELOPE: Final = _SOAP + "Envelope"
_HEADER: Final = _SOAP + "Header"
_BODY: Final = _SOAP + "Body"
_MUST_UNDERSTAND: Final = _SOAP + "mustUnderstand"
_PREFIXES: Final = {"soap": names.NS_SOAP}
_OPENING: Final = f'<soap:Envelope xmlns:soap="{names.NS_SOAP}"><soap:Body>'.encode()
_CLOSING: Final = b"</soap:Body></soap:Envelope>"


class FaultCode(StrEnum):
    """Why there is no message to answer with (SOAP 1.1, 4.4.1)."""

    CLIENT = "Client"
    MUST_UNDERSTAND = "MustUnderstand"
    SERVER = "Server"
    VERSION_MISMATCH = "VersionMismatch"


# --- in -------------------------------------------------------------------------------


@gate.refusing()
def open_envelope(body: bytes, *, content_type: str) -> InboundMessage:
    """Cut the message out of an envelope; nothing about it is believed yet.

    Args:
        body: What came over HTTP.
        content_type: The value of the header of that name.

    Returns:
        The message, as bytes with all namespaces that it needs.

    Raises:
        BadEnvelopeError: Not a SOAP 1.1 envelope with one message in it.
        UnreadableMessageError: An ID occurs twice in the envelope.
    """
    check_content_type(content_type)
    envelope = _parse(body)
    check_soap_version(envelope)
    header, content = _parts_of(envelope)
    if header is not None:
        check_headers(header)
    gate.check_ids(envelope)
    message = only_message(content)
    return InboundMessage(
        xml=etree.tostring(message, encoding="utf-8", with_tail=False),
        binding=names.BINDING_SOAP,
        relay_state=None,
    )


def check_content_type(content_type: str) -> None:
    """Refuse what does not say that it is SOAP 1.1 in UTF-8 (bindings 3.2.3.1).

    Raises:
        BadEnvelopeError: Another type than ``text/xml``, or another encoding.
    """
    kind, *parameters = (part.strip() for part in content_type.lower().split(";"))
    if kind != "text/xml":
        raise BadEnvelopeError("not sent as text/xml")
    for parameter in parameters:
        name, _, value = parameter.partition("=")
        if name.strip() == "charset" and value.strip(" \"'") not in {"utf-8", "utf8"}:
            raise BadEnvelopeError("another encoding than UTF-8")


def check_soap_version(envelope: etree._Element) -> None:
    """Refuse an envelope of another version of SOAP (SOAP 1.1, 4.1.2).

    Raises:
        BadEnvelopeError: Not an ``Envelope`` in the namespace of SOAP 1.1.
    """
    if envelope.tag == _ENVELOPE:
        return
    is_other = etree.QName(envelope).localname == "Envelope"
    code = FaultCode.VERSION_MISMATCH if is_other else FaultCode.CLIENT
    raise BadEnvelopeError("not an envelope of SOAP 1.1", soap_code=code)


def check_headers(header: etree._Element) -> None:
    """Refuse a header block that must be understood: we know none (SOAP 1.1, 4.2.3).

    Raises:
        BadEnvelopeError: A block says ``mustUnderstand``.
    """
    for block in header.iterchildren(etree.Element):
        if block.get(_MUST_UNDERSTAND, "0").strip() not in {"0", "false"}:
            raise BadEnvelopeError(
                "a header that must be understood",
                soap_code=FaultCode.MUST_UNDERSTAND,
            )


def only_message(content: etree._Element) -> etree._Element:
    """Find the one element in the Body of an envelope (bindings 3.2.2.1).

    Raises:
        BadEnvelopeError: None, or several.
    """
    found = list(content.iterchildren(etree.Element))
    if len(found) != 1:
        raise BadEnvelopeError("not exactly one message in the Body")
    return found[0]


def _parse(body: bytes) -> etree._Element:
    try:
        return safe_xml.parse(body)
    except UnreadableXmlError as error:
        raise BadEnvelopeError(str(error)) from error


def _parts_of(
    envelope: etree._Element,
) -> tuple[etree._Element | None, etree._Element]:
    """Find Header and Body: nothing else stands in an envelope of ours."""
    parts = list(envelope.iterchildren(etree.Element))
    tags = [part.tag for part in parts]
    if tags == [_BODY]:
        return None, parts[0]
    if tags == [_HEADER, _BODY]:
        return parts[0], parts[1]
    raise BadEnvelopeError("not a Header at most and one Body")


# --- out ------------------------------------------------------------------------------


def write_envelope(message: bytes) -> bytes:
    """Put a message into an envelope, every byte of it as it was signed.

    Args:
        message: A message of ours, without an XML declaration.
    """
    return _OPENING + message + _CLOSING


def write_fault(code: str, text: str) -> bytes:
    """Say that there is no message to answer with (bindings 3.2.3.3).

    Args:
        code: One of :class:`FaultCode`.
        text: Why, in a few words for whoever reads a log.
    """
    envelope = etree.Element(_ENVELOPE, nsmap=_PREFIXES)
    body = etree.SubElement(envelope, _BODY)
    fault = etree.SubElement(body, _SOAP + "Fault")
    etree.SubElement(fault, "faultcode").text = f"soap:{code}"
    etree.SubElement(fault, "faultstring").text = text
    return to_bytes(envelope)
