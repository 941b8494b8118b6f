"""Is a search found where it stands, and marked where it is found?"""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.searching import BETWEEN, hits, needle_of, search_form, search_text

NAMES = st.text("abåäöÅÄÖ éß%_\\<&'\u0301\u030a", max_size=12)


def found(text: str, search: str) -> list[str]:
    return [text[start:end] for start, end in hits(text, search)]


@pytest.mark.parametrize(
    ("text", "search", "marked"),
    [
        ("Åsa Åsberg", "ås", ["Ås", "Ås"]),
        ("Åsa", "A\u030aS", ["Ås"]),
        ("A\u030asa", "ås", ["A\u030as"]),
        ("100 %_\\", "%_\\", ["%_\\"]),
        ("<b>&amp;", "<B>&", ["<b>&"]),
        ("Asa", "å", []),
        ("Åsa", "a", ["a"]),
        ("STRASSE", "straße", ["STRASSE"]),
        ("Straße", "s", ["S", "ß"]),
        ("a\u00a0b", "a b", ["a\u00a0b"]),
        ("aaa", "aa", ["aa"]),
        ("Anna", "  ann ", ["Ann"]),
        ("Anna", "", []),
        ("Anna", "   ", []),
        ("Anna", "\x00", []),
    ],
)
def test_a_hit_is_marked_whole(text: str, search: str, marked: list[str]) -> None:
    assert found(text, search) == marked


@given(NAMES, NAMES)
def test_a_page_marks_exactly_what_the_database_finds(text: str, search: str) -> None:
    needle = needle_of(search)
    if needle and not unicodedata.combining(needle[0]):
        is_there = needle in search_form(text)
        assert bool(found(text, search)) == is_there


@given(st.text(), st.text())
def test_marks_are_in_order_and_inside_the_text(text: str, search: str) -> None:
    last = 0
    for start, end in hits(text, search):
        assert last <= start < end <= len(text)
        last = end


@given(st.text())
def test_what_is_looked_for_can_be_sent_to_every_database(search: str) -> None:
    needle = needle_of(search)
    assert "\x00" not in needle
    assert BETWEEN not in needle
    needle.encode()


def test_nothing_is_found_across_two_columns() -> None:
    assert needle_of("a b") not in search_text(("a", "b"))
    assert needle_of("a\nb") not in search_text(("a", "b"))
