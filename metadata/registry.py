"""Who is this entity, in this role, and may we believe what we know about it now?"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from threading import Lock
from time import monotonic as system_monotonic
from typing import Final, Generic, TypeVar

from metadata.clock import Clock
from metadata.elements import nearest
from metadata.entities import IdentityProvider, Role, ServiceProvider
from metadata.errors import MetadataExpiredError, UnknownEntityError
from metadata.reader import read_identity_provider, read_service_provider
from metadata.store import EntityStore

MAX_CACHED: Final = 1024
"""Parsed entities that one process keeps; the least recently used one goes first."""
VERSION_CHECK_SECONDS: Final = 1.0
"""How long a new version of the metadata may go unnoticed."""

Party = TypeVar("Party", IdentityProvider, ServiceProvider)


class Registry:
    """Trusted entities by entityID and role, read from the store when first asked for.

    Args:
        store: Where the entities are kept.
        clock: What time it is, asked at every use.
        allow_loopback_http: Whether addresses may be plain ``http`` on this machine.
        monotonic: Seconds that only grow, for the age of the cache.
    """

    def __init__(
        self,
        store: EntityStore,
        clock: Clock,
        *,
        allow_loopback_http: bool = False,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._store = store
        self._clock = clock
        self._allow_loopback_http = allow_loopback_http
        self._idps = _Cache[IdentityProvider]()
        self._sps = _Cache[ServiceProvider]()
        self._version_of = _VersionWatch(store, monotonic)

    def idp(self, entity_id: str) -> IdentityProvider:
        """Hand on a trusted identity provider.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataExpiredError: What we know about it is no longer valid.
            MetadataUnavailableError: The store does not answer.
            BadEntityError: What is kept can no longer be used.
        """
        return self._party(entity_id, Role.IDP, self._idps, read_identity_provider)

    def sp(self, entity_id: str) -> ServiceProvider:
        """Hand on a trusted service provider.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataExpiredError: What we know about it is no longer valid.
            MetadataUnavailableError: The store does not answer.
            BadEntityError: What is kept can no longer be used.
        """
        return self._party(entity_id, Role.SP, self._sps, read_service_provider)

    def _party(
        self,
        entity_id: str,
        role: Role,
        cache: "_Cache[Party]",
        read: Callable[..., Party],
    ) -> Party:
        version = self._version_of()
        party = cache.get(entity_id, version)
        if party is None:
            xml, valid_until = self._read(entity_id, role)
            party = read(xml, allow_loopback_http=self._allow_loopback_http)
            # An entity ends with the group or document that brought it, too.
            end = nearest(party.valid_until, valid_until)
            party = replace(party, valid_until=end)
            cache.put(entity_id, party, version)
        self._check_valid(party)
        return party

    def _read(self, entity_id: str, role: Role) -> tuple[bytes, datetime | None]:
        record = self._store.find(entity_id, role)
        if record is None:
            raise UnknownEntityError(f"no source brings {entity_id} as {role}")
        return record.xml, record.valid_until

    def _check_valid(self, party: IdentityProvider | ServiceProvider) -> None:
        """Refuse an entity from the very moment at which its metadata ends."""
        if party.valid_until is not None and self._clock() >= party.valid_until:
            raise MetadataExpiredError(f"metadata of {party.entity_id} has expired")


class _Cache(Generic[Party]):
    """A bounded number of parsed entities of one role, all of one version."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._version = -1
        self._parties: OrderedDict[str, Party] = OrderedDict()

    def get(self, entity_id: str, version: int) -> Party | None:
        """Hand on an entity that was read from this version."""
        with self._lock:
            if version != self._version:
                return None
            party = self._parties.get(entity_id)
            if party is not None:
                self._parties.move_to_end(entity_id)
            return party

    def put(self, entity_id: str, party: Party, version: int) -> None:
        """Keep an entity, unless a newer version has been noticed meanwhile."""
        with self._lock:
            if version < self._version:
                return
            if version > self._version:
                self._parties.clear()
                self._version = version
            self._parties[entity_id] = party
            self._parties.move_to_end(entity_id)
            if len(self._parties) > MAX_CACHED:
                self._parties.popitem(last=False)


class _VersionWatch:
    """The store's version, asked for at most once in a while."""

    def __init__(self, store: EntityStore, monotonic: Callable[[], float]) -> None:
        self._store = store
        self._monotonic = monotonic
        self._seen: tuple[float, int] | None = None

    def __call__(self) -> int:
        now = self._monotonic()
        if self._seen is None or now - self._seen[0] >= VERSION_CHECK_SECONDS:
            self._seen = now, self._store.version()
        return self._seen[1]
