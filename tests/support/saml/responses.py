"""What do Responses of identity providers look like? Good ones first.

Everything is text, so that a test shows what it changes: ``response(signed(assertion(
audiences=[...])))``. Without changes each part is as Inera sends it.
"""

from datetime import datetime, timedelta

from metadata import names
from metadata.instants import format_instant
from tests.support.clock import NOW
from tests.support.saml.signing import signed
from tests.support.saml.world import ACS, IDP, OUR_SP, REQUEST_ID

RESPONSE_ID = "_response-1"
ASSERTION_ID = "_assertion-1"
HSA_ID = "SE2321000016-B001"
OIDC_CLIENT = "a3f0b4c2-oidc-client"

_PROTOCOL = f'xmlns:saml2p="{names.NS_SAMLP}"'
_SAML2 = f'xmlns:saml2="{names.NS_SAML}"'
_TYPES = f'xmlns:xsd="{names.NS_XS}" xmlns:xsi="{names.NS_XSI}"'


def good() -> str:
    """As Inera sends it: only the assertion is signed."""
    return response(signed(assertion()))


def good_response_signed() -> str:
    """As many others send it: the Response around the assertion is signed."""
    return signed(response(assertion()))


def response(
    *content: str,
    id: str | None = RESPONSE_ID,
    version: str | None = "2.0",
    in_response_to: str | None = REQUEST_ID,
    destination: str | None = ACS,
    issuer: str | None = IDP,
    issued: datetime | str = NOW,
    status: str = names.STATUS_SUCCESS,
    second_status: str | None = None,
) -> str:
    """Put assertions, or other content, into a Response; ``None`` leaves out."""
    attributes = _attributes(
        ID=id,
        Version=version,
        IssueInstant=_instant(issued),
        InResponseTo=in_response_to,
        Destination=destination,
    )
    return (
        f"<saml2p:Response {_PROTOCOL}{attributes}>{issuer_element(issuer)}"
        f"{status_element(status, second_status)}{''.join(content)}</saml2p:Response>"
    )


def assertion(
    *more: str,
    id: str | None = ASSERTION_ID,
    version: str = "2.0",
    issued: datetime | str = NOW,
    issuer: str | None = IDP,
    subject: str | None = None,
    conditions: str | None = None,
    statement: str | None = None,
    attributes: str | None = None,
) -> str:
    """Write an assertion; parts that are not given are as Inera writes them.

    Args:
        more: Follows the other parts.
        id: Its ID.
        version: Its version.
        issued: When it says that it was made.
        issuer: Who says that it is from.
        subject: The Subject as XML.
        conditions: The Conditions as XML.
        statement: AuthnStatements as XML.
        attributes: AttributeStatements as XML.
    """
    opening = _attributes(ID=id, IssueInstant=_instant(issued), Version=version)
    parts = (
        issuer_element(issuer),
        bearer() if subject is None else subject,
        held() if conditions is None else conditions,
        authn() if statement is None else statement,
        person() if attributes is None else attributes,
        *more,
    )
    inside = "".join(parts)
    namespaces = f"{_SAML2} {_TYPES}"
    return f"<saml2:Assertion {namespaces}{opening}>{inside}</saml2:Assertion>"


def issuer_element(entity_id: str | None = IDP, **attributes: str) -> str:
    """Write an Issuer; nothing for ``None``."""
    if entity_id is None:
        return ""
    return (
        f"<saml2:Issuer {_SAML2}{_attributes(**attributes)}>{entity_id}</saml2:Issuer>"
    )


def status_element(top: str, second: str | None = None) -> str:
    """Write a Status with one or two levels."""
    inner = f'<saml2p:StatusCode Value="{second}"/>' if second else ""
    return (
        f'<saml2p:Status {_PROTOCOL}><saml2p:StatusCode Value="{top}">{inner}'
        "</saml2p:StatusCode></saml2p:Status>"
    )


def bearer(**changes: str | datetime | None) -> str:
    """Write a Subject with one bearer confirmation."""
    return subject(confirmation(**changes))


def subject(*confirmations: str, name_id: str = "9f4e2a6b-transient") -> str:
    """Write a Subject with confirmations."""
    return (
        f'<saml2:Subject><saml2:NameID Format="{names.NAMEID_TRANSIENT}">{name_id}'
        f"</saml2:NameID>{''.join(confirmations)}</saml2:Subject>"
    )


def confirmation(
    *,
    method: str | datetime | None = names.CONFIRMATION_BEARER,
    recipient: str | datetime | None = ACS,
    in_response_to: str | datetime | None = REQUEST_ID,
    not_before: str | datetime | None = None,
    not_on_or_after: str | datetime | None = NOW + timedelta(minutes=1),
) -> str:
    """Write a SubjectConfirmation."""
    data = _attributes(
        InResponseTo=in_response_to,
        NotBefore=_instant(not_before),
        NotOnOrAfter=_instant(not_on_or_after),
        Recipient=recipient,
    )
    return (
        f'<saml2:SubjectConfirmation Method="{method}">'
        f"<saml2:SubjectConfirmationData{data}/></saml2:SubjectConfirmation>"
    )


def held(
    *more: str,
    audiences: tuple[str, ...] = (OUR_SP, IDP, OIDC_CLIENT),
    not_before: datetime | str | None = None,
    not_on_or_after: datetime | str | None = NOW + timedelta(hours=1),
) -> str:
    """Write Conditions with one AudienceRestriction, none if nobody is in it."""
    times = _attributes(
        NotBefore=_instant(not_before), NotOnOrAfter=_instant(not_on_or_after)
    )
    restriction = audience_restriction(*audiences) if audiences else ""
    return f"<saml2:Conditions{times}>{restriction}{''.join(more)}</saml2:Conditions>"


def audience_restriction(*audiences: str) -> str:
    """Write a restriction that names some audiences."""
    named = "".join(f"<saml2:Audience>{each}</saml2:Audience>" for each in audiences)
    return f"<saml2:AudienceRestriction>{named}</saml2:AudienceRestriction>"


def authn(
    *,
    level: str = names.LOA_SAMBI_3,
    instant: datetime | str | None = NOW - timedelta(seconds=5),
    session_end: datetime | str | None = None,
    authorities: tuple[str, ...] = (),
) -> str:
    """Write an AuthnStatement."""
    attributes = _attributes(
        AuthnInstant=_instant(instant),
        SessionIndex="0d9c-session",
        SessionNotOnOrAfter=_instant(session_end),
    )
    named = "".join(
        f"<saml2:AuthenticatingAuthority>{each}</saml2:AuthenticatingAuthority>"
        for each in authorities
    )
    return (
        f"<saml2:AuthnStatement{attributes}><saml2:AuthnContext>"
        f"<saml2:AuthnContextClassRef>{level}</saml2:AuthnContextClassRef>{named}"
        "</saml2:AuthnContext></saml2:AuthnStatement>"
    )


def person(
    *more: str,
    hsa_id: str | tuple[str, ...] = HSA_ID,
    given_name: str | tuple[str, ...] = "Åsa",
    surname: str | tuple[str, ...] = "Öberg",
    mail: str | tuple[str, ...] = "asa@example.se",
    organisation_number: str | tuple[str, ...] = "232100-0016",
    level: str | tuple[str, ...] = names.LOA_SAMBI_3,
) -> str:
    """Write the AttributeStatement about a person, with more attributes at its end."""
    values = {
        names.SAMBI_HSA_ID: hsa_id,
        names.SAMBI_GIVEN_NAME: given_name,
        names.SAMBI_SURNAME: surname,
        names.SAMBI_MAIL: mail,
        names.SAMBI_ORGANISATION_NUMBER: organisation_number,
        names.INERA_LEVEL_OF_ASSURANCE: level,
    }
    written = [
        attribute(name, *([value] if isinstance(value, str) else value))
        for name, value in values.items()
        if value
    ]
    return attribute_statement(*written, *more)


def attribute_statement(*attributes: str) -> str:
    """Put attributes into a statement."""
    inside = "".join(attributes)
    return f"<saml2:AttributeStatement>{inside}</saml2:AttributeStatement>"


def attribute(name: str, *values: str) -> str:
    """Write an attribute with string values."""
    written = "".join(
        f'<saml2:AttributeValue xsi:type="xsd:string">{value}</saml2:AttributeValue>'
        for value in values
    )
    opening = f'Name="{name}" NameFormat="{names.ATTRNAME_URI}"'
    return f"<saml2:Attribute {opening}>{written}</saml2:Attribute>"


def _instant(moment: datetime | str | None) -> str | None:
    """Write a moment to the microsecond; text stays as it is."""
    if not isinstance(moment, datetime):
        return moment
    return f"{format_instant(moment)[:-1]}.{moment.microsecond:06}Z"


def _attributes(**values: object) -> str:
    return "".join(
        f' {name}="{value}"' for name, value in values.items() if value is not None
    )
