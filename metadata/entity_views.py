"""How does an entity look in each source that brings it?"""

from collections.abc import Iterable

from metadata.entities import Role
from metadata.errors import UnknownEntityError
from metadata.reader import read_party
from metadata.records import EntityRecord
from metadata.reports import EntityView


def views_of(
    records: Iterable[tuple[str, EntityRecord]],
    entity_id: str,
    *,
    allow_loopback_http: bool,
) -> tuple[EntityView, ...]:
    """Look at an entity in every source, the first one first.

    Args:
        records: What each source brings, with the source's name.
        entity_id: The entity.
        allow_loopback_http: Whether addresses may be plain ``http`` on this machine.

    Raises:
        UnknownEntityError: No source brings it.
    """
    views = []
    used: frozenset[Role] = frozenset()
    for source, record in records:
        parties = tuple(
            read_party(record.xml, role, allow_loopback_http=allow_loopback_http)
            for role in Role
            if role in record.roles
        )
        is_used = not record.roles <= used
        views.append(
            EntityView(source=source, is_used=is_used, record=record, parties=parties)
        )
        used |= record.roles
    if not views:
        raise UnknownEntityError(f"no source brings {entity_id}")
    return tuple(views)
