"""What do SOAP envelopes of partners look like?"""

from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.soap import open_envelope
from metadata import names

TEXT_XML = "text/xml; charset=utf-8"


def enveloped(
    *messages: str,
    headers: str | None = None,
    namespaces: str = "",
    namespace: str = names.NS_SOAP,
    after: str = "",
) -> bytes:
    """Put messages into an envelope.

    Args:
        messages: What stands in its Body.
        headers: What stands in its Header; without it there is none.
        namespaces: Declarations on the Envelope, which the message may rely on.
        namespace: Which version of SOAP it is.
        after: What follows the Body.
    """
    header = "" if headers is None else f"<S:Header>{headers}</S:Header>"
    return (
        f'<S:Envelope xmlns:S="{namespace}" {namespaces}>{header}'
        f"<S:Body>{''.join(messages)}</S:Body>{after}</S:Envelope>"
    ).encode()


def taken(envelope: bytes, content_type: str = TEXT_XML) -> InboundMessage:
    """Bring an envelope to the bridge."""
    return open_envelope(envelope, content_type=content_type)
