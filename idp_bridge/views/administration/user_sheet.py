"""How do users stand in a file: which columns, and what do the cells say?

One column for each of the four values and one for each permission. A cell of a
permission says *Ja*, *Ja till 2027-06-30* with the last day, or nothing.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice
from typing import Final

from authz.administration.models import (
    ImportRow,
    NewUser,
    PermissionName,
    ServiceChoice,
    ServiceName,
    UserLine,
)
from authz.errors import UnreadableSheetError
from authz.sheets import Sheet
from idp_bridge.texts import CHANGE_TEXTS
from idp_bridge.views.administration import ticks

FIELDS: Final = ("given_name", "surname", "hsa_id", "email")
PORTION: Final = 1_000
_CODE: Final = re.compile(r"\(([a-z0-9-]+:[a-z0-9-]+)\)\s*$", re.ASCII)
_YES: Final = frozenset({"ja", "x"})
_NO: Final = frozenset({"", "nej"})
_UNTIL: Final = re.compile(r"(?:ja,?\s+)?(?:till|t\.?o\.?m\.?)?\s*([0-9-]{10})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A permission as a column."""

    permission: PermissionName
    service: ServiceName

    @property
    def code(self) -> str:
        """The two codes, by which the column is found again."""
        return f"{self.service.code}:{self.permission.code}"

    @property
    def heading(self) -> str:
        """What stands above it."""
        return f"{self.service.name}: {self.permission.name} ({self.code})"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadSheet:
    """The rows of a file, ready to be checked."""

    rows: tuple[ImportRow, ...]
    problems: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    """By row, which cells say nothing that we understand: ``cell:<heading>``."""


def columns_of(choices: Iterable[ServiceChoice]) -> tuple[Column, ...]:
    """List the permissions that may be given, in the order of the pages."""
    return tuple(
        Column(permission=permission, service=choice.service)
        for choice in choices
        if choice.has_agreement
        for permission in choice.permissions
    )


def headings(columns: Iterable[Column]) -> tuple[str, ...]:
    """Write the first row."""
    names = (CHANGE_TEXTS.fields[name] for name in FIELDS)
    return (*names, *(column.heading for column in columns))


def row_of(
    line: UserLine, held: Mapping[int, datetime | None], columns: Sequence[Column]
) -> tuple[str, ...]:
    """Write the row of a user."""
    values = (line.given_name, line.surname, line.hsa_id, line.email)
    return (*values, *(_cell(held, column.permission.id) for column in columns))


def portions(lines: Iterable[UserLine]) -> Iterator[list[UserLine]]:
    """Hand out some users at a time."""
    rest = iter(lines)
    while some := list(islice(rest, PORTION)):
        yield some


def read(sheet: Sheet, columns: Sequence[Column], *, takes: bool) -> ReadSheet:
    """Read the rows of a file.

    Args:
        sheet: The file.
        columns: The permissions that may be given.
        takes: Whether an empty cell takes the permission.

    Raises:
        UnreadableSheetError: A heading is missing, repeated or unknown.
    """
    places = _places(sheet.headings, columns)
    known = {column.code: column for column in columns}
    rows, problems = [], {}
    for row in sheet.rows:
        cells = {name: row.cells[place].strip() for name, place in places.items()}
        given = {known[n]: text for n, text in cells.items() if n in known}
        read_row, wrong = _read_row(row.line, cells, given, takes=takes)
        rows.append(read_row)
        if wrong:
            problems[row.line] = wrong
    return ReadSheet(rows=tuple(rows), problems=problems)


def _cell(held: Mapping[int, datetime | None], number: int) -> str:
    if number not in held:
        return ""
    until = ticks.last_day(held[number])
    return f"Ja till {until}" if until else "Ja"


def _places(headings: Sequence[str], columns: Sequence[Column]) -> dict[str, int]:
    """Say in which place each value stands.

    Raises:
        UnreadableSheetError: A heading is missing, repeated or unknown.
    """
    names = _names(columns)
    places: dict[str, int] = {}
    for place, heading in enumerate(headings):
        if not heading.strip():
            continue
        name = _name_of(heading, names)
        if name is None:
            raise UnreadableSheetError("unknown-column", about=heading)
        if name in places:
            raise UnreadableSheetError("repeated-column", about=heading)
        places[name] = place
    for name in FIELDS:
        if name not in places:
            raise UnreadableSheetError(
                "missing-column", about=CHANGE_TEXTS.fields[name]
            )
    return places


def _names(columns: Sequence[Column]) -> dict[str, str]:
    """Map headings that people write to the names of values."""
    names = {CHANGE_TEXTS.fields[name].casefold(): name for name in FIELDS}
    for column in columns:
        names[column.heading.casefold()] = column.code
        names[f"{column.service.name}: {column.permission.name}".casefold()] = (
            column.code
        )
    return names


def _name_of(heading: str, names: Mapping[str, str]) -> str | None:
    """Find a value by its heading, or by the codes at the heading's end."""
    folded = " ".join(heading.split()).casefold()
    code = _CODE.search(heading)
    if code and code[1] in names.values():
        return code[1]
    return names.get(folded)


def _read_row(
    line: int,
    cells: Mapping[str, str],
    given: Mapping[Column, str],
    *,
    takes: bool,
) -> tuple[ImportRow, tuple[str, ...]]:
    permissions: dict[int, datetime | None] = {}
    taken: set[int] = set()
    wrong = []
    for column, text in given.items():
        number, word = column.permission.id, text.casefold()
        if word in _NO:
            taken.add(number)
        elif word in _YES:
            permissions[number] = None
        elif end := _end_in(word):
            permissions[number] = end
        else:
            wrong.append(f"cell:{column.permission.name}")
    user = NewUser(**{name: cells[name] for name in FIELDS})
    row = ImportRow(
        number=line,
        user=user,
        permissions=permissions,
        take=frozenset(taken if takes else ()),
    )
    return row, tuple(wrong)


def _end_in(word: str) -> datetime | None:
    found = _UNTIL.fullmatch(word)
    day = ticks.read_day(found[1]) if found else None
    return None if day is None else ticks.end_after(day)
