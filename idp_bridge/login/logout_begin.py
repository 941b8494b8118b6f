"""A session of ours has ended: who has to be told?

Every e-tjänst that was told who the person is, and then the identity provider that said
so, but for the one that asks. One that was told several times is told once.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import Area, new_login_id, new_secret
from idp_bridge.login.pending_logout import Asker, OtherParty, PendingLogout
from idp_bridge.login.session import LoginSession, Participant, UpstreamSession
from idp_bridge.saml.messages import LogoutRequest
from metadata.entities import Role


@dataclass(frozen=True, slots=True, kw_only=True)
class BegunLogout:
    """A logout that has begun; not yet in the store."""

    pending: PendingLogout
    secret: str
    """For the browser's cookie; the store has only its hash."""
    ended: frozenset[str]
    """The sessions of ours that are over, by their identifiers."""


def begin(
    ended: Sequence[LoginSession],
    parts: Parts,
    *,
    asker: Asker | None = None,
    area: Area | None = None,
) -> BegunLogout:
    """Begin to tell the others.

    Args:
        ended: The sessions that are over; none when they were over before.
        parts: What is outside.
        asker: Who asked and is not told, only answered.
        area: Which of our own pages it began on.
    """
    secret, secret_hash = new_secret()
    parties = (*_e_services(ended, parts), *_upstream(ended, parts))
    pending = PendingLogout(
        logout_id=new_login_id(parts.clock()),
        secret_hash=secret_hash,
        parties=tuple(each for each in parties if not _is_asker(each, asker)),
        asker=asker,
        area=area,
        is_partial=asker is not None and not ended,
    )
    return BegunLogout(
        pending=pending,
        secret=secret,
        ended=frozenset(each.session_id for each in ended),
    )


def asker_of(request: LogoutRequest, role: Role) -> Asker:
    """Remember to whom the answer goes."""
    return Asker(
        entity_id=request.issuer,
        role=role,
        request_id=request.id,
        binding=request.binding,
        relay_state=request.relay_state,
    )


def _e_services(ended: Sequence[LoginSession], parts: Parts) -> Iterator[OtherParty]:
    """Name each e-tjänst once, by what it last called the person."""
    ours = parts.settings.saml.sp_entity_id
    for session in ended:
        latest = {each.sp_entity_id: each for each in session.participants}
        latest.pop(ours, None)  # our own pages, whose session has ended
        for participant in latest.values():
            yield _party_of(participant, session.participants)


def _party_of(latest: Participant, all_of_them: Sequence[Participant]) -> OtherParty:
    indexes = [
        each.session_index
        for each in all_of_them
        if (each.sp_entity_id, each.name_id) == (latest.sp_entity_id, latest.name_id)
    ]
    return OtherParty(
        entity_id=latest.sp_entity_id,
        role=Role.SP,
        name_id=latest.name_id,
        session_indexes=tuple(indexes),
    )


def _upstream(ended: Sequence[LoginSession], parts: Parts) -> Iterator[OtherParty]:
    """Name the identity providers whose session ends with ours, each once."""
    single = {each.entity_id for each in parts.settings.upstream if each.single_logout}
    for session in ended:
        first: dict[str, UpstreamSession] = {}
        for upstream in session.upstream_sessions:  # the latest stands first
            first.setdefault(upstream.idp_entity_id, upstream)
        for each in first.values():
            if each.idp_entity_id in single:
                yield OtherParty(
                    entity_id=each.idp_entity_id,
                    role=Role.IDP,
                    name_id=each.name_id,
                    session_indexes=(each.session_index,) if each.session_index else (),
                )


def _is_asker(party: OtherParty, asker: Asker | None) -> bool:
    return asker is not None and (party.entity_id, party.role) == (
        asker.entity_id,
        asker.role,
    )
