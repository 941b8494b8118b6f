"""Who is this entity, in this role, and may we believe what we know about it now?"""

from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from time import monotonic as system_monotonic
from typing import Final

from metadata.clock import Clock
from metadata.entities import IdentityProvider, Role, ServiceProvider
from metadata.errors import (
    MetadataExpiredError,
    MetadataUnavailableError,
    UnknownEntityError,
)
from metadata.mdq import FRESH, Freshness, MdqClient
from metadata.party_cache import Kept, Party, PartyCache
from metadata.reader import read_identity_provider, read_service_provider
from metadata.store import EntityStore

VERSION_CHECK_SECONDS: Final = 1.0
"""How long a new version of the metadata may go unnoticed."""


class Registry:
    """Trusted entities by entityID and role, read from the store when first asked for.

    A parsed entity outlives new versions of the store as long as its own row stays the
    same: a new version costs each entity in use one small query.

    Args:
        store: Where the entities are kept.
        clock: What time it is, asked at every use.
        mdq: Asks the MDQ servers among the sources; ``None`` asks nobody.
        allow_loopback_http: Whether addresses may be plain ``http`` on this machine.
        monotonic: Seconds that only grow, for the age of the cache.
    """

    def __init__(
        self,
        store: EntityStore,
        clock: Clock,
        *,
        mdq: MdqClient | None = None,
        allow_loopback_http: bool = False,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._mdq = mdq
        self._allow_loopback_http = allow_loopback_http
        self._idps = PartyCache[IdentityProvider]()
        self._sps = PartyCache[ServiceProvider]()
        self._version_of = _VersionWatch(store, monotonic)

    def idp(self, entity_id: str) -> IdentityProvider:
        """Hand on a trusted identity provider.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataExpiredError: What we know about it is no longer valid.
            MetadataUnavailableError: The store does not answer, or an MDQ server could
                not be asked and no other source brings it.
            BadEntityError: What is kept can no longer be used.
        """
        return self._party(entity_id, Role.IDP, self._idps, read_identity_provider)

    def sp(self, entity_id: str) -> ServiceProvider:
        """Hand on a trusted service provider.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataExpiredError: What we know about it is no longer valid.
            MetadataUnavailableError: The store does not answer, or an MDQ server could
                not be asked and no other source brings it.
            BadEntityError: What is kept can no longer be used.
        """
        return self._party(entity_id, Role.SP, self._sps, read_service_provider)

    def _party(
        self,
        entity_id: str,
        role: Role,
        cache: PartyCache[Party],
        read: Callable[..., Party],
    ) -> Party:
        version = self._version_of()
        kept = cache.get(entity_id)
        if kept is None or not kept.holds(version, self._clock()):
            freshness = self._freshened(entity_id, role)
            known = self._confirmed(entity_id, role, kept) or self._read(
                entity_id, role, read, freshness
            )
            kept = replace(known, version=version, fresh_until=freshness.until)
            cache.put(entity_id, kept)
        self._check_valid(kept.party)
        return kept.party

    def _freshened(self, entity_id: str, role: Role) -> Freshness:
        if self._mdq is None:
            return FRESH
        return self._mdq.freshen(entity_id, role)

    def _confirmed(
        self, entity_id: str, role: Role, kept: Kept[Party] | None
    ) -> Kept[Party] | None:
        """Hand on what was kept if the store still says the same."""
        if kept is None:
            return None
        mark = self._store.mark(entity_id, role)
        if mark is None or mark.sha256 != kept.sha256:
            return None
        return kept.ending(mark.valid_until)

    def _read(
        self,
        entity_id: str,
        role: Role,
        read: Callable[..., Party],
        freshness: Freshness,
    ) -> Kept[Party]:
        is_possible = "\0" not in entity_id  # PostgreSQL refuses to be asked for it
        record = self._store.find(entity_id, role) if is_possible else None
        if record is None and freshness.problem:
            raise MetadataUnavailableError(freshness.problem)
        if record is None:
            raise UnknownEntityError(f"no source brings {entity_id} as {role}")
        party = read(record.xml, allow_loopback_http=self._allow_loopback_http)
        return Kept(
            party=party,
            own_end=party.valid_until,
            sha256=record.sha256,
            weight=len(record.xml),
        ).ending(record.valid_until)

    def _check_valid(self, party: IdentityProvider | ServiceProvider) -> None:
        """Refuse an entity from the very moment at which its metadata ends."""
        if party.valid_until is not None and self._clock() >= party.valid_until:
            raise MetadataExpiredError(f"metadata of {party.entity_id} has expired")


class _VersionWatch:
    """The store's version, asked for at most once in a while.

    While one thread asks, the others go on with what was seen last.
    """

    def __init__(self, store: EntityStore, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._asking = Lock()
        self._seen: tuple[float, int] | None = None

    def __call__(self) -> int:
        seen, now = self._seen, self._monotonic()
        if seen is not None and now - seen[0] < VERSION_CHECK_SECONDS:
            return seen[1]
        if not self._asking.acquire(blocking=seen is None) and seen is not None:
            return seen[1]
        try:
            version = self._store.version()
            self._seen = now, version
        finally:
            self._asking.release()
        return version
