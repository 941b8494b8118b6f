"""What is a login session of ours? Who logged in, and which e-tjänster were told.

A session is kept as a log: lines are added and never changed, so two tabs that finish
at once lose nothing. It belongs to the person of its first login; a login of somebody
else does not count, and closes it. An e-tjänst that was told belongs to one login: when
that is not in the log, because the session was ended in between, it does not count.
"""

import json
import re
import secrets
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Final

from authz.identifiers import hsa_key
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.plain_values import to_json
from idp_bridge.saml.messages import NameID
from metadata import names

MAX_PARTICIPANTS: Final = 100
"""How many answers one session may give; then the person logs in anew."""
_SECRET_BYTES: Final = 32
_COOKIE: Final = re.compile(r"([0-9a-f]{32})(?:\.([A-Za-z0-9_-]{43}))?", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class BrowserSession:
    """What a browser holds: the session it belongs to, and the number of a login in it.

    It gets the first before anybody logs in, so that two tabs belong together, and a
    new number at every login. A number opens the login that it was given for, no other.
    """

    session_id: str
    number: str | None = None

    @classmethod
    def new(cls) -> "BrowserSession":
        """Make one for a browser that has none."""
        return cls(session_id=secrets.token_hex(16))

    @classmethod
    def from_cookie(cls, cookie: str | None) -> "BrowserSession | None":
        """Read what a browser sent; ``None`` for what we do not write."""
        found = _COOKIE.fullmatch(cookie or "")
        return found and cls(session_id=found[1], number=found[2])

    def to_cookie(self) -> str:
        """Write it for the browser."""
        return f"{self.session_id}.{self.number}" if self.number else self.session_id

    def with_new_number(self) -> "BrowserSession":
        """Give it a number that nobody has seen."""
        number = secrets.token_urlsafe(_SECRET_BYTES)
        return BrowserSession(session_id=self.session_id, number=number)

    @property
    def number_hash(self) -> str:
        """What the store knows of the number."""
        return sha256((self.number or "").encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionLogin:
    """One time that the person logged in, at the identity provider."""

    number_hash: str
    began: datetime
    authentication: Authentication


@dataclass(frozen=True, slots=True, kw_only=True)
class Participant:
    """An answer that an e-tjänst was given in a session."""

    number_hash: str
    """Of which login it was told."""
    sp_entity_id: str
    name_id: NameID
    session_index: str


@dataclass(frozen=True, slots=True, kw_only=True)
class UpstreamSession:
    """A session at an identity provider, as it calls it."""

    idp_entity_id: str
    name_id: NameID
    session_index: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoginSession:
    """Somebody is logged in: since when, how, and where."""

    session_id: str
    logins: tuple[SessionLogin, ...]
    """At least one; the latest stands last."""
    participants: tuple[Participant, ...]
    """In the order in which they were told; an e-tjänst may stand there often."""
    is_closed: bool = False
    """Whether somebody else has logged in in the same browser: it can only be ended."""

    @property
    def authentication(self) -> Authentication:
        """Who it is, as shown at the latest login."""
        return self.logins[-1].authentication

    @property
    def is_overfull(self) -> bool:
        """Tell whether the session has more answers than it may give."""
        return len(self.participants) > MAX_PARTICIPANTS

    @property
    def upstream_sessions(self) -> tuple[UpstreamSession, ...]:
        """The sessions at identity providers that it comes from, each once."""
        known = (each.authentication for each in reversed(self.logins))
        found = [
            UpstreamSession(
                idp_entity_id=each.upstream_entity_id,
                name_id=each.name_id,
                session_index=each.session_index,
            )
            for each in known
            if each.name_id is not None
        ]
        return tuple(dict.fromkeys(found))

    def login_of(self, browser: BrowserSession) -> SessionLogin | None:
        """Find the login whose number a browser holds."""
        wanted = browser.number_hash
        found = (each for each in self.logins if each.number_hash == wanted)
        return next(found, None)

    def participant(
        self, *, sp_entity_id: str, name_id: NameID, session_index: str
    ) -> Participant | None:
        """Find the answer that an e-tjänst speaks of; all of it must be as we said."""
        wanted = (sp_entity_id, name_id, session_index)
        for each in self.participants:
            if (each.sp_entity_id, each.name_id, each.session_index) == wanted:
                return each
        return None


def with_qualifiers(name_id: NameID, *, idp: str, sp: str) -> NameID:
    """Say in full what a name identifier leaves to its reader (core 8.3.7)."""
    return NameID(
        value=name_id.value,
        format=name_id.format or names.NAMEID_UNSPECIFIED,
        name_qualifier=name_id.name_qualifier or idp,
        sp_name_qualifier=name_id.sp_name_qualifier or sp,
    )


def write(*lines: SessionLogin | Participant) -> bytes:
    """Write what is added to a session."""
    return b"".join(to_json({_KINDS[type(each)]: each}) + b"\n" for each in lines)


def read(session_id: str, log: bytes) -> LoginSession | None:
    """Read a session; ``None`` when nobody has logged in in it."""
    logins: list[SessionLogin] = []
    participants: list[Participant] = []
    for line in map(json.loads, log.splitlines()):
        if "login" in line:
            logins.append(_login_of(line["login"]))
        else:
            participants.append(_participant_of(line["told"]))
    counting = _of_one_person(logins)
    if not counting:
        return None
    numbers = {each.number_hash for each in counting}
    told = tuple(each for each in participants if each.number_hash in numbers)
    return LoginSession(
        session_id=session_id,
        logins=counting,
        participants=told,
        is_closed=len(counting) < len(logins),
    )


_KINDS: Final[Mapping[type, str]] = {SessionLogin: "login", Participant: "told"}


def _of_one_person(logins: Iterable[SessionLogin]) -> tuple[SessionLogin, ...]:
    found: list[SessionLogin] = []
    for login in logins:
        if not found or is_same_person(found[0].authentication, login.authentication):
            found.append(login)
    return tuple(found)


def is_same_person(one: Authentication, other: Authentication) -> bool:
    """Tell whether two logins are of one person."""
    return hsa_key(one.identity.hsa_id) == hsa_key(other.identity.hsa_id)


def _login_of(raw: dict[str, Any]) -> SessionLogin:
    return SessionLogin(
        number_hash=raw["number_hash"],
        began=datetime.fromisoformat(raw["began"]),
        authentication=Authentication.from_plain(raw["authentication"]),
    )


def _participant_of(raw: dict[str, Any]) -> Participant:
    return Participant(**{**raw, "name_id": NameID(**raw["name_id"])})
