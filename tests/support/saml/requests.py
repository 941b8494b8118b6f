"""What do AuthnRequests of e-tjänster look like, and how do they travel?"""

import base64
import zlib
from datetime import datetime
from urllib.parse import quote_plus

from idp_bridge.saml.bindings import InboundMessage, decode_post, decode_redirect
from metadata import names, signatures
from metadata.instants import format_instant
from tests.support.clock import NOW
from tests.support.keys import KeyPair
from tests.support.saml.signing import signed, signing_key
from tests.support.saml.world import SP, SP_ACS, SSO, encoded, sp_key

PERSISTENT_POLICY = f'<samlp:NameIDPolicy Format="{names.NAMEID_PERSISTENT}"/>'


def authn_request(
    *more: str,
    id: str | None = "_request-1",
    version: str = "2.0",
    issued: datetime | str = NOW,
    destination: str | None = SSO,
    issuer: str | None = SP,
    acs_url: str | None = SP_ACS,
    **attributes: str,
) -> str:
    """Write a request; parts and attributes that nobody needs come as given.

    Args:
        more: Elements after the Issuer.
        id: Its ID.
        version: Its version.
        issued: When it says that it was made.
        destination: To which endpoint it says it is sent.
        issuer: Who says that it is from.
        acs_url: Where the answer should go.
        attributes: More XML attributes.
    """
    written: dict[str, str | None] = {
        "ID": id,
        "Version": version,
        "IssueInstant": issued if isinstance(issued, str) else _instant(issued),
        "Destination": destination,
        "AssertionConsumerServiceURL": acs_url,
        **attributes,
    }
    opening = "".join(
        f' {name}="{value}"' for name, value in written.items() if value is not None
    )
    sender = f"<saml:Issuer>{issuer}</saml:Issuer>" if issuer is not None else ""
    return (
        f'<samlp:AuthnRequest xmlns:samlp="{names.NS_SAMLP}"'
        f' xmlns:saml="{names.NS_SAML}"{opening}>{sender}{"".join(more)}'
        "</samlp:AuthnRequest>"
    )


def requested_levels(*levels: str, comparison: str | None = None) -> str:
    """Ask for levels of assurance."""
    named = "".join(
        f"<saml:AuthnContextClassRef>{each}</saml:AuthnContextClassRef>"
        for each in levels
    )
    compared = "" if comparison is None else f' Comparison="{comparison}"'
    return (
        f"<samlp:RequestedAuthnContext{compared}>{named}</samlp:RequestedAuthnContext>"
    )


def scoping(
    *,
    proxy_count: str | None = None,
    idps: tuple[str, ...] = (),
    requesters: tuple[str, ...] = (),
) -> str:
    """Say who else may be asked, and for whom."""
    count = "" if proxy_count is None else f' ProxyCount="{proxy_count}"'
    entries = "".join(f'<samlp:IDPEntry ProviderID="{each}"/>' for each in idps)
    listed = f"<samlp:IDPList>{entries}</samlp:IDPList>" if idps else ""
    asked_for = "".join(
        f"<samlp:RequesterID>{each}</samlp:RequesterID>" for each in requesters
    )
    return f"<samlp:Scoping{count}>{listed}{asked_for}</samlp:Scoping>"


def posted(xml: str | bytes, *, relay_state: str | None = None) -> InboundMessage:
    """Send a message in the POST binding."""
    return decode_post([encoded(xml)], [] if relay_state is None else [relay_state])


def signed_request(xml: str | None = None, by: KeyPair | None = None) -> str:
    """Sign a request as XML, for the POST binding."""
    return signed(authn_request() if xml is None else xml, by=by or sp_key())


def redirected(
    xml: str | bytes | None = None,
    *,
    relay_state: str | None = None,
    by: KeyPair | None = None,
) -> InboundMessage:
    """Send a message in the Redirect binding, signed if a key is given."""
    request = authn_request() if xml is None else xml
    if by is None:
        return decode_redirect(unsigned_query(request, relay_state=relay_state))
    return decode_redirect(signed_query(request, relay_state=relay_state, by=by))


def unsigned_query(xml: str | bytes, *, relay_state: str | None = None) -> bytes:
    """Write the query string of a request that nobody signed."""
    query = f"SAMLRequest={quote_plus(deflated(xml))}"
    if relay_state is not None:
        query += f"&RelayState={quote_plus(relay_state)}"
    return query.encode()


def signed_query(
    xml: str | bytes | None = None,
    *,
    relay_state: str | None = None,
    by: KeyPair | None = None,
) -> bytes:
    """Write the query string of a signed request."""
    content = authn_request() if xml is None else xml
    key = signing_key(by or sp_key())
    query = unsigned_query(content, relay_state=relay_state)
    return signed_raw(query + b"&SigAlg=" + quote_plus(key.algorithm).encode(), by=by)


def signed_raw(query: bytes, *, by: KeyPair | None = None) -> bytes:
    """Sign a query string just as it is."""
    _, signature = signatures.sign_detached(query, signing_key(by or sp_key()))
    return query + b"&Signature=" + quote_plus(base64.b64encode(signature)).encode()


def deflated(content: str | bytes) -> str:
    """Compress as the Redirect binding wants it, and write it in base64."""
    data = content.encode() if isinstance(content, str) else content
    deflater = zlib.compressobj(level=9, wbits=-zlib.MAX_WBITS)
    return base64.b64encode(deflater.compress(data) + deflater.flush()).decode()


def _instant(moment: datetime) -> str:
    return f"{format_instant(moment)[:-1]}.{moment.microsecond:06}Z"
