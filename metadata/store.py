"""Who keeps sources and entities? The database: one row per entity and source."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from typing import Any, Final, NamedTuple

from sqlalchemy import (
    ColumnElement,
    Connection,
    Engine,
    Row,
    Select,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)

from metadata.database import translated_errors
from metadata.elements import nearest
from metadata.entities import Role
from metadata.entity_pages import EntityPage, EntityQuery, page_of, storable
from metadata.errors import (
    OvertakenError,
    SourceRefusedError,
    UnknownSourceError,
)
from metadata.ordering import next_position, put_before
from metadata.overlaps import overlaps, shared_entity_ids
from metadata.records import (
    Change,
    EntityRecord,
    Loaded,
    Mark,
    Overlap,
    Seen,
    SourceNote,
    SourceState,
)
from metadata.rows import (
    entity_record,
    note_row,
    roles_of_text,
    source_row,
    source_state,
    texts_of,
)
from metadata.sources import Kind
from metadata.swapping import count_up, is_visible, lock, swap
from metadata.tables import absent, entities, metadata_tables, sources, version

Also = Callable[[Connection], None]
"""Something that is written in the same transaction."""


def _of_one(*columns: ColumnElement[Any]) -> Select[Any]:
    """Ask every source for columns of an entity, the first source first."""
    return (
        select(*columns, sources.c.valid_until.label("document_end"))
        .join(sources)
        .where(entities.c.entity_id == bindparam("wanted"))
        .order_by(sources.c.position)
    )


_VERSION: Final = select(version.c.version)
_MARKS_OF_ONE: Final = _of_one(
    entities.c.roles, entities.c.sha256, entities.c.valid_until
)
_RECORDS_OF_ONE: Final = _of_one(*entities.c)


def _nothing(_connection: Connection) -> None:
    """Write nothing else."""


class Elsewhere(NamedTuple):
    """An entity of another source."""

    entity_id: str
    source: str
    roles: frozenset[Role]
    decides: bool
    """Whether that source stands first."""


class EntityStore:
    """Everything about sources and entities that outlives a process.

    Every method raises :class:`~metadata.errors.MetadataUnavailableError` when the
    database does not answer.

    Args:
        engine: The database.
        reader: The database, on connections whose every statement stands alone: what
            one statement answers then needs no transaction around it.
    """

    def __init__(self, engine: Engine, *, reader: Engine | None = None) -> None:
        self._engine = engine
        self._reader = reader or engine

    def create_tables(self) -> None:
        """Make the tables that are missing."""
        with translated_errors():
            metadata_tables.create_all(self._engine)

    # --- reading ----------------------------------------------------------------------

    def version(self) -> int:
        """Say which version of everything this is; it grows with every change."""
        with self._asking() as connection:
            found = connection.execute(_VERSION).scalar()
        return found or 0

    def find(self, entity_id: str, role: Role) -> EntityRecord | None:
        """Read an entity in a role from the first source that brings it."""
        records = (record for _, record in self.records_of(entity_id))
        return next((record for record in records if role in record.roles), None)

    def mark(self, entity_id: str, role: Role) -> Mark | None:
        """Say how the row looks that :meth:`find` reads, without reading its XML."""
        for row in self._ask_of_one(_MARKS_OF_ONE, entity_id):
            if role in roles_of_text(row.roles):
                end = nearest(row.valid_until, row.document_end)
                return Mark(sha256=row.sha256, valid_until=end)
        return None

    def records_of(self, entity_id: str) -> tuple[tuple[str, EntityRecord], ...]:
        """Read an entity from every source, with the source's name, first one first."""
        rows = self._ask_of_one(_RECORDS_OF_ONE, entity_id)
        return tuple((row.source, entity_record(row)) for row in rows)

    def seen(self, name: str) -> Seen:
        """Say how the entities of a source look, without reading their XML."""
        columns = (
            entities.c.entity_id,
            entities.c.sha256,
            entities.c.valid_until,
            entities.c.roles,
            entities.c.stale_at,
            entities.c.warnings,
        )
        version_before = self.version()
        with self._reading() as connection:
            rows = connection.execute(select(*columns).where(entities.c.source == name))
            marks = {
                row[0]: Mark(
                    sha256=row[1],
                    valid_until=row[2],
                    roles=roles_of_text(row[3]),
                    stale_at=row[4],
                    warnings=texts_of(row[5]),
                )
                for row in rows
            }
        return Seen(version_before, marks)

    def elsewhere(self, name: str) -> Iterator[Elsewhere]:
        """Walk through the entities of all other sources, in the order of these."""
        mine = select(sources.c.position).where(sources.c.name == name)
        query = (
            select(entities.c.entity_id, entities.c.source, entities.c.roles)
            .add_columns(sources.c.position)
            .join(sources)
            .where(entities.c.source != name)
            .order_by(sources.c.position)
        )
        with self._reading() as connection:
            own = connection.execute(mine).scalar()  # none: it will stand last
            for entity_id, source, roles, position in connection.execute(query):
                decides = own is None or position < own
                yield Elsewhere(entity_id, source, roles_of_text(roles), decides)

    def overlaps(self) -> dict[str, tuple[Overlap, ...]]:
        """Say of each source with which others it overlaps."""
        with self._reading() as connection:
            return overlaps(connection)

    def overlaps_of(self, name: str) -> tuple[Overlap, ...]:
        """Say with which others a source overlaps, and in which entities."""
        with self._reading() as connection:
            return tuple(
                replace(one, entity_ids=shared_entity_ids(connection, name, one.source))
                for one in overlaps(connection).get(name, ())
            )

    def page(self, query: EntityQuery) -> EntityPage:
        """Read a page of the list of entities."""
        with self._reading() as connection:
            return page_of(connection, query)

    def states(self) -> tuple[SourceState, ...]:
        """Read all sources in their order."""
        count = func.count(entities.c.entity_id).label("entity_count")
        query = (
            select(sources, count)
            .outerjoin(entities)
            .group_by(sources.c.name)
            .order_by(sources.c.position)
        )
        with self._reading() as connection:
            return tuple(source_state(row) for row in connection.execute(query))

    def state(self, name: str) -> SourceState:
        """Read one source.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        found = [state for state in self.states() if state.source.name == name]
        if not found:
            raise UnknownSourceError(f"no source is called {name}")
        return found[0]

    # --- writing ----------------------------------------------------------------------

    def add(self, loaded: Loaded, *, also: Also = _nothing) -> Change:
        """Put a new source last, with its first version.

        Args:
            loaded: The version.
            also: What else is written in the same transaction.

        Raises:
            SourceRefusedError: There is a source of this name.
        """
        name = loaded.source.name
        with self._writing() as connection:
            query = select(sources.c.name).where(sources.c.name == name)
            if connection.execute(query).first():
                raise SourceRefusedError(f"there is a source called {name} already")
            row = {**source_row(loaded), "position": next_position(connection)}
            connection.execute(insert(sources).values(row))
            change = swap(connection, loaded)
            also(connection)
            return change

    def replace(
        self,
        loaded: Loaded,
        *,
        over: SourceState | None = None,
        also: Also = _nothing,
    ) -> Change:
        """Put a version in place of the one before, at once and as a whole.

        Rows that did not change are not written. The source keeps its position.

        Args:
            loaded: The version.
            over: How the source was when we began, so that no slow process puts an
                older version over a newer one.
            also: What else is written in the same transaction.

        Raises:
            OvertakenError: Somebody else has put another version there meanwhile.
            UnknownSourceError: There is no source of this name.
            SourceRefusedError: What should stay as it is has changed meanwhile.
        """
        with self._writing() as connection:
            name = loaded.source.name
            before = _before(connection, name, over)
            values = source_row(loaded)
            mine = sources.c.name == name
            connection.execute(update(sources).where(mine).values(values))
            connection.execute(delete(absent).where(absent.c.source == name))
            if before.kind == Kind.MDQ:  # its entities come without a new version
                loaded = replace(loaded, seen=None)
            change = swap(connection, loaded)
            if before.valid_until != loaded.valid_until and not is_visible(change):
                count_up(connection)  # entities end at another moment
            also(connection)
            return change

    def note(self, note: SourceNote, *, over: SourceState) -> bool:
        """Keep how a look at a source ended that did not bring a new version.

        Args:
            note: How it ended.
            over: How the source was when the look began.

        Returns:
            Whether this is news: another problem than the one that was kept.

        Raises:
            OvertakenError: Somebody else has put another version there meanwhile.
            UnknownSourceError: There is no source of this name any more.
        """
        with self._writing() as connection:
            mine = sources.c.name == note.name
            before = _before(connection, note.name, over)
            values = note_row(note)
            if note.problem is not None and before.problem == note.problem:
                del values["problem_since"]
            connection.execute(update(sources).where(mine).values(values))
            return note.problem is not None and before.problem != note.problem

    def move(self, name: str, before: str | None, *, also: Also = _nothing) -> bool:
        """Put a source before another one; the rest keeps its order.

        Args:
            name: Which source.
            before: The source that shall follow it; ``None`` puts it last.
            also: What else is written in the same transaction, if it moves.

        Returns:
            Whether it stands elsewhere now.

        Raises:
            UnknownSourceError: There is no source of one of these names.
        """
        with self._writing() as connection:
            is_moved = put_before(connection, name, before)
            if is_moved:
                count_up(connection)
                also(connection)
            return is_moved

    def remove(self, name: str, *, also: Also = _nothing) -> None:
        """Forget a source and everything that it brought.

        Args:
            name: Which source.
            also: What else is written in the same transaction.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        with self._writing() as connection:
            for table in (entities, absent):
                connection.execute(delete(table).where(table.c.source == name))
            gone = connection.execute(delete(sources).where(sources.c.name == name))
            if not gone.rowcount:
                raise UnknownSourceError(f"no source is called {name}")
            count_up(connection)
            also(connection)

    def _ask_of_one(self, query: Select[Any], entity_id: str) -> Sequence[Row[Any]]:
        with self._asking() as connection:
            return connection.execute(query, {"wanted": storable(entity_id)}).all()

    @contextmanager
    def _asking(self) -> Iterator[Connection]:
        """Open a connection for one statement."""
        with translated_errors(), self._reader.connect() as connection:
            yield connection

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with translated_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction in which nobody else writes."""
        with translated_errors(), self._engine.begin() as connection:
            lock(connection)
            yield connection


def _before(
    connection: Connection, name: str, over: SourceState | None
) -> Row[*tuple[Any, ...]]:
    """Read how a source is, unless it is not what somebody began with.

    Raises:
        OvertakenError: Another version has come meanwhile.
        UnknownSourceError: There is no source of this name.
    """
    own = (
        sources.c.kind,
        sources.c.valid_until,
        sources.c.loaded_at,
        sources.c.problem,
    )
    found = connection.execute(select(*own).where(sources.c.name == name)).first()
    if found is None:
        raise UnknownSourceError(f"no source is called {name}")
    if over is not None and found.loaded_at != over.loaded_at:
        raise OvertakenError("another process has taken a version meanwhile")
    return found
