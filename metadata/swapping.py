"""How does one version of a source take the place of another, in one transaction?"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, TypeVar

from sqlalchemy import Connection, bindparam, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from metadata.errors import SourceRefusedError
from metadata.records import Change, Loaded, Mark, Seen
from metadata.rows import entity_row
from metadata.tables import entities, version

_BATCH: Final = 500
"""Rows that are written with one statement."""
_ONLY_ROW: Final = 1
_KEYS: Final = frozenset({"source", "entity_id"})

Item = TypeVar("Item")
Row = dict[str, Any]


def lock(connection: Connection) -> None:
    """Make other writers wait: the first statement of a transaction is a write."""
    same = update(version).values(version=version.c.version)
    if connection.execute(same).rowcount:
        return
    try:
        with connection.begin_nested():
            connection.execute(insert(version).values(id=_ONLY_ROW, version=0))
    except IntegrityError:  # somebody else was first, and is done
        connection.execute(same)


def count_up(connection: Connection) -> None:
    """Tell everybody that there is something new."""
    connection.execute(update(version).values(version=version.c.version + 1))


def is_visible(change: Change) -> bool:
    """Tell whether a change made anything different."""
    return bool(change.added or change.changed or change.removed)


def swap(connection: Connection, loaded: Loaded) -> Change:
    """Write what differs from the rows that are there, and remove what is gone.

    What was seen without the lock is not read again, unless the version of everything
    has grown: others who want to write, on SQLite those who log in, wait less.

    Args:
        connection: One that holds the lock.
        loaded: The new version.

    Raises:
        SourceRefusedError: What should stay as it is has changed meanwhile.
    """
    name = loaded.source.name
    present = _as_seen(connection, loaded.seen) or _present(connection, name)
    _keep(present, loaded.kept)
    added = changed = unchanged = 0
    for batch in _batches(loaded.records):
        rows = [entity_row(record, source=name) for record in batch]
        new = [row for row in rows if row["entity_id"] not in present]
        old = [row for row in rows if present.pop(row["entity_id"], None)]
        differing = _differing(connection, old)
        _insert(connection, new)
        _update(connection, differing)
        added, changed = added + len(new), changed + len(differing)
        unchanged += len(old) - len(differing)
    _delete(connection, name, present)
    change = Change(
        added=added,
        changed=changed,
        removed=len(present),
        unchanged=unchanged + len(loaded.kept),
    )
    if is_visible(change):
        count_up(connection)
    return change


def _as_seen(connection: Connection, seen: Seen | None) -> dict[str, str] | None:
    """Say by entityID which digests were seen, if nothing has changed since."""
    if seen is None or connection.scalar(select(version.c.version)) != seen.version:
        return None
    return {entity_id: mark.sha256 for entity_id, mark in seen.marks.items()}


def _present(connection: Connection, name: str) -> dict[str, str]:
    """Read the digests of the rows that are there, by entityID."""
    columns = (entities.c.entity_id, entities.c.sha256)
    query = select(*columns).where(entities.c.source == name)
    return {row.entity_id: row.sha256 for row in connection.execute(query)}


def _keep(present: dict[str, str], kept: Mapping[str, Mark]) -> None:
    """Take out of the rows that are there what stays as it is."""
    for entity_id, mark in kept.items():
        if present.pop(entity_id, None) != mark.sha256:
            raise SourceRefusedError("another process has changed it meanwhile")


def _differing(connection: Connection, rows: list[Row]) -> list[Row]:
    """Choose the rows that are not in the database just like this."""
    if not rows:
        return []
    names = sorted(rows[0].keys() - {"source", "xml"})
    query = select(*(entities.c[name] for name in names)).where(
        entities.c.source == rows[0]["source"],
        entities.c.entity_id.in_([row["entity_id"] for row in rows]),
    )
    there = {tuple(row) for row in connection.execute(query)}
    return [row for row in rows if tuple(row[name] for name in names) not in there]


def _insert(connection: Connection, rows: list[Row]) -> None:
    if rows:
        connection.execute(insert(entities), rows)


def _update(connection: Connection, rows: list[Row]) -> None:
    if not rows:
        return
    values = [
        {
            **{key: row[key] for key in row.keys() - _KEYS},
            **{f"key_{key}": row[key] for key in _KEYS},
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
