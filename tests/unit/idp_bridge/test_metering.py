"""Figures are for configured networks; no address, name or entityID is in them."""

from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient
from prometheus_client.parser import text_string_to_metric_families
from werkzeug.test import TestResponse

from idp_bridge.app import create_app
from idp_bridge.web.access import open_to_all
from tests.support.clock import NOW
from tests.support.installations import install, settings_of

BRIDGE = "https://bridge.example.se"
NODE = "http://10.0.0.7:8000"
STRANGER = "https://stranger.example/saml"

Samples = dict[tuple[str, tuple[tuple[str, str], ...]], float]


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


def _app(config: Path, **environ: str) -> Flask:
    return create_app(settings_of(config, **environ), clock=lambda: NOW)


@pytest.fixture
def client(config: Path) -> FlaskClient:
    return _app(config).test_client()


def _from(
    client: FlaskClient, address: str, *, base_url: str = BRIDGE, **headers: str
) -> TestResponse:
    written = {name.replace("_", "-"): value for name, value in headers.items()}
    environ = {"REMOTE_ADDR": address}
    return client.get(
        "/metrics", base_url=base_url, environ_base=environ, headers=written
    )


def _samples(text: str) -> Samples:
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


@pytest.mark.parametrize(
    "address", ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]
)
def test_this_machine_may_read_figures(client: FlaskClient, address: str) -> None:
    response = _from(client, address)
    assert response.status_code == 200
    assert response.mimetype == "text/plain"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "address", ["192.0.2.7", "10.0.0.1", "2001:db8::1", "::ffff:192.0.2.7", ""]
)
def test_to_strangers_there_are_no_figures(client: FlaskClient, address: str) -> None:
    response = _from(client, address)
    assert response.status_code == 404
    assert "idp_bridge_" not in response.text


def test_a_configured_network_may_read_figures_and_then_only_that(
    config: Path,
) -> None:
    allowed = {"IDP_BRIDGE_METRICS__ALLOWED_ADDRESSES": '["10.0.0.0/8"]'}
    client = _app(config, **allowed).test_client()
    assert _from(client, "10.20.30.40").status_code == 200
    assert _from(client, "127.0.0.1").status_code == 404


def test_prometheus_may_ask_a_node_by_its_own_address(client: FlaskClient) -> None:
    assert _from(client, "127.0.0.1", base_url=NODE).status_code == 200
    assert _from(client, "192.0.2.7", base_url=NODE).status_code == 400


@pytest.mark.parametrize(("hops", "status"), [("0", 200), ("1", 404)])
def test_behind_a_proxy_the_forwarded_address_decides(
    config: Path, hops: str, status: int
) -> None:
    client = _app(config, IDP_BRIDGE_TRUSTED_PROXIES=hops).test_client()
    forwarded = {"X_Forwarded_For": "192.0.2.7"}
    assert _from(client, "127.0.0.1", **forwarded).status_code == status


def test_a_stranger_cannot_forge_an_address(config: Path) -> None:
    client = _app(config, IDP_BRIDGE_TRUSTED_PROXIES="1").test_client()
    forwarded = {"X_Forwarded_For": "127.0.0.1, 192.0.2.7"}
    assert _from(client, "127.0.0.1", **forwarded).status_code == 404
    client = _app(config).test_client()
    forwarded = {"X_Forwarded_For": "127.0.0.1"}
    assert _from(client, "192.0.2.7", **forwarded).status_code == 404


def test_figures_cannot_be_written(client: FlaskClient) -> None:
    assert client.post("/metrics", base_url=BRIDGE).status_code == 404


def test_requests_are_measured_by_route_and_never_by_address(
    client: FlaskClient,
) -> None:
    client.get("/livez", base_url=BRIDGE)
    client.get("/logga-in/secret-of-somebody", base_url=BRIDGE)
    client.get("/no/such/SE2321000016-A001", base_url=BRIDGE)
    text = _from(client, "127.0.0.1").text
    counts = {
        labels[0][1]: value
        for (name, labels), value in _samples(text).items()
        if name == "idp_bridge_request_seconds_count"
    }
    assert counts == {"/livez": 1, "/logga-in/<login_id>": 1, "other": 1}
    assert "secret-of-somebody" not in text
    assert "SE2321000016" not in text


def test_outcomes_are_counted_by_code(client: FlaskClient) -> None:
    client.get("/saml/idp/sso", base_url=BRIDGE)
    client.get("/saml/idp/sso?SAMLRequest=nonsense", base_url=BRIDGE)
    samples = _samples(_from(client, "127.0.0.1").text)
    counted = {
        labels[0][1]: value
        for (name, labels), value in samples.items()
        if name == "idp_bridge_outcomes_total"
    }
    assert counted == {"login-lost": 1, "unreadable-message": 1}


def test_an_error_that_nobody_expected_is_counted_and_measured(config: Path) -> None:
    app = _app(config)

    @open_to_all
    def fail() -> str:
        raise ValueError(STRANGER)

    app.add_url_rule("/fail", view_func=fail)
    client = app.test_client()
    client.get("/fail", base_url=BRIDGE)
    text = _from(client, "127.0.0.1").text
    samples = _samples(text)
    assert samples["idp_bridge_outcomes_total", (("code", "unexpected"),)] == 1
    assert samples["idp_bridge_request_seconds_count", (("route", "/fail"),)] == 1
    assert STRANGER not in text
