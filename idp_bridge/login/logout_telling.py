"""The others are told that a session is over: by ourselves, or through the browser.

By SOAP all at once, with a few seconds for all of them together; whoever cannot be
reached so is told by the browser, one after the other, if there is a browser.
"""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Final

from idp_bridge import logs
from idp_bridge.errors import BridgeError, WrongIssuerError
from idp_bridge.login.logout_sides import (
    BY_BROWSER,
    Side,
    context_of,
    endpoint,
    side_of,
)
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import new_request_id
from idp_bridge.login.pending_logout import OtherParty, PendingLogout, Progress
from idp_bridge.saml import logout_messages, logout_writing, soap
from idp_bridge.saml.logout_checks import Party
from idp_bridge.saml.logout_writing import LogoutQuestion
from idp_bridge.saml.messages import LogoutResponse
from idp_bridge.saml.upstream_request import OutboundRequest
from metadata import names
from metadata.calling import Reply
from metadata.entities import Endpoint
from metadata.errors import FetchFailedError

AT_ONCE: Final = 8
"""How many parties are told at the same moment."""
HEADERS: Final = {"Content-Type": soap.CONTENT_TYPE, "SOAPAction": soap.ACTION}

Call = Callable[[str, bytes], Reply]
"""Posts an envelope to an address and waits a little for the answer."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Letter:
    """An envelope that is ready to go."""

    place: int
    side: Side
    party: Party
    request_id: str
    location: str
    envelope: bytes


def tell_by_soap(pending: PendingLogout, parts: Parts, call: Call) -> PendingLogout:
    """Tell everybody who takes SOAP, at the same time.

    Whoever does not confirm stays as it was: a browser may still do it.
    """
    letters = [
        letter
        for place, told in enumerate(pending.parties)
        if (letter := _letter(place, told, pending, parts)) is not None
    ]
    if not letters:
        return pending
    with ThreadPoolExecutor(min(AT_ONCE, len(letters))) as pool:
        replies = list(pool.map(lambda each: _deliver(each, call), letters))
    for letter, reply in zip(letters, replies, strict=True):
        if reply is not None and _confirms(letter, reply, parts):
            told = pending.parties[letter.place].ended(Progress.DONE)
            pending = pending.with_party(letter.place, told)
    return pending


def give_up(pending: PendingLogout) -> PendingLogout:
    """Note that everybody who is left cannot be told."""
    for place, told in enumerate(pending.parties):
        if told.progress is Progress.WAITING:
            pending = pending.with_party(place, told.ended(Progress.FAILED))
    return pending


def drop_unreachable(pending: PendingLogout, parts: Parts) -> PendingLogout:
    """Note whom no browser can reach: nobody should be sent round for them."""
    for place, told in enumerate(pending.parties):
        if told.progress is Progress.WAITING and _by_browser(told, parts) is None:
            pending = pending.with_party(place, told.ended(Progress.FAILED))
    return pending


def write_next(
    pending: PendingLogout, parts: Parts
) -> tuple[PendingLogout, OutboundRequest | None]:
    """Write the request that the browser carries next, and remember its ID.

    Parties to whom no browser can go are passed over, and noted.

    Returns:
        The logout as it is then, and nothing to carry when nobody is left.
    """
    while (place := pending.next) is not None:
        told = pending.parties[place]
        request_id = new_request_id(pending.logout_id)
        outbound = _for_browser(told, request_id, parts)
        if outbound is not None:
            return pending.with_party(place, told.sent(request_id)), outbound
        pending = pending.with_party(place, told.ended(Progress.FAILED))
    return pending, None


def _by_browser(told: OtherParty, parts: Parts) -> tuple[Party, Endpoint] | None:
    """Find where a browser can carry a request to; ``None`` if nowhere."""
    try:
        party = side_of(told.role, parts).find(told.entity_id)
    except BridgeError:
        return None
    where = endpoint(party, *BY_BROWSER)
    return (party, where) if where else None


def _for_browser(
    told: OtherParty, request_id: str, parts: Parts
) -> OutboundRequest | None:
    found = _by_browser(told, parts)
    if found is None:
        return None
    party, where = found
    side = side_of(told.role, parts)
    question = _question(told, side, request_id, where.location, parts)
    return logout_writing.request_for_browser(
        question, binding=where.binding, key=parts.signing_key_for(party)
    )


def _letter(
    place: int, told: OtherParty, pending: PendingLogout, parts: Parts
) -> _Letter | None:
    """Write the envelope for one party, if it takes any."""
    side = side_of(told.role, parts)
    try:
        party = side.find(told.entity_id)
    except BridgeError:
        return None
    where = endpoint(party, names.BINDING_SOAP)
    if where is None or told.progress is not Progress.WAITING:
        return None
    request_id = new_request_id(pending.logout_id)
    question = _question(told, side, request_id, where.location, parts)
    return _Letter(
        place=place,
        side=side,
        party=party,
        request_id=request_id,
        location=where.location,
        envelope=logout_writing.request_in_envelope(
            question, parts.signing_key_for(party)
        ),
    )


def _question(
    told: OtherParty, side: Side, request_id: str, location: str, parts: Parts
) -> LogoutQuestion:
    return LogoutQuestion(
        request_id=request_id,
        our_entity_id=side.our_entity_id,
        location=location,
        name_id=told.name_id,
        session_indexes=told.session_indexes,
        issued=parts.clock(),
    )


def _deliver(letter: _Letter, call: Call) -> Reply | None:
    """Bring an envelope; a party that is silent or gone is none of our trouble."""
    try:
        return call(letter.location, letter.envelope)
    except FetchFailedError as error:
        logs.logout_not_delivered(entity_id=letter.party.entity_id, reason=str(error))
        return None


def _confirms(letter: _Letter, reply: Reply, parts: Parts) -> bool:
    """Check an answer as if it had come by any other way, and say what it says."""
    context = replace(context_of(letter.side, parts), find_sender=_only(letter.party))
    try:
        message = soap.open_envelope(reply.body, content_type=reply.content_type)
        opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
        found = logout_messages.accept_response(
            opened, context, request_id=letter.request_id
        )
    except BridgeError as error:
        logs.logout_not_delivered(entity_id=letter.party.entity_id, reason=str(error))
        return False
    return is_success(found)


def is_success(found: LogoutResponse) -> bool:
    """Tell whether a party says that its session is over, and those behind it too."""
    status = found.status
    return status.top == names.STATUS_SUCCESS and (
        status.second != names.STATUS_PARTIAL_LOGOUT
    )


def _only(party: Party) -> Callable[[str], Party]:
    """Know nobody but the one who was asked."""

    def find(entity_id: str) -> Party:
        if entity_id != party.entity_id:
            raise WrongIssuerError("not from the one who was asked")
        return party

    return find
