"""The small parts of asking: names, addresses, moments, tries and failures."""

from datetime import datetime, timedelta

import pytest

from metadata import mdq_failures
from metadata.allowance import Allowance
from metadata.errors import BadIdentifierError, UnknownIdentifierError
from metadata.mdq_documents import DEFAULT_FRESHNESS, refresh_moment
from metadata.mdq_failures import Failures, Pause
from metadata.mdq_identifiers import (
    EntityId,
    Sha1,
    address_of,
    read_identifier,
    sha1_of,
)
from tests.support.clock import NOW

SERVICE = "http://example.org/service"
DIGEST = "11d72e8cf351eb6c75c721e838f469677ab41bdb"
"""The example of draft-young-md-query-saml 2.2.2."""
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("location", "address"),
    [
        ("https://m.se", "https://m.se/entities/http%3A%2F%2Fexample.org%2Fservice"),
        ("https://m.se/", "https://m.se/entities/http%3A%2F%2Fexample.org%2Fservice"),
        (
            "https://m.se/a",
            "https://m.se/a/entities/http%3A%2F%2Fexample.org%2Fservice",
        ),
        ("https://m.se/#sha1", f"https://m.se/entities/%7Bsha1%7D{DIGEST}"),
        ("https://m.se/a#sha1", f"https://m.se/a/entities/%7Bsha1%7D{DIGEST}"),
    ],
)
def test_an_address_is_made_as_the_draft_says(location: str, address: str) -> None:
    assert address_of(location, SERVICE) == address


def test_letters_that_mean_something_in_a_url_are_encoded() -> None:
    assert address_of("https://m.se", "a?b#c+d%2Fé&e") == (
        "https://m.se/entities/a%3Fb%23c%2Bd%252F%C3%A9%26e"
    )


def test_identifiers_are_read_as_they_are_written() -> None:
    assert sha1_of(SERVICE) == Sha1(DIGEST)
    assert read_identifier("{sha1}" + DIGEST) == Sha1(DIGEST)
    assert read_identifier(SERVICE) == EntityId(SERVICE)


@pytest.mark.parametrize("text", ["", "..", "{", "{sha1}", "{sha1}" + DIGEST + "0"])
def test_what_is_no_identifier_is_refused(text: str) -> None:
    with pytest.raises(BadIdentifierError):
        read_identifier(text)


@pytest.mark.parametrize("text", ["{sha256}00", "{SHA1}" + DIGEST, "{a:b}c"])
def test_identifiers_of_another_kind_are_told_apart(text: str) -> None:
    with pytest.raises(UnknownIdentifierError):
        read_identifier(text)


@pytest.mark.parametrize(
    ("every", "end", "wait"),
    [
        (None, None, DEFAULT_FRESHNESS),
        (None, NOW + 30 * DAY, DEFAULT_FRESHNESS),
        (timedelta(0), None, timedelta(minutes=1)),
        (30 * DAY, None, DAY),
        (timedelta(hours=2), NOW + timedelta(hours=2), timedelta(hours=1.5)),
        (timedelta(hours=1), NOW + timedelta(hours=2), timedelta(hours=1)),
        (None, NOW + timedelta(seconds=4), timedelta(seconds=3)),
    ],
)
def test_nobody_asks_at_once_or_never_or_after_the_end(
    every: timedelta | None, end: datetime | None, wait: timedelta
) -> None:
    assert refresh_moment(every, now=NOW, end=end) == NOW + wait


def test_tries_are_used_up_and_grow_again_to_their_bound() -> None:
    now = 0.0
    allowance = Allowance(burst=2, per_second=0.5, monotonic=lambda: now)
    assert [allowance.take() for _ in range(3)] == [True, True, False]
    now = 1.9
    assert not allowance.take()
    now = 2.0
    assert [allowance.take() for _ in range(2)] == [True, False]
    now = 1000.0
    assert [allowance.take() for _ in range(3)] == [True, True, False]


def test_failures_are_remembered_until_their_end_and_not_without_bound(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(mdq_failures, "MAX_REMEMBERED", 2)
    failures = Failures()
    pause = Pause(NOW + DAY, "no")
    for name in ("1", "2", "1", "3"):
        failures.note("s", name, pause)
    assert failures.pause("s", "2", NOW) is None
    assert failures.pause("s", "1", NOW) == pause
    assert failures.pause("other", "1", NOW) is None
    assert failures.pause("s", "1", NOW + DAY) is None
