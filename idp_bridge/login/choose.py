"""A method is chosen: we send our own request to its identity provider."""

from datetime import timedelta

from idp_bridge.errors import BridgeError, LoginLostError
from idp_bridge.login.begin import fitting_levels, fitting_methods
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import (
    PendingLogin,
    SentRequest,
    key_of,
    new_request_id,
)
from idp_bridge.saml import principal_selection, upstream_request
from idp_bridge.saml.upstream_request import OutboundRequest, UpstreamQuestion
from idp_bridge.settings import Upstream
from metadata import names


def keep(pending: PendingLogin, parts: Parts) -> None:
    """Put a login into the store, for as long as somebody may take.

    Raises:
        LoginLostError: That time is over.
        StoreUnavailableError: The store does not answer.
    """
    left = pending.began + parts.settings.saml.login_lifetime - parts.clock()
    if left <= timedelta():
        raise LoginLostError("a login that has lasted too long")
    parts.state.put(pending.key, pending.to_bytes(), left)


def find(login_id: str, secret: str | None, parts: Parts) -> PendingLogin:
    """Find a login in progress that began in this browser.

    Raises:
        LoginLostError: It is over, too old, or began in another browser.
        StoreUnavailableError: The store does not answer.
    """
    data = parts.state.get(key_of(login_id))
    if data is None:
        raise LoginLostError("no such login in progress")
    pending = PendingLogin.from_bytes(data)
    pending.check_browser(secret)
    return pending


def send_again(
    pending: PendingLogin, method: str, parts: Parts, *, afresh: bool = False
) -> OutboundRequest:
    """Send a request for a login that is in the store already.

    The entry is taken out first: a login that has ended meanwhile stays ended, and what
    another tab sent is not forgotten.

    Args:
        pending: The login.
        method: Which one the person has chosen.
        parts: What is outside.
        afresh: Whether the person wants to be somebody else than before.

    Raises:
        LoginLostError: The login has ended, or the method is not on offer.
        UnavailableIdpError: The metadata of the identity provider is missing or over.
        StoreUnavailableError: The store does not answer.
    """
    data = parts.state.take(pending.key)
    if data is None:
        raise LoginLostError("the login has just ended")
    latest = PendingLogin.from_bytes(data)
    try:
        return send(latest, method, parts, afresh=afresh)
    except BridgeError:
        keep(latest, parts)
        raise


def send(
    pending: PendingLogin, method: str, parts: Parts, *, afresh: bool = False
) -> OutboundRequest:
    """Send a request to the identity provider of a method, and remember it.

    Args:
        pending: The login.
        method: Which one the person has chosen.
        parts: What is outside.
        afresh: Whether the person must show who they are also if they just did.

    Raises:
        LoginLostError: The method is not one of those on offer.
        UnavailableIdpError: Its metadata is missing or has expired.
        StoreUnavailableError: The store does not answer.
    """
    upstream = next(
        (
            each
            for each in fitting_methods(pending.request, parts)
            if each.method == method
        ),
        None,
    )
    if upstream is None:
        raise LoginLostError("a method that is not on offer")
    sent = SentRequest(
        request_id=new_request_id(pending.login_id),
        method=method,
        sent_at=parts.clock(),
        afresh=afresh,
    )
    outbound = upstream_request.make(
        _question(pending, upstream, sent, parts), parts.signing_key
    )
    keep(pending.with_sent(sent), parts)
    return outbound


def _question(
    pending: PendingLogin, upstream: Upstream, sent: SentRequest, parts: Parts
) -> UpstreamQuestion:
    request = pending.request
    idp = parts.find_idp(upstream.entity_id)
    policy = parts.settings.policy_for(request.sp_entity_id)
    wanted = names.BINDING_POST if upstream.force_post else request.binding
    count = request.scoping.proxy_count
    levels = fitting_levels(request, upstream, parts)
    return UpstreamQuestion(
        request_id=sent.request_id,
        idp=idp,
        binding=wanted,
        our_entity_id=parts.settings.saml.sp_entity_id,
        acs_url=parts.acs_url,
        issued=sent.sent_at,
        levels=tuple(dict.fromkeys(level.upstream for level in levels)),
        force_authn=request.force_authn or sent.afresh,
        is_passive=request.is_passive,
        proxy_count=None if count is None else count - 1,
        requester_ids=(*request.scoping.requester_ids, request.sp_entity_id)
        if upstream.send_requester_id
        else (),
        attribute_index=policy.upstream_attribute_sets.get(
            str(request.attribute_index), upstream.attribute_service_index
        ),
        principal=principal_selection.wanted_by(
            idp.requested_principal, request.principal
        ),
    )
