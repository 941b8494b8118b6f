"""What do messages about logout look like, and how do they travel?

Requests and answers are text, as other messages of the tests are; without changes each
is as it should be.
"""

from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote_plus

from idp_bridge.saml.bindings import InboundMessage, decode_redirect
from idp_bridge.saml.messages import NameID
from metadata import names
from metadata.entities import Endpoint, IdentityProvider, ServiceProvider
from metadata.instants import format_instant
from tests.support.clock import NOW
from tests.support.keys import KeyPair
from tests.support.saml.envelopes import enveloped, taken
from tests.support.saml.requests import deflated, posted, signed_raw
from tests.support.saml.signing import signed, signing_key
from tests.support.saml.world import (
    BRIDGE,
    SP,
    identity_provider,
    service_provider,
    sp_key,
)

IDP_SLO = f"{BRIDGE}/saml/idp/slo"
"""Where e-tjänster tell us of logouts."""
SP_SLO = f"{BRIDGE}/saml/sp/slo"
"""Where identity providers do."""
ANNA = NameID(
    value="_name-of-anna",
    format=names.NAMEID_PERSISTENT,
    name_qualifier=f"{BRIDGE}/saml/idp",
    sp_name_qualifier=SP,
)
INDEX = "_session-index"


def logout_request(
    *more: str,
    id: str | None = "_logout-1",
    version: str = "2.0",
    issued: datetime | str = NOW,
    not_on_or_after: datetime | None = None,
    destination: str | None = IDP_SLO,
    issuer: str | None = SP,
    name_id: NameID | str | None = ANNA,
    session_indexes: tuple[str, ...] = (INDEX,),
) -> str:
    """Write a LogoutRequest; ``None`` leaves out.

    Args:
        more: What follows.
        id: Its ID.
        version: Its version.
        issued: When it says that it was made.
        not_on_or_after: Until when it says that it counts.
        destination: To which endpoint it says it is sent.
        issuer: Who says that it is from.
        name_id: Who is meant, or the XML of it.
        session_indexes: Which sessions.
    """
    inside = (
        _issuer(issuer),
        name_id if isinstance(name_id, str) else name_id_element(name_id),
        *(
            f"<samlp:SessionIndex>{each}</samlp:SessionIndex>"
            for each in session_indexes
        ),
        *more,
    )
    return _message(
        "LogoutRequest",
        inside,
        ID=id,
        Version=version,
        IssueInstant=_instant(issued),
        NotOnOrAfter=_instant(not_on_or_after),
        Destination=destination,
    )


def logout_response(
    *,
    in_response_to: str | None,
    id: str | None = "_answer-1",
    version: str = "2.0",
    issued: datetime | str = NOW,
    destination: str | None = IDP_SLO,
    issuer: str | None = SP,
    status: str = names.STATUS_SUCCESS,
    second_status: str | None = None,
) -> str:
    """Write a LogoutResponse; ``None`` leaves out."""
    inner = f'<samlp:StatusCode Value="{second_status}"/>' if second_status else ""
    said = (
        f'<samlp:Status><samlp:StatusCode Value="{status}">{inner}</samlp:StatusCode>'
        "</samlp:Status>"
    )
    return _message(
        "LogoutResponse",
        (_issuer(issuer), said),
        ID=id,
        Version=version,
        IssueInstant=_instant(issued),
        InResponseTo=in_response_to,
        Destination=destination,
    )


def name_id_element(name_id: NameID | None) -> str:
    """Write a NameID; nothing for ``None``."""
    if name_id is None:
        return ""
    written = {
        "Format": name_id.format,
        "NameQualifier": name_id.name_qualifier,
        "SPNameQualifier": name_id.sp_name_qualifier,
    }
    return (
        f'<saml:NameID xmlns:saml="{names.NS_SAML}"{_attributes(written)}>'
        f"{name_id.value}</saml:NameID>"
    )


def by_redirect(
    xml: str,
    *,
    by: KeyPair | None = None,
    relay_state: str | None = None,
    parameter: str = "SAMLRequest",
) -> InboundMessage:
    """Send a message whose query string is signed."""
    query = logout_query(xml, by=by, relay_state=relay_state, parameter=parameter)
    return decode_redirect(query, parameter=parameter)


def logout_query(
    xml: str,
    *,
    by: KeyPair | None = None,
    relay_state: str | None = None,
    parameter: str = "SAMLRequest",
) -> bytes:
    """Write the signed query string of a message."""
    pair = by or sp_key()
    query = f"{parameter}={quote_plus(deflated(xml))}"
    if relay_state is not None:
        query += f"&RelayState={quote_plus(relay_state)}"
    query += f"&SigAlg={quote_plus(signing_key(pair).algorithm)}"
    return signed_raw(query.encode(), by=pair)


def by_post(
    xml: str, *, by: KeyPair | None = None, relay_state: str | None = None
) -> InboundMessage:
    """Send a message that is signed as XML, in a form."""
    return posted(signed(xml, by=by or sp_key()), relay_state=relay_state)


def by_soap(xml: str, *, by: KeyPair | None = None) -> InboundMessage:
    """Send a message that is signed as XML, in an envelope."""
    return taken(enveloped(signed(xml, by=by or sp_key())))


def leaving_provider(**changes: Any) -> ServiceProvider:
    """An e-tjänst that takes part in logouts by Redirect."""
    return service_provider(
        **{"slo_endpoints": slo_endpoints("https://melker.example.se/slo"), **changes}
    )


def leaving_idp(**changes: Any) -> IdentityProvider:
    """The identity provider, which takes part in logouts by Redirect."""
    return identity_provider(
        **{"slo_endpoints": slo_endpoints("https://idp.example.se/saml/slo"), **changes}
    )


def slo_endpoints(location: str, *bindings: str) -> tuple[Endpoint, ...]:
    """Take logouts at an address, by Redirect if nothing else is said."""
    return tuple(
        Endpoint(binding=binding, location=location)
        for binding in bindings or (names.BINDING_REDIRECT,)
    )


def ago(**time: float) -> datetime:
    """Say when it was, some time ago."""
    return NOW - timedelta(**time)


def _issuer(entity_id: str | None) -> str:
    return "" if entity_id is None else f"<saml:Issuer>{entity_id}</saml:Issuer>"


def _message(kind: str, inside: tuple[str, ...], **attributes: str | None) -> str:
    return (
        f'<samlp:{kind} xmlns:samlp="{names.NS_SAMLP}" xmlns:saml="{names.NS_SAML}"'
        f"{_attributes(attributes)}>{''.join(inside)}</samlp:{kind}>"
    )


def _attributes(values: dict[str, str | None]) -> str:
    return "".join(
        f' {name}="{value}"' for name, value in values.items() if value is not None
    )


def _instant(moment: datetime | str | None) -> str | None:
    if not isinstance(moment, datetime):
        return moment
    return f"{format_instant(moment)[:-1]}.{moment.microsecond:06}Z"
