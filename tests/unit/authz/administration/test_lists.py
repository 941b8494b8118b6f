"""Does the list show, find and sort the same users on every database?"""

from datetime import timedelta

import pytest

from authz.administration import line_search
from authz.administration.models import SortColumn, UserPage, UserQuery
from tests.support.administration_world import (
    ALDRIG,
    FORSKOLA,
    GRANSKA,
    RAPPORTERA,
    STANGD,
    Administration,
)
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, BOB, CHARLIE

PEOPLE = (
    ("Zäta", "Åberg", "z@example.se"),
    ("Örjan", "Ängman", "o@example.se"),
    ("Åke", "Öst", "AKE@example.se"),
    ("A\u030asa", "Ek 100 %", "a_s@example.se"),
    ("Bo<b>", "af Ek\\", "b@example.se"),
    ("Anna", "Åberg", "anna@example.se"),
)


@pytest.fixture
def crowd(region: Administration) -> Administration:
    """The region with names that are hard to sort and to search."""
    for number, (given_name, surname, email) in enumerate(PEOPLE):
        region.add(
            f"SE2321000016-D{number}",
            given_name=given_name,
            surname=surname,
            email=email,
        )
    return region


def look(region: Administration, search: str = "", **query: object) -> UserPage:
    asked = UserQuery(search=search, **query)  # type: ignore[arg-type]
    return region.service.users(region.region, asked, now=region.now)


def names(page: UserPage) -> list[str]:
    return [f"{each.given_name} {each.surname}" for each in page.lines]


def test_swedish_letters_come_last_and_given_names_second(
    crowd: Administration,
) -> None:
    assert names(look(crowd)) == [
        "Bo<b> af Ek\\",
        "Charlie Ask",
        "Bo Ek",
        "Åsa Ek 100 %",
        "Anna Åberg",
        "Zäta Åberg",
        "Örjan Ängman",
        "Åsa Öberg",
        "Åke Öst",
    ]


def test_every_column_sorts_both_ways(crowd: Administration) -> None:
    firsts = {
        sort: [names(look(crowd, sort=sort, descending=down))[0] for down in (0, 1)]
        for sort in SortColumn
    }
    assert firsts == {
        SortColumn.GIVEN_NAME: ["Anna Åberg", "Örjan Ängman"],
        SortColumn.SURNAME: ["Bo<b> af Ek\\", "Åke Öst"],
        SortColumn.HSA_ID: ["Åsa Öberg", "Anna Åberg"],
        SortColumn.EMAIL: ["Åsa Ek 100 %", "Zäta Åberg"],
        SortColumn.SERVICES: ["Bo<b> af Ek\\", "Åsa Öberg"],
    }


def test_equal_ones_keep_their_order_when_a_column_is_turned(
    crowd: Administration,
) -> None:
    up = names(look(crowd, sort=SortColumn.SERVICES))
    down = names(look(crowd, sort=SortColumn.SERVICES, descending=True))
    assert down == [up[-1], *up[:-1]]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ÅSA", ["Åsa Ek 100 %", "Åsa Öberg"]),
        ("a\u030asa", ["Åsa Ek 100 %", "Åsa Öberg"]),
        ("asa ek", []),
        ("%", ["Åsa Ek 100 %"]),
        ("_", ["Åsa Ek 100 %"]),
        ("\\", ["Bo<b> af Ek\\"]),
        ("<b>", ["Bo<b> af Ek\\"]),
        ("örj", ["Örjan Ängman"]),
        ("orj", []),
        ("d1", ["Örjan Ängman"]),
        ("AKE@", ["Åke Öst"]),
        ("landsting", ["Åsa Öberg"]),
        ("rapportera h", ["Åsa Öberg"]),
        ("granska", []),
        ("\x00", []),
        ("|", []),
        ("' OR 1=1 --", []),
        ("x" * 10_000, []),
        ("a\u2028b", []),
    ],
)
def test_any_characters_are_found_in_every_column(
    crowd: Administration, search: str, expected: list[str]
) -> None:
    page = look(crowd, search)
    assert names(page) == expected
    assert (page.found, page.total) == (len(expected), 9)


def test_a_search_and_filters_narrow_each_other(region: Administration) -> None:
    region.change(region.member(CHARLIE), [], [GRANSKA, FORSKOLA])
    assert names(look(region, services=("landsting",))) == ["Charlie Ask", "Åsa Öberg"]
    only = look(region, services=("landsting",), permissions=(GRANSKA,))
    assert names(only) == ["Charlie Ask"]
    either = look(region, permissions=(GRANSKA, RAPPORTERA))
    assert names(either) == ["Charlie Ask", "Åsa Öberg"]
    assert names(look(region, "åsa", permissions=(GRANSKA,))) == []
    for unknown in (("nej",), (STANGD,), (ALDRIG,)):
        assert look(region, permissions=unknown).found == 0
        assert look(region, services=unknown).found == 0


def test_pages_end_with_the_last_one(crowd: Administration) -> None:
    everybody = names(look(crowd, page_size=None))
    pages = [look(crowd, page=number, page_size=4) for number in (1, 2, 3, 99, -1)]
    assert [names(each) for each in pages] == [
        everybody[:4],
        everybody[4:8],
        everybody[8:],
        everybody[8:],
        everybody[:4],
    ]
    assert [(each.page, each.pages) for each in pages][2:4] == [(3, 3), (3, 3)]
    late = look(crowd, "e", page=99, page_size=3)
    assert (late.page, late.pages) == (late.pages, -(-late.found // 3))
    assert len(late.lines) == late.found - 3 * (late.pages - 1)


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(SortColumn))
def test_a_page_says_the_same_from_whichever_end_it_is_read(
    crowd: Administration, sort: SortColumn, *, descending: bool
) -> None:
    def read(size: int | None, page: int = 1) -> list[str]:
        return names(
            look(crowd, page=page, page_size=size, sort=sort, descending=descending)
        )

    everybody = read(None)
    assert len(everybody) == 9
    for size in range(1, 11):
        starts = range(0, len(everybody), size)
        pages = [read(size, page) for page, _ in enumerate(starts, 1)]
        assert pages == [everybody[start : start + size] for start in starts]


@pytest.mark.parametrize("descending", [False, True])
@pytest.mark.parametrize("sort", list(SortColumn))
def test_a_search_finds_the_same_in_whichever_way_it_is_read(
    crowd: Administration,
    monkeypatch: pytest.MonkeyPatch,
    sort: SortColumn,
    *,
    descending: bool,
) -> None:
    def read(size: int | None, page: int = 1) -> UserPage:
        order = {"sort": sort, "descending": descending}
        return look(crowd, "e", page=page, page_size=size, **order)

    everybody = names(look(crowd, page_size=None, sort=sort, descending=descending))
    assert len(everybody) == read(None).found == 9
    for many, early in ((99, 9), (10, 9), (9, 9), (0, 9), (0, 3), (0, 1), (0, 0)):
        monkeypatch.setattr(line_search, "MANY", many)
        monkeypatch.setattr(line_search, "EARLY", early)
        monkeypatch.setattr(line_search, "SAMPLE", 9)
        for size in (1, 2, 4, 9):
            starts = range(0, 9, size)
            pages = [read(size, number) for number, _ in enumerate(starts, 1)]
            assert {each.found for each in pages} == {9}
            assert [names(each) for each in pages] == [
                everybody[start : start + size] for start in starts
            ]
        assert look(crowd, "inget sådant", sort=sort).found == 0


def test_a_line_counts_what_somebody_has_and_says_what_ends_first(
    region: Administration,
) -> None:
    soon, later = NOW + timedelta(days=1), NOW + timedelta(days=2)
    region.change(region.member(CHARLIE), [], {GRANSKA: later, FORSKOLA: soon})
    (line,) = look(region, "charlie").lines
    assert [(each.code, each.count) for each in line.services] == [
        ("statlig-ersattning", 1),
        ("landsting", 1),
    ]
    assert line.ends_next == soon
    assert not line.is_new


def test_what_has_ended_by_itself_is_found_no_more(region: Administration) -> None:
    charlie = region.member(CHARLIE)
    region.change(charlie, [], {GRANSKA: NOW + timedelta(days=1)})
    assert look(region, permissions=(GRANSKA,)).found == 1
    region.later(days=1)
    assert look(region, permissions=(GRANSKA,)).found == 0
    assert look(region, "granska").found == 0
    region.check_lines()
    (event, *_) = region.events()
    assert (event.actor, event.action) == ("bridge", "grant:end")
    assert event.detail["expired"] is True
    region.change(charlie, [], [GRANSKA])
    assert region.held(charlie) == {GRANSKA: None}


def test_the_matrix_has_a_box_for_everybody(region: Administration) -> None:
    end = NOW + timedelta(days=1)
    region.change(region.member(CHARLIE), [], {RAPPORTERA: end})
    number = region.permissions[RAPPORTERA]
    page = region.service.holders(region.region, number, UserQuery(), now=NOW)
    assert page.can_change
    assert [
        (each.line.surname, each.box.is_given, each.box.valid_until)
        for each in page.holders
    ] == [("Ask", True, end), ("Ek", False, None), ("Öberg", True, None)]


def test_what_ends_soon_is_listed_next_first(region: Administration) -> None:
    day = timedelta(days=1)
    region.change(region.member(CHARLIE), [], {GRANSKA: NOW + 3 * day})
    region.change(region.member(BOB), [], {FORSKOLA: NOW + 2 * day})
    region.change(region.member(ALICE), [], {FORSKOLA: NOW + 31 * day})
    endings = region.service.ending_soon(region.region, 30 * day, now=NOW)
    assert [(each.surname, each.permission.code) for each in endings] == [
        ("Ek", "forskola"),
        ("Ask", "granska"),
    ]


def test_choices_have_every_e_tjanst_that_was_agreed_about(
    region: Administration,
) -> None:
    choices = region.service.choices(region.region, now=NOW)
    assert [(each.service.code, each.has_agreement) for each in choices] == [
        ("statlig-ersattning", True),
        ("landsting", True),
        ("stangd", False),
    ]
