"""How do rows become a CSV file that is safe to open, and a file become rows again?

A file that leaves us is UTF-8 with a byte order mark, has semicolons and CRLF, and
quotes where RFC 4180 asks for it, and around all headings when one holds a sign that
separates cells elsewhere: that is what spreadsheets in Sweden open without questions. A
cell that a spreadsheet would take for a formula gets an apostrophe before it, which is
taken away when the file comes back.
"""

import csv
import re
from codecs import BOM_UTF8, BOM_UTF16_BE, BOM_UTF16_LE
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import Final, Literal

from authz.errors import UnreadableSheetError

MAX_BYTES: Final = 2_000_000
MAX_ROWS: Final = 2_000
MAX_COLUMNS: Final = 400
MAX_CELL: Final = 2_000

_FORMULA: Final = re.compile(r"[\s']*[=+\-@\uff1d\uff0b\uff0d\uff20]|'*[\t\r\n]")
_DELIMITERS: Final = (";", "\t", ",")
_QUOTED: Final = re.compile(r'"[^"]*"')


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A row below the headings."""

    line: int
    """On which line of the file it ends; the headings stand on the first."""
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """A file that was read."""

    headings: tuple[str, ...]
    rows: tuple[SheetRow, ...]


def neutralise(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if _FORMULA.match(cell) else cell


def restore(cell: str) -> str:
    """Take away the apostrophe that :func:`neutralise` put there."""
    is_neutral = cell.startswith("'") and _FORMULA.match(cell[1:])
    return cell[1:] if is_neutral else cell


def write(headings: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """Write a file.

    Args:
        headings: The first row.
        rows: The others.
    """
    text = StringIO(newline="")
    _write_to(text, [headings], quoting=_quoting_of(headings))
    _write_to(text, rows, quoting=csv.QUOTE_MINIMAL)
    return BOM_UTF8 + text.getvalue().encode()


def _write_to(
    text: StringIO, rows: Iterable[Sequence[str]], *, quoting: Literal[0, 1]
) -> None:
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n", quoting=quoting)
    for row in rows:
        writer.writerow([neutralise(cell) for cell in row])


def _quoting_of(headings: Iterable[str]) -> Literal[0, 1]:
    """Quote headings that could be cut in the wrong place when the file comes back."""
    is_risky = any(sign in heading for heading in headings for sign in _DELIMITERS)
    return csv.QUOTE_ALL if is_risky else csv.QUOTE_MINIMAL


def read(data: bytes) -> Sheet:
    """Read a file in UTF-8, with or without a mark, or in Windows' code page 1252.

    Rows without a single filled cell are left out; missing cells at the end are empty.

    Raises:
        UnreadableSheetError: It is too large, no CSV, or has no headings.
    """
    if len(data) > MAX_BYTES:
        raise UnreadableSheetError("too-large")
    text = _decode(data)
    lines = _parse(text)
    if not lines:
        raise UnreadableSheetError("empty")
    headings = lines[0].cells
    if len(headings) > MAX_COLUMNS:
        raise UnreadableSheetError("too-many-columns")
    rows = tuple(_filled_up(row, len(headings)) for row in lines[1:])
    if len(rows) > MAX_ROWS:
        raise UnreadableSheetError("too-many-rows")
    return Sheet(headings=headings, rows=rows)


def _decode(data: bytes) -> str:
    if data.startswith((BOM_UTF16_LE, BOM_UTF16_BE)) or b"\0" in data:
        raise UnreadableSheetError("encoding")
    for encoding in ("utf-8-sig", "cp1252"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise UnreadableSheetError("encoding")


def _parse(text: str) -> list[SheetRow]:
    reader = csv.reader(
        StringIO(text, newline=""), delimiter=_delimiter_of(text), strict=True
    )
    rows: list[SheetRow] = []
    try:
        for cells in reader:
            row = tuple(restore(cell) for cell in cells)
            if any(cell.strip() for cell in row):
                rows.append(SheetRow(line=reader.line_num, cells=row))
            if len(rows) > MAX_ROWS + 1:
                raise UnreadableSheetError("too-many-rows")
    except csv.Error as error:
        raise UnreadableSheetError("not-csv") from error
    if any(len(cell) > MAX_CELL for row in rows for cell in row.cells):
        raise UnreadableSheetError("long-cell")
    return rows


def _delimiter_of(text: str) -> str:
    """Take the sign that stands between the headings most often, else a semicolon."""
    first = _QUOTED.sub("", text).partition("\n")[0]
    return max(_DELIMITERS, key=first.count)


def _filled_up(row: SheetRow, width: int) -> SheetRow:
    """Let a row be as wide as the headings.

    Raises:
        UnreadableSheetError: It has more filled cells than there are headings.
    """
    if any(cell.strip() for cell in row.cells[width:]):
        raise UnreadableSheetError("wide-row", line=row.line)
    cells = (*row.cells, *[""] * (width - len(row.cells)))[:width]
    return SheetRow(line=row.line, cells=cells)
