"""Whoever reads a number on an error page can be told what happened."""

import json
import re
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine
from werkzeug.test import TestResponse

from idp_bridge.tracing.models import Told, Trace, TraceKind
from idp_bridge.tracing.steps import Step
from idp_bridge.tracing.tables import trace_tables
from idp_bridge.web.access import open_to_all
from metadata import names
from tests.support import databases
from tests.support.commands import answer, refusal, run, run_at
from tests.support.log_lines import capture_logs
from tests.support.operator_pages import Site, make_site, request_id_of
from tests.support.permission_world import ALICE, BOB
from tests.support.saml.requests import authn_request, requested_levels, signed_query
from tests.support.saml.responses import assertion, bearer, person, response
from tests.support.saml.signing import signed
from tests.support.saml.world import BRIDGE, IDP, SP, encoded

NUMBER = re.compile(r"<bdi>([2-9A-Z]{9})</bdi>")
OUTSIDERS_NAMES = ("Åsa", "Öberg", "asa@example.se", BOB)


@pytest.fixture(params=databases.BOTH)
def site(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Site]:
    site = make_site(tmp_path, more=databases.setting_of(request))
    yield site
    site.close()


def ask(site: Site, xml: str | None = None) -> TestResponse:
    """Send a signed request of an e-tjänst."""
    return site.get(f"/saml/idp/sso?{signed_query(xml).decode()}")


def reply(
    site: Site, asked: TestResponse, *, issuer: str = IDP, hsa_id: str = BOB
) -> TestResponse:
    """Let the identity provider answer about somebody without permission."""
    request_id = request_id_of(asked.headers["Location"])
    said = assertion(
        subject=bearer(in_response_to=request_id),
        attributes=person(hsa_id=hsa_id),
        issuer=issuer,
    )
    xml = response(signed(said), in_response_to=request_id, issuer=issuer)
    return site.post("/saml/sp/acs", {"SAMLResponse": encoded(xml)})


def number_on(page: TestResponse) -> str:
    found = NUMBER.search(page.text)
    assert found is not None, page.text
    return found[1]


def trace_on(site: Site, page: TestResponse) -> Trace:
    found = site.parts.traces.find(number_on(page))
    assert found is not None
    return found


def steps_of(trace: Trace) -> list[str]:
    return [each.step for each in trace.steps]


def test_a_refused_person_leaves_every_step_and_nothing_about_them(site: Site) -> None:
    asked = ask(site)
    site.clock.advance(timedelta(seconds=40))
    page = reply(site, asked)
    assert page.status_code == 403
    trace = trace_on(site, page)
    assert trace.kind is TraceKind.LOGIN
    assert (trace.code, trace.reason) == ("no-permission", "decision no-permission")
    assert (trace.sp_entity_id, trace.idp_entity_id) == (SP, IDP)
    assert trace.request_id == "_request-1"
    assert trace.told is Told.BY_BUTTON
    assert trace.second_status == names.STATUS_REQUEST_DENIED
    assert steps_of(trace) == [
        Step.REQUEST_ACCEPTED,
        Step.METHODS_OFFERED,
        Step.SENT_UPSTREAM,
        Step.ANSWER_RECEIVED,
        Step.ANSWER_VERIFIED,
        Step.REFUSED,
    ]
    assert [each.detail for each in trace.steps[:4]] == [
        *("signed", "siths", "siths", "siths")
    ]
    assert (trace.steps[3].at - trace.steps[2].at).total_seconds() == 40
    assert trace.login_id is not None
    assert trace.login_id in request_id_of(asked.headers["Location"])
    kept = str(rows_of(site.parts.engine))
    assert not [word for word in OUTSIDERS_NAMES if word in kept]
    assert "<" not in kept


def test_an_answer_that_fails_a_check_stops_before_it_is_verified(site: Site) -> None:
    page = reply(site, ask(site), issuer="https://another.example.se/idp")
    trace = trace_on(site, page)
    assert trace.code == "wrong-issuer"
    assert steps_of(trace)[-2:] == [Step.ANSWER_RECEIVED, Step.REFUSED]


def test_a_request_that_asks_too_much_is_traced_from_its_acceptance(
    site: Site,
) -> None:
    unknown = requested_levels("https://example.se/loa9")
    trace = trace_on(site, ask(site, authn_request(unknown)))
    assert trace.code == "wrong-authn-context"
    assert steps_of(trace) == [Step.REQUEST_ACCEPTED, Step.REFUSED]
    assert trace.status == names.STATUS_REQUESTER


def test_an_answer_without_a_page_is_told_at_once(site: Site) -> None:
    unknown = requested_levels("https://example.se/loa9")
    handed = ask(site, authn_request(unknown, IsPassive="true"))
    assert "SAMLResponse" in handed.text
    (trace,) = site.parts.traces.page(
        since=site.clock().replace(year=2000), code=None, limit=9, offset=0
    ).traces
    assert trace.told is Told.AT_ONCE


def test_what_is_refused_before_anybody_can_be_told_is_traced_with_what_is_known(
    site: Site,
) -> None:
    old = authn_request(issued="2019-01-01T00:00:00Z")
    trace = trace_on(site, ask(site, old))
    assert (trace.code, trace.route) == ("expired", "/saml/idp/sso")
    assert (trace.sp_entity_id, trace.told) == (SP, Told.NOBODY)
    trace = trace_on(site, site.post("/saml/sp/acs", {"SAMLResponse": "%%%"}))
    assert (trace.code, trace.kind) == ("unreadable-message", TraceKind.LOGIN)
    trace = trace_on(site, site.get("/logga-in"))
    assert (trace.code, trace.sp_entity_id) == ("login-lost", None)


def test_an_error_of_a_page_of_ours_is_no_failed_login(site: Site) -> None:
    site.app.add_url_rule("/broken", view_func=open_to_all(lambda: str(1 // 0)))
    trace = trace_on(site, site.get("/broken?who=SE2321000016-B001"))
    assert (trace.code, trace.kind) == ("unexpected", TraceKind.PAGE)
    assert (trace.route, trace.reason) == ("/broken", "ZeroDivisionError")
    assert site.parts.traces.counts(since=site.clock().replace(year=2000)) == {}


def test_a_message_about_logout_and_a_query_are_found_and_are_no_logins(
    site: Site,
) -> None:
    trace = trace_on(site, site.get("/saml/idp/slo?SAMLRequest=nothing"))
    assert (trace.kind, trace.route) == (TraceKind.LOGOUT, "/saml/idp/slo")
    assert trace.code == "unreadable-message"
    fault = site.client.post(
        "/saml/aa/query", data="<x/>", content_type="text/xml", base_url=BRIDGE
    ).text
    (number,) = re.findall(r" ([2-9A-Z]{9})<", fault)
    found = site.parts.traces.find(number)
    assert found is not None
    assert (found.kind, found.route) == (TraceKind.QUERY, "/saml/aa/query")
    site.log_in()
    assert "Fråga om attribut" in site.get(f"/operator/felkoder/{number}").text
    assert site.parts.traces.counts(since=site.clock().replace(year=2000)) == {}


def test_a_page_without_a_number_leaves_no_trace(site: Site) -> None:
    assert NUMBER.search(site.post("/operator/sok").text) is None
    assert NUMBER.search(site.get("/finns-inte").text) is None
    assert rows_of(site.parts.engine) == []


def test_somebody_who_is_no_administrator_can_be_helped_too(site: Site) -> None:
    page = site.answer(site.begin_login("/admin/"), BOB)
    assert page.status_code == 403
    (trace,) = site.parts.traces.page(
        since=site.clock().replace(year=2000),
        code="not-administrator",
        limit=9,
        offset=0,
    ).traces
    assert trace.reference in page.text
    assert Step.ANSWER_VERIFIED in steps_of(trace)


def test_a_page_is_shown_when_no_trace_can_be_kept(site: Site) -> None:
    asked = ask(site)
    trace_tables.drop_all(site.parts.engine)
    page = reply(site, asked)
    assert page.status_code == 403
    assert number_on(page)


def test_a_login_that_succeeds_leaves_no_row_but_its_steps_in_the_log(
    site: Site,
) -> None:
    with capture_logs() as lines:
        asked = ask(site)
        site.clock.advance(timedelta(seconds=40))
        done = reply(site, asked, hsa_id=ALICE)
    assert "SAMLResponse" in done.text
    assert rows_of(site.parts.engine) == []
    (line,) = [each for each in lines if each["event"] == "login-issued"]
    assert line["login_id"] in request_id_of(asked.headers["Location"])
    assert line["steps"] == {
        "request-accepted": 0.0,
        "methods-offered": 0.0,
        "sent-upstream": 0.0,
        "answer-received": 40.0,
        "answer-verified": 40.0,
        "decided": 40.0,
        "issued": 40.0,
    }


def test_the_command_line_tells_the_same_and_leaves_a_trace_of_the_look(
    site: Site, tmp_path: Path
) -> None:
    number = number_on(reply(site, ask(site)))
    config = tmp_path / "bridge.toml"
    spelt = f"{number[:3].lower()} {number[3:6]}-{number[6:]}"
    told = run(config, "trace", spelt)
    assert told.exit_code == 0, told.output
    assert "code: no-permission" in told.stdout
    assert "\tanswer-verified\t" in told.stdout
    found: dict[str, Any] = answer(config, "trace", number)
    assert [each["step"] for each in found["steps"]][-1] == "refused"
    looks = [
        entry
        for entry in map(json.loads, site.parts.authz.export_audit())
        if entry["action"] == "trace:look-up"
    ]
    assert [each["subject"] for each in looks] == [f"trace:{number}"] * 2


@pytest.mark.usefixtures("site")
@pytest.mark.parametrize("number", ["BBBBBBBBB", "nonsense", "../../etc"])
def test_a_number_that_nobody_has_is_refused_with_a_sentence(
    tmp_path: Path, number: str
) -> None:
    said = refusal(run(tmp_path / "bridge.toml", "trace", number))
    assert "no refusal is kept under this reference number" in said


def test_traces_go_when_they_are_old(site: Site, tmp_path: Path) -> None:
    number = number_on(reply(site, ask(site)))
    config = tmp_path / "bridge.toml"
    kept = run_at(config, 30, "retention", "run", "--dry-run")
    assert "traces\t" in kept.stdout
    assert site.parts.traces.find(number) is not None
    run_at(config, 31, "retention", "run")
    assert site.parts.traces.find(number) is None


def rows_of(engine: Engine) -> list[Any]:
    with engine.begin() as connection:
        return list(connection.exec_driver_sql("SELECT * FROM login_traces"))
