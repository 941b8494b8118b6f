from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from authz.office.models import NewNotice, NoticeLevel, NoticePlace
from idp_bridge import database, texts
from idp_bridge.app import create_app
from idp_bridge.keys import Purpose, Slot, add_key
from idp_bridge.new_keys import make_key
from idp_bridge.services import services
from idp_bridge.settings import Settings
from tests.support.pages import parse_page

NOW = datetime(2026, 7, 1, 12, tzinfo=UTC)
CATALOGUE = """
[[services]]
code = "ersattning"
name = "Ansök om statlig ersättning"
description = "Sök <b>ersättning</b> för kostnader."
kind = "kommun"
entity_ids = ["https://ersattning.example.se/sp"]
start_url = "https://ersattning.example.se/"

[[services]]
code = "landsting"
name = "E-tjänst för landsting"
kind = "region"
entity_ids = ["https://landsting.example.se/sp"]

[[services]]
code = "gammal"
name = "Gammal tjänst"
kind = "kommun"
entity_ids = ["https://gammal.example.se/sp"]
valid_until = 2026-06-01
"""


def client_of(folder: Path, *, demo: bool = False) -> FlaskClient:
    settings = Settings.model_validate(
        {
            "base_url": "http://127.0.0.1:8000",
            "database_url": f"sqlite:///{folder / 'bridge.db'}",
            "key_dir": folder / "keys",
            "secret_key": "kT7-pQ2vXz9mN4bR8wL1sD6fG3hJ5cYe",
            "demo": demo,
        }
    )
    database.upgrade(database.open_engine(settings))
    for purpose in Purpose:
        key = make_key("test", now=NOW)
        add_key(settings.key_dir, purpose, Slot.CURRENT, key)
    app = create_app(settings, clock=lambda: NOW)
    with app.app_context():
        services().authz.load_catalogue(CATALOGUE, dry_run=False, actor="test", now=NOW)
    return app.test_client()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return client_of(tmp_path_factory.mktemp("portal"))


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    return client_of(tmp_path_factory.mktemp("demo"), demo=True)


BASE = "http://127.0.0.1:8000"


def page_at(client: FlaskClient, path: str) -> str:
    response = client.get(path, base_url=BASE)
    assert response.status_code == 200
    return response.get_data(as_text=True)


def test_the_start_page_leads_to_kommuner_and_regioner(client: FlaskClient) -> None:
    tabs = parse_page(page_at(client, "/")).find_class("tabs")[0]
    assert [(a.text, a.get("href")) for a in tabs.iter("a")] == [
        ("Kommuner", "/kommuner"),
        ("Regioner", "/regioner"),
    ]


def test_a_kommun_sees_the_open_services_for_kommuner_only(client: FlaskClient) -> None:
    page = page_at(client, "/kommuner")
    assert "Ansök om statlig ersättning" in page
    assert "E-tjänst för landsting" not in page
    assert "Gammal tjänst" not in page


def test_a_service_has_a_button_to_where_it_starts(client: FlaskClient) -> None:
    page = parse_page(page_at(client, "/kommuner"))
    _, button = page.find_class("ds-button")
    assert button.get("href") == "https://ersattning.example.se/"
    assert button.text == "Till e-tjänsten"


def test_a_service_without_an_address_has_no_button(client: FlaskClient) -> None:
    page = page_at(client, "/regioner")
    assert "E-tjänst för landsting" in page
    (button,) = parse_page(page).find_class("ds-button")
    assert button.get("href") == "/admin/"


@pytest.mark.parametrize("path", ["/kommuner", "/regioner"])
def test_administrators_find_their_way_in(client: FlaskClient, path: str) -> None:
    box = parse_page(page_at(client, path)).find_class("service-box")[0]
    assert next(box.iter("summary")).text == "Administrera behörigheter för e-tjänster"
    assert (
        "Hantera registreringar och tilldela behörigheter för kommunens eller "
        "regionens användare."
    ) in str(box.text_content())
    button = box.find_class("ds-button")[0]
    assert (button.text, button.get("href")) == ("Till e-tjänsten", "/admin/")


@pytest.mark.parametrize("path", ["/", "/kommuner", "/regioner"])
def test_what_is_new_stands_in_a_box_with_its_day(tmp_path: Path, path: str) -> None:
    client = client_of(tmp_path)
    with client.application.app_context():
        notices = services().office.notices
        news = NewNotice(
            text="Ny <behörighet>\nGe den nu.", place=NoticePlace.NEWS, valid_from=NOW
        )
        outage = NewNotice(text="Stängt", level=NoticeLevel.OUTAGE, valid_from=NOW)
        for each in (news, outage):
            notices.add(each, actor="operator:1", now=NOW)
    page = parse_page(page_at(client, path))
    (box,) = page.find_class("news")
    assert box.find("h2").text == "Aktuellt i e-tjänsterna"
    summary = box.find(".//summary").text_content()
    assert " ".join(summary.split()) == "2026-07-01 Ny <behörighet>"
    assert "Ge den nu." in str(box.text_content())
    assert "Stängt" not in str(box.text_content())
    (above,) = page.find_class("notices")
    assert "Stängt" in str(above.text_content())
    assert "Ny <behörighet>" not in str(above.text_content())


def test_what_is_about_an_e_service_stands_where_that_is(tmp_path: Path) -> None:
    client = client_of(tmp_path)
    with client.application.app_context():
        for place in (NoticePlace.NEWS, NoticePlace.EVERYWHERE):
            new = NewNotice(
                text=f"Nytt ({place})",
                place=place,
                service_code="landsting",
                valid_from=NOW,
            )
            services().office.notices.add(new, actor="operator:1", now=NOW)
    told = "E-tjänst för landsting: Nytt (news)"
    warned = "Information: E-tjänst för landsting: Nytt (everywhere)"
    for path, is_there in (("/", True), ("/regioner", True), ("/kommuner", False)):
        text = " ".join(str(parse_page(page_at(client, path)).text_content()).split())
        assert (told in text, warned in text) == (is_there, is_there), path
        assert ("Nytt" in text) is is_there


def test_markup_in_a_description_is_text(client: FlaskClient) -> None:
    assert "Sök &lt;b&gt;ersättning&lt;/b&gt;" in page_at(client, "/kommuner")


@pytest.mark.parametrize("path", ["/", "/kommuner", "/regioner", "/kontakt", "/kakor"])
def test_an_open_page_may_be_kept_and_leaves_no_cookie(
    client: FlaskClient, path: str
) -> None:
    sent = client.get(path, base_url=BASE).headers
    assert sent["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in sent


@pytest.mark.parametrize("code", texts.PROBLEMS)
def test_who_is_sent_to_us_reads_why(client: FlaskClient, code: str) -> None:
    page = page_at(client, f"/inloggningsfel?code={code}&tid=_ab-1&ts=1782907200")
    problem = texts.PROBLEMS[code]
    for words in (problem.what, problem.todo, problem.what_en, problem.todo_en):
        assert words in page
    assert "_ab-1" in page
    assert "2026-07-01 kl. 14.00.00" in page


@pytest.mark.parametrize(
    "query",
    [
        "",
        "?code=ERRORURL_CODE&tid=ERRORURL TID&ts=ERRORURL_TS",
        "?code=<b>&tid=<b>Ring%20oss</b>&ts=99999999999999",
        "?rp=Ring&ctx=Ring&tid=Ring%0a&ts=%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1%D9%A1",
    ],
)
def test_nobody_writes_on_our_page_with_a_link(client: FlaskClient, query: str) -> None:
    page = page_at(client, f"/inloggningsfel{query}")
    assert texts.OTHER_PROBLEM.what in page
    assert "Teknisk beskrivning" not in page
    assert "Ring" not in page


@pytest.mark.parametrize("path", ["/fel", "/fel/no-permission"])
def test_error_pages_are_not_shown_on_purpose_outside_the_demo(
    client: FlaskClient, path: str
) -> None:
    assert client.get(path, base_url=BASE).status_code == 404


def test_the_demo_lists_every_error_page(demo: FlaskClient) -> None:
    page = parse_page(page_at(demo, "/fel"))
    links = [a.get("href") for a in page.find(".//main").iter("a")]
    assert links == [f"/fel/{code}" for code in texts.TEXTS]


@pytest.mark.parametrize("code", sorted(texts.TEXTS))
def test_the_demo_shows_each_error_page(demo: FlaskClient, code: str) -> None:
    response = demo.get(f"/fel/{code}", base_url=BASE)
    assert response.status_code >= 400
    assert texts.TEXTS[code].heading in response.get_data(as_text=True)


def test_the_demo_knows_no_other_errors(demo: FlaskClient) -> None:
    assert demo.get("/fel/unheard-of", base_url=BASE).status_code == 404
