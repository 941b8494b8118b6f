"""The state of the list is its query string, and nothing else is."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from authz.administration.models import (
    PermissionName,
    ServiceChoice,
    ServiceName,
    SortColumn,
    UserQuery,
)
from idp_bridge.views.administration import list_state


def choice(code: str, *permissions: str) -> ServiceChoice:
    return ServiceChoice(
        service=ServiceName(id=1, code=code, name=code),
        permissions=tuple(PermissionName(id=1, code=p, name=p) for p in permissions),
        has_agreement=True,
    )


CHOICES = (choice("a", "x", "y"), choice("b", "x"))


def read(text: str) -> UserQuery:
    return list_state.read(MultiDict(_pairs(text)), CHOICES)


def _pairs(text: str) -> list[tuple[str, str]]:
    return [
        (name, value)
        for name, _, value in (part.partition("=") for part in text.split("&") if part)
    ]


def test_nothing_asks_for_everybody_by_surname() -> None:
    assert read("") == UserQuery()
    assert list_state.write(UserQuery()) == ""


def test_a_permission_counts_only_with_its_service() -> None:
    query = read("tjanst=a&behorighet=a:x&behorighet=b:x")
    assert (query.services, query.permissions) == (("a",), ("a:x",))
    assert read("behorighet=a:x").permissions == ()


@pytest.mark.parametrize(
    "text",
    [
        "tjanst=unknown",
        "sortera=password",
        "ordning=up",
        "sida=0",
        "sida=-1",
        "sida=1e3",
        "sida=\u0663",
        "sida=99999999999999999999",
        "visa=1000000",
        "visa=-5",
        "anything=else",
    ],
)
def test_what_is_no_state_of_the_list_is_left_out(text: str) -> None:
    assert read(text) == UserQuery()


def test_a_search_is_cut_and_trimmed() -> None:
    assert read(f"sok={'x' * 500}").search == "x" * 200
    assert read("sok=  a  b ").search == "a b"


def test_the_same_column_again_turns_the_order() -> None:
    once = list_state.sorted_by(UserQuery(page=3), SortColumn.EMAIL)
    twice = list_state.sorted_by(once, SortColumn.EMAIL)
    assert (once.sort, once.descending, once.page) == (SortColumn.EMAIL, False, 1)
    assert twice.descending
    assert not list_state.sorted_by(twice, SortColumn.EMAIL).descending


@given(
    st.builds(
        UserQuery,
        search=st.text(max_size=50).map(lambda text: " ".join(text.split())),
        services=st.sampled_from([(), ("a",), ("b",), ("a", "b")]),
        sort=st.sampled_from(SortColumn),
        descending=st.booleans(),
        page=st.integers(1, 9999),
        page_size=st.sampled_from([25, 50, 100, None]),
    )
)
def test_what_is_written_is_read_again(query: UserQuery) -> None:
    written = list_state.write(query)
    assert list_state.canonical(written, CHOICES) == written
    assert set(written) <= set(map(chr, range(33, 127)))


@pytest.mark.parametrize(
    "text",
    ["//evil.example", "https://evil.example/", "sok=%zz&&&", "=", "\n", "a" * 9000],
)
def test_a_state_from_outside_leads_nowhere_else(text: str) -> None:
    assert "evil" not in list_state.canonical(text, CHOICES)
