"""The identity provider has answered: which login is it for, and who is it?"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from hashlib import sha256

from idp_bridge.errors import LoginLostError, MisconfiguredError, ReplayedError
from idp_bridge.login import choose, issue, levels, showing
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.begin import fitting_levels
from idp_bridge.login.issue import DecidedAnswer, IssuedAnswer
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import PendingLogin, SentRequest, login_id_of
from idp_bridge.login.session import BrowserSession
from idp_bridge.saml import attributes, upstream_response
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import VerifiedAssertion
from idp_bridge.saml.response_checks import Expected
from idp_bridge.saml.upstream_response import OpenedResponse
from idp_bridge.settings import Upstream
from idp_bridge.tracing.steps import Step, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLogin:
    """An answer with the pending login that it belongs to; not yet believed."""

    pending: PendingLogin
    sent: SentRequest
    upstream: Upstream
    opened: OpenedResponse
    steps: Steps
    """How the login came here, and what it comes through while it is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class WaitingAnswer:
    """An answer that the person must see first; the login waits for the button."""

    decided: DecidedAnswer
    pending: PendingLogin


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
    steps = Steps(parts.clock, pending.story)
    steps.note(Step.ANSWER_RECEIVED, sent.method)
    return FoundLogin(
        pending=pending, sent=sent, upstream=upstream, opened=opened, steps=steps
    )


def complete(
    found: FoundLogin, browser: BrowserSession | None, parts: Parts
) -> IssuedAnswer | WaitingAnswer:
    """Check the answer, decide, and write our own, or let the person see it first.

    Nothing is used up until the answer has passed every check: a forged one leaves the
    honest person's login as it was.

    Args:
        found: The answer.
        browser: The login session that this browser holds, if any.
        parts: What is outside.

    Raises:
        BridgeError: The first check or decision that ends the login.
    """
    if found.pending.own_pages is not None:
        raise MisconfiguredError("a login for our own pages answers no e-tjänst")
    authentication = authenticate(found, parts)
    decided = issue.decide(authentication, found.pending.request, parts)
    found.steps.note(Step.DECIDED)
    must_wait = showing.is_needed(decided, parts)
    use_up_login(found.pending, parts)
    if must_wait:
        pending = replace(found.pending, authentication=authentication)
        choose.keep(pending, parts)
        return WaitingAnswer(decided=decided, pending=pending)
    issued = issue.after_login(authentication, decided, browser, parts)
    found.steps.note(Step.ISSUED)
    return issued


def identify(found: FoundLogin, parts: Parts) -> Authentication:
    """Check the answer to a login for our own pages, and say who it is.

    Raises:
        BridgeError: The first check that ends the login.
    """
    if found.pending.own_pages is None:
        raise MisconfiguredError("a login for an e-tjänst opens none of our own pages")
    authentication = authenticate(found, parts)
    asked = fitting_levels(found.pending.request, found.upstream, parts)
    levels.answer(asked, asserted=authentication.level)
    use_up_login(found.pending, parts)
    return authentication


def authenticate(found: FoundLogin, parts: Parts) -> Authentication:
    """Check the answer, and say who it is. An assertion counts once.

    Raises:
        BridgeError: The first check that the answer does not pass.
    """
    assertion = _verify(found, parts)
    _use_up_assertion(assertion, parts)
    found.steps.note(Step.ANSWER_VERIFIED)
    return Authentication(
        identity=_identity_of(assertion, found, parts),
        upstream_entity_id=assertion.issuer,
        method=found.sent.method,
        authn_instant=assertion.authn_instant,
        level=assertion.authn_context,
        assertion_id=assertion.id,
        authorities=assertion.authenticating_authorities,
        proxy_limit=assertion.proxy_limit,
        name_id=assertion.name_id,
        session_index=assertion.session_index,
        session_not_on_or_after=assertion.session_not_on_or_after,
        one_time_use=assertion.one_time_use,
    )


def _verify(found: FoundLogin, parts: Parts) -> VerifiedAssertion:
    """Let the Response through the gate and the checks."""
    request = found.pending.request
    asked = fitting_levels(request, found.upstream, parts)
    expected = Expected(
        request_id=found.sent.request_id,
        idp=parts.find_idp(found.upstream.entity_id),
        our_entity_id=parts.settings.saml.sp_entity_id,
        acs_url=parts.acs_url,
        sp_entity_id=request.sp_entity_id,
        levels=tuple(level.upstream for level in asked),
        force_authn=request.force_authn or found.sent.afresh,
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


def use_up_login(pending: PendingLogin, parts: Parts) -> None:
    """End a login: of several answers that arrive at once, one gets through.

    Raises:
        LoginLostError: Another one was faster.
        StoreUnavailableError: The store does not answer.
    """
    if parts.state.take(pending.key) is None:
        raise LoginLostError("the login has just been finished elsewhere")


def _identity_of(
    assertion: VerifiedAssertion, found: FoundLogin, parts: Parts
) -> Identity:
    return attributes.identity_of(
        assertion.attributes,
        map_name=found.upstream.attribute_map,
        authn_context=assertion.authn_context,
        allow_test_ids=parts.settings.saml.allow_test_hsa_ids,
    )
