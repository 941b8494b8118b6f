"""The tests' own browser keeps the rules of real ones where logins depend on them."""

import pytest

from tests.support.peers.cookies import CookieJar
from tests.support.peers.html import read_html

BRIDGE = "https://127.0.0.13:8443/saml/sp/acs"
ELSEWHERE = "127.0.0.11"


@pytest.mark.parametrize(
    ("same_site", "method", "goes"),
    [
        ("None; Secure", "POST", True),
        ("Lax", "POST", False),
        ("Lax", "GET", True),
        ("Strict", "GET", False),
    ],
)
def test_a_cookie_crosses_sites_only_as_it_says(
    same_site: str, method: str, *, goes: bool
) -> None:
    jar = CookieJar()
    jar.keep(BRIDGE, f"a=1; Path=/; SameSite={same_site}")
    assert jar.header(BRIDGE, method="POST", from_site="127.0.0.13") == "a=1"
    assert (jar.header(BRIDGE, method=method, from_site=ELSEWHERE) == "a=1") is goes


def test_a_cookie_without_a_word_about_sites_does_not_cross_them_by_post() -> None:
    jar = CookieJar()
    jar.keep(BRIDGE, "a=1; Path=/")
    assert jar.header(BRIDGE, method="POST", from_site=ELSEWHERE) == ""


def test_a_cookie_stays_with_its_host_and_below_its_path() -> None:
    jar = CookieJar()
    jar.keep(BRIDGE, "a=1; Path=/saml")
    assert jar.header(BRIDGE, method="GET", from_site=None) == "a=1"
    for other in ("https://127.0.0.13:8443/samla", "https://127.0.0.12:8443/saml/"):
        assert jar.header(other, method="GET", from_site=None) == ""


@pytest.mark.parametrize(
    "end", ["Max-Age=0", "Expires=Thu, 01 Jan 1970 00:00:00 GMT", "Max-Age=-1"]
)
def test_a_cookie_that_is_over_is_forgotten(end: str) -> None:
    jar = CookieJar()
    jar.keep(BRIDGE, "a=1; Path=/")
    jar.keep(BRIDGE, f"a=; Path=/; {end}")
    assert jar.of("127.0.0.13") == {}


@pytest.mark.parametrize(
    "header",
    [
        "__Host-a=1; Path=/",
        "__Host-a=1; Secure; Path=/saml",
        "__Host-a=1; Secure; Path=/; Domain=127.0.0.13",
        "a=1; SameSite=None",
    ],
)
def test_a_cookie_that_browsers_drop_is_an_error(header: str) -> None:
    with pytest.raises(ValueError, match=r"^(__Host-)?a: "):
        CookieJar().keep(BRIDGE, header)


def test_a_cookie_that_browsers_keep_is_kept() -> None:
    jar = CookieJar()
    jar.keep(BRIDGE, "__Host-a=1; Secure; HttpOnly; Path=/; SameSite=None")
    assert jar.of("127.0.0.13") == {"__Host-a": "1"}


def test_a_page_is_read_as_a_person_sees_it() -> None:
    content = read_html(
        """<head><title>No</title></head><p>Hej &amp;
        hå</p><script>no()</script><a href="/om">Om <b>oss</b></a>
        <form action="val" method="POST"><input type="hidden" name="t" value="&quot;">
        <input type="radio" name="r" value="1"><input type="radio" name="r" value="2"
        checked><button name="way" value="x">Logga <i>in</i></button>
        <button type="button">Nej</button><input type="submit" value="Skicka"></form>
        """,
        BRIDGE,
    )
    assert content.text == "Hej & hå Om oss Logga in Nej"
    assert content.links == {"Om oss": "https://127.0.0.13:8443/om"}
    (form,) = content.forms
    assert form.action == "https://127.0.0.13:8443/saml/sp/val"
    assert form.method == "post"
    assert form.fields == {"t": '"', "r": "2"}
    assert [one.label for one in form.buttons] == ["Logga in", "Skicka"]
    assert form.button("Logga").value == "x"
