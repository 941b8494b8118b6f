"""Who keeps sources and entities? The database: one row per entity and source."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any, Final, TypeVar

from sqlalchemy import (
    Connection,
    Engine,
    bindparam,
    delete,
    func,
    insert,
    select,
    update,
)
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from metadata.elements import nearest
from metadata.entities import Role
from metadata.errors import (
    MetadataUnavailableError,
    SourceRefusedError,
    UnknownSourceError,
)
from metadata.records import Change, EntityRecord, Loaded, Mark, SourceState
from metadata.rows import (
    entity_record,
    entity_row,
    roles_of_text,
    source_row,
    source_state,
)
from metadata.tables import entities, metadata_tables, sources, version

_BATCH: Final = 500
"""Rows that are written with one statement."""
_ONLY_ROW: Final = 1

Item = TypeVar("Item")


class EntityStore:
    """Everything about sources and entities that outlives a process.

    Every method raises :class:`~metadata.errors.MetadataUnavailableError` when the
    database does not answer.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def create_tables(self) -> None:
        """Make the tables that are missing."""
        with _translated_errors():
            metadata_tables.create_all(self._engine)

    # --- reading ----------------------------------------------------------------------

    def version(self) -> int:
        """Say which version of everything this is; it grows with every change."""
        with self._reading() as connection:
            found = connection.execute(select(version.c.version)).scalar()
        return found or 0

    def find(self, entity_id: str, role: Role) -> EntityRecord | None:
        """Read an entity in a role from the first source that brings it."""
        records = (record for _, record in self.records_of(entity_id))
        return next((record for record in records if role in record.roles), None)

    def mark(self, entity_id: str, role: Role) -> Mark | None:
        """Say how the row looks that :meth:`find` reads, without reading its XML."""
        own = (entities.c.roles, entities.c.sha256, entities.c.valid_until)
        query = (
            select(*own, sources.c.valid_until.label("document_end"))
            .join(sources)
            .where(entities.c.entity_id == entity_id)
            .order_by(sources.c.position)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        for row in rows:
            if role in roles_of_text(row.roles):
                end = nearest(row.valid_until, row.document_end)
                return Mark(sha256=row.sha256, valid_until=end)
        return None

    def records_of(self, entity_id: str) -> tuple[tuple[str, EntityRecord], ...]:
        """Read an entity from every source, with the source's name, first one first."""
        query = (
            select(entities)
            .join(sources)
            .where(entities.c.entity_id == entity_id)
            .order_by(sources.c.position)
        )
        with self._reading() as connection:
            rows = connection.execute(query).all()
        return tuple((row.source, entity_record(row)) for row in rows)

    def source_names_of(self, entity_ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
        """Say which sources bring each of some entities, first one first."""
        found: dict[str, tuple[str, ...]] = {}
        columns = select(entities.c.entity_id, entities.c.source)
        query = columns.join(sources).order_by(sources.c.position)
        with self._reading() as connection:
            for batch in _batches(entity_ids):
                some = query.where(entities.c.entity_id.in_(batch))
                for entity_id, source in connection.execute(some):
                    found[entity_id] = (*found.get(entity_id, ()), source)
        return found

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

    def add(self, loaded: Loaded) -> Change:
        """Put a new source last, with its first version.

        Raises:
            SourceRefusedError: There is a source of this name.
        """
        name = loaded.source.name
        with self._writing() as connection:
            query = select(sources.c.name).where(sources.c.name == name)
            if connection.execute(query).first():
                raise SourceRefusedError(f"there is a source called {name} already")
            last = connection.execute(select(func.max(sources.c.position))).scalar()
            position = 1 if last is None else last + 1
            row = {**source_row(loaded), "position": position}
            connection.execute(insert(sources).values(row))
            return _swap(connection, loaded)

    def replace(self, loaded: Loaded) -> Change:
        """Put a version in place of the one before, at once and as a whole.

        Rows that did not change are not written. The source keeps its position.

        Raises:
            UnknownSourceError: There is no source of this name.
        """
        with self._writing() as connection:
            name = loaded.source.name
            values = source_row(loaded)
            query = update(sources).where(sources.c.name == name).values(values)
            if not connection.execute(query).rowcount:
                raise UnknownSourceError(f"no source is called {name}")
            return _swap(connection, loaded)

    def note_problem(self, name: str, problem: str) -> None:
        """Keep why a later version of a source was refused."""
        with self._writing() as connection:
            query = update(sources).where(sources.c.name == name)
            connection.execute(query.values(problem=problem))

    def remove(self, name: str) -> None:
        """Forget a source and everything that it brought.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        with self._writing() as connection:
            connection.execute(delete(entities).where(entities.c.source == name))
            gone = connection.execute(delete(sources).where(sources.c.name == name))
            if not gone.rowcount:
                raise UnknownSourceError(f"no source is called {name}")
            _count_up(connection)

    @contextmanager
    def _reading(self) -> Iterator[Connection]:
        with _translated_errors(), self._engine.connect() as connection:
            yield connection

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        """Open a transaction in which nobody else writes."""
        with _translated_errors(), self._engine.begin() as connection:
            _lock(connection)
            yield connection


@contextmanager
def _translated_errors() -> Iterator[None]:
    try:
        yield
    except SQLAlchemyError as error:
        raise MetadataUnavailableError(type(error).__name__) from error


def _lock(connection: Connection) -> None:
    """Make other writers wait: the first statement of a transaction is a write."""
    same = update(version).values(version=version.c.version)
    if connection.execute(same).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(version).values(id=_ONLY_ROW, version=0))
    except IntegrityError:  # somebody else was first, and is done
        connection.execute(same)


def _count_up(connection: Connection) -> None:
    connection.execute(update(version).values(version=version.c.version + 1))


def _swap(connection: Connection, loaded: Loaded) -> Change:
    """Write what differs from the rows that are there, and remove what is gone."""
    name = loaded.source.name
    present = _present(connection, name)
    added = changed = unchanged = 0
    for batch in _batches(loaded.records):
        rows = [entity_row(record, source=name) for record in batch]
        new = [row for row in rows if row["entity_id"] not in present]
        old = [row for row in rows if row["entity_id"] in present]
        differing = [row for row in old if present.pop(row["entity_id"]) != _mark(row)]
        _insert(connection, new)
        _update(connection, differing)
        added, changed = added + len(new), changed + len(differing)
        unchanged += len(old) - len(differing)
    _delete(connection, name, present)
    if added or changed or present:
        _count_up(connection)
    return Change(
        added=added, changed=changed, removed=len(present), unchanged=unchanged
    )


def _present(connection: Connection, name: str) -> dict[str, tuple[Any, ...]]:
    """Read what tells one version of a row from another, by entityID."""
    marks = (entities.c.sha256, entities.c.roles, entities.c.valid_until)
    query = select(entities.c.entity_id, *marks).where(entities.c.source == name)
    return {row[0]: tuple(row[1:]) for row in connection.execute(query)}


def _mark(row: dict[str, Any]) -> tuple[Any, ...]:
    return row["sha256"], row["roles"], row["valid_until"]


def _insert(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if rows:
        connection.execute(insert(entities), rows)


def _update(connection: Connection, rows: list[dict[str, Any]]) -> None:
    if not rows:
        return
    values = [
        {
            **{key: row[key] for key in row.keys() - {"source", "entity_id"}},
            "key_source": row["source"],
            "key_entity_id": row["entity_id"],
        }
        for row in rows
    ]
    query = update(entities).where(
        entities.c.source == bindparam("key_source"),
        entities.c.entity_id == bindparam("key_entity_id"),
    )
    connection.execute(query, values)


def _delete(connection: Connection, name: str, entity_ids: Iterable[str]) -> None:
    for batch in _batches(entity_ids):
        query = delete(entities).where(entities.c.source == name)
        connection.execute(query.where(entities.c.entity_id.in_(batch)))


def _batches(items: Iterable[Item]) -> Iterator[list[Item]]:
    batch: list[Item] = []
    for item in items:
        batch.append(item)
        if len(batch) == _BATCH:
            yield batch
            batch = []
    if batch:
        yield batch
