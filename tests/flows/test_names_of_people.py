"""An e-tjänst knows somebody by the same name for years, whatever the HSA-id is."""

import base64
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import html

from idp_bridge.services import install
from metadata import names, safe_xml
from tests.support.administration_pages import BERIT, GUSTAV, Office, make_office
from tests.support.operator_pages import (
    OPERATORS,
    Site,
    operators,
    request_id_of,
)
from tests.support.permission_world import ALICE, ERSATTNING, MELKER, REGION
from tests.support.register_pages import BASE, follow, organisation_id
from tests.support.saml.logins import KnownParties, other_provider
from tests.support.saml.requests import authn_request, unsigned_query

CORRECTED = "SE2321000016-B999"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    made = make_office(tmp_path)
    made.load(operators())
    known = cast(KnownParties, made.parts.registry)
    known.sps[ERSATTNING] = other_provider()
    install(made.app, made.parts)
    return made


def answer_at(site: Site, sp: str, hsa_id: str) -> Any:
    """Log somebody in at an e-tjänst, in a browser of its own.

    Returns:
        What the bridge answers: a page with our Response in it, or one that says no.
    """
    browser = site.another_browser()
    query = unsigned_query(authn_request(issuer=sp, acs_url=None, id=f"_{id(browser)}"))
    asked = browser.get(f"/saml/idp/sso?{query.decode()}")
    assert asked.status_code == 303, asked.text
    return browser.answer(request_id_of(asked.headers["Location"]), hsa_id)


def name_at(site: Site, sp: str, hsa_id: str) -> str:
    """Read the name by which an e-tjänst gets to know somebody."""
    page = html.fromstring(answer_at(site, sp, hsa_id).text)
    (field,) = page.findall(".//input[@name='SAMLResponse']")
    told = safe_xml.parse(base64.b64decode(field.get("value", "")))
    name_id = told.find(".//{*}NameID")
    assert name_id is not None
    assert name_id.get("Format") == names.NAMEID_PERSISTENT
    assert name_id.get("SPNameQualifier") == sp
    return str(name_id.text)


def correct(office: Office, hsa_id: str) -> None:
    """Put a user's HSA-id right on the page of the organisation's administrator."""
    typed = {"hsa_id": CORRECTED, "confirmed": CORRECTED}
    done = office.submit(f"{office.address(hsa_id)}/andra", typed)
    assert done.status_code == 303


def test_a_user_keeps_the_name_when_the_administrator_corrects_the_hsa_id(
    office: Office,
) -> None:
    office.log_in(BERIT)
    before = {sp: name_at(office, sp, GUSTAV) for sp in (MELKER, ERSATTNING)}
    assert len(set(before.values())) == 2
    correct(office, GUSTAV)
    after = {sp: name_at(office, sp, CORRECTED.lower()) for sp in before}
    assert after == before
    assert answer_at(office, MELKER, GUSTAV).status_code == 403


def test_whoever_gets_the_old_hsa_id_gets_another_name(office: Office) -> None:
    office.log_in(BERIT)
    before = name_at(office, ERSATTNING, GUSTAV)
    correct(office, GUSTAV)
    office.load(
        f'[[users]]\norganisation = "{REGION}"\nhsa_id = "{GUSTAV}"\n'
        'given_name = "Ny"\nsurname = "Person"\nemail = "ny@example.se"\n'
    )
    assert name_at(office, ERSATTNING, GUSTAV) != before


def test_an_administrator_keeps_the_name_when_an_operator_corrects_the_hsa_id(
    office: Office,
) -> None:
    before = name_at(office, ERSATTNING, BERIT)
    operator = office.another_browser()
    operator.answer(operator.begin_login("/operator/"), OPERATORS["handler"])
    number = organisation_id(office, REGION)
    (berit,) = (
        one
        for one in office.parts.office.administrators.list(number)
        if one.person.hsa_id == BERIT
    )
    page = f"{BASE}/organisationer/{number}/administratorer/{berit.membership_id}/andra"
    form = {
        "given_name": "Berit",
        "surname": "Bok",
        "hsa_id": CORRECTED,
        "email": "berit@example.se",
    }
    token = Site.token(operator)
    follow(operator, operator.post(page, {**form, "csrf_token": token}))
    assert name_at(office, ERSATTNING, CORRECTED) == before
    assert answer_at(office, ERSATTNING, BERIT).status_code == 403


def test_a_user_who_becomes_administrator_keeps_the_name(office: Office) -> None:
    before = name_at(office, ERSATTNING, GUSTAV)
    office.parts.office.administrators.promote(
        organisation_id(office, REGION), GUSTAV, actor="test", now=office.clock()
    )
    assert name_at(office, ERSATTNING, GUSTAV) == before


def test_the_name_says_nothing_about_the_person(office: Office) -> None:
    seen = {
        name_at(office, sp, who)
        for sp in (MELKER, ERSATTNING)
        for who in (ALICE, GUSTAV)
    }
    assert len(seen) == 4
    for name in seen:
        assert len(name) == 41
        assert "2321000016" not in name
