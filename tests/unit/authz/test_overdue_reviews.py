"""An organisation is late a year after its last review or its first member."""

from datetime import datetime, timedelta

from sqlalchemy import Engine, insert

from authz.office.service import OfficeService
from authz.reviewing.service import INTERVAL, ReviewService
from authz.reviewing.tables import ReviewRow
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.permission_world import REGION

LATER = NOW + INTERVAL
"""A year after everybody was registered."""


def finish(engine: Engine, organisation_id: int, *, days_ago: int) -> None:
    """Write down that a review was finished."""
    at = LATER - timedelta(days=days_ago)
    row = {
        "organisation_id": organisation_id,
        "started_at": at,
        "started_by": "test",
        "finished_at": at,
        "finished_by": "test",
    }
    with engine.begin() as connection:
        connection.execute(insert(ReviewRow).values(**row))


def late(engine: Engine, now: datetime = LATER) -> list[int]:
    return [one.organisation_id for one in ReviewService(engine).overdue(now=now)]


def test_an_old_agreement_makes_nobody_late_when_it_is_registered(
    world: AuthzService, engine: Engine
) -> None:
    region = OfficeService(engine).organisations.of_number(REGION)
    reviews = ReviewService(engine)
    assert late(engine, LATER - timedelta(seconds=1)) == []
    assert late(engine) == [region]
    assert reviews.state(region).due_at == LATER
    assert [one.due_at for one in reviews.overdue(now=LATER)] == [LATER]
    assert world.verify_audit()


def test_an_organisation_is_late_a_year_after_its_last_review(
    world: AuthzService, engine: Engine
) -> None:
    region = OfficeService(engine).organisations.of_number(REGION)
    assert late(engine) == [region]
    finish(engine, region, days_ago=INTERVAL.days)
    found = ReviewService(engine).overdue(now=LATER)
    assert [one.due_at for one in found] == [LATER]
    finish(engine, region, days_ago=INTERVAL.days - 1)
    assert late(engine) == []
    assert world.verify_audit()


def test_nobody_is_late_without_an_agreement_or_after_the_end(
    world: AuthzService, engine: Engine
) -> None:
    office = OfficeService(engine)
    region = office.organisations.of_number(REGION)
    office.organisations.end(region, at=NOW, actor="test", now=NOW)
    assert late(engine) == []
    office.organisations.reopen(region, actor="test", now=NOW)
    assert late(engine) == [region]
    for one in office.agreements.list(organisation_id=region):
        office.agreements.end(one.id, at=NOW, actor="test", now=NOW)
    assert late(engine) == []
    assert world.verify_audit()
