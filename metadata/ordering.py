"""In which order do sources stand? Of what two of them bring, the first one decides."""

from collections.abc import Sequence

from sqlalchemy import Connection, func, select, update

from metadata.errors import UnknownSourceError
from metadata.tables import sources


def next_position(connection: Connection) -> int:
    """Say where a new source stands: behind all others."""
    last = connection.execute(select(func.max(sources.c.position))).scalar()
    return 1 if last is None else last + 1


def put_before(connection: Connection, name: str, before: str | None) -> bool:
    """Move a source; the others keep their order among themselves.

    Args:
        connection: Of a transaction in which nobody else writes.
        name: Which source.
        before: The source that shall follow it; ``None`` puts it last.

    Returns:
        Whether it stands elsewhere now.

    Raises:
        UnknownSourceError: There is no source of one of these names.
    """
    query = select(sources.c.name).order_by(sources.c.position)
    present = list(connection.execute(query).scalars())
    for wanted in (name, before):
        if wanted is not None and wanted not in present:
            raise UnknownSourceError(f"no source is called {wanted}")
    order = _moved(present, name, before)
    if order == present:
        return False
    _write(connection, order)
    return True


def _moved(present: Sequence[str], name: str, before: str | None) -> list[str]:
    if before == name:
        return list(present)
    order = [one for one in present if one != name]
    order.insert(len(order) if before is None else order.index(before), name)
    return order


def _write(connection: Connection, order: Sequence[str]) -> None:
    """Number the sources anew; no two ever have one number."""
    connection.execute(update(sources).values(position=-sources.c.position))
    for number, name in enumerate(order, start=1):
        row = update(sources).where(sources.c.name == name)
        connection.execute(row.values(position=number))
