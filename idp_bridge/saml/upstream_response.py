"""The Response of the identity provider: from bytes to a verified assertion.

:func:`open_response` only reads which request it claims to answer, so that the pending
login can be found. :func:`accept` does the rest, in this order: the Response (signature
if it has one, issuer, destination, status), the one assertion in it (decrypted if
needed, signature, issuer, subject, conditions, audience, authentication), and hands on
values that were read only from verified bytes.
"""

from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from lxml import etree
from saml2 import saml, samlp

from idp_bridge.errors import (
    BadAssertionError,
    BadSignatureError,
    UnreadableMessageError,
    UnsolicitedError,
)
from idp_bridge.saml import attributes, gate
from idp_bridge.saml import response_checks as checks
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import DecryptionKey, decrypt_assertion
from idp_bridge.saml.messages import NameID, ProxyLimit, VerifiedAssertion
from idp_bridge.saml.model import to_model
from idp_bridge.saml.response_checks import Expected
from idp_bridge.saml.times import read_instant
from metadata import names

_SAML: Final = f"{{{names.NS_SAML}}}"
_ASSERTION: Final = _SAML + "Assertion"
_ENCRYPTED: Final = _SAML + "EncryptedAssertion"
_NOT_AROUND: Final = frozenset({_ASSERTION, _ENCRYPTED, gate.SIGNATURE})
_ANY_ASSERTION: Final = etree.XPath(
    "//saml:Assertion | //saml:EncryptedAssertion", namespaces={"saml": names.NS_SAML}
)
_ADVICE: Final = _SAML + "Advice"
_ONCE: Final = (
    _SAML + "Issuer",
    _SAML + "Subject",
    _SAML + "Conditions",
    _ADVICE,
)
_AT_LEAST: Final = timedelta(minutes=5)
_AT_MOST: Final = timedelta(hours=1)
"""Enough for any confirmation: an older assertion is refused for its age."""
MAX_AUTHORITIES: Final = 16
"""How many authenticating authorities one assertion may name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedResponse:
    """A Response of which nothing is believed yet."""

    in_response_to: str
    """Which request it claims to answer: for finding the pending login, no more."""
    root: etree._Element


@gate.refusing()
def open_response(message: InboundMessage) -> OpenedResponse:
    """Read which request a Response claims to answer.

    Raises:
        UnreadableMessageError: Not a Response that we read.
        WrongVersionError: Another version of SAML.
        UnsolicitedError: It answers no request (profiles 4.1.5 is not offered).
    """
    root = gate.read(message, kind="Response")
    in_response_to = root.get("InResponseTo")
    if not in_response_to:
        raise UnsolicitedError("the Response answers no request")
    return OpenedResponse(in_response_to=in_response_to, root=root)


@gate.refusing()
def accept(
    opened: OpenedResponse, expected: Expected, keys: Sequence[DecryptionKey]
) -> VerifiedAssertion:
    """Let a Response through the gate and every check.

    Args:
        opened: The Response.
        expected: What we asked, whom and when.
        keys: Our decryption keys.

    Returns:
        What the identity provider said about the person.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    signed = gate.is_signed(opened.root)
    root = (
        gate.verified(opened.root, expected.idp.signing_keys) if signed else opened.root
    )
    _check_envelope(root, expected, signed=signed)
    assertion = _only_assertion(root, keys, response_signed=signed)
    if gate.is_signed(assertion):
        assertion = gate.verified(assertion, expected.idp.signing_keys)
    elif not signed:
        raise BadSignatureError("neither the Response nor the assertion is signed")
    return _check_assertion(assertion, expected)


def _check_envelope(root: etree._Element, expected: Expected, *, signed: bool) -> None:
    """Check the Response around the assertion, without relying on it."""
    model = to_model(_envelope_of(root), samlp.Response)
    checks.check_response_issuer(model.issuer, expected)
    checks.check_response_destination(model.destination, expected, signed=signed)
    checks.check_in_response_to(model.in_response_to, expected)
    expected.moment.check_fresh(read_instant(model.issue_instant))
    checks.check_status(model.status)


def _envelope_of(root: etree._Element) -> etree._Element:
    """Copy a Response without its assertions and signature, comments removed."""
    envelope = etree.Element(root.tag, dict(root.attrib))
    envelope.extend(deepcopy(child) for child in root if child.tag not in _NOT_AROUND)
    return gate.without_comments(envelope)


def _only_assertion(
    root: etree._Element, keys: Sequence[DecryptionKey], *, response_signed: bool
) -> etree._Element:
    """Find the one assertion, a child of the Response, plain or encrypted."""
    found = [each for each in _ANY_ASSERTION(root) if not _is_advice(each)]
    if len(found) != 1 or found[0].getparent() is not root:
        raise BadAssertionError("not exactly one assertion")
    if found[0].tag == _ASSERTION:
        return found[0]  # type: ignore[no-any-return]  # XPath results are Any
    decrypted = decrypt_assertion(found[0], keys, allow_cbc=response_signed)
    if decrypted.tag != _ASSERTION:
        raise BadAssertionError("something else than an assertion was encrypted")
    return decrypted


def _is_advice(assertion: etree._Element) -> bool:
    """Tell whether an assertion only stands in another one's Advice (core 2.6.1)."""
    return any(parent.tag == _ADVICE for parent in assertion.iterancestors())


def _check_assertion(tree: etree._Element, expected: Expected) -> VerifiedAssertion:
    """Check an assertion that was verified, and read it."""
    gate.check_version(tree)
    tags = [child.tag for child in tree]
    if any(tags.count(tag) > 1 for tag in _ONCE):
        raise BadAssertionError("an element that may stand once stands twice")
    values = attributes.take_attributes(tree)
    for advice in tree.findall(_ADVICE):
        tree.remove(advice)  # whatever is in it, core 2.6.1
    model = to_model(tree, saml.Assertion)
    checks.check_issuer(model.issuer, expected)
    expected.moment.check_fresh(read_instant(model.issue_instant))
    checks.check_subject(model.subject, expected)
    checks.check_conditions(model.conditions, expected)
    checks.check_audience(model.conditions, expected)
    return _value_of(model, expected, values)


def _value_of(
    model: Any, expected: Expected, values: dict[str, tuple[str, ...]]
) -> VerifiedAssertion:
    if not model.id:
        raise UnreadableMessageError("an assertion without ID")
    statement = checks.check_one_statement(model.authn_statement)
    instant = read_instant(statement.authn_instant)
    checks.check_authn_instant(instant, expected)
    session_end = (
        read_instant(statement.session_not_on_or_after)
        if statement.session_not_on_or_after is not None
        else None
    )
    checks.check_session_end(session_end, expected)
    return VerifiedAssertion(
        id=model.id,
        issuer=expected.idp.entity_id,
        name_id=_name_id(model.subject.name_id),
        authn_instant=instant,
        authn_context=checks.check_authn_context(statement, expected),
        session_index=statement.session_index,
        session_not_on_or_after=session_end,
        remember_until=_remember_until(model, expected),
        authenticating_authorities=_authorities(statement.authn_context),
        proxy_limit=_proxy_limit(model.conditions, expected),
        attributes=values,
        one_time_use=bool(model.conditions.one_time_use),
    )


def _proxy_limit(conditions: Any, expected: Expected) -> ProxyLimit:
    """Read what may be passed on; for our own pages nothing is."""
    limit = checks.read_proxy_limit(conditions)
    if expected.sp_entity_id != expected.our_entity_id:
        checks.check_proxy_limit(limit, sp_entity_id=expected.sp_entity_id)
    return limit


def _remember_until(model: Any, expected: Expected) -> datetime:
    """Say how long the ID could be presented again: no confirmation outlives it."""
    ends = [
        read_instant(confirmation.subject_confirmation_data.not_on_or_after)
        for confirmation in model.subject.subject_confirmation
        if confirmation.subject_confirmation_data is not None
        and confirmation.subject_confirmation_data.not_on_or_after
    ]
    now, skew = expected.moment.now, expected.moment.skew
    return min(max([now + _AT_LEAST, *ends]), now + _AT_MOST) + 2 * skew


def _name_id(model: Any) -> NameID | None:
    if model is None or not model.text:
        return None
    return NameID(
        value=model.text,
        format=model.format,
        name_qualifier=model.name_qualifier,
        sp_name_qualifier=model.sp_name_qualifier,
    )


def _authorities(context: Any) -> tuple[str, ...]:
    found = tuple(
        (authority.text or "").strip() for authority in context.authenticating_authority
    )
    if len(found) > MAX_AUTHORITIES:
        raise BadAssertionError("very many authenticating authorities")
    return found
