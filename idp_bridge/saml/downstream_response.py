"""Our Response to an e-tjänst: built, signed, and encrypted when it has a key.

Core 3.2.2 and 3.3.3, profiles 4.1.4; Sweden Connect and saml2int where they ask for
more: both ends of the validity, one AuthnStatement, one AttributeStatement, every value
of type ``xs:string``.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from lxml import etree
from saml2 import saml, samlp

from idp_bridge.saml.encryption import encrypt_assertion
from idp_bridge.saml.messages import IssuedAttribute, NameID, Release, Status
from idp_bridge.saml.model import to_bytes, to_tree
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.upstream_request import new_id
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
    if not protection.sign_assertion and protection.recipient is None:
        response.assertion = [assertion]
        return _signed(to_tree(response), key)
    tree = to_tree(response)
    tree.append(_protected(to_tree(assertion), protection, key))
    return _signed(tree, key)


def make_error(envelope: Envelope, status: Status, key: SigningKey) -> bytes:
    """Write a signed Response that says why there is no assertion (core 3.2.2.2)."""
    return _signed(to_tree(_shell(envelope, status)), key)


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


def _shell(envelope: Envelope, status: Status) -> samlp.Response:
    """A Response without an assertion."""
    second = samlp.StatusCode(value=status.second) if status.second else None
    message = samlp.StatusMessage(text=status.message) if status.message else None
    return samlp.Response(
        id=new_id(),
        version="2.0",
        in_response_to=envelope.in_response_to,
        issue_instant=write_instant(envelope.issued),
        destination=envelope.acs_url,
        issuer=_issuer(envelope),
        status=samlp.Status(
            status_code=samlp.StatusCode(value=status.top, status_code=second),
            status_message=message,
        ),
    )


def _assertion(
    envelope: Envelope, release: Release, protection: Protection
) -> saml.Assertion:
    return saml.Assertion(
        id=new_id(),
        version="2.0",
        issue_instant=write_instant(envelope.issued),
        issuer=_issuer(envelope),
        subject=_subject(envelope, release.name_id, protection),
        conditions=_conditions(envelope, protection),
        authn_statement=[_authn_statement(release)],
        attribute_statement=_attribute_statements(release.attributes),
    )


def _issuer(envelope: Envelope) -> saml.Issuer:
    return saml.Issuer(text=envelope.our_entity_id)


def _subject(
    envelope: Envelope, name_id: NameID, protection: Protection
) -> saml.Subject:
    return saml.Subject(
        name_id=saml.NameID(
            text=name_id.value,
            format=name_id.format,
            name_qualifier=name_id.name_qualifier,
            sp_name_qualifier=name_id.sp_name_qualifier,
        ),
        subject_confirmation=[
            saml.SubjectConfirmation(
                method=names.CONFIRMATION_BEARER,
                subject_confirmation_data=saml.SubjectConfirmationData(
                    in_response_to=envelope.in_response_to,
                    recipient=envelope.acs_url,
                    not_on_or_after=write_instant(
                        envelope.issued + protection.lifetime
                    ),
                ),
            )
        ],
    )


def _conditions(envelope: Envelope, protection: Protection) -> saml.Conditions:
    """This SP and nobody else, from a little before now and for a short while."""
    return saml.Conditions(
        not_before=write_instant(envelope.issued - protection.skew),
        not_on_or_after=write_instant(envelope.issued + protection.lifetime),
        audience_restriction=[
            saml.AudienceRestriction(
                audience=[saml.Audience(text=envelope.sp_entity_id)]
            )
        ],
    )


def _authn_statement(release: Release) -> saml.AuthnStatement:
    session_end = release.session_not_on_or_after
    return saml.AuthnStatement(
        authn_instant=write_instant(release.authn_instant),
        session_index=release.session_index,
        session_not_on_or_after=write_instant(session_end) if session_end else None,
        authn_context=saml.AuthnContext(
            authn_context_class_ref=saml.AuthnContextClassRef(
                text=release.authn_context
            ),
            authenticating_authority=[
                saml.AuthenticatingAuthority(text=authority)
                for authority in release.authenticating_authorities
            ],
        ),
    )


def _attribute_statements(
    attributes: tuple[IssuedAttribute, ...],
) -> list[saml.AttributeStatement]:
    if not attributes:
        return []
    return [
        saml.AttributeStatement(attribute=[_attribute(each) for each in attributes])
    ]


def _attribute(attribute: IssuedAttribute) -> saml.Attribute:
    return saml.Attribute(
        name=attribute.name,
        name_format=names.ATTRNAME_URI,
        friendly_name=attribute.friendly_name,
        attribute_value=[_value(value) for value in attribute.values],
    )


def _value(text: str) -> Any:
    """Write a value as an ``xs:string``."""
    value = saml.AttributeValue()
    value.set_type("xs:string")
    value.set_text(text)
    return value
