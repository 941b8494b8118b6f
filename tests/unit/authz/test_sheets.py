"""A file goes out and comes back the same, and no cell of it is a formula."""

import csv
from io import StringIO

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.errors import UnreadableSheetError
from authz.sheets import MAX_BYTES, MAX_ROWS, neutralise, read, restore, write

CELLS = st.text(
    alphabet=st.characters(codec="utf-8", exclude_characters="\0"), max_size=40
)
DANGEROUS = st.text(alphabet="'=+-@\t\r\n ;\",aÅ", max_size=8)
ANY = CELLS | DANGEROUS
TABLES = st.integers(1, 6).flatmap(
    lambda width: st.lists(
        st.lists(ANY, min_size=width, max_size=width), min_size=1, max_size=8
    )
)


def is_blank(row: list[str]) -> bool:
    return not any(cell.strip() for cell in row)


@given(TABLES)
def test_what_is_written_is_read_again(table: list[list[str]]) -> None:
    headings = ["a;b", *table[0][1:]]
    sheet = read(write(headings, table))
    assert list(sheet.headings) == headings
    assert [list(row.cells) for row in sheet.rows] == [
        row for row in table if not is_blank(row)
    ]


def test_headings_with_commas_and_tabs_are_cut_where_they_were_joined() -> None:
    headings = ["Ersättning, vuxna, barn, elever", "", "\t\t", 'a";"b', "c\nd"]
    rows = [["x", "", "", "", "1,5"]]
    sheet = read(write(headings, rows))
    assert list(sheet.headings) == headings
    assert [list(row.cells) for row in sheet.rows] == rows


@given(ANY)
def test_no_cell_begins_like_a_formula(cell: str) -> None:
    safe = neutralise(cell)
    assert safe[:1] not in {*"=+-@\t\r\n"}
    assert safe.lstrip()[:1] not in {*"=+-@\uff1d\uff0b\uff0d\uff20"}
    assert restore(safe) == cell


@given(ANY)
def test_what_needs_no_apostrophe_gets_none(cell: str) -> None:
    if cell[:1].isalnum():
        assert neutralise(cell) == cell


@pytest.mark.parametrize(
    "cell", ["=1+1", "@SUM(A1)", "+46", "-1", "\t=1", " =1", "'=1", "\uff1dcmd", "\r1"]
)
def test_a_formula_is_shown_as_text_to_a_spreadsheet(cell: str) -> None:
    text = write(["a", "b"], [[cell, "x"]]).decode("utf-8-sig")
    rows = list(csv.reader(StringIO(text, newline=""), delimiter=";"))
    assert rows[1] == [f"'{cell}", "x"]


def test_a_file_begins_with_the_mark_that_spreadsheets_look_for() -> None:
    assert write(["Å", "b"], []) == b"\xef\xbb\xbf\xc3\x85;b\r\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252"])
@pytest.mark.parametrize("delimiter", [";", ",", "\t"])
@pytest.mark.parametrize("newline", ["\n", "\r\n"])
def test_what_spreadsheets_write_is_read(
    encoding: str, delimiter: str, newline: str
) -> None:
    text = newline.join(
        delimiter.join(row) for row in (["Förnamn", "b"], ["Åsa", ""], ["", ""])
    )
    sheet = read(text.encode(encoding))
    assert sheet.headings == ("Förnamn", "b")
    assert [row.cells for row in sheet.rows] == [("Åsa", "")]
    assert sheet.rows[0].line == 2


def problem_of(data: bytes) -> tuple[str, int | None]:
    with pytest.raises(UnreadableSheetError) as caught:
        read(data)
    return caught.value.problem, caught.value.line


def test_what_cannot_be_read_is_named() -> None:
    assert problem_of(b"") == ("empty", None)
    assert problem_of(b" ; \r\n") == ("empty", None)
    assert problem_of("a;b".encode("utf-16")) == ("encoding", None)
    assert problem_of(b"a;\0b") == ("encoding", None)
    assert problem_of(b"a;\x81\x8d") == ("encoding", None)
    assert problem_of(b'a;"b') == ("not-csv", None)
    assert problem_of(b"a;b\r\n1;2\r\n1;2;3\r\n") == ("wide-row", 3)
    assert problem_of(b"a;" + b"b" * 2001) == ("long-cell", None)
    assert problem_of(b";" * 401 + b"a") == ("too-many-columns", None)


def test_a_file_may_be_as_large_as_the_limits_and_no_larger() -> None:
    assert len(read(b"a\n" + b"1\n" * MAX_ROWS).rows) == MAX_ROWS
    assert problem_of(b"a\n" + b"1\n" * (MAX_ROWS + 1)) == ("too-many-rows", None)
    padding = b"a\n" + b"\n" * (MAX_BYTES - 2)
    assert read(padding).rows == ()
    assert problem_of(padding + b"\n") == ("too-large", None)
