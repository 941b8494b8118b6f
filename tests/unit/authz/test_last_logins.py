"""The day of the last login is written once a day, and says who no longer comes."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, delete, event, select, update

from authz.administration.models import UserLine, UserQuery
from authz.administration.service import AdministrationService
from authz.errors import StoreUnavailableError
from authz.last_logins import LONG, is_long_ago, swedish_day
from authz.models import LastLogin
from authz.service import AuthzService
from authz.tables import GrantRow, LastLoginRow, MembershipRow, OrganisationRow
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, CHARLIE, ERSATTNING, MELKER, REGION

DAY = timedelta(days=1)
TODAY = date(2026, 11, 23)


def last_of(
    world: AuthzService, hsa_id: str = ALICE, sp: str = MELKER
) -> LastLogin | None:
    service = world.service_for(sp)
    decision = world.decide(hsa_id, service, organisation_numbers=(), now=NOW)
    return decision.facts.last_login


def log_in(
    world: AuthzService, now: datetime, hsa_id: str = ALICE, sp: str = MELKER
) -> None:
    world.note_login(last_of(world, hsa_id, sp), now=now)


def day_of(world: AuthzService, hsa_id: str = ALICE, sp: str = MELKER) -> date | None:
    last = last_of(world, hsa_id, sp)
    assert last is not None
    return last.day


@contextmanager
def writes(engine: Engine) -> Iterator[list[str]]:
    """Collect the statements that SQLAlchemy sends."""
    seen: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        seen.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield seen
    event.remove(engine, "before_cursor_execute", note)


@pytest.fixture
def users(engine: Engine) -> AdministrationService:
    return AdministrationService(engine)


def line_of(
    users: AdministrationService, now: datetime, hsa_id: str = ALICE
) -> UserLine:
    here = users.organisation(REGION, now=now).id
    lines = users.users(here, UserQuery(), now=now).lines
    return next(line for line in lines if line.hsa_id == hsa_id)


def test_the_first_login_of_a_day_is_one_statement_and_the_next_ones_none(
    world: AuthzService, engine: Engine
) -> None:
    assert day_of(world) is None
    for later, statements in ((timedelta(), 1), (timedelta(hours=3), 0), (DAY, 1)):
        last = last_of(world)
        with writes(engine) as seen:
            world.note_login(last, now=NOW + later)
        assert len(seen) == statements
        assert day_of(world) == swedish_day(NOW + later)


def test_a_day_is_a_day_in_sweden() -> None:
    assert swedish_day(datetime(2026, 11, 23, 22, 59, tzinfo=UTC)) == TODAY
    assert swedish_day(datetime(2026, 11, 23, 23, 0, tzinfo=UTC)) == TODAY + DAY
    assert swedish_day(datetime(2026, 7, 1, 22, 0, tzinfo=UTC)) == date(2026, 7, 2)


def test_each_service_has_a_day_of_its_own(world: AuthzService) -> None:
    log_in(world, NOW)
    log_in(world, NOW + DAY, sp=ERSATTNING)
    assert day_of(world) == TODAY
    assert day_of(world, sp=ERSATTNING) == TODAY + DAY
    assert day_of(world, CHARLIE, ERSATTNING) is None


def test_a_later_day_is_never_written_over(world: AuthzService) -> None:
    """Two nodes finish two logins at midnight, the earlier one last."""
    before = last_of(world)
    world.note_login(before, now=NOW + DAY)
    world.note_login(before, now=NOW)
    assert day_of(world) == TODAY + DAY


def test_a_stranger_leaves_nothing(world: AuthzService, engine: Engine) -> None:
    assert last_of(world, "SE2321000016-X1") is None
    with writes(engine) as seen:
        world.note_login(None, now=NOW)
    assert seen == []


def test_whatever_the_database_refuses_is_one_kind_of_error(
    world: AuthzService,
) -> None:
    gone = LastLogin(membership_id=4711, service_id=4711, day=None)
    with pytest.raises(StoreUnavailableError, match="IntegrityError"):
        world.note_login(gone, now=NOW)


def test_a_past_decision_knows_no_last_login_of_today(world: AuthzService) -> None:
    log_in(world, NOW)
    explained = world.explain(ALICE, "landsting", now=NOW).facts.last_login
    assert explained is not None
    assert explained.day is None


def test_who_has_not_come_for_long_is_marked_in_the_list(
    world: AuthzService, users: AdministrationService
) -> None:
    log_in(world, NOW)
    instant = timedelta(microseconds=1)
    midnight = datetime(2027, 5, 21, 22, tzinfo=UTC)  # 180 days later, in summer
    assert not line_of(users, midnight - instant).is_idle
    assert line_of(users, midnight).is_idle
    log_in(world, NOW + DAY, sp=ERSATTNING)
    assert not line_of(users, midnight).is_idle


def test_who_never_came_counts_from_the_first_day(
    users: AdministrationService, world: AuthzService, engine: Engine
) -> None:
    del world
    assert not line_of(users, NOW).is_idle
    with engine.begin() as connection:
        connection.execute(update(MembershipRow).values(started_at=NOW - LONG))
    assert line_of(users, NOW).is_idle


def test_nobody_is_marked_for_a_time_in_which_nothing_was_noted(
    users: AdministrationService, world: AuthzService, engine: Engine
) -> None:
    del world
    since = TODAY - LONG + DAY
    with engine.begin() as connection:
        connection.execute(update(MembershipRow).values(started_at=NOW - 9 * LONG))
        connection.execute(update(OrganisationRow).values(logins_since=since))
    assert not line_of(users, NOW).is_idle
    assert line_of(users, NOW + DAY).is_idle


def test_who_may_do_nothing_is_not_marked(
    users: AdministrationService, world: AuthzService, engine: Engine
) -> None:
    del world
    with engine.begin() as connection:
        connection.execute(update(MembershipRow).values(started_at=NOW - LONG))
        connection.execute(delete(GrantRow))
    assert not line_of(users, NOW).is_idle


def test_the_view_of_a_user_has_the_day_of_each_service(
    users: AdministrationService, world: AuthzService, engine: Engine
) -> None:
    log_in(world, NOW)
    here = users.organisation(REGION, now=NOW).id
    member = line_of(users, NOW).membership_id
    view = users.user(here, member, now=NOW)
    days = {each.service.code: each.last_login_on for each in view.services}
    assert days == {"landsting": TODAY, "statlig-ersattning": None}
    assert view.logins_since is None
    since = TODAY + DAY
    with engine.begin() as connection:
        connection.execute(update(OrganisationRow).values(logins_since=since))
    assert users.user(here, member, now=NOW).logins_since == since
    with engine.begin() as connection:
        connection.execute(update(OrganisationRow).values(logins_since=TODAY))
    assert users.user(here, member, now=NOW).logins_since is None


@pytest.mark.parametrize(
    ("day", "started", "since", "long"),
    [
        (TODAY - LONG, 9, None, True),
        (TODAY - LONG + DAY, 9, None, False),
        (None, 1, None, True),
        (None, 1, TODAY, False),
        (TODAY - LONG, 9, TODAY, True),
    ],
)
def test_long_ago_is_counted_in_days(
    *, day: date | None, started: int, since: date | None, long: bool
) -> None:
    began = NOW - started * LONG
    assert is_long_ago(day, started_at=began, logins_since=since, now=NOW) is long


def test_nothing_but_the_day_is_kept(world: AuthzService, engine: Engine) -> None:
    log_in(world, NOW)
    log_in(world, NOW + DAY)
    with engine.connect() as connection:
        (row,) = connection.execute(select(LastLoginRow.__table__)).all()
    assert set(row._fields) == {"membership_id", "service_id", "day"}
    assert row.day == TODAY + DAY
