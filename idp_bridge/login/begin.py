"""An e-tjänst asks: may we answer, and in which ways may the person log in?"""

from collections.abc import Sequence
from dataclasses import dataclass

from idp_bridge.errors import (
    AuthnContextError,
    PassiveError,
    ServiceClosedError,
    UnavailableIdpError,
)
from idp_bridge.login import release_plan
from idp_bridge.login.levels import Level
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import PendingLogin, new_login_id, new_secret
from idp_bridge.login.replay import check_not_replayed
from idp_bridge.saml import downstream_request, request_checks
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.downstream_request import AcceptedRequest, RequestContext
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.settings import Upstream
from idp_bridge.tracing.steps import Step


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLogin:
    """A login that has begun; not yet in the store."""

    pending: PendingLogin
    secret: str
    """For the browser's cookie; the store has only its hash."""
    methods: tuple[Upstream, ...]


def receive(message: InboundMessage, parts: Parts) -> AcceptedRequest:
    """Check a request until we know whom we could answer.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    return downstream_request.accept(
        message,
        RequestContext(
            find_sp=parts.find_sp,
            endpoint_url=parts.sso_url,
            moment=parts.moment(),
            require_signature=lambda entity_id: (
                parts.settings.policy_for(entity_id).require_signed_requests
            ),
        ),
    )


def begin(accepted: AcceptedRequest, parts: Parts) -> BegunLogin:
    """Begin a login for a request that can be answered.

    Raises:
        BridgeError: We cannot or may not do what the request asks for.
    """
    request = accepted.request
    downstream_request.check_answerable(accepted)
    check_service_open(request, parts)
    plan = parts.plan_for(accepted.sp, request.attribute_index)
    release_plan.check_deliverable(plan)
    methods = fitting_methods(request, parts)
    check_available(methods, parts)
    check_not_replayed(
        "request", sender=request.sp_entity_id, message_id=request.id, parts=parts
    )
    secret, secret_hash = new_secret()
    now = parts.clock()
    pending = PendingLogin(
        login_id=new_login_id(now),
        secret_hash=secret_hash,
        request=request,
        steps=(accepted.step,),
    )
    return BegunLogin(
        pending=pending.with_step(Step.METHODS_OFFERED, now, _named(methods)),
        secret=secret,
        methods=methods,
    )


def _named(methods: tuple[Upstream, ...]) -> str:
    return " ".join(each.method for each in methods)


def check_nobody_must_choose(begun: BegunLogin) -> None:
    """Refuse when a page would be needed and the request forbids it (core 3.4.1).

    Raises:
        PassiveError: A person would have to choose a method.
    """
    if begun.pending.request.is_passive and len(begun.methods) > 1:
        raise PassiveError("a person would have to choose a method")


def check_service_open(request: AuthnRequest, parts: Parts) -> None:
    """Refuse before anybody logs in for an e-tjänst that is not open.

    Raises:
        ServiceClosedError: It is not in the catalogue, not yet open, or closed.
        StoreUnavailableError: The permission store does not answer.
    """
    service = parts.find_service(request.sp_entity_id)
    if not service.validity.holds(parts.clock()):
        raise ServiceClosedError(f"service {service.code} is not open")


def fitting_methods(request: AuthnRequest, parts: Parts) -> tuple[Upstream, ...]:
    """Find the login methods that this e-tjänst accepts for this request.

    Raises:
        UnsupportedIdpError: Its IDPList leaves none.
        AuthnContextError: None reaches a level that it asked for.
    """
    allowed = parts.settings.policy_for(request.sp_entity_id).methods
    offered = [
        upstream
        for upstream in parts.settings.upstream
        if not allowed or upstream.method in allowed
    ]
    left = request_checks.check_idp_list(
        request.scoping, known=[upstream.entity_id for upstream in offered]
    )
    methods = tuple(
        upstream
        for upstream in offered
        if upstream.entity_id in left and fitting_levels(request, upstream, parts)
    )
    if not methods:
        raise AuthnContextError("no method reaches a level that was asked for")
    return methods


def check_available(methods: Sequence[Upstream], parts: Parts) -> None:
    """Refuse when nobody who may be asked can be asked (core 3.4.1.5.1).

    Raises:
        UnavailableIdpError: All their metadata is missing or has expired.
        StoreUnavailableError: The metadata cannot be read.
    """
    if not any(is_available(upstream, parts) for upstream in methods):
        raise UnavailableIdpError("no identity provider that fits has valid metadata")


def is_available(upstream: Upstream, parts: Parts) -> bool:
    """Tell whether the identity provider of a method can be asked now.

    Raises:
        StoreUnavailableError: The metadata cannot be read.
    """
    try:
        parts.find_idp(upstream.entity_id)
    except UnavailableIdpError:
        return False
    return True


def fitting_levels(
    request: AuthnRequest, upstream: Upstream, parts: Parts
) -> tuple[Level, ...]:
    """Find the levels of one method that would answer a request.

    Raises:
        StoreUnavailableError: The metadata cannot be read.
    """
    return parts.fitting.of(
        request, upstream, parts.settings, certified=_certified(upstream, parts)
    )


def _certified(upstream: Upstream, parts: Parts) -> tuple[str, ...]:
    """Read what an identity provider is certified for, if it can be asked at all."""
    try:
        return parts.find_idp(upstream.entity_id).assurance_certifications
    except UnavailableIdpError:
        return ()
