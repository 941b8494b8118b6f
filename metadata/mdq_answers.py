"""What do we answer to those who ask us for an entity that we trust?

Only entities that we would use ourselves at this very moment, and only from what is in
the store: nobody is asked on behalf of a stranger.
"""

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from threading import Lock
from typing import Final

from metadata.clock import Clock
from metadata.elements import nearest
from metadata.entities import Role
from metadata.errors import UnknownEntityError
from metadata.mdq_identifiers import Identifier, Sha1
from metadata.mdq_store import MdqStore
from metadata.reader import read_party
from metadata.records import EntityRecord
from metadata.republishing import Edition, Part, republish
from metadata.signatures import SigningKey
from metadata.store import EntityStore

STEP: Final = timedelta(hours=1)
"""How long an answer stays the same, in every process; also how long others keep it."""
MAX_ANSWERS: Final = 64
"""Signed answers that a process keeps; the least recently used one goes first."""
MAX_ANSWERS_BYTES: Final = 1024 * 1024
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True, kw_only=True)
class MdqAnswer:
    """A signed document about one entity."""

    xml: bytes = field(repr=False)
    made_at: datetime
    """From when on every process answers the same."""
    valid_until: datetime

    @property
    def sha256(self) -> str:
        """The SHA-256 of the document, in hexadecimal."""
        return sha256(self.xml).hexdigest()


class MdqAnswers:
    """Answers about the entities that we trust.

    Args:
        store: Where the entities are kept.
        mdq_store: Finds entities by SHA-1.
        clock: What time it is.
        key: Hands out what to sign with.
        validity: How long an answer may be used at least, if the entity lasts so long.
    """

    def __init__(
        self,
        store: EntityStore,
        mdq_store: MdqStore,
        clock: Clock,
        *,
        key: Callable[[], SigningKey],
        validity: timedelta,
    ) -> None:
        self._store = store
        self._mdq_store = mdq_store
        self._clock = clock
        self._key = key
        self._validity = validity
        self._kept = _KeptAnswers()

    def about(self, identifier: Identifier) -> MdqAnswer:
        """Answer a question.

        Raises:
            UnknownEntityError: We do not trust such an entity, or no longer.
            MetadataUnavailableError: The store does not answer.
        """
        entity_id = self._entity_id(identifier)
        now = self._clock()
        parts = _used(self._store.records_of(entity_id), entity_id, now)
        made_at = now - (now - _EPOCH) % STEP
        latest = made_at + STEP + self._validity
        ends = (_end_of(part, now) for part in parts)
        valid_until = min(end for end in (latest, *ends) if end is not None)
        edition = Edition(parts=parts, valid_until=valid_until, cache_duration=STEP)
        key = self._key()
        said = tuple((part.record.sha256, part.roles) for part in parts)
        xml = self._kept.get(
            (entity_id, said, valid_until, key.certificate),
            lambda: republish(edition, key),
        )
        return MdqAnswer(xml=xml, made_at=made_at, valid_until=valid_until)

    def _entity_id(self, identifier: Identifier) -> str:
        if not isinstance(identifier, Sha1):
            return identifier.value
        found = self._mdq_store.entity_ids_of_sha1(identifier.value)
        if len(found) != 1:  # two would be an attack (draft-young-md-query-saml 4.2)
            raise UnknownEntityError("no entity has this SHA-1")
        return found[0]


def _used(
    records: tuple[tuple[str, EntityRecord], ...], entity_id: str, now: datetime
) -> tuple[Part, ...]:
    """Choose what each source decides about, and that still holds.

    Raises:
        UnknownEntityError: Nothing.
    """
    decided: frozenset[Role] = frozenset()
    parts = []
    for _, record in records:
        roles = _lasting(record, record.roles - decided, now)
        decided |= record.roles
        if roles and (record.valid_until is None or now < record.valid_until):
            parts.append(Part(record, roles))
    if not parts:
        raise UnknownEntityError(f"no source brings {entity_id} now")
    return tuple(parts)


def _lasting(
    record: EntityRecord, roles: frozenset[Role], now: datetime
) -> frozenset[Role]:
    """Leave out roles that have ended by themselves since they were loaded."""
    if record.stale_at is None or now < record.stale_at:
        return roles
    ends = {role: _end_of_role(record, role) for role in roles}
    return frozenset(role for role, end in ends.items() if end is None or now < end)


def _end_of(part: Part, now: datetime) -> datetime | None:
    """Say when the first of the roles ends that are handed out."""
    record = part.record
    if record.stale_at is None or now < record.stale_at:
        return nearest(record.valid_until, record.stale_at)
    ends = (_end_of_role(record, role) for role in part.roles)
    return nearest(record.valid_until, *ends)


def _end_of_role(record: EntityRecord, role: Role) -> datetime | None:
    """Read when a role ends; how strict its source is with addresses is not asked."""
    return read_party(record.xml, role, allow_loopback_http=True).valid_until


class _KeptAnswers:
    """A bounded number of signed answers; strangers choose only among our entities."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._kept: OrderedDict[tuple[object, ...], bytes] = OrderedDict()
        self._weight = 0

    def get(self, key: tuple[object, ...], make: Callable[[], bytes]) -> bytes:
        """Hand on an answer, made now if it is not kept."""
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                return self._kept[key]
        made = make()
        with self._lock:
            if key not in self._kept:
                self._kept[key] = made
                self._weight += len(made)
            while len(self._kept) > MAX_ANSWERS or self._weight > MAX_ANSWERS_BYTES:
                _, gone = self._kept.popitem(last=False)
                self._weight -= len(gone)
        return made
