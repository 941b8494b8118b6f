"""Somebody logs out: where it begins, who is told, and what everybody hears."""

from dataclasses import replace
from pathlib import Path

import pytest
from lxml import html
from werkzeug.test import TestResponse

from idp_bridge.login import logout_telling
from idp_bridge.login.pending_logout import LIFETIME
from idp_bridge.saml import logout_messages
from metadata import names
from metadata.calling import Reply
from tests.support.logout_site import (
    KEYS,
    PLACES,
    THIRD,
    LogoutSite,
    Told,
    carried,
    logout_site,
    statuses,
)
from tests.support.operator_pages import text_of
from tests.support.saml.envelopes import TEXT_XML, enveloped, taken
from tests.support.saml.logouts import (
    leaving_idp,
    leaving_provider,
    logout_request,
    logout_response,
    slo_endpoints,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import BRIDGE, IDP, OTHER_SP, SP

PARTIAL = ["Success", "PartialLogout"]


@pytest.fixture
def site(tmp_path: Path) -> LogoutSite:
    return logout_site(tmp_path)


def next_party(page: TestResponse) -> str:
    """Say to whom a page sends the browser."""
    place, _ = carried(page)
    return next(each for each, where in PLACES.items() if where == place)


def go_round(site: LogoutSite, page: TestResponse) -> tuple[list[str], TestResponse]:
    """Let everybody who is told confirm; who they were, and the page after that."""
    told = []
    page = site.follow(page)
    while b"Du loggas ut" in page.data:
        told.append(next_party(page))
        _, asked = carried(page)
        page = site.follow(site.answer_as(told[-1], asked))
    return told, page


def test_from_an_e_service_the_others_and_upstream_are_told_and_it_gets_the_answer(
    site: LogoutSite,
) -> None:
    first, second, third = map(site.log_in_at, (SP, OTHER_SP, THIRD))
    page = site.ask(first)
    assert not any(map(site.is_logged_in, (first, second, third)))
    told, end = go_round(site, page)
    assert told == [OTHER_SP, THIRD, IDP]
    place, answer = carried(end)
    assert (end.status_code, place) == (303, PLACES[SP])
    assert statuses(answer) == ["Success"]
    assert answer.relay_state == "hem"


def test_our_own_session_is_over_before_anybody_is_told(site: LogoutSite) -> None:
    told = site.log_in_at()
    other = site.log_in_at(OTHER_SP)
    site.ask(told)
    assert not site.is_logged_in(told)
    assert not site.is_logged_in(other)


def test_an_e_service_alone_is_answered_at_once_when_upstream_stays_in(
    tmp_path: Path,
) -> None:
    site = logout_site(tmp_path)
    site.parties.idps[IDP] = leaving_idp(slo_endpoints=())
    page = site.follow(site.ask(site.log_in_at()))
    assert "vi kunde inte logga ut dig från: SITHS" in text_of(page)
    assert statuses(carried(page)[1]) == PARTIAL


def test_whoever_goes_back_to_the_e_service_after_a_partial_logout_has_read_it(
    site: LogoutSite,
) -> None:
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    page = site.follow(site.ask(first))
    assert next_party(page) == OTHER_SP
    _, asked = carried(page)
    refused = site.answer_as(OTHER_SP, asked, status=names.STATUS_RESPONDER)
    told, end = go_round(site, refused)
    assert told == [IDP]
    assert end.status_code == 200
    assert "Du är utloggad här, men vi kunde inte logga ut dig från" in text_of(end)
    assert OTHER_SP in text_of(end)
    place, answer = carried(end)
    assert (place, statuses(answer)) == (PLACES[SP], PARTIAL)


def test_a_party_that_passes_on_and_failed_there_makes_it_partial(
    site: LogoutSite,
) -> None:
    page = site.follow(site.ask(site.log_in_at()))
    _, asked = carried(page)
    behind = names.STATUS_PARTIAL_LOGOUT
    end = site.follow(site.answer_as(IDP, asked, second_status=behind))
    assert statuses(carried(end)[1]) == PARTIAL


def test_who_does_not_answer_can_be_passed_over(site: LogoutSite) -> None:
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    page = site.follow(site.ask(first))
    (skip,) = html.fromstring(page.text).xpath("//a[@data-skip]/@href")
    told, end = go_round(site, site.get(skip))
    assert told == [IDP]
    assert statuses(carried(end)[1]) == PARTIAL


def test_coming_back_without_an_answer_shows_who_is_waited_for(
    site: LogoutSite,
) -> None:
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    here = site.ask(first).headers["Location"]
    _, asked = carried(site.get(here))
    again = site.get(here)
    assert f"inte fått något svar från {OTHER_SP}" in text_of(again)
    assert b"data-go" not in again.data
    assert site.get(f"{here}/lage").json == {"place": 0}
    assert next_party(site.get(f"{here}?igen=1")) == OTHER_SP
    late = site.answer_as(OTHER_SP, asked)  # the first of two requests
    assert late.headers["Location"] == here
    assert site.get(f"{here}/lage").json == {"place": 0}


def test_whoever_gives_up_reads_where_they_may_still_be_logged_in(
    site: LogoutSite,
) -> None:
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    here = site.ask(first).headers["Location"]
    end = site.follow(site.get(f"{here}/avbryt"))
    assert "Utloggningen avbröts" in text_of(end)
    assert "kanske inte från" in text_of(end)
    assert statuses(carried(end)[1]) == PARTIAL


def test_a_logout_is_over_when_it_has_been_answered(site: LogoutSite) -> None:
    here = site.ask(site.log_in_at()).headers["Location"]
    go_round(site, site.get(here))
    again = site.get(here)
    assert again.status_code == 403
    assert "Utloggningen är redan klar" in text_of(again)


def test_a_logout_lasts_half_an_hour_at_most(site: LogoutSite) -> None:
    here = site.ask(site.log_in_at()).headers["Location"]
    site.clock.advance(LIFETIME)
    assert site.get(here).status_code == 403


# --- upstream -------------------------------------------------------------------------


def test_from_upstream_every_e_service_of_the_session_is_told(
    site: LogoutSite,
) -> None:
    logins = [site.log_in_at(each) for each in (SP, OTHER_SP)]
    told, end = go_round(site, site.ask_from_upstream())
    assert told == [SP, OTHER_SP]
    assert not any(map(site.is_logged_in, logins))
    place, answer = carried(end)
    assert (place, statuses(answer)) == (PLACES[IDP], ["Success"])


def test_upstream_may_stay_logged_in_when_the_operator_wants_it(tmp_path: Path) -> None:
    site = logout_site(tmp_path)
    kept = site.parts.settings.upstream[0].model_copy(update={"single_logout": False})
    settings = site.parts.settings.model_copy(update={"upstream": (kept,)})
    site.use(settings=settings)
    told, end = go_round(site, site.ask(site.log_in_at()))
    assert (told, statuses(carried(end)[1])) == ([], ["Success"])


# --- SOAP -----------------------------------------------------------------------------


def takes_soap(site: LogoutSite, *sps: str) -> None:
    """Let e-tjänster take logouts by SOAP too."""
    for sp in sps:
        both = slo_endpoints(PLACES[sp], names.BINDING_REDIRECT, names.BINDING_SOAP)
        known = site.parties.sps[sp]
        site.parties.sps[sp] = replace(known, slo_endpoints=both)


def confirming(sp: str, **changes: str) -> object:
    """Answer an envelope as an e-tjänst does."""

    def answer(envelope: bytes) -> Reply:
        opened = logout_messages.open_message(taken(envelope), kind="LogoutRequest")
        xml = logout_response(
            **{
                "in_response_to": opened.id,
                "issuer": sp,
                "destination": None,
                **changes,
            }  # type: ignore[arg-type]
        )
        body = enveloped(signed(xml, by=KEYS[sp]))
        return Reply(content_type=TEXT_XML, body=body)

    return answer


def test_who_takes_soap_is_told_without_the_browser(site: LogoutSite) -> None:
    takes_soap(site, OTHER_SP, THIRD)
    first, *_ = map(site.log_in_at, (SP, OTHER_SP, THIRD))
    for each in (OTHER_SP, THIRD):
        site.post_office.answers[PLACES[each]] = confirming(each)
    told, end = go_round(site, site.ask(first))
    assert sorted(site.post_office.brought) == sorted([PLACES[OTHER_SP], PLACES[THIRD]])
    assert told == [IDP]
    assert statuses(carried(end)[1]) == ["Success"]


@pytest.mark.parametrize(
    "changes",
    [
        None,
        {"status": names.STATUS_RESPONDER},
        {"in_response_to": "_another"},
        {"issuer": OTHER_SP},
        {"destination": f"{BRIDGE}/saml/sp/slo"},
    ],
    ids=["silent", "failed", "another request", "another issuer", "another place"],
)
def test_who_does_not_confirm_by_soap_is_told_by_the_browser(
    site: LogoutSite, changes: dict[str, str] | None
) -> None:
    takes_soap(site, THIRD)
    first, *_ = map(site.log_in_at, (SP, THIRD))
    if changes is not None:
        site.post_office.answers[PLACES[THIRD]] = confirming(THIRD, **changes)
    told, end = go_round(site, site.ask(first))
    assert told == [THIRD, IDP]
    assert statuses(carried(end)[1]) == ["Success"]


def by_envelope(site: LogoutSite, told: Told) -> list[str]:
    """Let an e-tjänst ask by SOAP; what it hears."""
    xml = logout_request(
        id=f"_by-soap-{told.session_index}",
        issuer=told.sp,
        name_id=told.name_id,
        session_indexes=(told.session_index,),
    )
    answer = site.client.post(
        "/saml/idp/slo",
        data=enveloped(signed(xml, by=KEYS[told.sp])),
        content_type=TEXT_XML,
        base_url=BRIDGE,
    )
    assert answer.status_code == 200
    assert answer.headers["Content-Type"] == TEXT_XML
    return statuses(taken(answer.data))


def test_by_soap_whoever_can_only_be_told_by_a_browser_is_not_told(
    site: LogoutSite,
) -> None:
    takes_soap(site, OTHER_SP)
    site.post_office.answers[PLACES[OTHER_SP]] = confirming(OTHER_SP)
    logins = [site.log_in_at(each) for each in (SP, OTHER_SP)]
    assert by_envelope(site, logins[0]) == PARTIAL
    assert site.post_office.brought == [PLACES[OTHER_SP]]
    assert not any(map(site.is_logged_in, logins))


def test_by_soap_all_can_be_told(site: LogoutSite) -> None:
    takes_soap(site, OTHER_SP)
    site.post_office.answers[PLACES[OTHER_SP]] = confirming(OTHER_SP)
    upstream = slo_endpoints("https://idp.example.se/soap", names.BINDING_SOAP)
    site.parties.idps[IDP] = leaving_idp(slo_endpoints=upstream)
    site.post_office.answers["https://idp.example.se/soap"] = confirming(IDP)
    first, *_ = map(site.log_in_at, (SP, OTHER_SP))
    assert by_envelope(site, first) == ["Success"]


# --- what people see on our own pages -------------------------------------------------


def test_the_overview_shows_the_e_services_and_leads_out_of_all_of_them(
    site: LogoutSite,
) -> None:
    assert "Du är inte inloggad" in text_of(site.get("/logga-ut"))
    logins = [site.log_in_at(each) for each in (SP, OTHER_SP)]
    page = site.get("/logga-ut")
    assert SP in text_of(page)
    assert OTHER_SP in text_of(page)
    (form,) = html.fromstring(page.text).forms
    begun = site.post(str(form.action), dict(form.fields))
    assert begun.status_code == 200
    assert not any(map(site.is_logged_in, logins))
    (way,) = html.fromstring(begun.text).xpath("//a[@data-go]/@href")
    told, end = go_round(site, site.get(way))
    assert told == [SP, OTHER_SP, IDP]
    assert "Du är utloggad" in text_of(end)
    assert "Ta ut kortet ur läsaren." in text_of(end)
    assert "Du är inte inloggad" in text_of(site.get("/logga-ut"))


def test_logging_out_of_our_own_pages_logs_out_everywhere(site: LogoutSite) -> None:
    site.log_in("system")
    told = site.log_in_at()
    begun = site.send("/logga-ut")
    assert begun.status_code == 200
    assert not site.is_logged_in(told)
    (way,) = html.fromstring(begun.text).xpath("//a[@data-go]/@href")
    parties, end = go_round(site, site.get(way))
    assert parties == [SP, IDP]
    (again,) = html.fromstring(end.text).xpath("//a[.='Logga in igen']/@href")
    assert again == "/operator/"
    assert site.get("/operator/").status_code == 303


def test_logging_out_elsewhere_ends_the_session_at_our_own_pages(
    site: LogoutSite,
) -> None:
    site.log_in("system")
    assert site.get("/operator/").status_code == 200
    go_round(site, site.ask_from_upstream())
    assert site.get("/operator/").status_code == 303


def test_two_people_in_two_browsers_do_not_log_each_other_out(
    site: LogoutSite,
) -> None:
    other = site.another_browser()
    mine, theirs = site.log_in_at(), other.log_in_at(OTHER_SP)
    go_round(site, site.ask(mine))
    assert other.is_logged_in(theirs)
    assert OTHER_SP in text_of(other.get("/logga-ut"))


def test_an_e_service_that_asks_twice_hears_that_it_is_over(site: LogoutSite) -> None:
    told = site.log_in_at()
    go_round(site, site.ask(told))
    again = site.ask(told)
    assert again.status_code == 303
    assert statuses(carried(again)[1]) == PARTIAL


def test_an_e_service_that_names_no_session_means_the_one_of_the_browser(
    site: LogoutSite,
) -> None:
    told = site.log_in_at()
    page = site.ask(told, session_indexes=())
    assert not site.is_logged_in(told)
    assert next_party(site.follow(page)) == IDP


def test_one_that_was_told_often_is_told_once(site: LogoutSite) -> None:
    first = site.log_in_at()
    again = [site.log_in_at(OTHER_SP) for _ in range(3)]
    page = site.follow(site.ask(first))
    _, asked = carried(page)
    indexes = [each.session_index for each in again]
    assert all(index.encode() in asked.xml for index in indexes)
    told, _ = go_round(site, site.follow(site.answer_as(OTHER_SP, asked)))
    assert told == [IDP]


def test_by_post_the_browser_is_led_back_by_a_page(site: LogoutSite) -> None:
    """A form's policy may forbid a redirect to anybody but us."""
    site.parties.sps[SP] = leaving_provider(
        slo_endpoints=slo_endpoints(PLACES[SP], names.BINDING_POST)
    )
    page = site.follow(site.ask(site.log_in_at()))
    _, asked = carried(page)
    end = site.follow(site.answer_as(IDP, asked))
    place, answer = carried(end)
    assert (end.status_code, place, answer.relay_state) == (200, PLACES[SP], "hem")
    assert "form-action https:" in end.headers["Content-Security-Policy"]


def test_all_of_them_together_take_a_few_seconds_at_most(tmp_path: Path) -> None:
    assert logout_site(tmp_path).parts.settings.saml.logout_seconds <= 5
    assert logout_telling.AT_ONCE >= 4
