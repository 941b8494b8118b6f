"""Somebody wants to end a session that is not theirs to end, or to say that it ended.

Beside each attack stands its good twin: the session that may be ended, is.
"""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from lxml import html

from idp_bridge.state.sql import state_tables
from metadata import names
from tests.support.logout_site import (
    IDP_SLO,
    KEYS,
    PLACES,
    THIRD,
    LogoutSite,
    Told,
    carried,
    id_of,
    logout_site,
    statuses,
    upstream_name,
)
from tests.support.operator_pages import text_of
from tests.support.permission_world import BOB
from tests.support.saml.envelopes import TEXT_XML, enveloped, taken
from tests.support.saml.logouts import ago, logout_query, logout_request
from tests.support.saml.requests import deflated
from tests.support.saml.signing import signed
from tests.support.saml.world import BRIDGE, IDP, OTHER_SP, SP, idp_key

UNKNOWN = ["Requester", "UnknownPrincipal"]


@pytest.fixture
def site(tmp_path: Path) -> LogoutSite:
    return logout_site(tmp_path)


def refused(site: LogoutSite, told: Told, **changes: Any) -> str:
    """Ask in a way that is refused; what the page says."""
    answer = site.ask(told, **changes)
    assert 400 <= answer.status_code < 500
    assert "Utloggningen misslyckades" in text_of(answer)
    assert "Felkod" in text_of(answer)
    return text_of(answer)


# --- whose session --------------------------------------------------------------------


def test_nobody_ends_a_session_with_what_another_e_service_was_given(
    site: LogoutSite,
) -> None:
    mine, theirs = site.log_in_at(), site.log_in_at(OTHER_SP)
    stolen = {
        "name_id": theirs.name_id,
        "session_indexes": (theirs.session_index,),
    }
    assert "unknown-session" in refused(site, mine, **stolen)
    assert "unknown-session" in refused(
        site, mine, session_indexes=(theirs.session_index,)
    )
    assert site.is_logged_in(theirs)
    site.ask(mine)
    assert not site.is_logged_in(theirs)


def test_nobody_ends_the_session_of_another_person(site: LogoutSite) -> None:
    """Both are logged in at the same e-tjänst, in a browser each."""
    mine, theirs = (
        site.log_in_at(OTHER_SP),
        site.another_browser().log_in_at(OTHER_SP, BOB),
    )
    for changes in (
        {"name_id": theirs.name_id},
        {"session_indexes": (theirs.session_index,)},
        {"name_id": replace(mine.name_id, value="_nobody")},
        {"name_id": replace(mine.name_id, name_qualifier="https://evil.example.se/")},
    ):
        refused(site, mine, **changes)
    assert site.is_logged_in(mine)
    assert site.is_logged_in(theirs)
    site.ask(mine)
    assert not site.is_logged_in(mine)
    assert site.is_logged_in(theirs)


def test_what_was_never_given_is_told_so_and_ends_nothing(site: LogoutSite) -> None:
    told = site.log_in_at()
    answer = site.ask(told, session_indexes=("_never",))
    assert statuses(carried(answer)[1]) == UNKNOWN
    assert carried(answer)[0] == PLACES[SP]
    assert site.is_logged_in(told)


def test_without_a_session_index_only_the_browsers_own_session_is_meant(
    site: LogoutSite,
) -> None:
    told = site.log_in_at(OTHER_SP)
    thief = site.another_browser()
    refused(thief, told, session_indexes=())
    thief.log_in_at(OTHER_SP, BOB)
    refused(thief, told, session_indexes=())
    refused(site, told, session_indexes=(), name_id=replace(told.name_id, value="_x"))
    assert site.is_logged_in(told)
    site.ask(told, session_indexes=())
    assert not site.is_logged_in(told)


def test_upstream_ends_only_what_came_from_it(site: LogoutSite) -> None:
    told = site.log_in_at()
    for changes in (
        {"session_indexes": ("another",)},
        {"name_id": replace(upstream_name(), value="another")},
    ):
        answer = site.ask_from_upstream(**changes)
        assert statuses(carried(answer)[1]) == UNKNOWN
    assert site.is_logged_in(told)
    site.ask_from_upstream()
    assert not site.is_logged_in(told)


def test_an_e_service_does_not_speak_for_upstream_nor_upstream_for_it(
    site: LogoutSite,
) -> None:
    told = site.log_in_at()
    xml = logout_request(
        id="_crossed",
        destination=f"{BRIDGE}/saml/sp/slo",
        name_id=upstream_name(),
        session_indexes=("0d9c-session",),
    )
    answer = site.get(f"/saml/sp/slo?{logout_query(xml).decode()}")
    assert "unknown-partner" in text_of(answer)
    as_idp = logout_request(id="_crossed-2", issuer=IDP, name_id=told.name_id)
    answer = site.get(f"{IDP_SLO}?{logout_query(as_idp, by=idp_key()).decode()}")
    assert "unknown-partner" in text_of(answer)
    assert site.is_logged_in(told)


# --- the message ----------------------------------------------------------------------


def test_what_is_refused_ends_nothing(site: LogoutSite) -> None:
    told = site.log_in_at()
    for changes, code in (
        ({"issued": ago(minutes=7)}, "expired"),
        ({"not_on_or_after": ago(minutes=2)}, "expired"),
        ({"destination": f"{BRIDGE}/saml/sp/slo"}, "wrong-destination"),
        ({"destination": None}, "wrong-destination"),
        ({"issuer": OTHER_SP}, "bad-signature"),
        ({"issuer": "https://stranger.example.se/"}, "unknown-partner"),
        ({"version": "1.1"}, "wrong-version"),
        ({"name_id": ""}, "unreadable-message"),
    ):
        assert code in refused(site, told, **changes)
        assert site.is_logged_in(told)
    site.ask(told)
    assert not site.is_logged_in(told)


def test_an_unsigned_request_ends_nothing(site: LogoutSite) -> None:
    told = site.log_in_at()
    xml = logout_request(name_id=told.name_id, session_indexes=(told.session_index,))
    answer = site.client.get(
        IDP_SLO, query_string={"SAMLRequest": deflated(xml)}, base_url=BRIDGE
    )
    assert "bad-signature" in text_of(answer)
    assert site.is_logged_in(told)


def test_a_request_counts_once(site: LogoutSite) -> None:
    """Refused by ``check_not_replayed``, in whatever session it comes again."""
    first = site.log_in_at()
    site.ask(first, id="_same")
    second = site.log_in_at()
    assert "replayed" in refused(site, second, id="_same")
    assert site.is_logged_in(second)
    other = site.another_browser().log_in_at(OTHER_SP)
    site.ask(other, id="_same")  # another sender may use the same ID
    assert not site.is_logged_in(other)


# --- by SOAP --------------------------------------------------------------------------


def by_soap(site: LogoutSite, xml: str, *, content_type: str = TEXT_XML) -> Any:
    return site.client.post(
        IDP_SLO, data=enveloped(xml), content_type=content_type, base_url=BRIDGE
    )


def test_by_soap_too_only_what_is_signed_ends_anything(site: LogoutSite) -> None:
    told = site.log_in_at()
    parts: dict[str, Any] = {
        "name_id": told.name_id,
        "session_indexes": (told.session_index,),
    }
    plain = by_soap(site, logout_request(id="_plain", **parts))
    by_another = by_soap(
        site, signed(logout_request(id="_other", **parts), by=KEYS[OTHER_SP])
    )
    unknown = by_soap(
        site,
        signed(logout_request(id="_u", session_indexes=("_x",)), by=KEYS[SP]),
    )
    assert [each.status_code for each in (plain, by_another, unknown)] == [200] * 3
    assert statuses(taken(plain.data))[0] == "Responder"
    assert statuses(taken(by_another.data))[0] == "Responder"
    assert statuses(taken(unknown.data)) == UNKNOWN
    assert site.is_logged_in(told)
    by_soap(site, signed(logout_request(id="_good", **parts), by=KEYS[SP]))
    assert not site.is_logged_in(told)


def test_what_is_no_request_gets_a_fault(site: LogoutSite) -> None:
    for body in ("<a/>", logout_request() * 2, ""):
        answer = by_soap(site, body)
        assert answer.status_code == 400
        assert b"soap:Client" in answer.data


# --- answers --------------------------------------------------------------------------


def test_an_answer_that_nobody_asked_for_is_refused(site: LogoutSite) -> None:
    site.log_in_at()
    for in_response_to in ("_never", f"_{'a' * 56}", None):
        message = taken(enveloped(logout_request()))
        answer = site.answer_as(SP, message, in_response_to=in_response_to)
        assert 400 <= answer.status_code < 500


def test_an_answer_in_another_browser_is_refused_and_still_good_in_the_right_one(
    site: LogoutSite,
) -> None:
    page = site.follow(site.ask(site.log_in_at()))
    _, asked = carried(page)
    assert site.another_browser().answer_as(IDP, asked).status_code == 403
    assert statuses(carried(site.follow(site.answer_as(IDP, asked)))[1]) == ["Success"]


@pytest.mark.parametrize(
    ("by", "changes"),
    [
        (KEYS[OTHER_SP], {}),
        (None, {"issuer": SP}),
        (None, {"issued": ago(minutes=7)}),
        (None, {"destination": f"{BRIDGE}/saml/idp/slo"}),
        (None, {"in_response_to": "_another"}),
        (None, {"version": "1.1"}),
    ],
    ids=["another key", "issuer", "old", "place", "another request", "version"],
)
def test_a_forged_answer_confirms_nothing_and_the_real_one_still_counts(
    site: LogoutSite, by: Any, changes: dict[str, Any]
) -> None:
    here = site.ask(site.log_in_at()).headers["Location"]
    _, asked = carried(site.get(here))
    forged = site.answer_as(IDP, asked, by, **changes)
    assert 400 <= forged.status_code < 500
    assert site.get(f"{here}/lage").json == {"place": 0}
    assert statuses(carried(site.follow(site.answer_as(IDP, asked)))[1]) == ["Success"]


def test_one_party_does_not_answer_for_another(site: LogoutSite) -> None:
    first, *_ = map(site.log_in_at, (SP, OTHER_SP, THIRD))
    here = site.ask(first).headers["Location"]
    _, asked = carried(site.get(here))
    for party in (THIRD, IDP):
        assert "wrong-issuer" in text_of(site.answer_as(party, asked))
    assert site.get(f"{here}/lage").json == {"place": 0}
    site.answer_as(OTHER_SP, asked)
    assert site.get(f"{here}/lage").json == {"place": 1}


def test_an_answer_counts_once(site: LogoutSite) -> None:
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    page = site.follow(site.ask(first))
    _, asked = carried(page)
    page = site.follow(site.answer_as(OTHER_SP, asked))
    _, next_asked = carried(page)
    assert id_of(asked) != id_of(next_asked)
    again = site.follow(site.answer_as(OTHER_SP, asked))
    assert "Du loggas ut" in text_of(again)
    assert "SITHS" in text_of(again)


# --- the pages ------------------------------------------------------------------------


def test_the_way_out_belongs_to_one_browser(site: LogoutSite) -> None:
    here = site.ask(site.log_in_at()).headers["Location"]
    stranger = site.another_browser()
    for path in ("", "/lage", "/vidare/0", "/avbryt", "?igen=1"):
        assert stranger.get(f"{here}{path}").status_code == 403
    assert "SITHS" in text_of(site.get(here))
    assert stranger.get("/logga-ut/somewhere").status_code == 403


def test_a_form_of_another_site_logs_nobody_out(site: LogoutSite) -> None:
    told = site.log_in_at()
    other = site.another_browser()
    other.log_in_at(OTHER_SP)
    (form,) = html.fromstring(other.get("/logga-ut").text).forms
    for key in ({}, {"nyckel": ""}, {"nyckel": "å"}, dict(form.fields)):
        assert site.post("/logga-ut/alla", key).status_code == 403
    assert site.is_logged_in(told)
    (form,) = html.fromstring(site.get("/logga-ut").text).forms
    site.post("/logga-ut/alla", dict(form.fields))
    assert not site.is_logged_in(told)


def test_nothing_is_sent_to_an_address_that_is_not_in_the_metadata(
    site: LogoutSite,
) -> None:
    """Not even to whoever asked, once it is no longer trusted."""
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    here = site.ask(first).headers["Location"]
    del site.parties.sps[SP]
    del site.parties.sps[OTHER_SP]
    page = site.follow(site.get(here))
    assert carried(page)[0] == PLACES[IDP]
    end = site.follow(site.answer_as(IDP, carried(page)[1]))
    assert b"data-go" not in end.data
    assert "Du är utloggad här" in text_of(end)
    assert names.STATUS_SUCCESS.encode() not in end.data


def test_a_silent_store_logs_nobody_out_halfway(site: LogoutSite) -> None:
    told = site.log_in_at()
    state_tables.drop_all(site.parts.engine)
    answer = site.ask(told)
    assert answer.status_code == 503
    assert "Utloggningen misslyckades" in text_of(answer)
