from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_bridge.login import session, session_index
from idp_bridge.login.session import (
    BrowserSession,
    LoginSession,
    Participant,
    SessionLogin,
    UpstreamSession,
    with_qualifiers,
)
from idp_bridge.saml.messages import NameID
from metadata import names
from tests.support.clock import NOW
from tests.support.permission_world import ALICE, BOB
from tests.support.saml.logins import make_settings
from tests.support.saml.world import IDP, OTHER_SP, SP
from tests.support.sessions import authentication

SESSION_ID = "0" * 32
NAME_ID = NameID(value="_name", format=names.NAMEID_PERSISTENT)
TEXTS = st.text(max_size=30)


def login(number_hash: str, hsa_id: str = ALICE, **changes: Any) -> SessionLogin:
    about = authentication(hsa_id, **changes)
    return SessionLogin(number_hash=number_hash, began=NOW, authentication=about)


def told(number_hash: str, sp: str = SP) -> Participant:
    return Participant(
        number_hash=number_hash, sp_entity_id=sp, name_id=NAME_ID, session_index="_i"
    )


def read(*lines: SessionLogin | Participant) -> LoginSession:
    found = session.read(SESSION_ID, session.write(*lines))
    assert found is not None
    return found


@given(value=TEXTS, index=st.none() | TEXTS, mail=st.none() | TEXTS)
def test_what_is_kept_comes_back_as_it_was(
    value: str, index: str | None, mail: str | None
) -> None:
    identity = replace(authentication().identity, mail=mail)
    first = login("a", identity=identity, session_index=index, name_id=None)
    participant = replace(told("a"), name_id=NameID(value=value))
    found = read(first, participant, login("b", session_not_on_or_after=None))
    assert found.logins == (first, login("b", session_not_on_or_after=None))
    assert found.participants == (participant,)
    assert not found.is_closed


def test_nobody_is_logged_in_in_a_log_without_a_login() -> None:
    assert session.read(SESSION_ID, b"") is None
    assert session.read(SESSION_ID, session.write(told("a"))) is None


def test_an_answer_counts_only_with_its_login() -> None:
    """What came too late for a session that was ended is before the next login."""
    found = read(told("ended"), login("a"), told("a"), told("another"))
    assert found.participants == (told("a"),)


def test_somebody_else_closes_a_session_and_is_not_in_it() -> None:
    found = read(login("a"), told("a"), login("b", BOB), told("b"))
    assert found.is_closed
    assert found.logins == (login("a"),)
    assert found.participants == (told("a"),)


def test_one_person_is_known_in_any_spelling() -> None:
    found = read(login("a", ALICE.lower()), login("b", ALICE))
    assert not found.is_closed
    assert len(found.logins) == 2


def test_a_number_opens_the_login_that_it_was_given_for() -> None:
    first, second = (
        BrowserSession(session_id=SESSION_ID).with_new_number() for _ in range(2)
    )
    found = read(login(first.number_hash), login(second.number_hash))
    assert found.login_of(first) == login(first.number_hash)
    assert found.login_of(second) == login(second.number_hash)
    for other in (BrowserSession(session_id=SESSION_ID), first.with_new_number()):
        assert found.login_of(other) is None


def test_a_hash_is_no_number() -> None:
    browser = BrowserSession(session_id=SESSION_ID).with_new_number()
    found = read(login(browser.number_hash))
    assert found.login_of(replace(browser, number=browser.number_hash)) is None


def test_what_a_browser_holds_comes_back_from_its_cookie() -> None:
    new = BrowserSession.new()
    for browser in (new, new.with_new_number()):
        assert BrowserSession.from_cookie(browser.to_cookie()) == browser
    assert BrowserSession.new() != new


@pytest.mark.parametrize(
    "cookie",
    [
        None,
        "",
        "0" * 31,
        "0" * 33,
        f"A{'0' * 31}",
        f"{SESSION_ID}\n",
        f"{SESSION_ID}.",
        f"{SESSION_ID}.short",
        f"{SESSION_ID}.{'å' * 43}",
    ],
)
def test_a_cookie_that_we_do_not_write_is_none(cookie: str | None) -> None:
    assert BrowserSession.from_cookie(cookie) is None


def test_every_session_upstream_is_known_once_the_latest_first() -> None:
    found = read(
        login("a"),
        login("b", session_index=None),
        login("c"),
        login("d", name_id=None),
    )
    name_id = NameID(value="_upstream")
    assert found.upstream_sessions == (
        UpstreamSession(idp_entity_id=IDP, name_id=name_id, session_index="_index"),
        UpstreamSession(idp_entity_id=IDP, name_id=name_id, session_index=None),
    )


def test_qualifiers_that_are_left_out_are_those_of_the_two() -> None:
    full = with_qualifiers(NameID(value="_n"), idp=IDP, sp=SP)
    assert full == NameID(
        value="_n",
        format=names.NAMEID_UNSPECIFIED,
        name_qualifier=IDP,
        sp_name_qualifier=SP,
    )
    assert with_qualifiers(full, idp="urn:x", sp="urn:y") == full


SETTINGS = make_settings()


def index(sp: str = SP) -> str:
    return session_index.make(SESSION_ID, sp_entity_id=sp, settings=SETTINGS)


def test_a_session_index_leads_to_the_session_for_its_e_tjanst() -> None:
    made = index()
    assert made.startswith("_")
    found = session_index.read(made, sp_entity_id=SP, settings=SETTINGS)
    assert found == SESSION_ID


def test_session_indexes_of_one_session_are_not_alike() -> None:
    assert len({index() for _ in range(10)} | {index(OTHER_SP)}) == 11


@pytest.mark.parametrize(
    "changed",
    [
        lambda made: made[:-2] + ("AA" if made[-2:] != "AA" else "BB"),
        lambda made: made[1:],
        lambda made: made + "A",
        lambda made: made[:10] + "å" + made[11:],
        lambda made: made[:10] + "!" + made[11:],
        lambda _: "",
        lambda _: SESSION_ID,
    ],
)
def test_a_session_index_that_we_did_not_write_leads_nowhere(changed: Any) -> None:
    made = changed(index())
    assert session_index.read(made, sp_entity_id=SP, settings=SETTINGS) is None


def test_a_session_index_of_another_e_tjanst_or_bridge_leads_nowhere() -> None:
    other = make_settings(secret_key="another secret of another bridge")
    assert session_index.read(index(), sp_entity_id=OTHER_SP, settings=SETTINGS) is None
    assert session_index.read(index(), sp_entity_id=SP, settings=other) is None
