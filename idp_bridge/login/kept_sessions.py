"""Where are login sessions kept, who finds them, and how do they end?

Three know a session: the browser by its cookie, an e-tjänst by the NameID and
SessionIndex of our answer, an identity provider by those of its own. The second needs
no entry in the store (:mod:`idp_bridge.login.session_index`), the third has one. The
store knows no number of a browser, only hashes.

A session ends when its entry is taken out of the store: at once, on all nodes, for one
of many callers. What another tab adds at that moment is for a login that is gone, and
counts for nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from hmac import digest
from typing import Final

from idp_bridge.login import session
from idp_bridge.login import session_index as indexes
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.parts import Parts
from idp_bridge.login.session import (
    BrowserSession,
    LoginSession,
    Participant,
    SessionLogin,
    UpstreamSession,
    with_qualifiers,
)
from idp_bridge.saml.messages import NameID

_MAX_FOUND: Final = 50
"""How many sessions of one name at an identity provider are looked at."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """Whom we are about to answer, and what we call the person there."""

    sp_entity_id: str
    name_id: NameID


@dataclass(frozen=True, slots=True, kw_only=True)
class Joined:
    """The session has been told of an answer; now it may be given."""

    browser: BrowserSession
    """For the browser's cookie."""
    session_index: str
    """For the assertion."""


# --- a login --------------------------------------------------------------------------


def log_in(
    authentication: Authentication,
    told: Told,
    browser: BrowserSession | None,
    parts: Parts,
) -> Joined:
    """Add a login to the session of a browser, with the e-tjänst that waits for it.

    The browser gets a new number. When its session is another person's, or full, a new
    session begins. The old one then answers nobody any more; those who know one of its
    SessionIndex values can still end it.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if browser is not None:
        joined = _add_login(authentication, told, browser, parts)
        if joined is not None:
            return joined
    joined = _add_login(authentication, told, BrowserSession.new(), parts)
    if joined is None:
        raise AssertionError("nobody else has a new session")
    return joined


def _add_login(
    authentication: Authentication, told: Told, browser: BrowserSession, parts: Parts
) -> Joined | None:
    """Add a login and its first answer; ``None`` when the session is not for it."""
    numbered = browser.with_new_number()
    login = SessionLogin(
        number_hash=numbered.number_hash,
        began=parts.clock(),
        authentication=authentication,
    )
    participant = _participant(told, numbered, parts)
    key = _key_of(browser.session_id)
    additions = {key: session.write(login, participant)}
    additions |= _upstream_entry(authentication, browser.session_id, parts)
    whole = parts.state.append(additions, parts.settings.saml.session_lifetime)
    if not _has_room(_read(browser.session_id, whole.get(key)), numbered):
        return None
    return Joined(browser=numbered, session_index=participant.session_index)


def join(
    login: SessionLogin, told: Told, browser: BrowserSession, parts: Parts
) -> Joined | None:
    """Add an e-tjänst to a login of earlier.

    Returns:
        ``None`` when the session was ended meanwhile, or is full.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    left = login.began + parts.settings.saml.session_lifetime - parts.clock()
    if left <= timedelta():
        return None
    participant = _participant(told, browser, parts)
    key = _key_of(browser.session_id)
    whole = parts.state.append({key: session.write(participant)}, left)
    if not _has_room(_read(browser.session_id, whole.get(key)), browser):
        return None
    return Joined(browser=browser, session_index=participant.session_index)


def _participant(told: Told, browser: BrowserSession, parts: Parts) -> Participant:
    return Participant(
        number_hash=browser.number_hash,
        sp_entity_id=told.sp_entity_id,
        name_id=with_qualifiers(
            told.name_id, idp=parts.settings.saml.idp_entity_id, sp=told.sp_entity_id
        ),
        session_index=indexes.make(
            browser.session_id,
            sp_entity_id=told.sp_entity_id,
            settings=parts.settings,
        ),
    )


# --- finding --------------------------------------------------------------------------


def of_browser(browser: BrowserSession | None, parts: Parts) -> LoginSession | None:
    """Find the session of a browser that holds the number of one of its logins.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    if browser is None or browser.number is None:
        return None
    found = _find(browser.session_id, parts)
    return found if found and found.login_of(browser) else None


def of_issued(
    *, sp_entity_id: str, name_id: NameID, session_index: str, parts: Parts
) -> LoginSession | None:
    """Find the session in which an e-tjänst got a NameID and a SessionIndex.

    Args:
        sp_entity_id: Who asks, authenticated.
        name_id: As in our answer, with its qualifiers.
        session_index: As in our answer.
        parts: What is outside.

    Returns:
        ``None`` unless we said all of that to that very e-tjänst.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    session_id = indexes.read(
        session_index, sp_entity_id=sp_entity_id, settings=parts.settings
    )
    found = _find(session_id, parts) if session_id else None
    if found is None:
        return None
    wanted = with_qualifiers(
        name_id, idp=parts.settings.saml.idp_entity_id, sp=sp_entity_id
    )
    answer = found.participant(
        sp_entity_id=sp_entity_id, name_id=wanted, session_index=session_index
    )
    return found if answer else None


def has_ended(*, sp_entity_id: str, session_index: str, parts: Parts) -> bool:
    """Tell whether a SessionIndex is of an answer of ours whose session is over.

    Args:
        sp_entity_id: Who asks, authenticated.
        session_index: As in our answer.
        parts: What is outside.

    Returns:
        False also for what we never gave to that e-tjänst.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    session_id = indexes.read(
        session_index, sp_entity_id=sp_entity_id, settings=parts.settings
    )
    if session_id is None:
        return False
    found = _find(session_id, parts)
    live = () if found is None else found.participants
    return all(each.session_index != session_index for each in live)


def of_upstream(
    *,
    idp_entity_id: str,
    name_id: NameID,
    session_indexes: Sequence[str] = (),
    parts: Parts,
) -> tuple[LoginSession, ...]:
    """Find the sessions that come from sessions at an identity provider.

    Args:
        idp_entity_id: Who asks, authenticated.
        name_id: What it calls the person, as in its assertion.
        session_indexes: Which of its sessions; none for all of that person (core
            3.7.3.2).
        parts: What is outside.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    entry = parts.state.get(_upstream_key(idp_entity_id, name_id, parts))
    lines = (entry or b"").decode().split()
    session_ids = tuple(dict.fromkeys(reversed(lines)))[:_MAX_FOUND]
    found = [_find(session_id, parts) for session_id in session_ids]
    ours = parts.settings.saml.sp_entity_id
    wanted = with_qualifiers(name_id, idp=idp_entity_id, sp=ours)

    def is_meant(upstream: UpstreamSession) -> bool:
        theirs = with_qualifiers(upstream.name_id, idp=idp_entity_id, sp=ours)
        return (
            upstream.idp_entity_id == idp_entity_id
            and theirs == wanted
            and (not session_indexes or upstream.session_index in session_indexes)
        )

    return tuple(
        each for each in found if each and any(map(is_meant, each.upstream_sessions))
    )


# --- the end --------------------------------------------------------------------------


def end(session_id: str, parts: Parts) -> LoginSession | None:
    """End a session everywhere; whoever gets it here tells the others.

    Returns:
        What it was; ``None`` when it was over already, or somebody else ends it.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    return _read(session_id, parts.state.take(_key_of(session_id)))


def _find(session_id: str, parts: Parts) -> LoginSession | None:
    return _read(session_id, parts.state.get(_key_of(session_id)))


def _read(session_id: str, log: bytes | None) -> LoginSession | None:
    return None if log is None else session.read(session_id, log)


def _has_room(found: LoginSession | None, browser: BrowserSession) -> bool:
    """Tell whether what was added counts: for this login, and not beyond the limit."""
    return (
        found is not None
        and found.login_of(browser) is not None
        and not found.is_overfull
    )


def _key_of(session_id: str) -> str:
    return f"login-session:{session_id}"


def _upstream_entry(
    authentication: Authentication, session_id: str, parts: Parts
) -> Mapping[str, bytes]:
    """Say what finds the session for the identity provider, if it named the person."""
    name_id = authentication.name_id
    if name_id is None:
        return {}
    key = _upstream_key(authentication.upstream_entity_id, name_id, parts)
    return {key: f"{session_id}\n".encode()}


def _upstream_key(idp_entity_id: str, name_id: NameID, parts: Parts) -> str:
    """Name the entry for a name at an identity provider; a name may be an HSA-id."""
    secret = parts.settings.secret_key.get_secret_value().encode()
    subject = f"upstream session\n{idp_entity_id}\n{name_id.value}".encode()
    return f"upstream-session:{digest(secret, subject, 'sha256').hex()}"
