from collections.abc import Callable, Iterator

import pytest
import structlog
from flask import Flask, Response, abort
from flask.testing import FlaskClient
from flask_wtf.csrf import CSRFProtect
from werkzeug.exceptions import TooManyRequests

from authz.errors import StoreUnavailableError as PermissionsUnavailableError
from idp_bridge.errors import BadSignatureError, NoPermissionError
from tests.support.log_lines import capture_logs
from tests.support.pages import pages_app

SECRET = "SE2321000016-A001 anna@example.se"


def raising(error: Exception) -> FlaskClient:
    app = pages_app()

    def view() -> str:
        raise error

    app.add_url_rule("/raise", "raise", view)
    return app.test_client()


@pytest.fixture
def lines() -> Iterator[list[structlog.typing.EventDict]]:
    with capture_logs() as captured:
        yield captured


Lines = list[structlog.typing.EventDict]


@pytest.mark.parametrize(
    ("error", "status", "code"),
    [
        (NoPermissionError(SECRET), 403, "no-permission"),
        (BadSignatureError(SECRET), 400, "bad-signature"),
        (PermissionsUnavailableError(SECRET), 503, "store-unavailable"),
        (ValueError(SECRET), 500, "unexpected"),
    ],
)
def test_an_error_becomes_a_page_and_one_log_line(
    lines: Lines, error: Exception, status: int, code: str
) -> None:
    response = raising(error).get("/raise")
    assert response.status_code == status
    assert response.mimetype == "text/html"
    (line,) = lines
    assert line["code"] == code
    assert line["error_id"] in response.get_data(as_text=True)


@pytest.mark.parametrize(
    "error", [NoPermissionError(SECRET), ValueError(SECRET), KeyError(SECRET)]
)
def test_the_text_of_an_error_reaches_neither_the_page_nor_the_log(
    lines: Lines, error: Exception
) -> None:
    page = raising(error).get("/raise").get_data(as_text=True)
    for secret in SECRET.split():
        assert secret not in page
        assert secret not in str(lines)
    assert "Traceback" not in page


def test_what_nobody_expected_is_found_by_its_kind_and_its_place(lines: Lines) -> None:
    raising(ZeroDivisionError("x")).get("/raise")
    (line,) = lines
    assert line["kind"] == "ZeroDivisionError"
    assert line["places"].startswith(__file__)


def test_a_missing_page_is_a_swedish_page_without_a_log_line(lines: Lines) -> None:
    response = pages_app().test_client().get("/finns-inte")
    assert response.status_code == 404
    assert "Sidan finns inte" in response.get_data(as_text=True)
    assert lines == []


def test_a_wrong_method_says_which_are_allowed() -> None:
    response = pages_app().test_client().post("/kontakt")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]
    assert "Sidan kan inte öppnas så här" in response.get_data(as_text=True)


@pytest.mark.parametrize(
    ("status", "heading"),
    [
        (400, "Vi förstod inte det som skickades"),
        (413, "Det som skickades är för stort"),
        (418, "Vi förstod inte det som skickades"),
        (500, "Något gick fel hos oss"),
    ],
)
def test_an_error_of_http_keeps_its_status(status: int, heading: str) -> None:
    app = pages_app()
    app.add_url_rule("/abort", "abort", lambda: abort(status))
    response = app.test_client().get("/abort")
    assert response.status_code == status
    assert heading in response.get_data(as_text=True)


def test_too_many_requests_says_when_to_come_back() -> None:
    response = raising(TooManyRequests(retry_after=17)).get("/raise")
    assert response.status_code == 429
    assert response.headers["Retry-After"] == "17"


def test_a_redirect_is_no_error() -> None:
    app = pages_app()
    app.add_url_rule("/folder/", "folder", lambda: "here")
    assert app.test_client().get("/folder").status_code == 308


def test_a_view_that_brings_its_own_answer_keeps_it() -> None:
    app = pages_app()
    app.add_url_rule("/own", "own", lambda: abort(Response("own", status=409)))
    response = app.test_client().get("/own")
    assert (response.status_code, response.text) == (409, "own")


def test_a_form_without_its_token_is_too_old(lines: Lines) -> None:
    app = with_csrf(lambda: "saved")
    response = app.test_client().post("/form", data={"a": "b"})
    assert response.status_code == 400
    assert "Sidan var för gammal" in response.get_data(as_text=True)
    assert [line["code"] for line in lines] == ["form-expired"]


def with_csrf(view: Callable[[], str]) -> Flask:
    app = pages_app()
    app.secret_key = "a secret for this test only"
    CSRFProtect(app)
    app.add_url_rule("/form", "form", view, methods=["POST"])
    return app


def test_a_request_for_another_host_is_refused_without_a_link() -> None:
    app = pages_app()
    app.config["TRUSTED_HOSTS"] = ["bridge.example.se"]
    client = app.test_client()
    good = client.get("/kontakt", base_url="https://bridge.example.se")
    bad = client.get("/kontakt", base_url="https://evil.example")
    assert good.status_code == 200
    assert bad.status_code == 400
    assert bad.mimetype == "text/plain"
    assert "evil.example" not in bad.get_data(as_text=True)
