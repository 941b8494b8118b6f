"""Which entities does more than one source bring in the same role, and who decides?

Asked when somebody wants to know, so that the answer follows the order of the sources
as it is at that moment.
"""

from collections import defaultdict
from typing import Any, Final

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from metadata.entities import Role
from metadata.records import Overlap
from metadata.tables import entities, sources

MAX_SHOWN: Final = 20
"""Entities that are named of an overlap; beyond, they are counted."""

_mine: Final = entities.alias("mine")
_theirs: Final = entities.alias("theirs")
_my_source: Final = sources.alias("my_source")
_their_source: Final = sources.alias("their_source")


def overlaps(connection: Connection) -> dict[str, tuple[Overlap, ...]]:
    """Say of each source with which others it overlaps, in the order of the sources."""
    names = (_mine.c.source, _theirs.c.source)
    positions = (_my_source.c.position, _their_source.c.position)
    query = _shared(*names, *positions, func.count()).group_by(*names, *positions)
    found: defaultdict[str, list[Overlap]] = defaultdict(list)
    for mine, other, my_place, place, count in connection.execute(
        query.order_by(*positions)
    ):
        found[mine].append(Overlap(source=other, decides=place < my_place, count=count))
    return {name: tuple(some) for name, some in found.items()}


def shared_entity_ids(connection: Connection, name: str, other: str) -> tuple[str, ...]:
    """Name the first entities that two sources bring in the same role."""
    query = _shared(_mine.c.entity_id).where(
        _mine.c.source == name, _theirs.c.source == other
    )
    first = query.order_by(_mine.c.entity_id).limit(MAX_SHOWN)
    return tuple(connection.execute(first).scalars())


def _shared(*columns: ColumnElement[Any]) -> Select[Any]:
    return (
        select(*columns)
        .select_from(_mine)
        .join(_theirs, _mine.c.entity_id == _theirs.c.entity_id)
        .join(_my_source, _mine.c.source == _my_source.c.name)
        .join(_their_source, _theirs.c.source == _their_source.c.name)
        .where(_mine.c.source != _theirs.c.source, _in_the_same_role())
    )


def _in_the_same_role() -> ColumnElement[bool]:
    """No role's name is part of another's."""
    return or_(
        *(
            and_(
                _mine.c.roles.contains(role.value), _theirs.c.roles.contains(role.value)
            )
            for role in Role
        )
    )
