"""Answers about a logout: those that come in, and the one that we owe.

What comes in belongs to a logout in progress of this browser, and answers the very
request that we sent to that party. What we say at the end is Success, because our own
session is over, and PartialLogout beside it unless everybody confirmed (core 3.7.3.2).
"""

from collections.abc import Callable
from dataclasses import dataclass

from idp_bridge.errors import BridgeError, LogoutLostError, WrongIssuerError
from idp_bridge.login.logout_sides import BY_BROWSER, context_of, endpoint, side_of
from idp_bridge.login.logout_telling import is_success
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending_logout import (
    LIFETIME,
    Asker,
    PendingLogout,
    Progress,
    key_of,
    logout_id_of,
)
from idp_bridge.saml import logout_messages, logout_writing
from idp_bridge.saml.logout_messages import OpenedMessage
from idp_bridge.saml.logout_writing import LogoutAnswer
from idp_bridge.saml.messages import Status
from idp_bridge.saml.upstream_request import OutboundRequest
from metadata import names
from metadata.entities import Role

SUCCESS: Status = Status(top=names.STATUS_SUCCESS)
PARTIAL: Status = Status(top=names.STATUS_SUCCESS, second=names.STATUS_PARTIAL_LOGOUT)


@dataclass(frozen=True, slots=True, kw_only=True)
class FoundLogout:
    """An answer with the logout that it belongs to; not yet believed."""

    pending: PendingLogout
    opened: OpenedMessage
    request_id: str


# --- a logout in progress -------------------------------------------------------------


def keep(pending: PendingLogout, parts: Parts) -> None:
    """Put a logout into the store, for as long as somebody may take.

    Raises:
        LogoutLostError: That time is over.
        StoreUnavailableError: The store does not answer.
    """
    left = pending.began + LIFETIME - parts.clock()
    if left.total_seconds() <= 0:
        raise LogoutLostError("a logout that has lasted too long")
    parts.state.put(pending.key, pending.to_bytes(), left)


def find(logout_id: str, secret: str | None, parts: Parts) -> PendingLogout:
    """Find a logout in progress that began in this browser.

    Raises:
        LogoutLostError: It is over, too old, or began in another browser.
        StoreUnavailableError: The store does not answer.
    """
    data = parts.state.get(key_of(logout_id))
    if data is None:
        raise LogoutLostError("no such logout in progress")
    pending = PendingLogout.from_bytes(data)
    pending.check_browser(secret)
    return pending


# --- answers that come in -------------------------------------------------------------


def find_answered(
    opened: OpenedMessage, secret_for: Callable[[str], str | None], parts: Parts
) -> FoundLogout:
    """Find the logout that an answer claims to be about, in this browser.

    Args:
        opened: The answer.
        secret_for: Gives the secret that the browser holds for a logout.
        parts: What is outside.

    Raises:
        UnsolicitedError: It answers no request.
        LogoutLostError: The logout is over, too old, or began in another browser.
    """
    request_id = logout_messages.claimed_request(opened)
    logout_id = logout_id_of(request_id)
    pending = find(logout_id, secret_for(logout_id), parts)
    return FoundLogout(pending=pending, opened=opened, request_id=request_id)


def take(found: FoundLogout, role: Role, parts: Parts) -> PendingLogout:
    """Check an answer, and note what the party says.

    Args:
        found: The answer.
        role: In which role parties speak where it came in.
        parts: What is outside.

    Raises:
        LogoutLostError: The request is no longer open.
        BridgeError: The first check that it does not pass; nothing is noted then.
    """
    place = found.pending.place_of(found.request_id)
    told = found.pending.parties[place]
    if told.role is not role or found.opened.issuer != told.entity_id:
        raise WrongIssuerError("not from the one who was asked")
    response = logout_messages.accept_response(
        found.opened,
        context_of(side_of(role, parts), parts),
        request_id=found.request_id,
    )
    progress = Progress.DONE if is_success(response) else Progress.FAILED
    pending = found.pending.with_party(place, told.ended(progress))
    keep(pending, parts)
    return pending


def pass_over(pending: PendingLogout, place: int, parts: Parts) -> PendingLogout:
    """Go on without a party that does not answer.

    Raises:
        LogoutLostError: The logout has lasted too long.
    """
    if place == pending.next:
        told = pending.parties[place]
        pending = pending.with_party(place, told.ended(Progress.FAILED))
        keep(pending, parts)
    return pending


# --- the answer that we owe -----------------------------------------------------------


def status_of(pending: PendingLogout) -> Status:
    """Say how a logout ended (core 3.7.3.2)."""
    return SUCCESS if pending.is_complete else PARTIAL


def to_asker(asker: Asker, status: Status, parts: Parts) -> OutboundRequest | None:
    """Write the answer that the browser carries to whoever asked.

    Returns:
        ``None`` when the browser cannot go there: it is no longer trusted, or has no
        address for answers.
    """
    side = side_of(asker.role, parts)
    try:
        party = side.find(asker.entity_id)
    except BridgeError:
        return None
    where = endpoint(party, asker.binding, *BY_BROWSER)
    if where is None:
        return None
    answer = LogoutAnswer(
        our_entity_id=side.our_entity_id,
        location=where.for_responses,
        in_response_to=asker.request_id,
        status=status,
        issued=parts.clock(),
    )
    return logout_writing.answer_for_browser(
        answer,
        binding=where.binding,
        key=parts.signing_key_for(party),
        relay_state=asker.relay_state,
    )


def in_envelope(
    status: Status, *, in_response_to: str, role: Role, parts: Parts
) -> bytes:
    """Write the answer for the connection that the request came by."""
    answer = LogoutAnswer(
        our_entity_id=side_of(role, parts).our_entity_id,
        location=None,
        in_response_to=in_response_to,
        status=status,
        issued=parts.clock(),
    )
    return logout_writing.answer_in_envelope(answer, parts.signing_key)
