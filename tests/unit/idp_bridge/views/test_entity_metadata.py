"""Partners get our metadata with a sum that fits, and only when it has changed."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from idp_bridge import keys
from idp_bridge.app import create_app
from idp_bridge.keys import Purpose, Slot
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import BASE_URL, install, new_key, settings_of
from tests.support.keys import rsa_key
from tests.support.pages import parse_page

DAY = timedelta(days=1)
ADDRESSES = tuple(
    f"/saml/{role}{end}" for role in ("sp", "idp", "aa") for end in ("", "/metadata")
)
PAGE = "/saml/metadata"


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


def worker(config: Path, clock: FrozenClock) -> FlaskClient:
    return create_app(settings_of(config), clock=clock).test_client()


@pytest.fixture
def client(config: Path, clock: FrozenClock) -> FlaskClient:
    return worker(config, clock)


def links(client: FlaskClient) -> list[str]:
    page = parse_page(client.get(PAGE, base_url=BASE_URL).text)
    found = [str(link.get("href")) for link in page.find(".//main").iter("a")]
    return [link for link in found if link.endswith(".xml")]


@pytest.mark.parametrize("address", ADDRESSES)
def test_who_has_a_document_does_not_get_it_again(
    client: FlaskClient, clock: FrozenClock, address: str
) -> None:
    first = client.get(address, base_url=BASE_URL)
    assert first.headers["Cache-Control"] == "public, max-age=300"
    for name, value in (
        ("If-None-Match", first.headers["ETag"]),
        ("If-Modified-Since", first.headers["Last-Modified"]),
    ):
        again = client.get(address, base_url=BASE_URL, headers={name: value})
        assert (again.status_code, again.data) == (304, b"")
    clock.advance(DAY)
    headers = {"If-None-Match": first.headers["ETag"]}
    later = client.get(address, base_url=BASE_URL, headers=headers)
    assert later.status_code == 200
    assert later.data != first.data


def test_workers_give_the_same_bytes(config: Path, clock: FrozenClock) -> None:
    first, second = worker(config, clock), worker(config, clock)
    for address in ADDRESSES:
        one, other = (each.get(address, base_url=BASE_URL) for each in (first, second))
        assert one.data == other.data
        assert one.headers["ETag"] == other.headers["ETag"]


def test_the_page_says_the_sum_of_what_its_links_give(client: FlaskClient) -> None:
    text = client.get(PAGE, base_url=BASE_URL).text
    found = links(client)
    assert len(found) == 3
    for link, role in zip(found, ("sp", "idp", "aa"), strict=True):
        response = client.get(link, base_url=BASE_URL)
        digest = sha256(response.data).hexdigest()
        assert digest in text
        assert response.mimetype == "application/samlmetadata+xml"
        name = f"bridge.example.se-{role}-{NOW:%Y%m%d}-{digest[:8]}.xml"
        assert response.headers["Content-Disposition"] == f"attachment; filename={name}"
        assert name in text
        assert response.data == client.get(f"/saml/{role}", base_url=BASE_URL).data


def test_the_page_names_entities_and_keys(client: FlaskClient) -> None:
    page = parse_page(client.get(PAGE, base_url=BASE_URL).text)
    facts = [" ".join(one.text_content().split()) for one in page.iter("dd")]
    assert f"{BASE_URL}/saml/sp" in facts
    assert f"{BASE_URL}/saml/idp" in facts
    assert f"{BASE_URL}/saml/aa" in facts
    assert facts.count("2026-12-01 00:00 UTC") == 3
    signing = sha256(rsa_key("installation signing").certificate_der).hexdigest()
    encryption = sha256(rsa_key("installation encryption").certificate_der).hexdigest()
    assert facts.count(signing) == 3
    assert facts.count(encryption) == 2
    assert page.find(".//*[@lang='en']") is not None


def test_an_old_link_leads_to_the_page_and_never_to_other_bytes(
    config: Path, client: FlaskClient, clock: FrozenClock
) -> None:
    old = links(client)[0]
    pair = rsa_key("next")
    folder = settings_of(config).key_dir
    keys.add_key(folder, Purpose.SIGNING, Slot.NEXT, new_key(pair))
    clock.advance(timedelta(seconds=2))
    response = client.get(old, base_url=BASE_URL)
    assert response.status_code == 303
    assert response.headers["Location"] == PAGE
    new = links(client)[0]
    assert new != old
    assert client.get(new, base_url=BASE_URL).status_code == 200
    assert (
        sha256(pair.certificate_der).hexdigest()
        in client.get(PAGE, base_url=BASE_URL).text
    )


def test_there_are_documents_in_our_roles_only(client: FlaskClient) -> None:
    digest = links(client)[0].rpartition("/")[2]
    response = client.get(f"/saml/nobody/metadata/{digest}", base_url=BASE_URL)
    assert response.status_code == 404
