"""Somebody is authenticated and an e-tjänst waits: what may they do, what do we say?

Everything is decided anew, whether the person has just logged in or did so earlier:
nothing that was decided for another request, e-tjänst or moment is used again.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

from authz import errors as authz_errors
from authz.models import Decision, Outcome
from idp_bridge import logs
from idp_bridge.errors import (
    InactiveOrganisationError,
    InactivePersonError,
    LoginLostError,
    LoginRefusedError,
    MisconfiguredError,
    NoAgreementError,
    NoPermissionError,
    ServiceClosedError,
    UnknownPersonError,
    WrongOrganisationError,
)
from idp_bridge.login import answer, kept_sessions, levels, name_ids, release
from idp_bridge.login.answer import Answer
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.begin import fitting_levels
from idp_bridge.login.kept_sessions import Joined, Told
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.login.release import KnownFacts
from idp_bridge.login.session import BrowserSession, SessionLogin
from idp_bridge.saml import downstream_response
from idp_bridge.saml.downstream_response import Protection
from idp_bridge.saml.encryption import can_encrypt_to
from idp_bridge.saml.messages import AuthnRequest, IssuedAttribute, NameID, Release
from idp_bridge.saml.principal_selection import check_principal
from idp_bridge.saml.response_checks import check_proxy_limit
from idp_bridge.settings import DownstreamPolicy, Encrypt, PrincipalSelection
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
class DecidedAnswer:
    """All that an answer will say, decided and not yet signed."""

    request: AuthnRequest
    sp: ServiceProvider
    release: Release
    """Without a SessionIndex: it gets one when the session is told of it."""
    protection: Protection
    facts: KnownFacts
    """What it was decided on."""

    @property
    def told(self) -> Told:
        """Who gets it, and about whom."""
        return Told(
            sp_entity_id=self.request.sp_entity_id, name_id=self.release.name_id
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedAnswer:
    """An answer that may go, and what the browser holds from now on."""

    answer: Answer
    browser: BrowserSession
    idp_entity_id: str
    """Who has said who it is."""


def decide(
    authentication: Authentication, request: AuthnRequest, parts: Parts
) -> DecidedAnswer:
    """Decide what an e-tjänst is told about somebody, at this moment.

    Args:
        authentication: Who it is.
        request: What the e-tjänst asked for.
        parts: What is outside.

    Raises:
        BridgeError: The first reason why it may not be told anything.
    """
    sp = answer.sp_that_may_be_answered(request, parts)
    policy = parts.settings.policy_for(sp.entity_id)
    check_proxy_limit(authentication.proxy_limit, sp_entity_id=sp.entity_id)
    if policy.principal_selection is PrincipalSelection.REQUIRED:
        check_principal(request.principal, authentication.identity)
    facts = _ask_permissions(authentication, request, parts)
    name_id = name_ids.make(request, sp, facts.person, parts)
    told = Release(
        name_id=name_id,
        authn_instant=authentication.authn_instant,
        authn_context=_level(authentication, request, parts),
        session_index=None,
        session_not_on_or_after=_session_end(authentication, facts.decision),
        authenticating_authorities=_authorities(authentication, policy),
        proxy_limit=authentication.proxy_limit.after_us(),
        attributes=_attributes(facts, sp, request, parts, name_id),
    )
    return DecidedAnswer(
        request=request,
        sp=sp,
        release=told,
        protection=protection_for(sp, policy, parts),
        facts=facts,
    )


def _attributes(
    facts: KnownFacts,
    sp: ServiceProvider,
    request: AuthnRequest,
    parts: Parts,
    name_id: NameID,
) -> tuple[IssuedAttribute, ...]:
    """Write what the e-tjänst asks for and may have.

    Raises:
        MissingAttributeError: It requires something that we cannot deliver.
    """
    plan = parts.plan_for(sp, request.attribute_index)
    named = name_ids.with_names(facts, plan, sp, parts, name_id=name_id)
    return release.attributes_for(named, plan)


def after_login(
    authentication: Authentication,
    decided: DecidedAnswer,
    browser: BrowserSession | None,
    parts: Parts,
) -> IssuedAnswer:
    """Answer for somebody who has just logged in, in the session of this browser.

    Raises:
        StoreUnavailableError: The session cannot be told.
    """
    joined = kept_sessions.log_in(authentication, decided.told, browser, parts)
    return _sign(decided, joined, authentication, parts)


def from_session(
    login: SessionLogin, decided: DecidedAnswer, browser: BrowserSession, parts: Parts
) -> IssuedAnswer | None:
    """Answer for somebody who has logged in earlier in the session of this browser.

    Returns:
        ``None`` when the session has ended meanwhile.

    Raises:
        StoreUnavailableError: The session cannot be told.
    """
    joined = kept_sessions.join(login, decided.told, browser, parts)
    if joined is None:
        return None
    return _sign(decided, joined, login.authentication, parts)


def _sign(
    decided: DecidedAnswer, joined: Joined, about: Authentication, parts: Parts
) -> IssuedAnswer:
    """Write what was decided as a signed Response."""
    xml = downstream_response.make_success(
        answer.envelope(decided.request, parts),
        replace(decided.release, session_index=joined.session_index),
        decided.protection,
        parts.signing_key,
    )
    _note_login(decided, parts)
    ready = answer.to_sp(xml, decided.request, decided.sp)
    return IssuedAnswer(
        answer=ready,
        browser=joined.browser,
        idp_entity_id=about.upstream_entity_id,
    )


def _note_login(decided: DecidedAnswer, parts: Parts) -> None:
    """Note on which day the person was last there; no login fails of it."""
    try:
        parts.authz.note_login(
            decided.facts.decision.facts.last_login, now=parts.clock()
        )
    except authz_errors.StoreUnavailableError as error:
        logs.last_login_lost(kind=str(error))


def _ask_permissions(
    authentication: Authentication, request: AuthnRequest, parts: Parts
) -> KnownFacts:
    """Ask the permission store; upstream is not believed about permissions.

    Raises:
        LoginRefusedError: The person may not go on.
    """
    identity = authentication.identity
    service = parts.find_service(request.sp_entity_id)
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
        identity=identity,
        person=person,
        organisation=organisation,
        decision=decision,
        transaction=authentication.assertion_id,
    )


def _level(authentication: Authentication, request: AuthnRequest, parts: Parts) -> str:
    """Find the level to answer with: one that was asked for and was asserted.

    Raises:
        AuthnContextError: Nothing that was asked for corresponds to what was asserted.
        LoginLostError: The method is no longer configured.
    """
    upstream = parts.settings.upstream_for(authentication.method)
    if upstream is None:
        raise LoginLostError("the method has left the configuration")
    asked = fitting_levels(request, upstream, parts)
    return levels.answer(asked, asserted=authentication.level)


def _session_end(authentication: Authentication, decision: Decision) -> datetime | None:
    """End the session no later than a released grant or the session upstream."""
    ends = [decision.valid_until, authentication.session_not_on_or_after]
    return min((end for end in ends if end is not None), default=None)


def _authorities(
    authentication: Authentication, policy: DownstreamPolicy
) -> tuple[str, ...]:
    """Name who authenticated the person, earliest first, unless suppressed."""
    if not policy.authenticating_authority:
        return ()
    return (*authentication.authorities, authentication.upstream_entity_id)


def protection_for(
    sp: ServiceProvider,
    policy: DownstreamPolicy,
    parts: Parts,
    *,
    sign: bool | None = None,
) -> Protection:
    """Decide how an assertion is protected for one e-tjänst.

    Args:
        sp: The e-tjänst.
        policy: What is agreed with it.
        parts: What is outside.
        sign: Whether the assertion is signed; ``None`` leaves it to the e-tjänst.

    Raises:
        MisconfiguredError: Encryption is wanted, and no key of the SP fits.
    """
    wanted = sp.wants_signed_assertions
    if policy.sign_assertion is not None:
        wanted = policy.sign_assertion
    return Protection(
        sign_assertion=wanted if sign is None else sign,
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
