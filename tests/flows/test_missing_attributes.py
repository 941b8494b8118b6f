"""An e-tjänst requires what it cannot get: the page says what, and so does SAML."""

import base64
from pathlib import Path
from typing import Any, cast

import pytest
from lxml import html
from werkzeug.test import TestResponse

from metadata import names, safe_xml
from metadata.entities import AttributeService, RequestedAttribute
from tests.support.operator_pages import Site, make_site, request_id_of, text_of
from tests.support.permission_world import ALICE, KOMMUN
from tests.support.saml.logins import KnownParties
from tests.support.saml.requests import authn_request, unsigned_query
from tests.support.saml.world import SP, service_provider

HOSTILE = "urn:x<b>\u202e"


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


def ask(site: Site, *required: str, index: str | None = None) -> TestResponse:
    """Let an e-tjänst with these required attributes ask for a login."""
    requested = tuple(RequestedAttribute(name=n, is_required=True) for n in required)
    sets = (AttributeService(index=1, requested=requested),)
    sp = service_provider(attribute_services=sets)
    cast(KnownParties, site.parts.registry).sps[SP] = sp
    more = {} if index is None else {"AttributeConsumingServiceIndex": index}
    query = unsigned_query(authn_request(id=f"_{id(sp)}", **more)).decode()
    return site.get(f"/saml/idp/sso?{query}")


def codes(page: TestResponse) -> list[str]:
    """Read the status codes that the button of a page brings to the e-tjänst."""
    tree: Any = html.fromstring(page.text)
    (field,) = tree.findall(".//input[@name='SAMLResponse']")
    told = safe_xml.parse(base64.b64decode(field.get("value")))
    assert told.find("{*}Assertion") is None
    return [str(each.get("Value")) for each in told.iter("{*}StatusCode")]


def test_what_it_may_not_have_ends_the_login_before_anybody_shows_a_card(
    site: Site,
) -> None:
    assert ask(site, names.ATTR_SURNAME).status_code == 303
    page = ask(site, names.ATTR_SURNAME, names.ATTR_MAIL, HOSTILE)
    assert page.status_code == 400
    text = text_of(page)
    assert "E-tjänsten kräver en uppgift om dig som vi inte kan lämna." in text
    assert "Uppgifter som saknas: e-postadress, urn:x<b>." in text
    assert "Missing details: e-mail address, urn:x<b>." in text
    assert codes(page) == [names.STATUS_RESPONDER, names.STATUS_AUTHN_FAILED]


def test_what_this_person_lacks_ends_the_login_after_it(tmp_path: Path) -> None:
    """The scope of the kommun is ours, and Alice is of the region."""
    site = make_site(tmp_path, more=f'[published]\nscopes = ["{KOMMUN}"]\n')
    asked = ask(site, names.ATTR_AFFILIATION)
    assert asked.status_code == 303
    page = site.answer(request_id_of(asked.headers["Location"]), ALICE)
    assert page.status_code == 400
    assert "HSA-id och organisationsnummer i ett värde" in text_of(page)
    assert codes(page) == [names.STATUS_RESPONDER, names.STATUS_AUTHN_FAILED]


def test_a_set_that_is_not_there_is_the_e_tjansts_mistake(site: Site) -> None:
    assert ask(site, names.ATTR_SURNAME, index="1").status_code == 303
    page = ask(site, names.ATTR_SURNAME, index="2")
    assert page.status_code == 400
    assert codes(page) == [names.STATUS_REQUESTER, names.STATUS_REQUEST_UNSUPPORTED]
