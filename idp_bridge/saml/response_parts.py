"""What do all our Responses consist of, whoever asked and however it came?"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from lxml import etree

from idp_bridge.saml.encryption import encrypt_assertion
from idp_bridge.saml.messages import IssuedAttribute, NameID, Status
from idp_bridge.saml.times import write_instant
from idp_bridge.saml.upstream_request import new_id
from idp_bridge.saml.writing import SAML, SAMLP, add, add_string, root, to_bytes
from metadata import names, signatures
from metadata.entities import EncryptionKey
from metadata.signatures import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Heading:
    """What stands on a Response and on its assertion."""

    issuer: str
    in_response_to: str | None
    """``None`` when the ID of the question could not be read (core 3.2.2)."""
    issued: datetime
    destination: str | None = None
    """``None`` when the answer goes back the way the question came."""


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


def response(heading: Heading, status: Status) -> etree._Element:
    """Write a Response without an assertion."""
    element = root(
        SAMLP + "Response",
        ID=new_id(),
        Version="2.0",
        InResponseTo=heading.in_response_to,
        IssueInstant=write_instant(heading.issued),
        Destination=heading.destination,
    )
    add(element, SAML + "Issuer", heading.issuer)
    _add_status(element, status)
    return element


def _add_status(element: etree._Element, status: Status) -> None:
    told = add(element, SAMLP + "Status")
    top = add(told, SAMLP + "StatusCode", Value=status.top)
    if status.second:
        add(top, SAMLP + "StatusCode", Value=status.second)
    if status.message:
        add(told, SAMLP + "StatusMessage", status.message)


def assertion(heading: Heading) -> etree._Element:
    """Write an assertion that says nothing yet."""
    element = root(
        SAML + "Assertion",
        ID=new_id(),
        Version="2.0",
        IssueInstant=write_instant(heading.issued),
    )
    add(element, SAML + "Issuer", heading.issuer)
    return element


def add_subject(element: etree._Element, name_id: NameID) -> etree._Element:
    """Say whom an assertion is about; the confirmation is added by the caller."""
    subject = add(element, SAML + "Subject")
    add(
        subject,
        SAML + "NameID",
        name_id.value,
        Format=name_id.format,
        NameQualifier=name_id.name_qualifier,
        SPNameQualifier=name_id.sp_name_qualifier,
    )
    return subject


def add_conditions(
    element: etree._Element,
    heading: Heading,
    protection: Protection,
    *,
    audience: str,
) -> etree._Element:
    """This SP and nobody else, from a little before now and for a short while."""
    conditions = add(
        element,
        SAML + "Conditions",
        NotBefore=write_instant(heading.issued - protection.skew),
        NotOnOrAfter=write_instant(heading.issued + protection.lifetime),
    )
    restriction = add(conditions, SAML + "AudienceRestriction")
    add(restriction, SAML + "Audience", audience)
    return conditions


def add_attributes(
    element: etree._Element, attributes: tuple[IssuedAttribute, ...]
) -> None:
    """Say what we know, in one AttributeStatement; nothing when there is nothing."""
    if not attributes:
        return
    statement = add(element, SAML + "AttributeStatement")
    for attribute in attributes:
        told = add(
            statement,
            SAML + "Attribute",
            Name=attribute.name,
            NameFormat=names.ATTRNAME_URI,
            FriendlyName=attribute.friendly_name,
        )
        for value in attribute.values:
            add_string(told, SAML + "AttributeValue", value)


def protected(
    element: etree._Element, protection: Protection, key: SigningKey
) -> etree._Element:
    """Sign and encrypt an assertion, in this order and as far as wanted."""
    if protection.sign_assertion:
        signatures.sign_enveloped(element, key)
    if protection.recipient is None:
        return element
    return encrypt_assertion(
        to_bytes(element),
        protection.recipient,
        default_cipher=protection.default_cipher,
    )


def signed(element: etree._Element, key: SigningKey) -> bytes:
    """Sign a Response and write it as it goes over the wire."""
    signatures.sign_enveloped(element, key)
    return to_bytes(element)
