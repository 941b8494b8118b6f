"""How does Inera's IdP answer? Responses as it sends them, part by part.

Only the assertion is signed. ``Conditions`` have no beginning and hold for an hour; the
confirmation holds for a minute; there are three audiences; values are ``xsd:string``.
Whoever wants an answer with a fault in it changes one part.
"""

import secrets
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from lxml import etree

from idp_bridge.saml.times import write_instant
from metadata import names, signatures
from metadata.signatures import SigningKey

OIDC_CLIENT: Final = "3a5f0c9e-demo-oidc-client"
"""Inera's IdP lists the same service a second time, as an OpenID client."""
HOLDS: Final = timedelta(hours=1)
CONFIRMED: Final = timedelta(minutes=1)
_AGO: Final = timedelta(seconds=2)
"""The person was authenticated a moment before the assertion is written."""

_SAML2P: Final = {"saml2p": names.NS_SAMLP}
_SAML2: Final = {"saml2": names.NS_SAML}
_ASSERTION: Final = _SAML2 | {"xsd": names.NS_XS}
_XSI: Final = {"xsi": names.NS_XSI}
_TYPE: Final = f"{{{names.NS_XSI}}}type"


@dataclass(frozen=True, slots=True, kw_only=True)
class Occasion:
    """Who answers whom, and when."""

    idp_entity_id: str
    sp_entity_id: str
    acs_url: str
    request_id: str
    moment: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What is said about a person."""

    level: str
    attributes: Mapping[str, tuple[str, ...]]


def new_id() -> str:
    """Make an ID for a message or an assertion."""
    return "_" + secrets.token_hex(16)


# --- messages -------------------------------------------------------------------------


def answer(occasion: Occasion, statement: Statement, key: SigningKey) -> bytes:
    """Say who somebody is."""
    return to_bytes(response(occasion, signed(assertion(occasion, statement), key)))


def refusal(
    occasion: Occasion, *, top: str, second: str | None = None, message: str = ""
) -> bytes:
    """Say that there is no login, and why (core 3.2.2.2)."""
    return to_bytes(response(occasion, top=top, second=second, message=message))


def to_bytes(root: etree._Element) -> bytes:
    """Write a message as it is sent."""
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def response(
    occasion: Occasion,
    *content: etree._Element,
    top: str = names.STATUS_SUCCESS,
    second: str | None = None,
    message: str = "",
) -> etree._Element:
    """Put an assertion, or a reason why there is none, into a Response."""
    root = etree.Element(f"{{{names.NS_SAMLP}}}Response", nsmap=_SAML2P)
    root.attrib.update(
        {
            "Destination": occasion.acs_url,
            "ID": new_id(),
            "InResponseTo": occasion.request_id,
            "IssueInstant": write_instant(occasion.moment),
            "Version": "2.0",
        }
    )
    root.append(issuer(occasion))
    root.append(_status(top, second, message))
    root.extend(content)
    return root


def assertion(
    occasion: Occasion,
    statement: Statement,
    *,
    assertion_id: str | None = None,
    audiences: Sequence[str] | None = None,
) -> etree._Element:
    """Write an assertion, not signed yet.

    Args:
        occasion: Who answers whom, and when.
        statement: What is said about the person.
        assertion_id: Its ID; not given, a new one.
        audiences: Whom it is for; not given, whom Inera's IdP names.
    """
    root = etree.Element(f"{{{names.NS_SAML}}}Assertion", nsmap=_ASSERTION)
    root.set("ID", assertion_id or new_id())
    root.set("IssueInstant", write_instant(occasion.moment))
    root.set("Version", "2.0")
    root.append(issuer(occasion))
    root.append(subject(occasion))
    root.append(conditions(occasion, audiences or audiences_of(occasion)))
    root.append(authn_statement(occasion, statement.level))
    root.append(attribute_statement(statement.attributes))
    return root


def signed(element: etree._Element, key: SigningKey) -> etree._Element:
    """Sign an assertion that has not been put into a Response yet."""
    signatures.sign_enveloped(element, key, inclusive_prefixes=("xsd",))
    return element


# --- parts ----------------------------------------------------------------------------


def audiences_of(occasion: Occasion) -> tuple[str, ...]:
    """Name everybody whom Inera's IdP makes an assertion out to."""
    return (occasion.sp_entity_id, occasion.idp_entity_id, OIDC_CLIENT)


def issuer(occasion: Occasion) -> etree._Element:
    """Write an Issuer."""
    element = etree.Element(f"{{{names.NS_SAML}}}Issuer", nsmap=_SAML2)
    element.text = occasion.idp_entity_id
    return element


def _status(top: str, second: str | None, message: str) -> etree._Element:
    status = etree.Element(f"{{{names.NS_SAMLP}}}Status", nsmap=_SAML2P)
    code = _child(status, names.NS_SAMLP, "StatusCode", Value=top)
    if second:
        _child(code, names.NS_SAMLP, "StatusCode", Value=second)
    if message:
        _child(status, names.NS_SAMLP, "StatusMessage").text = message
    return status


def subject(occasion: Occasion) -> etree._Element:
    """Write a Subject: a name for this login only, confirmed for a minute."""
    element = _part("Subject")
    name_id = _child(element, names.NS_SAML, "NameID", Format=names.NAMEID_TRANSIENT)
    name_id.text = str(uuid.uuid4())
    confirmation = _child(
        element, names.NS_SAML, "SubjectConfirmation", Method=names.CONFIRMATION_BEARER
    )
    _child(
        confirmation,
        names.NS_SAML,
        "SubjectConfirmationData",
        InResponseTo=occasion.request_id,
        NotOnOrAfter=write_instant(occasion.moment + CONFIRMED),
        Recipient=occasion.acs_url,
    )
    return element


def conditions(occasion: Occasion, audiences: Sequence[str]) -> etree._Element:
    """Write Conditions: for an hour from now, without a beginning."""
    element = _part("Conditions")
    element.set("NotOnOrAfter", write_instant(occasion.moment + HOLDS))
    restriction = _child(element, names.NS_SAML, "AudienceRestriction")
    for audience in audiences:
        _child(restriction, names.NS_SAML, "Audience").text = audience
    return element


def authn_statement(occasion: Occasion, level: str) -> etree._Element:
    """Write an AuthnStatement: at which level, a moment ago."""
    element = _part("AuthnStatement")
    element.set("AuthnInstant", write_instant(occasion.moment - _AGO))
    element.set("SessionIndex", str(uuid.uuid4()))
    context = _child(element, names.NS_SAML, "AuthnContext")
    _child(context, names.NS_SAML, "AuthnContextClassRef").text = level
    return element


def attribute_statement(attributes: Mapping[str, Sequence[str]]) -> etree._Element:
    """Write an AttributeStatement with values of type ``xsd:string``."""
    element = _part("AttributeStatement")
    for name, values in attributes.items():
        attribute = _child(
            element,
            names.NS_SAML,
            "Attribute",
            Name=name,
            NameFormat=names.ATTRNAME_URI,
        )
        for text in values:
            attribute.append(_string(text))
    return element


def _string(text: str) -> etree._Element:
    value = etree.Element(f"{{{names.NS_SAML}}}AttributeValue", nsmap=_SAML2 | _XSI)
    value.set(_TYPE, "xsd:string")
    value.text = text
    return value


def _part(name: str) -> etree._Element:
    return etree.Element(f"{{{names.NS_SAML}}}{name}", nsmap=_SAML2)


def _child(
    parent: etree._Element, namespace: str, name: str, **attributes: str
) -> etree._Element:
    return etree.SubElement(parent, f"{{{namespace}}}{name}", attributes)
