"""Our Response to an e-tjänst: built, signed, and encrypted when it has a key.

Core 3.2.2 and 3.3.3, profiles 4.1.4; Sweden Connect and saml2int where they ask for
more: both ends of the validity, one AuthnStatement, one AttributeStatement, every value
of type ``xs:string``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from idp_bridge.saml.encryption import encrypt_assertion
from idp_bridge.saml.messages import IssuedAttribute, NameID, Release, Status
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.upstream_request import new_id
from idp_bridge.saml.writing import SAML, SAMLP, add, add_string, root, to_bytes
from metadata import names, signatures
from metadata.entities import EncryptionKey
from metadata.signatures import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """To whom a Response goes and what it answers."""

    our_entity_id: str
    sp_entity_id: str
    acs_url: str
    in_response_to: str
    issued: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Protection:
    """How an assertion is protected for one e-tjänst; never shared between two."""

    sign_assertion: bool
    recipient: EncryptionKey | None
    """Whom to encrypt to; ``None`` when the e-tjänst has no key."""
    default_cipher: str
    lifetime: timedelta
    """How long the assertion may be used, from its issue."""
    skew: timedelta
    """How far before its issue it counts, for an e-tjänst whose clock is behind."""


def make_success(
    envelope: Envelope, release: Release, protection: Protection, key: SigningKey
) -> bytes:
    """Write a signed Response with an assertion about a person."""
    response = _shell(envelope, Status(top=names.STATUS_SUCCESS))
    assertion = _assertion(envelope, release, protection)
    response.append(_protected(assertion, protection, key))
    return _signed(response, key)


def make_error(envelope: Envelope, status: Status, key: SigningKey) -> bytes:
    """Write a signed Response that says why there is no assertion (core 3.2.2.2)."""
    return _signed(_shell(envelope, status), key)


def _signed(tree: etree._Element, key: SigningKey) -> bytes:
    signatures.sign_enveloped(tree, key)
    return to_bytes(tree)


def _protected(
    assertion: etree._Element, protection: Protection, key: SigningKey
) -> etree._Element:
    """Sign and encrypt an assertion, in this order and as far as wanted."""
    if protection.sign_assertion:
        signatures.sign_enveloped(assertion, key)
    if protection.recipient is None:
        return assertion
    return encrypt_assertion(
        to_bytes(assertion),
        protection.recipient,
        default_cipher=protection.default_cipher,
    )


# --- the parts ------------------------------------------------------------------------


def _shell(envelope: Envelope, status: Status) -> etree._Element:
    """A Response without an assertion."""
    response = root(
        SAMLP + "Response",
        ID=new_id(),
        Version="2.0",
        InResponseTo=envelope.in_response_to,
        IssueInstant=write_instant(envelope.issued),
        Destination=envelope.acs_url,
    )
    add(response, SAML + "Issuer", envelope.our_entity_id)
    _add_status(response, status)
    return response


def _add_status(response: etree._Element, status: Status) -> None:
    element = add(response, SAMLP + "Status")
    top = add(element, SAMLP + "StatusCode", Value=status.top)
    if status.second:
        add(top, SAMLP + "StatusCode", Value=status.second)
    if status.message:
        add(element, SAMLP + "StatusMessage", status.message)


def _assertion(
    envelope: Envelope, release: Release, protection: Protection
) -> etree._Element:
    assertion = root(
        SAML + "Assertion",
        ID=new_id(),
        Version="2.0",
        IssueInstant=write_instant(envelope.issued),
    )
    add(assertion, SAML + "Issuer", envelope.our_entity_id)
    _add_subject(assertion, envelope, release.name_id, protection)
    _add_conditions(assertion, envelope, protection)
    _add_authn_statement(assertion, release)
    _add_attributes(assertion, release.attributes)
    return assertion


def _add_subject(
    assertion: etree._Element,
    envelope: Envelope,
    name_id: NameID,
    protection: Protection,
) -> None:
    subject = add(assertion, SAML + "Subject")
    add(
        subject,
        SAML + "NameID",
        name_id.value,
        Format=name_id.format,
        NameQualifier=name_id.name_qualifier,
        SPNameQualifier=name_id.sp_name_qualifier,
    )
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


def _add_conditions(
    assertion: etree._Element, envelope: Envelope, protection: Protection
) -> None:
    """This SP and nobody else, from a little before now and for a short while."""
    conditions = add(
        assertion,
        SAML + "Conditions",
        NotBefore=write_instant(envelope.issued - protection.skew),
        NotOnOrAfter=write_instant(envelope.issued + protection.lifetime),
    )
    restriction = add(conditions, SAML + "AudienceRestriction")
    add(restriction, SAML + "Audience", envelope.sp_entity_id)


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


def _add_attributes(
    assertion: etree._Element, attributes: tuple[IssuedAttribute, ...]
) -> None:
    if not attributes:
        return
    statement = add(assertion, SAML + "AttributeStatement")
    for attribute in attributes:
        element = add(
            statement,
            SAML + "Attribute",
            Name=attribute.name,
            NameFormat=names.ATTRNAME_URI,
            FriendlyName=attribute.friendly_name,
        )
        for value in attribute.values:
            add_string(element, SAML + "AttributeValue", value)
