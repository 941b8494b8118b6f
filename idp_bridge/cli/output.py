"""How does a command answer? In words and tables for people, in JSON for programs."""

import base64
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any, Final, TypeVar

import click

Command = TypeVar("Command", bound=Callable[..., Any])

_NOTHING: Final = "-"


def json_option(command: Command) -> Command:
    """Give a command the option ``--json``."""
    option = click.option(
        "--json", "as_json", is_flag=True, help="Answer in JSON, for programs."
    )
    return option(command)


def show_json(value: object) -> None:
    """Print a value as JSON."""
    click.echo(json.dumps(value, default=as_plain, ensure_ascii=False, indent=2))


def as_plain(value: object) -> object:
    """Write what JSON does not know: sets as lists, bytes as text, the rest as text."""
    if isinstance(value, set | frozenset):
        return sorted(value)
    if isinstance(value, bytes):
        return _text_of(value)
    return value.isoformat() if isinstance(value, date) else str(value)


def _text_of(data: bytes) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError:
        return base64.b64encode(data).decode()


def show_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table: drawn on a terminal, tabs between the values elsewhere."""
    lines = [[_NOTHING if one is None else str(one) for one in row] for row in rows]
    if not sys.stdout.isatty():
        for line in (columns, *lines):
            click.echo("\t".join(line))
        return
    from rich.console import Console  # noqa: PLC0415  # only for a terminal
    from rich.table import Table  # noqa: PLC0415

    table = Table(*columns)
    for line in lines:
        table.add_row(*line)
    Console().print(table, markup=False)
