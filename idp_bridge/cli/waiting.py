"""How is an operator told of a version that waits for approval?"""

from collections.abc import Iterable, Iterator

import click

from metadata.lint.subjects import printable
from metadata.records import FactChange, PendingVersion


def show_pending(name: str, pending: PendingVersion, *, err: bool = False) -> None:
    """Say what waits, and in what it differs from the version in use.

    Args:
        name: Of the source.
        pending: What waits.
        err: Whether that is a failure of the command.
    """
    for line in _lines(name, pending):
        click.echo(line, err=err)


def _lines(name: str, pending: PendingVersion) -> Iterator[str]:
    found = pending.difference
    changes = {one.entity_id: one.facts for one in pending.changes}
    yield (
        f"{name}: {pending.reason}; SHA-256 {pending.sha256} waits for approval:"
        f" {found.added_count} added, {found.changed_count} changed,"
        f" {found.removed_count} removed"
    )
    for word, entity_ids in (
        ("added", found.added),
        ("changed", found.changed),
        ("removed", found.removed),
    ):
        for entity_id in entity_ids:
            yield f"  {word} {printable(entity_id)}"
            yield from _facts(changes.get(entity_id, ()))


def _facts(changes: Iterable[FactChange]) -> Iterator[str]:
    """Say what is new and what is gone of an entity, as in a patch."""
    for change in changes:
        for sign, values in (("-", change.removed), ("+", change.added)):
            for value in values:
                yield f"    {sign} {change.kind} {printable(value)}"
