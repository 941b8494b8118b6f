"""The identity provider has answered: who is it, what may they do, what do we say?"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Final

from authz.models import Decision, Outcome
from idp_bridge.errors import (
    InactiveOrganisationError,
    InactivePersonError,
    LoginLostError,
    LoginRefusedError,
    MisconfiguredError,
    NoAgreementError,
    NoPermissionError,
    ReplayedError,
    ServiceClosedError,
    UnknownPersonError,
    WrongOrganisationError,
)
from idp_bridge.login import answer, choose, levels, name_ids, release
from idp_bridge.login.answer import Answer
from idp_bridge.login.begin import fitting_levels
from idp_bridge.login.levels import Level
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.login.pending import PendingLogin, SentRequest, login_id_of
from idp_bridge.login.release import KnownFacts
from idp_bridge.saml import attributes, downstream_response, upstream_response
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.downstream_response import Protection
from idp_bridge.saml.encryption import can_encrypt_to
from idp_bridge.saml.messages import Release, VerifiedAssertion
from idp_bridge.saml.response_checks import Expected
from idp_bridge.saml.upstream_request import new_id
from idp_bridge.saml.upstream_response import OpenedResponse
from idp_bridge.settings import DownstreamPolicy, Encrypt, Upstream
from metadata.entities import EncryptionKey, ServiceProvider

_REFUSALS: Final[dict[Outcome, type[LoginRefusedError]]] = {
    Outcome.SERVICE_CLOSED: ServiceClosedError,
    Outcome.UNKNOWN_PERSON: UnknownPersonError,
    Outcome.INACTIVE_PERSON: InactivePersonError,
    Outcome.INACTIVE_ORGANISATION: InactiveOrganisationError,
    Outcome.WRONG_ORGANISATION: WrongOrganisationError,
    Outcome.NO_AGREEMENT: NoAgreementError,
    Outcome.NO_PERMISSION: NoPermissionError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLogin:
    """An answer with the pending login that it belongs to; not yet believed."""

    pending: PendingLogin
    sent: SentRequest
    upstream: Upstream
    opened: OpenedResponse


def find(
    message: InboundMessage, secret_for: Callable[[str], str | None], parts: Parts
) -> FoundLogin:
    """Find the login that a Response claims to answer, in this browser.

    Args:
        message: What came over HTTP.
        secret_for: Gives the secret that the browser holds for a login.
        parts: What is outside.

    Raises:
        UnsolicitedError: It answers no request.
        LoginLostError: The login is over, too old, or began in another browser.
        BridgeError: It is not a Response that we read, or the store does not answer.
    """
    opened = upstream_response.open_response(message)
    login_id = login_id_of(opened.in_response_to)
    pending = choose.find(login_id, secret_for(login_id), parts)
    sent = pending.request_sent(opened.in_response_to)
    upstream = parts.settings.upstream_for(sent.method)
    if upstream is None:
        raise LoginLostError("the method has left the configuration")
    return FoundLogin(pending=pending, sent=sent, upstream=upstream, opened=opened)


def complete(found: FoundLogin, parts: Parts) -> Answer:
    """Check the answer, decide, and write our own.

    Nothing is used up until the answer has passed every check: a forged one leaves the
    honest person's login as it was.

    Raises:
        BridgeError: The first check or decision that ends the login.
    """
    request = found.pending.request
    if found.pending.own_pages is not None:
        raise MisconfiguredError("a login for our own pages answers no e-tjänst")
    asked = fitting_levels(request, found.upstream, parts)
    assertion = _verify(found, asked, parts)
    _use_up_assertion(assertion, parts)
    sp = answer.sp_that_may_be_answered(request, parts)
    policy = parts.settings.policy_for(sp.entity_id)
    facts = _decide(assertion, found, parts)
    level = levels.answer(asked, asserted=assertion.authn_context)
    name_id = name_ids.make(request, sp, facts.person, parts)
    told = Release(
        name_id=name_id,
        authn_instant=assertion.authn_instant,
        authn_context=level,
        session_index=new_id(),
        session_not_on_or_after=_session_end(assertion, facts.decision),
        authenticating_authorities=_authorities(assertion, policy),
        attributes=release.attributes_for(
            facts, sp=sp, policy=policy, attribute_index=request.attribute_index
        ),
    )
    protection = _protection(sp, policy, parts)
    _use_up_login(found.pending, parts)
    xml = downstream_response.make_success(
        answer.envelope(request, parts), told, protection, parts.signing_key
    )
    return answer.to_sp(xml, request, sp)


def identify(found: FoundLogin, parts: Parts) -> Identity:
    """Check the answer to a login for our own pages, and say who it is.

    Raises:
        BridgeError: The first check that ends the login.
    """
    if found.pending.own_pages is None:
        raise MisconfiguredError("a login for an e-tjänst opens none of our own pages")
    asked = fitting_levels(found.pending.request, found.upstream, parts)
    assertion = _verify(found, asked, parts)
    _use_up_assertion(assertion, parts)
    levels.answer(asked, asserted=assertion.authn_context)
    identity = _identity_of(assertion, found, parts)
    _use_up_login(found.pending, parts)
    return identity


def _verify(
    found: FoundLogin, asked: tuple[Level, ...], parts: Parts
) -> VerifiedAssertion:
    """Let the Response through the gate and the checks."""
    request = found.pending.request
    expected = Expected(
        request_id=found.sent.request_id,
        idp=parts.find_idp(found.upstream.entity_id),
        our_entity_id=parts.settings.saml.sp_entity_id,
        acs_url=parts.acs_url,
        sp_entity_id=request.sp_entity_id,
        levels=tuple(level.upstream for level in asked),
        force_authn=request.force_authn,
        sent_at=found.sent.sent_at,
        moment=parts.moment(),
    )
    return upstream_response.accept(found.opened, expected, parts.decryption_keys)


def _use_up_assertion(assertion: VerifiedAssertion, parts: Parts) -> None:
    """Remember an assertion, so that it counts once (profiles 4.1.4.5).

    Raises:
        ReplayedError: It has been used before.
        StoreUnavailableError: Nobody can say.
    """
    name = f"{assertion.issuer}\n{assertion.id}".encode()
    ttl = assertion.remember_until - parts.clock()
    if not parts.state.add_once(f"assertion:{sha256(name).hexdigest()}", ttl):
        raise ReplayedError("the assertion has been used")


def _use_up_login(pending: PendingLogin, parts: Parts) -> None:
    """End a login: of several answers that arrive at once, one gets through."""
    if parts.state.take(pending.key) is None:
        raise LoginLostError("the login has just been finished elsewhere")


def _decide(
    assertion: VerifiedAssertion, found: FoundLogin, parts: Parts
) -> KnownFacts:
    """Ask the permission store; upstream is not believed about permissions.

    Raises:
        LoginRefusedError: The person may not go on.
    """
    identity = _identity_of(assertion, found, parts)
    service = parts.find_service(found.pending.request.sp_entity_id)
    with store_errors():
        decision = parts.authz.decide(
            identity.hsa_id,
            service,
            organisation_numbers=identity.organisation_numbers,
            now=parts.clock(),
        )
    if decision.outcome is not Outcome.ALLOWED:
        raise _REFUSALS[decision.outcome](f"decision {decision.outcome}")
    person, organisation = decision.facts.person, decision.facts.organisation
    if person is None or organisation is None:
        raise UnknownPersonError("allowed, but nobody")
    return KnownFacts(
        identity=identity, person=person, organisation=organisation, decision=decision
    )


def _identity_of(
    assertion: VerifiedAssertion, found: FoundLogin, parts: Parts
) -> Identity:
    return attributes.identity_of(
        assertion.attributes,
        map_name=found.upstream.attribute_map,
        authn_context=assertion.authn_context,
        allow_test_ids=parts.settings.saml.allow_test_hsa_ids,
    )


def _session_end(assertion: VerifiedAssertion, decision: Decision) -> datetime | None:
    """End the session no later than a released grant or the session upstream."""
    ends = [decision.valid_until, assertion.session_not_on_or_after]
    return min((end for end in ends if end is not None), default=None)


def _authorities(
    assertion: VerifiedAssertion, policy: DownstreamPolicy
) -> tuple[str, ...]:
    """Name who authenticated the person, earliest first, unless suppressed."""
    if not policy.authenticating_authority:
        return ()
    return (*assertion.authenticating_authorities, assertion.issuer)


def _protection(
    sp: ServiceProvider, policy: DownstreamPolicy, parts: Parts
) -> Protection:
    """Decide how the assertion is protected for one e-tjänst."""
    sign = policy.sign_assertion
    return Protection(
        sign_assertion=sp.wants_signed_assertions if sign is None else sign,
        recipient=_recipient(sp, policy),
        default_cipher=policy.data_encryption,
        lifetime=parts.settings.saml.assertion_lifetime,
        skew=parts.settings.saml.clock_skew,
    )


def _recipient(sp: ServiceProvider, policy: DownstreamPolicy) -> EncryptionKey | None:
    if policy.encrypt is Encrypt.NEVER:
        return None
    for recipient in sp.encryption_keys:
        if can_encrypt_to(recipient):
            return recipient
    if sp.encryption_keys or sp.wants_encryption or policy.encrypt is Encrypt.REQUIRED:
        raise MisconfiguredError("encryption is wanted and no key of the SP fits")
    return None
