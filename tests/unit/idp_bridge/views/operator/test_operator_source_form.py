"""An operator adds a source with a form: what is typed is checked, the rest waits."""

from dataclasses import replace
from datetime import timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from lxml import html
from werkzeug.test import TestResponse

from idp_bridge.order_desk import OrderDesk
from idp_bridge.services import order_desk
from metadata.entities import Role
from metadata.filters import Filters
from metadata.reports import NewSource
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp
from tests.support.operator_pages import SOURCES, Site, make_site, text_of

SIGNER = rsa_key("federation")
SOON = NOW + timedelta(days=7)
MANY = [f"https://sp{number}.example.se/saml" for number in range(10)]


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return make_site(tmp_path)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    found = tmp_path / "federation.xml"
    entities = group(*map(sp, MANY), idp(), valid_until=SOON)
    found.write_bytes(signed(entities, SIGNER))
    return found


@pytest.fixture
def desk(site: Site) -> OrderDesk:
    return order_desk(site.parts)


def add(site: Site, file: Path) -> None:
    source = NewSource(
        name="sambi", location=str(file), certificate_pem=SIGNER.certificate_pem
    )
    site.admin.add(source)


def typed(**changes: Any) -> dict[str, Any]:
    usual = {
        "name": "sambi",
        "kind": "file",
        "location": "/srv/federation.xml",
        "certificate": SIGNER.certificate_pem.decode(),
        "roles": ["idp", "sp"],
        "days": "30",
        "shrinkage": "20",
    }
    return {**usual, **changes}


def fields_with_problems(page: TestResponse) -> list[str]:
    links = html.fromstring(page.text).iterfind(".//div[@class='error-summary']//a")
    return [str(link.get("href")) for link in links]


def test_a_source_is_added_in_the_background(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    site.log_in("system")
    form = typed(location=str(file))
    answer = site.send(f"{SOURCES}/ny-kalla", form)
    assert (answer.status_code, answer.headers["Location"]) == (303, SOURCES)
    assert "Lägg till sambi" in text_of(site.get(SOURCES))
    assert site.admin.list() == ()
    desk.carry_out(site.admin)
    state = site.admin.state("sambi")
    assert state.entity_count == 11
    assert state.source.max_validity == timedelta(days=30)
    text = text_of(site.get(f"{SOURCES}/kallor/sambi"))
    assert sha256(SIGNER.certificate_der).hexdigest() in text
    assert SIGNER.certificate_pem.decode()[50:90] not in "".join(
        site.parts.authz.export_audit()
    )


def test_a_source_that_is_refused_is_not_added_and_says_why(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    site.log_in("system")
    stranger = rsa_key("stranger").certificate_pem.decode()
    site.send(f"{SOURCES}/ny-kalla", typed(location=str(file), certificate=stranger))
    desk.carry_out(site.admin)
    assert site.admin.list() == ()
    assert "Ingen av källans nycklar stämmer" in text_of(site.get(SOURCES))


def test_a_file_with_a_certificate_may_be_chosen(
    site: Site, file: Path, desk: OrderDesk, tmp_path: Path
) -> None:
    site.log_in("system")
    pem = tmp_path / "signer.pem"
    pem.write_bytes(SIGNER.certificate_pem)
    with pem.open("rb") as chosen:
        form = typed(location=str(file), certificate="", certificate_file=chosen)
        answer = site.send(
            f"{SOURCES}/ny-kalla", form, content_type="multipart/form-data"
        )
    assert answer.status_code == 303
    desk.carry_out(site.admin)
    assert site.admin.state("sambi").entity_count == 11


def test_everything_that_the_command_line_offers_can_be_typed(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    site.log_in("system")
    page = html.fromstring(site.get(f"{SOURCES}/ny-kalla").text)
    assert page.get_element_by_id("mer").get("open") is None
    form = typed(
        location=str(file),
        roles=["idp", "sp", "aa"],
        shrinkage="5",
        minutes="90",
        deny_entity_ids=f" {MANY[0]} \r\n\r\n{MANY[1]}\r\n{MANY[1]}",
        deny_authorities="https://authority.example",
    )
    assert site.send(f"{SOURCES}/ny-kalla", form).status_code == 303
    assert desk.carry_out(site.admin) == 1
    state = site.admin.state("sambi")
    assert state.source.filters == Filters(
        deny_entity_ids=frozenset(MANY[:2]),
        deny_authorities=frozenset({"https://authority.example"}),
    )
    assert state.source.roles == frozenset(Role)
    assert state.source.max_shrinkage_percent == 5
    assert state.source.refresh_every == timedelta(minutes=90)
    assert state.entity_count == 9
    text = text_of(site.get(f"{SOURCES}/kallor/sambi"))
    for shown in (
        "med 90 minuters mellanrum",
        "Ta aldrig dessa entityID",
        MANY[1],
        "5 %",
    ):
        assert shown in text


SMALL = rsa_key("small", bits=1024).certificate_pem.decode()
BAD_FORMS: list[tuple[dict[str, Any], list[str]]] = [
    ({"name": ""}, ["#name"]),
    ({"name": "Å"}, ["#name"]),
    ({"name": "a" * 65}, ["#name"]),
    ({"name": "<script>"}, ["#name"]),
    ({"name": "a\nb"}, ["#name"]),
    ({"kind": "ftp"}, ["#kind"]),
    ({"location": ""}, ["#location"]),
    ({"location": "relative.xml"}, ["#location"]),
    ({"location": "/a\x00b"}, ["#location"]),
    ({"location": "/a\u2028b"}, ["#location"]),
    ({"location": "/" + "a" * 10_000}, ["#location"]),
    ({"kind": "url", "location": "/srv/a"}, ["#location"]),
    ({"certificate": "x"}, ["#certificate"]),
    ({"certificate": "x" * 150_000}, ["#certificate"]),
    ({"certificate": SMALL}, ["#certificate"]),
    ({"certificate": ""}, ["#certificate"]),
    ({"pin": "0" * 64}, ["#pin"]),
    ({"certificate": "", "pin": "abc"}, ["#pin"]),
    ({"roles": []}, ["#roles"]),
    ({"roles": ["idp", "root"]}, ["#roles"]),
    ({"days": "0"}, ["#days"]),
    ({"days": "366"}, ["#days"]),
    ({"days": "-1"}, ["#days"]),
    ({"days": "\u0664"}, ["#days"]),
    ({"shrinkage": "101"}, ["#shrinkage"]),
    ({"shrinkage": ""}, ["#shrinkage"]),
    ({"minutes": "0"}, ["#minutes"]),
    ({"minutes": "10081"}, ["#minutes"]),
    ({"allow_entity_ids": "urn:a urn:b"}, ["#allow_entity_ids"]),
    ({"deny_categories": "a" * 1025}, ["#deny_categories"]),
    ({"allow_authorities": "a\n" + "b\x07"}, ["#allow_authorities"]),
    ({"allow_authorities": "\n".join(map(str, range(501)))}, ["#allow_authorities"]),
    ({"name": "", "days": "", "roles": []}, ["#name", "#roles", "#days"]),
    (
        {
            "kind": "url",
            "location": "https://a.example",
            "certificate": "",
            "pin": "0" * 64,
        },
        ["#pin"],
    ),
]


@pytest.mark.parametrize(("changes", "fields"), BAD_FORMS)
def test_a_form_that_cannot_be_meant_says_where_and_keeps_what_was_typed(
    site: Site, desk: OrderDesk, changes: dict[str, Any], fields: list[str]
) -> None:
    site.log_in("system")
    form = typed(**changes)
    page = site.send(f"{SOURCES}/ny-kalla", form)
    assert page.status_code == 422
    assert fields_with_problems(page) == fields
    tree = html.fromstring(page.text)
    assert str(tree.findtext(".//title")).startswith("Fel: Lägg till källa")
    for field in fields:
        assert tree.get_element_by_id(field[1:]).get("aria-invalid") == "true"
    assert tree.get_element_by_id("days").get("value") == form["days"]
    assert "<script>" not in page.text
    assert desk.carry_out(site.admin) == 0


def test_a_name_that_is_taken_is_said_to_be(site: Site, file: Path) -> None:
    add(site, file)
    site.log_in("system")
    page = site.send(f"{SOURCES}/ny-kalla", typed())
    assert page.status_code == 422
    assert "Det finns redan en källa med det namnet" in text_of(page)


def test_a_source_is_changed_with_the_form_that_shows_it_as_it_is(
    site: Site, file: Path, desk: OrderDesk
) -> None:
    add(site, file)
    site.log_in("system")
    tree = html.fromstring(site.get(f"{SOURCES}/ny-kalla?kalla=sambi").text)
    (form,) = (one for one in tree.forms if one.get("enctype"))
    shown = [(name, value) for name, value in form.form_values() if value]
    assert dict(shown)["replacing"] == "ja"
    pem = dict(shown)["certificate"].split()
    assert pem == SIGNER.certificate_pem.decode().split()
    before = site.admin.state("sambi").source
    changed = {**dict(shown), "roles": ["sp"], "shrinkage": "7"}
    assert site.send(f"{SOURCES}/ny-kalla", changed).status_code == 303
    assert desk.carry_out(site.admin) == 1
    after = site.admin.state("sambi")
    roles = frozenset({Role.SP})
    assert after.source == replace(before, roles=roles, max_shrinkage_percent=7)
    assert after.entity_count == 10
    assert desk.latest()[0].problem is None


def test_what_is_not_there_cannot_be_changed(site: Site) -> None:
    site.log_in("system")
    page = site.send(f"{SOURCES}/ny-kalla", typed(replacing="ja"))
    assert page.status_code == 422
    assert "Det finns ingen källa med det namnet" in text_of(page)
