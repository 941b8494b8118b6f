"""Login sessions are found by all who may, joined without loss, and end once."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from threading import Barrier, Thread

import pytest

from idp_bridge.login import kept_sessions, session
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.kept_sessions import Joined, Told
from idp_bridge.login.parts import Parts
from idp_bridge.login.session import MAX_PARTICIPANTS, BrowserSession, LoginSession
from idp_bridge.saml.messages import NameID
from idp_bridge.state.redis import RedisStateStore
from metadata import names
from tests.support.permission_world import BOB
from tests.support.saml.logins import Bridge, make_bridge
from tests.support.saml.world import BRIDGE, IDP, OTHER_SP, SP
from tests.support.sessions import authentication

NAME_ID = NameID(value="_name", format=names.NAMEID_PERSISTENT)
UPSTREAM = NameID(value="_upstream")
TABS = 8


@pytest.fixture(params=["sql", pytest.param("redis", marks=pytest.mark.peers)])
def bridge(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Bridge]:
    made = make_bridge(tmp_path)
    if request.param == "sql":
        yield made
        return
    with closing(RedisStateStore(request.getfixturevalue("redis_url"))) as store:
        made.parts = replace(made.parts, state=store)
        yield made


@pytest.fixture
def parts(bridge: Bridge) -> Parts:
    return bridge.parts


def told(sp: str = SP) -> Told:
    return Told(sp_entity_id=sp, name_id=NAME_ID)


def log_in(
    parts: Parts,
    browser: BrowserSession | None = None,
    *,
    about: Authentication | None = None,
    sp: str = SP,
) -> Joined:
    return kept_sessions.log_in(about or authentication(), told(sp), browser, parts)


def join(parts: Parts, browser: BrowserSession, sp: str = OTHER_SP) -> Joined | None:
    found = kept_sessions.of_browser(browser, parts)
    assert found is not None
    login = found.login_of(browser)
    assert login is not None
    return kept_sessions.join(login, told(sp), browser, parts)


def session_of(parts: Parts, joined: Joined) -> LoginSession:
    found = kept_sessions.of_browser(joined.browser, parts)
    assert found is not None
    return found


def of_issued(
    parts: Parts, index: str, *, sp: str = SP, name_id: NameID = NAME_ID
) -> LoginSession | None:
    return kept_sessions.of_issued(
        sp_entity_id=sp, name_id=name_id, session_index=index, parts=parts
    )


def of_upstream(
    parts: Parts, *indexes: str, idp: str = IDP, name_id: NameID = UPSTREAM
) -> list[str]:
    found = kept_sessions.of_upstream(
        idp_entity_id=idp, name_id=name_id, session_indexes=indexes, parts=parts
    )
    return [each.session_id for each in found]


def test_a_browser_finds_its_session_by_the_number_of_a_login(parts: Parts) -> None:
    joined = log_in(parts)
    found = session_of(parts, joined)
    assert found.authentication == authentication()
    assert [each.sp_entity_id for each in found.participants] == [SP]
    browser = joined.browser
    for other in (
        None,
        replace(browser, number=None),
        browser.with_new_number(),
        replace(browser, session_id="f" * 32),
    ):
        assert kept_sessions.of_browser(other, parts) is None


def test_an_e_tjanst_finds_the_session_by_what_it_was_told(parts: Parts) -> None:
    joined = log_in(parts)
    index = joined.session_index
    assert of_issued(parts, index) == session_of(parts, joined)
    full = session.with_qualifiers(NAME_ID, idp=f"{BRIDGE}/saml/idp", sp=SP)
    assert of_issued(parts, index, name_id=full) is not None
    assert of_issued(parts, index, name_id=replace(NAME_ID, value="_other")) is None
    assert of_issued(parts, index, sp=OTHER_SP) is None
    another = log_in(parts).session_index
    ending = "A" if another[-1] != "A" else "Q"
    assert of_issued(parts, another[:-1] + ending) is None


def test_an_identity_provider_finds_its_sessions(parts: Parts) -> None:
    one = log_in(parts).browser.session_id
    two = log_in(parts, about=authentication(session_index="_2")).browser.session_id
    assert of_upstream(parts) == [two, one]
    assert of_upstream(parts, "_index") == [one]
    assert of_upstream(parts, "_2", "_index") == [two, one]
    assert of_upstream(parts, "_3") == []
    assert of_upstream(parts, name_id=replace(UPSTREAM, value="_x")) == []
    assert of_upstream(parts, name_id=replace(UPSTREAM, format="urn:x")) == []
    assert of_upstream(parts, idp="urn:other") == []
    full = session.with_qualifiers(UPSTREAM, idp=IDP, sp=f"{BRIDGE}/saml/sp")
    assert of_upstream(parts, name_id=full) == [two, one]


def test_an_identity_provider_that_names_nobody_leaves_no_entry(parts: Parts) -> None:
    joined = log_in(parts, about=authentication(name_id=None))
    assert session_of(parts, joined).upstream_sessions == ()
    assert of_upstream(parts) == []


def test_another_e_tjanst_joins_the_login(parts: Parts) -> None:
    first = log_in(parts)
    second = join(parts, first.browser)
    assert second is not None
    assert second.browser == first.browser
    found = session_of(parts, first)
    assert [each.sp_entity_id for each in found.participants] == [SP, OTHER_SP]
    assert of_issued(parts, first.session_index) == found
    assert of_issued(parts, second.session_index, sp=OTHER_SP) == found


def test_a_new_login_gets_a_new_number_in_the_same_session(parts: Parts) -> None:
    first = log_in(parts)
    second = log_in(parts, first.browser, sp=OTHER_SP)
    assert second.browser.session_id == first.browser.session_id
    assert second.browser.number != first.browser.number
    found = session_of(parts, second)
    assert [each.sp_entity_id for each in found.participants] == [SP, OTHER_SP]
    assert of_issued(parts, first.session_index) == found


def test_somebody_else_begins_another_session_and_closes_the_old_one(
    parts: Parts,
) -> None:
    first = log_in(parts)
    second = log_in(parts, first.browser, about=authentication(BOB), sp=OTHER_SP)
    assert second.browser.session_id != first.browser.session_id
    assert session_of(parts, first).is_closed
    new = session_of(parts, second)
    assert not new.is_closed
    assert [each.sp_entity_id for each in new.participants] == [OTHER_SP]
    old = of_issued(parts, first.session_index)
    assert old is not None
    assert [each.sp_entity_id for each in old.participants] == [SP]


def test_a_full_session_lets_the_person_log_in_anew(parts: Parts) -> None:
    first = log_in(parts)
    for _ in range(MAX_PARTICIPANTS - 1):
        assert join(parts, first.browser) is not None
    assert join(parts, first.browser) is None
    second = log_in(parts, first.browser)
    assert second.browser.session_id != first.browser.session_id


def test_an_ended_session_is_found_by_nobody(parts: Parts) -> None:
    first = log_in(parts)
    other = log_in(parts, about=authentication(session_index="_2"))
    ended = kept_sessions.end(first.browser.session_id, parts)
    assert ended is not None
    assert [each.sp_entity_id for each in ended.participants] == [SP]
    assert kept_sessions.of_browser(first.browser, parts) is None
    assert of_issued(parts, first.session_index) is None
    assert of_upstream(parts) == [other.browser.session_id]
    assert kept_sessions.end(first.browser.session_id, parts) is None


def test_an_ended_session_does_not_come_back_by_what_was_under_way(
    parts: Parts,
) -> None:
    """Another tab has read the session; it is ended; then the tab goes on."""
    first = log_in(parts)
    login = session_of(parts, first).logins[0]
    kept_sessions.end(first.browser.session_id, parts)
    assert kept_sessions.join(login, told(), first.browser, parts) is None
    assert kept_sessions.of_browser(first.browser, parts) is None
    assert of_upstream(parts) == []
    again = log_in(parts, first.browser, sp=OTHER_SP)
    found = session_of(parts, again)
    assert [each.sp_entity_id for each in found.participants] == [OTHER_SP]
    assert of_issued(parts, first.session_index) is None
    assert kept_sessions.of_browser(first.browser, parts) is None


def test_tabs_that_finish_at_once_are_all_in_the_session(parts: Parts) -> None:
    browser = BrowserSession.new()
    start = Barrier(TABS)
    joined: list[Joined] = []

    def finish() -> None:
        start.wait()
        joined.append(log_in(parts, browser))

    tabs = [Thread(target=finish) for _ in range(TABS)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len(joined) == TABS
    found = session_of(parts, joined[0])
    told_indexes = {each.session_index for each in found.participants}
    assert told_indexes == {each.session_index for each in joined}
    for each in joined:
        assert session_of(parts, each) == found


def test_one_of_many_who_end_a_session_gets_it(parts: Parts) -> None:
    session_id = log_in(parts).browser.session_id
    start = Barrier(TABS)
    ended: list[LoginSession | None] = []

    def end() -> None:
        start.wait()
        ended.append(kept_sessions.end(session_id, parts))

    tabs = [Thread(target=end) for _ in range(TABS)]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    assert len([each for each in ended if each is not None]) == 1


def test_the_store_knows_no_number(parts: Parts) -> None:
    joined = log_in(parts)
    kept = parts.state.get(f"login-session:{joined.browser.session_id}")
    assert kept is not None
    assert joined.browser.number is not None
    assert joined.browser.number.encode() not in kept


@pytest.mark.parametrize("bridge", ["sql"], indirect=True)
def test_a_session_is_kept_as_long_as_the_settings_say(bridge: Bridge) -> None:
    parts = bridge.parts
    first = log_in(parts)
    bridge.clock.advance(timedelta(hours=8) - timedelta(microseconds=1))
    late = join(parts, first.browser)
    assert late is not None
    bridge.clock.advance(timedelta(microseconds=1))
    assert kept_sessions.of_browser(first.browser, parts) is None
    assert of_issued(parts, late.session_index, sp=OTHER_SP) is None
    assert of_upstream(parts) == []
