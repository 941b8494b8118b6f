"""Which entities does an operator look for, a page at a time?"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, select

from metadata.elements import nearest
from metadata.entities import Role
from metadata.records import EntityDetails
from metadata.rows import entity_details, roles_of_text, texts_of
from metadata.tables import entities, sources

MAX_PAGE_SIZE: Final = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityQuery:
    """What to look for."""

    search: str = ""
    """Part of an entityID or a name, in upper or lower case."""
    source: str | None = None
    role: Role | None = None
    page: int = 1
    page_size: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class EntitySummary:
    """An entity in a list."""

    source: str
    entity_id: str
    roles: frozenset[Role]
    display_name: str | None
    valid_until: datetime | None
    details: EntityDetails
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityPage:
    """A page of a list of entities."""

    entities: tuple[EntitySummary, ...]
    total: int
    """On all pages."""
    page: int
    page_size: int

    @property
    def pages(self) -> int:
        """How many pages there are."""
        return max(1, -(-self.total // self.page_size))


def page_of(connection: Connection, query: EntityQuery) -> EntityPage:
    """Read a page; XML is never read for it."""
    size = min(max(query.page_size, 1), MAX_PAGE_SIZE)
    page = max(query.page, 1)
    columns = (
        entities.c.source,
        entities.c.entity_id,
        entities.c.roles,
        entities.c.display_name,
        entities.c.valid_until,
        entities.c.details,
        entities.c.warnings,
        sources.c.valid_until.label("document_end"),
    )
    some = _where(select(*columns), query)
    some = some.order_by(entities.c.entity_id, sources.c.position)
    total = connection.execute(_where(select(func.count()), query)).scalar_one()
    rows = connection.execute(some.limit(size).offset((page - 1) * size))
    found = tuple(_summary(row) for row in rows)
    return EntityPage(entities=found, total=total, page=page, page_size=size)


def _where(columns: Select[Any], query: EntityQuery) -> Select[Any]:
    some = columns.select_from(entities.join(sources))
    text = storable(query.search).strip().casefold()
    if text:
        some = some.where(entities.c.search.contains(text, autoescape=True))
    if query.source is not None:
        some = some.where(entities.c.source == storable(query.source))
    if query.role is not None:  # no role's name is part of another's
        some = some.where(entities.c.roles.contains(query.role.value))
    return some


def storable(text: str) -> str:
    """Make of what somebody looks for something that every database can compare.

    PostgreSQL refuses a statement with a NUL, and SQLite does not; no row has one.
    """
    return text.replace("\x00", "\ufffd")


def _summary(row: Row[Any]) -> EntitySummary:
    return EntitySummary(
        source=row.source,
        entity_id=row.entity_id,
        roles=roles_of_text(row.roles),
        display_name=row.display_name,
        valid_until=nearest(row.valid_until, row.document_end),
        details=entity_details(row.details),
        warnings=texts_of(row.warnings),
    )
