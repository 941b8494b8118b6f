import re
from html import unescape
from urllib.parse import unquote

import pytest

from idp_bridge import pages, texts
from idp_bridge.errors import Fault, MisconfiguredError
from idp_bridge.settings import Agency
from tests.support.pages import (
    ACS,
    FORM,
    NOW,
    SITHS,
    error_page,
    handoff_page,
    methods_page,
    pages_app,
    parse_page,
)

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "{{ 7 * 7 }} {% raw %}",
    "Bank\u202eDIknab\u2066\u200b",
    "NUL\x00 BEL\x07 ESC\x1b[31m",
    "a\r\nSet-Cookie: b=c",
    "x" * 5_000,
]


def text_of(page: str) -> str:
    """What a person reads, with single blanks."""
    tree = parse_page(page)
    return " ".join(str(tree.text_content()).split())


def test_a_handoff_has_a_real_button_a_form_and_one_script_file() -> None:
    page = parse_page(handoff_page().get_data(as_text=True))
    (form,) = page.findall(".//form")
    assert form.get("action") == ACS
    assert form.get("method") == "post"
    assert dict(form.form_values()) == dict(FORM.fields)
    assert form.find(".//button[@type='submit']").text == "Fortsätt"
    (script,) = page.findall(".//script")
    assert script.text is None
    assert script.get("src").startswith("/static/handoff.js?v=")


def test_a_handoff_speaks_to_a_person_without_javascript() -> None:
    page = text_of(handoff_page().get_data(as_text=True))
    assert "Du skickas vidare till Ansök om statlig ersättning" in page
    assert "Tryck på Fortsätt för att gå vidare." in page


def test_every_handoff_has_an_id_of_its_own_so_that_it_is_used_once() -> None:
    found = {
        re.findall('data-page-id="([^"]+)"', handoff_page().get_data(as_text=True))[0]
        for _ in range(3)
    }
    assert len(found) == 3


def test_a_handoff_is_neither_kept_nor_indexed_nor_named_to_others() -> None:
    sent = handoff_page().headers
    assert sent["Cache-Control"] == "no-store"
    assert sent["X-Robots-Tag"] == "noindex"
    assert sent["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize(
    ("action", "directive"),
    [
        ("https://etjanst.example.se/acs", "form-action https:;"),
        ("http://127.0.0.1:9000/acs", "form-action http:;"),
        ("http://localhost/acs", "form-action http:;"),
        ("http://[::1]:9000/acs", "form-action http:;"),
    ],
)
def test_the_policy_of_a_handoff_names_only_the_scheme(
    action: str, directive: str
) -> None:
    form = pages.HandoffForm(action=action, fields=())
    with pages_app().test_request_context():
        response = pages.show_handoff(form, to_name="Tjänst")
    assert directive in response.headers["Content-Security-Policy"]


@pytest.mark.parametrize(
    "action",
    [
        "http://etjanst.example.se/acs",
        "http://127.0.0.1.example.se/acs",
        "javascript:alert(1)",
        "data:text/html,x",
        "//etjanst.example.se/acs",
        "/acs",
        "https:",
        "",
    ],
)
def test_a_form_never_goes_to_an_unsafe_address(action: str) -> None:
    form = pages.HandoffForm(action=action, fields=())
    with pages_app().test_request_context(), pytest.raises(MisconfiguredError):
        pages.show_handoff(form, to_name="Tjänst")
    with pytest.raises(MisconfiguredError):
        error_page(back=form)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_appears_as_text_only(name: str) -> None:
    shown = pages.plain(name)
    for response in (
        handoff_page(name),
        methods_page(service_name=name),
        error_page(service_name=name, back=FORM),
    ):
        source = response.get_data(as_text=True)
        page = parse_page(source)
        assert not page.findall(".//img")
        assert all(script.get("src") for script in page.findall(".//script"))
        assert shown in " ".join(unescape(text_of(source)).split())
        assert not re.search("[\x00-\x08\x0b-\x1f\u202a-\u202e\u2066-\u2069]", source)


def test_a_name_with_swedish_letters_and_marks_stays_as_it_is() -> None:
    assert pages.plain("Älvsbyns  kommun, é e\u0301") == "Älvsbyns kommun, é e\u0301"


@pytest.mark.parametrize(
    ("code", "fault", "status"),
    [
        ("no-permission", Fault.PERSON, 403),
        ("bad-signature", Fault.PARTNER, 400),
        ("misconfigured", Fault.OURS, 500),
        ("store-unavailable", Fault.OURS, 503),
        ("not-found", Fault.PERSON, 404),
        ("too-many-requests", Fault.PERSON, 429),
    ],
)
def test_the_status_follows_from_the_fault_or_from_http(
    code: str, fault: Fault, status: int
) -> None:
    response = error_page(code, fault)
    assert response.status_code == status
    assert ("Retry-After" in response.headers) is (status == 503)


def test_the_technical_description_says_what_support_needs() -> None:
    page = text_of(error_page("expired", Fault.PARTNER).get_data(as_text=True))
    box = page[page.index("Teknisk beskrivning") :]
    for part in (
        "2B3C4D5F6",
        "2026-07-01 kl. 14.30.05 (CEST, UTC+02:00)",
        "Ansök om statlig ersättning",
        "SITHS",
        "expired",
    ):
        assert part in box


def test_the_mail_to_support_is_already_written() -> None:
    page = parse_page(error_page().get_data(as_text=True))
    (link,) = [a.get("href") for a in page.iter("a") if "mailto:" in a.get("href")]
    assert link.startswith("mailto:support@example.se?subject=")
    assert "2B3C4D5F6" in unquote(link)
    assert "Ansök om statlig ersättning" in unquote(link)


def test_without_an_address_there_is_no_mail_link() -> None:
    with pages_app(Agency()).test_request_context():
        response = pages.show_error(
            pages.ErrorPage(
                code="technical",
                fault=Fault.OURS,
                error_id="2B3C4D5F6",
                moment=NOW,
            )
        )
    assert "mailto:" not in response.get_data(as_text=True)


def test_the_way_back_posts_the_signed_answer_to_the_service() -> None:
    response = error_page("login-cancelled", Fault.PERSON, back=FORM)
    page = parse_page(response.get_data(as_text=True))
    (form,) = page.findall(".//form")
    assert form.get("action") == ACS
    assert dict(form.form_values()) == dict(FORM.fields)
    button = " ".join(str(form.find(".//button").text_content()).split())
    assert button == "OK, gå tillbaka till Ansök om statlig ersättning"
    assert "form-action https:;" in response.headers["Content-Security-Policy"]


def test_without_a_way_back_there_is_no_form_and_no_wider_policy() -> None:
    response = error_page("login-lost", Fault.PERSON)
    assert "<form" not in response.get_data(as_text=True)
    assert "Content-Security-Policy" not in response.headers


@pytest.mark.parametrize(
    ("code", "label"), [("login-lost", "Börja om"), ("login-cancelled", "Försök igen")]
)
def test_the_way_in_again_says_what_it_does(code: str, label: str) -> None:
    source = error_page(code, Fault.PERSON, retry_url="/login?x=1&y=2").get_data(
        as_text=True
    )
    (link,) = [a for a in parse_page(source).iter("a") if a.text == label]
    assert link.get("href") == "/login?x=1&y=2"


def test_nobody_is_invited_to_try_again_after_suspected_fraud() -> None:
    source = error_page("possible-fraud", Fault.PERSON, retry_url="/again")
    assert "/again" not in source.get_data(as_text=True)


@pytest.mark.parametrize("code", sorted(texts.TEXTS))
def test_every_code_shows_its_line_in_both_languages(code: str) -> None:
    source = error_page(code).get_data(as_text=True)
    assert texts.TEXTS[code].sv in text_of(source)
    english = parse_page(source).find(".//section[@lang='en']")
    assert texts.TEXTS[code].en in " ".join(str(english.text_content()).split())


MANUAL_SV = [
    "Inloggningen misslyckades",
    (
        "Inloggningen till en av Migrationsverkets e-tjänster har misslyckats "
        "på grund av att:"
    ),
    "inloggningen avbröts av användaren",
    "ett tekniskt fel har inträffat",
    "Återgå till Migrationsverkets webbplats och försök att logga in igen.",
    (
        "Om felet kvarstår kan du kontakta teknisk support för e-tjänster. "
        "Inkludera den tekniska beskrivningen av felet nedan i dialogen med "
        "Migrationsverket."
    ),
    "Login failed",
    "Login to one of the Swedish Migration Agency's e-services has failed due to:",
    "login cancelled by user",
    "technical error",
    "Return to the Swedish Migration Agency's website and try to log in again.",
    (
        "If the error is persistent you can contact technical support for "
        "online services. Include the technical error description below in your"
        " dialog with the agency."
    ),
]
MANUAL_TIPS = [
    "Kontrollera giltighetsdatum för din tjänstelegitimation (SITHS).",
    "ren, det vill säga fri från smuts,",
    "sitter korrekt i läsaren.",
    "Om felet kvarstår, prova att starta om webbläsaren (stäng samtliga flikar).",
    "Läs in kortet på nytt",
    (
        "Ibland kan det vara svårt att logga in i Migrationsverkets e-tjänster "
        "om du redan är inloggad i en annan e-tjänst"
    ),
]
MANUAL_METHODS = [
    "Logga in",
    "E-tjänstelegitimation",
    "SITHS",
    "SITHS-kort",
    "SITHS eID",
    "på den befintliga eller en annan enhet",
    "behörighetsnivå 3",
]
MANUAL_CONTACT = [
    "Migrationsverkets kontaktcenter",
    "Teknisk support och allmänna frågor om e-tjänsten",
    "Ett tips är att spara sökvägen som favorit.",
]


@pytest.mark.parametrize("line", MANUAL_SV)
@pytest.mark.parametrize("code", ["login-cancelled", "upstream-failed", "technical"])
def test_the_error_page_has_the_words_of_the_manual(code: str, line: str) -> None:
    assert line in text_of(error_page(code).get_data(as_text=True))


@pytest.mark.parametrize("line", MANUAL_TIPS)
@pytest.mark.parametrize("code", ["login-cancelled", "upstream-failed"])
def test_the_error_page_has_the_tips_of_the_manual(code: str, line: str) -> None:
    assert line in text_of(error_page(code).get_data(as_text=True))


def test_a_known_reason_is_not_mixed_up_with_the_manuals_two() -> None:
    page = text_of(error_page("no-permission").get_data(as_text=True))
    assert "på grund av att: du saknar behörighet i e-tjänsten" in page
    assert texts.CANCELLED not in page
    assert texts.TECHNICAL not in page


@pytest.mark.parametrize("line", MANUAL_METHODS)
def test_the_login_page_has_the_words_of_the_manual(line: str) -> None:
    assert line in text_of(methods_page().get_data(as_text=True))


@pytest.mark.parametrize("line", MANUAL_CONTACT)
def test_the_contact_page_has_the_words_of_the_manual(line: str) -> None:
    page = pages_app().test_client().get("/kontakt").get_data(as_text=True)
    assert line in text_of(page)


def test_ways_to_log_in_are_links_in_the_given_order() -> None:
    bank = pages.MethodGroup(
        heading="E-legitimation", methods=(pages.Method(title="BankID", url="/bankid"),)
    )
    page = parse_page(methods_page(bank, SITHS).get_data(as_text=True))
    assert [h.text for h in page.iter("h2")] == [
        "E-legitimation",
        "E-tjänstelegitimation",
    ]
    links = [a.get("href") for a in page.find(".//main").iter("a")]
    assert links == ["/bankid", "/saml/idp/method/siths"]
    (form,) = page.findall(".//form")
    assert (form.get("method"), form.get("action")) == ("post", "/saml/idp/cancel")


def test_a_way_to_log_in_that_is_down_is_no_link() -> None:
    down = pages.MethodGroup(
        heading="E-tjänstelegitimation",
        methods=(pages.Method(title="SITHS", url="/siths", available=False),),
    )
    source = methods_page(down).get_data(as_text=True)
    assert "Inloggning med SITHS fungerar inte just nu." in text_of(source)
    assert "/siths" not in source


def test_reference_numbers_have_no_look_alikes_and_do_not_repeat() -> None:
    found = {pages.new_error_id() for _ in range(1_000)}
    assert len(found) == 1_000
    assert not set("".join(found)) & set("01OILAEUY")
    assert {len(each) for each in found} == {9}


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("Migrationsverket", "Migrationsverkets"),
        ("Region Västernorrlands", "Region Västernorrlands"),
        ("Max", "Max"),
    ],
)
def test_a_name_is_put_in_the_genitive(name: str, expected: str) -> None:
    assert texts.genitive(name) == expected
