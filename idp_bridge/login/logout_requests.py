"""A party asks for a logout: may it, and which session of ours does it mean?

It ends what it was told of itself, and with that the whole session of ours behind it. A
session that was given to somebody else, or to nobody, is not found, whatever the
request says.
"""

from dataclasses import dataclass, replace

from idp_bridge.errors import BridgeError, UnknownSessionError
from idp_bridge.login import kept_sessions
from idp_bridge.login.logout_sides import context_of, side_of
from idp_bridge.login.parts import Parts
from idp_bridge.login.replay import check_not_replayed
from idp_bridge.login.session import BrowserSession, LoginSession
from idp_bridge.saml import logout_messages
from idp_bridge.saml.logout_messages import OpenedMessage
from idp_bridge.saml.messages import LogoutRequest
from metadata.entities import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class Meant:
    """The sessions that a request means."""

    sessions: tuple[LoginSession, ...]
    """None when those that it means are over already."""


def receive(opened: OpenedMessage, role: Role, parts: Parts) -> LogoutRequest:
    """Check a request until its sender and its freshness are certain.

    Args:
        opened: The request.
        role: In which role parties speak where it came in.
        parts: What is outside.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    context = context_of(side_of(role, parts), parts)
    request = logout_messages.accept_request(opened, context, parts.decryption_keys)
    check_not_replayed(
        "logout-request", sender=request.issuer, message_id=request.id, parts=parts
    )
    return request


def find_meant(
    request: LogoutRequest, role: Role, browser: BrowserSession | None, parts: Parts
) -> Meant:
    """Find the sessions that a request means, among those given to its sender.

    Args:
        request: The request.
        role: In which role its sender speaks.
        browser: What the browser holds that brought it, for a request that names no
            session.
        parts: What is outside.

    Raises:
        UnknownSessionError: None was ever given to its sender.
        StoreUnavailableError: The store does not answer.
    """
    if role is Role.IDP:
        found = kept_sessions.of_upstream(
            idp_entity_id=request.issuer,
            name_id=request.name_id,
            session_indexes=request.session_indexes,
            parts=parts,
        )
    elif request.session_indexes:
        found = _of_indexes(request, parts)
    else:
        found = _of_browser(request, browser, parts)
    if not found and not _are_over(request, role, parts):
        raise _unknown(request)
    return Meant(sessions=found)


def end(meant: Meant, parts: Parts) -> tuple[LoginSession, ...]:
    """End sessions on all nodes; those that somebody else ends are theirs to tell.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    ended = [kept_sessions.end(each.session_id, parts) for each in meant.sessions]
    return tuple(each for each in ended if each is not None)


def _of_indexes(request: LogoutRequest, parts: Parts) -> tuple[LoginSession, ...]:
    found = {}
    for index in request.session_indexes:
        session = kept_sessions.of_issued(
            sp_entity_id=request.issuer,
            name_id=request.name_id,
            session_index=index,
            parts=parts,
        )
        if session is not None:
            found[session.session_id] = session
    return tuple(found.values())


def _of_browser(
    request: LogoutRequest, browser: BrowserSession | None, parts: Parts
) -> tuple[LoginSession, ...]:
    """Find the session of this browser, if its person goes by that name there."""
    session = kept_sessions.of_browser(browser, parts)
    if session is None:
        return ()
    for each in session.participants:
        named = replace(request, session_indexes=(each.session_index,))
        if each.sp_entity_id == request.issuer and _of_indexes(named, parts):
            return (session,)
    return ()


def _are_over(request: LogoutRequest, role: Role, parts: Parts) -> bool:
    """Tell whether what we once gave to an e-tjänst has ended since."""
    return role is Role.SP and any(
        kept_sessions.has_ended(
            sp_entity_id=request.issuer, session_index=index, parts=parts
        )
        for index in request.session_indexes
    )


def _unknown(request: LogoutRequest) -> BridgeError:
    error = UnknownSessionError("no session that was given to the sender")
    error.sender = request.issuer
    return error
