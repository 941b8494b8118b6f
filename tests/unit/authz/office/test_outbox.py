"""Is each mail handed out once, and again only after its pause?"""

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import Engine

from authz.office.outbox import FIRST_PAUSE, LONGEST_PAUSE, NewMail, pause, put
from authz.office.service import OfficeService
from tests.support.clock import NOW

MANY = 12


@pytest.fixture
def full(office: OfficeService, engine: Engine) -> OfficeService:
    """An office with mail in the outbox."""
    mail = NewMail(kind="test", recipient="a@example.se", subject="S", body="B")
    with engine.begin() as connection:
        assert put(connection, [mail] * MANY, domain="example.se", now=NOW) == MANY
    return office


def test_those_who_send_at_the_same_moment_never_take_the_same(
    full: OfficeService,
) -> None:
    start = threading.Barrier(3)

    def take_all(_: int) -> list[int]:
        start.wait()
        taken = []
        while mail := full.outbox.take(now=NOW):
            taken.append(mail.id)
        return taken

    with ThreadPoolExecutor(3) as pool:
        taken = [one for each in pool.map(take_all, range(3)) for one in each]
    assert len(taken) == len(set(taken)) == MANY


def test_what_was_taken_is_handed_out_again_after_its_pause(
    full: OfficeService,
) -> None:
    first = full.outbox.take(now=NOW)
    assert first is not None
    for _ in range(MANY - 1):
        full.outbox.take(now=NOW)
    assert full.outbox.take(now=NOW + FIRST_PAUSE - timedelta(microseconds=1)) is None
    again = full.outbox.take(now=NOW + FIRST_PAUSE)
    assert again is not None
    assert (again.id, again.tries, again.message_id) == (first.id, 1, first.message_id)


def test_mail_that_was_put_back_counts_as_never_tried(full: OfficeService) -> None:
    taken = full.outbox.take(now=NOW)
    assert taken is not None
    full.outbox.put_back(taken)
    assert full.outbox.take(now=NOW) == taken


def test_every_mail_has_a_name_of_its_own(full: OfficeService) -> None:
    assert len({one.message_id for one in full.outbox.list()}) == MANY


def test_pauses_grow_to_a_quarter_of_a_day_and_eight_tries_last_most_of_one() -> None:
    assert [pause(tries) / FIRST_PAUSE for tries in (1, 2, 3)] == [1, 2, 4]
    assert pause(1000) == LONGEST_PAUSE
    total = sum((pause(tries) for tries in range(1, 8)), timedelta())
    assert timedelta(hours=16) < total < timedelta(days=1)
