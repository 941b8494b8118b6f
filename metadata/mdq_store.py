"""What do we know of an entity that is asked for one by one, and who is asking now?

Every method is a transaction of its own and holds none while a server is asked. None of
them makes a new version of the metadata: whoever has parsed another entity keeps it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Executable,
    Table,
    delete,
    func,
    insert,
    literal,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError

from metadata.database import translated_errors
from metadata.entities import Role
from metadata.records import EntityRecord, SourceState
from metadata.rows import (
    duration_of,
    entity_row,
    roles_of_text,
    seconds_of,
    source_state,
)
from metadata.sources import Kind, Source, Validators
from metadata.tables import absent, entities, leases, sources

MAX_ABSENT: Final = 5_000
"""Entities of one server that we remember as absent; the first to end goes first."""
SLOTS: Final = 2
"""How many servers may be asked at the same moment, by all processes together."""
_SLOT: Final = "mdq-"


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownEntity:
    """What one source says of an entity, without its XML."""

    source: str
    position: int
    roles: frozenset[Role]
    valid_until: datetime | None
    refresh_at: datetime | None
    cache_duration: timedelta | None
    """How often its publisher wants to be asked."""
    validators: Validators | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Everything that decides whether a server is asked for an entity."""

    servers: tuple[SourceState, ...]
    """The sources that are MDQ servers, in their order."""
    known: tuple[KnownEntity, ...]
    """What all sources say of it, in their order."""
    absent_until: dict[str, datetime]
    """How long a server need not be asked again, by its name."""

    def of(self, source: Source) -> KnownEntity | None:
        """Pick what one source says."""
        return next((one for one in self.known if one.source == source.name), None)

    def is_decided_before(self, position: int, role: Role) -> bool:
        """Tell whether an earlier source brings it in this role."""
        return any(one.position < position and role in one.roles for one in self.known)


class MdqStore:
    """The rows of entities that MDQ servers were asked for.

    Every method raises :class:`~metadata.errors.MetadataUnavailableError` when the
    database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def has_servers(self) -> bool:
        """Tell whether any source is an MDQ server."""
        query = select(sources.c.name).where(sources.c.kind == Kind.MDQ.value).limit(1)
        with self._connection() as connection:
            return connection.execute(query).first() is not None

    def standing(self, entity_id: str) -> Standing:
        """Read everything that decides whether a server is asked for an entity."""
        with self._connection() as connection:
            return Standing(
                servers=_servers(connection),
                known=_known(connection, entity_id),
                absent_until=_absences(connection, entity_id),
            )

    def entity_ids_of_sha1(self, digest: str) -> tuple[str, ...]:
        """Find the entities whose entityID has a SHA-1: one, or none."""
        query = select(entities.c.entity_id).where(entities.c.entity_sha1 == digest)
        with self._connection() as connection:
            return tuple(connection.execute(query.distinct()).scalars())

    def keep(
        self, source: Source, record: EntityRecord, validators: Validators
    ) -> bool:
        """Keep an entity in place of what the source said of it before.

        Returns:
            Whether the source was still there, and still trusted by the same.
        """
        row = entity_row(record, source=source.name)
        row["validators"] = json.dumps(asdict(validators))
        row["cache_seconds"] = seconds_of(record.cache_duration)
        gone = _key(absent, source, record.entity_id)
        with self._writing(delete(absent).where(*gone)) as connection:
            is_unchanged = _is_unchanged(connection, source)
            if is_unchanged:
                key = _key(entities, source, record.entity_id)
                _put(connection, entities, key, row)
        return is_unchanged

    def keep_longer(
        self, source: Source, entity_id: str, *, refresh_at: datetime
    ) -> None:
        """Note that an entity is still as it was."""
        query = update(entities).where(*_key(entities, source, entity_id))
        with self._writing(query.values(refresh_at=refresh_at)):
            pass

    def keep_absent(
        self, source: Source, entity_id: str, *, now: datetime, until: datetime
    ) -> None:
        """Note that a server has no such entity, whatever it said before."""
        row = {"source": source.name, "entity_id": entity_id, "until": until}
        gone = _key(entities, source, entity_id)
        with self._writing(delete(entities).where(*gone)) as connection:
            if _is_unchanged(connection, source):
                _put(connection, absent, _key(absent, source, entity_id), row)
                _make_room(connection, source, now)

    def forget(self, *, ended_before: datetime) -> None:
        """Remove answers and absences that ended before a moment.

        Who asked for them has long got an answer; nobody can use them any more.
        """
        servers = select(sources.c.name).where(sources.c.kind == Kind.MDQ.value)
        over = delete(entities).where(
            entities.c.source.in_(servers), entities.c.valid_until < ended_before
        )
        with self._writing(over) as connection:
            connection.execute(delete(absent).where(absent.c.until < ended_before))

    def note(self, source: Source, values: dict[str, Any]) -> None:
        """Note how a server does."""
        query = update(sources).where(sources.c.name == source.name)
        with self._writing(query.values(values)):
            pass

    def take_slot(
        self, holder: str, *, task: str, now: datetime, until: datetime
    ) -> str | None:
        """Get leave to ask a server, unless somebody has it for the same entity.

        Args:
            holder: Who asks, unlike anybody else.
            task: What for; the first part of the holder.
            now: The present moment.
            until: When the leave ends by itself.

        Returns:
            The name of the slot, to be given back; ``None`` when there is none.
        """
        over = (leases.c.name.startswith(_SLOT), leases.c.until <= now)
        with self._writing(delete(leases).where(*over)) as connection:
            if _is_busy(connection, task):
                return None
            for slot in (f"{_SLOT}{number}" for number in range(SLOTS)):
                row = {"name": slot, "holder": holder, "until": until}
                if _insert(connection, leases, row):
                    return slot
        return None

    def give_slot_back(self, slot: str, holder: str) -> None:
        """End the leave to ask."""
        mine = (leases.c.name == slot, leases.c.holder == holder)
        with self._writing(delete(leases).where(*mine)):
            pass

    @contextmanager
    def _connection(self) -> Iterator[Connection]:
        with translated_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self, first: Executable) -> Iterator[Connection]:
        """Open a transaction that begins with a write, so that SQLite locks at once."""
        with self._connection() as connection, connection.begin():
            connection.execute(first)
            yield connection


def _servers(connection: Connection) -> tuple[SourceState, ...]:
    query = (
        select(sources, literal(0).label("entity_count"))
        .where(sources.c.kind == Kind.MDQ.value)
        .order_by(sources.c.position)
    )
    return tuple(source_state(row) for row in connection.execute(query))


def _known(connection: Connection, entity_id: str) -> tuple[KnownEntity, ...]:
    own = (
        entities.c.source,
        entities.c.roles,
        entities.c.valid_until,
        entities.c.refresh_at,
        entities.c.cache_seconds,
        entities.c.validators,
    )
    query = (
        select(*own, sources.c.position)
        .join(sources)
        .where(entities.c.entity_id == entity_id)
        .order_by(sources.c.position)
    )
    return tuple(_known_entity(row) for row in connection.execute(query))


def _known_entity(row: Any) -> KnownEntity:
    validators = row.validators
    return KnownEntity(
        source=row.source,
        position=row.position,
        roles=roles_of_text(row.roles),
        valid_until=row.valid_until,
        refresh_at=row.refresh_at,
        cache_duration=duration_of(row.cache_seconds),
        validators=None if validators is None else Validators(**json.loads(validators)),
    )


def _absences(connection: Connection, entity_id: str) -> dict[str, datetime]:
    query = select(absent.c.source, absent.c.until)
    rows = connection.execute(query.where(absent.c.entity_id == entity_id))
    return {row.source: row.until for row in rows}


def _is_unchanged(connection: Connection, source: Source) -> bool:
    """Tell whether an operator has neither removed nor replaced a source meanwhile."""
    return any(state.source == source for state in _servers(connection))


def _key(
    table: Table, source: Source, entity_id: str
) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    return table.c.source == source.name, table.c.entity_id == entity_id


def _put(
    connection: Connection,
    table: Table,
    key: tuple[ColumnElement[bool], ...],
    row: dict[str, Any],
) -> None:
    """Write a row, whether it is there or not, whoever else writes it too."""
    change = update(table).where(*key).values(row)
    if connection.execute(change).rowcount:
        return
    if not _insert(connection, table, row):
        connection.execute(change)


def _insert(connection: Connection, table: Table, row: dict[str, Any]) -> bool:
    """Write a new row, unless somebody else was first."""
    try:
        with connection.begin_nested():
            connection.execute(insert(table).values(row))
    except IntegrityError:
        return False
    return True


def _make_room(connection: Connection, source: Source, now: datetime) -> None:
    """Forget absences that are over, and the first to end when there are too many."""
    own = absent.c.source == source.name
    count = select(func.count()).select_from(absent).where(own)
    if (connection.execute(count).scalar() or 0) <= MAX_ABSENT:
        return
    connection.execute(delete(absent).where(own, absent.c.until <= now))
    excess = (connection.execute(count).scalar() or 0) - MAX_ABSENT
    if excess > 0:
        first = select(absent.c.entity_id).where(own).order_by(absent.c.until)
        ids = connection.execute(first.limit(excess)).scalars().all()
        connection.execute(delete(absent).where(own, absent.c.entity_id.in_(ids)))


def _is_busy(connection: Connection, task: str) -> bool:
    query = select(leases.c.holder).where(leases.c.name.startswith(_SLOT))
    holders = connection.execute(query).scalars()
    return any(holder.startswith(task) for holder in holders)
