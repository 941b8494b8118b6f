import gzip
import re
from pathlib import Path

import pytest

from idp_bridge import assets
from tests.support.pages import pages_app

POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; "
    "frame-ancestors 'none'"
)


@pytest.mark.parametrize("path", ["/", "/kontakt", "/missing", "/static/bridge.css"])
def test_every_answer_is_protected(path: str) -> None:
    sent = pages_app().test_client().get(path, buffered=True).headers
    assert sent["Content-Security-Policy"] == POLICY
    assert sent["Cross-Origin-Opener-Policy"] == "same-origin"
    assert sent["X-Content-Type-Options"] == "nosniff"
    assert "camera=()" in sent["Permissions-Policy"]
    assert sent["Referrer-Policy"] in {"same-origin", "no-referrer"}


def test_https_is_demanded_over_https_only() -> None:
    client = pages_app().test_client()
    over_https = client.get("/kontakt", base_url="https://bridge.example.se")
    assert "max-age=63072000" in over_https.headers["Strict-Transport-Security"]
    assert "Strict-Transport-Security" not in client.get("/kontakt").headers


def test_start_pages_may_be_kept_and_leave_no_cookie() -> None:
    sent = pages_app().test_client().get("/").headers
    assert sent["Cache-Control"].startswith("public, max-age=")
    assert "Set-Cookie" not in sent


def test_a_page_that_says_nothing_about_caching_is_not_kept() -> None:
    app = pages_app()
    app.add_url_rule("/plain", "plain", lambda: "hej")
    assert app.test_client().get("/plain").headers["Cache-Control"] == "no-store"


def test_a_static_file_named_with_its_content_is_kept_forever() -> None:
    app = pages_app()
    with app.test_request_context():
        url = app.jinja_env.globals["asset_url"]("bridge.css")  # type: ignore[operator]
    response = app.test_client().get(url, buffered=True)
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"


@pytest.mark.parametrize("query", ["", "?v=0000000000000000"])
def test_a_static_file_named_otherwise_is_asked_for_again(query: str) -> None:
    client = pages_app().test_client()
    response = client.get(f"/static/bridge.css{query}", buffered=True)
    assert response.status_code == 200
    assert response.headers["Cache-Control"] == "no-cache"


@pytest.mark.parametrize("path", ["/static/missing.css?v=x", "/static/../pages.py?v=x"])
def test_what_is_no_static_file_is_not_found_and_not_kept(path: str) -> None:
    response = pages_app().test_client().get(path)
    assert response.status_code == 404
    assert "immutable" not in response.headers["Cache-Control"]


def test_a_first_visit_is_small() -> None:
    client = pages_app().test_client()
    page = client.get("/").get_data()
    loaded = re.findall(rb'(?:href|src)="(/static/[^"]+)"', page)
    assert len(loaded) == len(assets.STYLESHEETS) + 1
    answers = [client.get(url.decode(), buffered=True) for url in loaded]
    parts = [page, *(answer.get_data() for answer in answers)]
    assert sum(len(gzip.compress(part)) for part in parts) <= 60_000


def test_nothing_in_our_own_style_loads_from_elsewhere() -> None:
    for name in ("theme.css", "bridge.css", "handoff.js", "icon.svg"):
        content = (Path(assets.FOLDER) / name).read_text()
        assert "@import" not in content
        assert "url(" not in content
