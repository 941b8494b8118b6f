"""Administrators hear of a review that is due: in time, and when it is late."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine

from authz.audit_store import AuditStore
from authz.database import reader_of, snapshot
from authz.office.desk import Desk
from authz.office.outbox import Outbox
from authz.reviewing.reminders import DueReview, ReviewReminders
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.permission_world import CATALOGUE

BEGAN = NOW - timedelta(days=400)
DUE = BEGAN + timedelta(days=365)
"""A year after somebody was registered first."""


@pytest.fixture(autouse=True)
def old_world(engine: Engine) -> None:
    """Everybody was registered more than a year ago."""
    AuthzService(engine).load_catalogue(
        CATALOGUE, dry_run=False, actor="test", now=BEGAN
    )


def remind(engine: Engine, now: datetime) -> int:
    return ReviewReminders(engine).make(
        words, domain="bridge.example.se", actor="system:reminders", now=now
    )


def words(due: DueReview) -> tuple[str, str]:
    return f"{due.organisation} {due.due_at.date()}", "body"


def test_nobody_is_reminded_too_early(engine: Engine) -> None:
    assert remind(engine, DUE - timedelta(days=31)) == 0


def test_everybody_is_reminded_once_each_time(engine: Engine) -> None:
    made = [
        remind(engine, DUE + timedelta(days=day))
        for day in (-30, -30, -29, -8, -7, -6, 0, 1, 300)
    ]
    assert made == [2, 0, 0, 0, 2, 0, 2, 0, 0]
    mails = Outbox(Desk(engine, reader_of(engine), allow_test_ids=False)).list()
    assert {mail.kind for mail in mails} == {"review-due"}
    assert {mail.recipient for mail in mails} == {"anna@example.se"}
    with snapshot(reader_of(engine)) as connection:
        entries = list(AuditStore(connection).entries())
    assert sum(entry.event.action == "reminder:send" for entry in entries) == 6
