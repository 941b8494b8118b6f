"""Our Response to an e-tjänst: built, signed, and encrypted when it has a key.

Core 3.2.2 and 3.3.3, profiles 4.1.4; Sweden Connect and saml2int where they ask for
more: both ends of the validity, one AuthnStatement, one AttributeStatement, every value
of type ``xs:string``.
"""

from dataclasses import dataclass
from datetime import datetime

from lxml import etree

from idp_bridge.saml import response_parts as parts
from idp_bridge.saml.messages import NameID, ProxyLimit, Release, Status
from idp_bridge.saml.response_parts import Heading, Protection
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.writing import SAML, add
from metadata import names
from metadata.entities import ANYBODY, Verifies
from metadata.signatures import SigningKey

__all__ = ["Envelope", "Protection", "make_error", "make_success"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To whom a Response goes and what it answers."""

    our_entity_id: str
    sp_entity_id: str
    acs_url: str
    in_response_to: str
    issued: datetime
    verifies: Verifies = ANYBODY
    """Which signatures the e-tjänst says that it can verify."""

    @property
    def heading(self) -> Heading:
        """What stands on the Response."""
        return Heading(
            issuer=self.our_entity_id,
            in_response_to=self.in_response_to,
            issued=self.issued,
            destination=self.acs_url,
        )


def make_success(
    envelope: Envelope, release: Release, protection: Protection, key: SigningKey
) -> bytes:
    """Write a signed Response with an assertion about a person."""
    response = parts.response(envelope.heading, Status(top=names.STATUS_SUCCESS))
    assertion = _assertion(envelope, release, protection)
    ours = key.signing_for(envelope.verifies)
    response.append(parts.protected(assertion, protection, ours))
    return parts.signed(response, ours)


def make_error(envelope: Envelope, status: Status, key: SigningKey) -> bytes:
    """Write a signed Response that says why there is no assertion (core 3.2.2.2)."""
    response = parts.response(envelope.heading, status)
    return parts.signed(response, key.signing_for(envelope.verifies))


# --- the parts ------------------------------------------------------------------------


def _assertion(
    envelope: Envelope, release: Release, protection: Protection
) -> etree._Element:
    assertion = parts.assertion(envelope.heading)
    _add_subject(assertion, envelope, release.name_id, protection)
    conditions = parts.add_conditions(
        assertion, envelope.heading, protection, audience=envelope.sp_entity_id
    )
    _add_proxy_limit(conditions, release.proxy_limit)
    _add_authn_statement(assertion, release)
    parts.add_attributes(assertion, release.attributes)
    return assertion


def _add_subject(
    assertion: etree._Element,
    envelope: Envelope,
    name_id: NameID,
    protection: Protection,
) -> None:
    subject = parts.add_subject(assertion, name_id)
    confirmation = add(
        subject, SAML + "SubjectConfirmation", Method=names.CONFIRMATION_BEARER
    )
    add(
        confirmation,
        SAML + "SubjectConfirmationData",
        InResponseTo=envelope.in_response_to,
        Recipient=envelope.acs_url,
        NotOnOrAfter=write_instant(envelope.issued + protection.lifetime),
    )


def _add_proxy_limit(conditions: etree._Element, limit: ProxyLimit) -> None:
    """Pass on to whom and how far this may be passed on (core 2.5.1.6)."""
    if limit == ProxyLimit():
        return
    count = None if limit.count is None else str(limit.count)
    restriction = add(conditions, SAML + "ProxyRestriction", Count=count)
    for audience in limit.audiences or ():
        add(restriction, SAML + "Audience", audience)


def _add_authn_statement(assertion: etree._Element, release: Release) -> None:
    end = release.session_not_on_or_after
    statement = add(
        assertion,
        SAML + "AuthnStatement",
        AuthnInstant=write_instant(release.authn_instant),
        SessionIndex=release.session_index,
        SessionNotOnOrAfter=write_instant(end) if end else None,
    )
    context = add(statement, SAML + "AuthnContext")
    add(context, SAML + "AuthnContextClassRef", release.authn_context)
    for authority in release.authenticating_authorities:
        add(context, SAML + "AuthenticatingAuthority", authority)
