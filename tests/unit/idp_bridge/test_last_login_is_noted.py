"""A login notes its day, once a day, and never fails of it."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from authz.tables import LastLoginRow
from tests.support.clock import NOW
from tests.support.log_lines import capture_logs
from tests.support.permission_world import ALICE, BOB, MELKER
from tests.support.saml.logins import Bridge, answer_to, issued, make_bridge
from tests.support.saml.requests import authn_request, posted
from tests.support.saml.responses import person


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def day_of(bridge: Bridge, hsa_id: str = ALICE) -> date | None:
    authz = bridge.parts.authz
    last = authz.decide(
        hsa_id, authz.service_for(MELKER), organisation_numbers=(), now=NOW
    ).facts.last_login
    assert last is not None
    return last.day


def log_in(bridge: Bridge, number: int) -> None:
    request = authn_request(id=f"_{number}", issued=bridge.clock())
    issued(bridge.finish(bridge.ask(posted(request))))


def test_a_login_notes_its_day(bridge: Bridge) -> None:
    assert day_of(bridge) is None
    log_in(bridge, 1)
    assert day_of(bridge) == date(2026, 11, 23)


def test_a_login_that_is_refused_notes_nothing(bridge: Bridge) -> None:
    asked = bridge.ask()
    with pytest.raises(Exception, match="no-permission"):
        bridge.finish(asked, answer_to(asked, attributes=person(hsa_id=BOB)))
    assert day_of(bridge, BOB) is None


def test_a_login_goes_on_when_its_day_cannot_be_noted(bridge: Bridge) -> None:
    engine = bridge.parts.authz._engine
    with engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE TRIGGER silent BEFORE INSERT ON last_logins"
            " BEGIN SELECT RAISE(ABORT, 'nothing is written'); END"
        )
    with capture_logs() as lines:
        log_in(bridge, 1)
    assert [line["event"] for line in lines] == ["last-login-lost"]
    assert ALICE not in str(lines)
    assert day_of(bridge) is None


def test_the_next_day_is_written_over_the_first(bridge: Bridge) -> None:
    log_in(bridge, 1)
    with bridge.parts.authz._engine.begin() as connection:
        connection.execute(update(LastLoginRow).values(day=(NOW - DAY).date()))
    log_in(bridge, 2)
    assert day_of(bridge) == date(2026, 11, 23)


DAY = timedelta(days=1)
