"""A review counts whom it must, on both kinds of database."""

import json
from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import Engine

from authz.administration.errors import NotFoundError
from authz.administration.models import Actor, ActorKind, UserQuery
from authz.administration.service import AdministrationService
from authz.errors import ReviewRefusedError
from authz.reviewing.models import Outcome
from authz.reviewing.service import ReviewService
from authz.service import AuthzService
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, MELKER, REGION

LATER = NOW + timedelta(hours=1)


@pytest.fixture
def administration(engine: Engine, world: AuthzService) -> AdministrationService:
    del world
    return AdministrationService(engine)


@pytest.fixture
def reviews(engine: Engine) -> ReviewService:
    return ReviewService(engine)


def test_a_review_goes_from_its_start_to_its_record(
    administration: AdministrationService, reviews: ReviewService
) -> None:
    here = administration.organisation(REGION, now=NOW).id
    anna = administration.administrators(here, now=NOW)[0]
    who = Actor(kind=ActorKind.ADMINISTRATOR, id=anna.person_id, name="Anna")
    users = administration.users(here, UserQuery(), now=NOW).lines
    alice = next(each for each in users if each.hsa_id == ALICE).membership_id
    with pytest.raises(NotFoundError):
        reviews.keep(here, [alice], actor=who, now=NOW)
    review = reviews.start(here, actor=who, now=NOW)
    with pytest.raises(ReviewRefusedError):
        reviews.start(here, actor=who, now=NOW)
    page = reviews.page(here, review, done=False, page=1, now=NOW)
    assert alice in {line.membership_id for line in page.lines}
    for line in page.lines:
        reviews.keep(here, [line.membership_id], actor=who, now=LATER)
    administration.remove_user(here, alice, actor=who, now=LATER)
    done = reviews.page(here, review, done=True, page=1, now=NOW)
    assert done.progress.done == done.progress.total == len(done.lines)
    outcomes = {line.membership_id: line.outcome for line in done.lines}
    assert outcomes[alice] is Outcome.REMOVE
    assert reviews.finish(here, actor=who, now=LATER) == review
    record = reviews.record(here, review)
    assert record.is_unchanged
    assert record.lines[-1].given_name == "Åsa"
    state = reviews.state(here)
    assert state.open is None
    assert state.due_at == LATER + timedelta(days=365)


def keep_recent(reviews: ReviewService, here: int, who: Actor, *, now: datetime) -> int:
    """Read who would be kept, and keep them."""
    page = reviews.recent(here, page=1, now=now)
    assert page.count == len(page.lines)
    return reviews.keep_recent(here, seal=page.seal, actor=who, now=now)


def test_everybody_who_came_lately_is_kept_with_one_press(
    administration: AdministrationService,
    reviews: ReviewService,
    world: AuthzService,
) -> None:
    here = administration.organisation(REGION, now=NOW).id
    anna = administration.administrators(here, now=NOW)[0]
    who = Actor(kind=ActorKind.ADMINISTRATOR, id=anna.person_id, name="Anna")
    with pytest.raises(NotFoundError):
        reviews.recent(here, page=1, now=NOW)
    with pytest.raises(NotFoundError):
        reviews.keep_recent(here, seal="", actor=who, now=NOW)
    review = reviews.start(here, actor=who, now=NOW)
    assert keep_recent(reviews, here, who, now=NOW) == 0
    decision = world.decide(
        ALICE, world.service_for(MELKER), organisation_numbers=(), now=NOW
    )
    world.note_login(decision.facts.last_login, now=NOW)
    on_time, too_late = (NOW + timedelta(days=days) for days in (90, 91))
    left = reviews.page(here, review, done=False, page=1, now=on_time)
    assert left.recent == 1
    assert {line.hsa_id: line.last_login_on for line in left.lines}[ALICE] == (
        date(2026, 11, 23)
    )
    assert keep_recent(reviews, here, who, now=too_late) == 0
    assert keep_recent(reviews, here, who, now=on_time) == 1
    assert keep_recent(reviews, here, who, now=on_time) == 0
    done = reviews.page(here, review, done=True, page=1, now=on_time)
    assert [line.hsa_id for line in done.lines] == [ALICE]
    assert done.lines[0].outcome is Outcome.KEEP
    (kept,) = [
        json.loads(line) for line in world.export_audit() if '"review:keep"' in line
    ]
    assert "logged-in-lately" in str(kept["detail"])
