"""Somebody has logged in lately: may that login answer this request?

Only *who* it is comes from the session. What the e-tjänst is told is decided as at any
login (:mod:`idp_bridge.login.issue`).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from idp_bridge.errors import AuthnContextError, UnknownConditionError
from idp_bridge.login import issue, kept_sessions, levels, showing
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.begin import fitting_levels, fitting_methods, is_available
from idp_bridge.login.issue import DecidedAnswer, IssuedAnswer
from idp_bridge.login.parts import Parts
from idp_bridge.login.session import BrowserSession, SessionLogin
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.saml.response_checks import check_proxy_limit
from idp_bridge.settings import SingleSignOn
from idp_bridge.tracing.steps import Step, Steps

Outcome = IssuedAnswer | DecidedAnswer | None
"""An answer that may go; one that must be seen first; or nobody is known any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LiveLogin:
    """A login of earlier that may answer a request, in the browser that holds it."""

    browser: BrowserSession
    login: SessionLogin

    @property
    def authentication(self) -> Authentication:
        """Who it is."""
        return self.login.authentication


def find(
    request: AuthnRequest, browser: BrowserSession | None, parts: Parts
) -> LiveLogin | None:
    """Find the login that may answer a request without asking upstream.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if browser is None or not _is_wanted(request, parts):
        return None
    found = kept_sessions.of_browser(browser, parts)
    if found is None or found.is_closed:
        return None
    login = found.login_of(browser)
    if login is None or not may_answer(login.authentication, request, parts):
        return None
    return LiveLogin(browser=browser, login=login)


def answer(
    live: LiveLogin, request: AuthnRequest, parts: Parts, steps: Steps
) -> Outcome:
    """Answer a request from a login of earlier.

    Args:
        live: The login.
        request: What the e-tjänst asked for.
        parts: What is outside.
        steps: Where to note how far it comes.

    Raises:
        BridgeError: The e-tjänst may not be told anything about this person, or a page
            would be needed that the request forbids.
    """
    steps.note(Step.SESSION_FOUND, live.authentication.method)
    decided = issue.decide(live.authentication, request, parts)
    steps.note(Step.DECIDED)
    if showing.is_needed(decided, parts):
        return decided
    issued = issue.from_session(live.login, decided, live.browser, parts)
    steps.note(Step.ISSUED)
    return issued


def _is_wanted(request: AuthnRequest, parts: Parts) -> bool:
    """Tell whether the e-tjänst takes logins of earlier, whoever it is (core 3.4.1)."""
    policy = parts.settings.policy_for(request.sp_entity_id)
    return (
        policy.sso is not SingleSignOn.OFF
        and parts.settings.saml.sso_minutes > 0
        and not request.force_authn
        and not request.principal
    )


def may_answer(
    authentication: Authentication, request: AuthnRequest, parts: Parts
) -> bool:
    """Tell whether a login of earlier is as good as one that we would ask for now."""
    return all(check(authentication, request, parts) for check in _CHECKS)


def _is_young(about: Authentication, _: AuthnRequest, parts: Parts) -> bool:
    """Sweden Connect: 60 minutes at most, counted from when the person showed it."""
    age = parts.clock() - about.authn_instant
    return age < parts.settings.saml.sso_lifetime


def _lasts_upstream(
    about: Authentication, _request: AuthnRequest, parts: Parts
) -> bool:
    """Core 2.7.2: nothing is said of a session that its identity provider has ended."""
    end = about.session_not_on_or_after
    return end is None or parts.clock() < end


def _may_be_passed_on(about: Authentication, request: AuthnRequest, _: Parts) -> bool:
    """Core 2.5.1.5, 2.5.1.6: not OneTimeUse; to whom ProxyRestriction lets us."""
    if about.one_time_use:
        return False
    try:
        check_proxy_limit(about.proxy_limit, sp_entity_id=request.sp_entity_id)
    except UnknownConditionError:
        return False
    return True


def _method_is_offered(
    about: Authentication, request: AuthnRequest, parts: Parts
) -> bool:
    """The method is allowed for this e-tjänst and request, its IdP still trusted."""
    offered = {
        (each.method, each.entity_id) for each in fitting_methods(request, parts)
    }
    if (about.method, about.upstream_entity_id) not in offered:
        return False
    upstream = parts.settings.upstream_for(about.method)
    return upstream is not None and is_available(upstream, parts)


def _level_answers(about: Authentication, request: AuthnRequest, parts: Parts) -> bool:
    """Core 3.3.2.2.1: one of the levels that were asked for, literally."""
    upstream = parts.settings.upstream_for(about.method)
    if upstream is None:
        return False
    try:
        levels.answer(fitting_levels(request, upstream, parts), asserted=about.level)
    except AuthnContextError:
        return False
    return True


_CHECKS: Final[tuple[Callable[[Authentication, AuthnRequest, Parts], bool], ...]] = (
    _is_young,
    _lasts_upstream,
    _may_be_passed_on,
    _method_is_offered,
    _level_answers,
)
