"""The application answers its own host and its probes, and believes no stranger."""

import json
import logging
import os
import subprocess
import sys
from datetime import timedelta
from io import StringIO
from pathlib import Path

import pytest
from flask import Flask, request
from flask.testing import FlaskClient

from idp_bridge import database, logs
from idp_bridge.app import MAX_CONTENT_LENGTH, create_app
from idp_bridge.errors import ReplayedError, SetupError
from idp_bridge.services import services
from idp_bridge.web.access import open_to_all
from tests.support.clock import NOW
from tests.support.installations import install, settings_of

HOUR = timedelta(hours=1)
HOST = "https://bridge.example.se"


def app_of(config: Path, **environ: str) -> Flask:
    return create_app(settings_of(config, **environ), clock=lambda: NOW)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


@pytest.fixture
def client(config: Path) -> FlaskClient:
    return app_of(config).test_client()


def test_a_live_process_says_so(client: FlaskClient) -> None:
    response = client.get("/livez", base_url=HOST)
    assert (response.status_code, response.json) == (200, {"status": "ok"})


def test_readiness_names_what_is_missing(client: FlaskClient) -> None:
    response = client.get("/readyz", base_url=HOST)
    assert response.status_code == 503
    assert response.json is not None
    checks = response.json["checks"]
    assert checks["upstream"] == "no login method has valid metadata"
    assert (checks["database"], checks["state"]) == ("ok", "ok")


def test_readiness_sees_a_database_of_another_version(config: Path) -> None:
    app = app_of(config)
    with app.app_context():
        built = services()
    with built.engine.begin() as connection:
        connection.exec_driver_sql("UPDATE alembic_version SET version_num = '0000'")
    response = app.test_client().get("/readyz", base_url=HOST)
    assert response.json is not None
    assert (
        response.json["checks"]["database"] == "does not answer, or has another version"
    )


def test_readiness_sees_a_state_store_that_is_gone(config: Path) -> None:
    app = app_of(config, IDP_BRIDGE_STATE_URL="redis://127.0.0.1:1/0")
    response = app.test_client().get("/readyz", base_url=HOST)
    assert response.json is not None
    assert response.json["checks"]["state"] == "does not answer"


@pytest.mark.parametrize(
    "host", ["https://evil.example", "https://bridge.example.se.x"]
)
def test_another_host_is_refused(client: FlaskClient, host: str) -> None:
    assert client.get("/livez", base_url=host).status_code == 400


def test_a_large_body_is_refused(client: FlaskClient) -> None:
    body = {"SAMLResponse": "A" * MAX_CONTENT_LENGTH}
    response = client.post("/saml/sp/acs", data=body, base_url=HOST)
    assert response.status_code == 413


@pytest.mark.parametrize(("hops", "seen"), [("0", "127.0.0.1"), ("1", "203.0.113.9")])
def test_forwarded_addresses_count_for_exactly_the_configured_hops(
    config: Path, hops: str, seen: str
) -> None:
    app = app_of(config, IDP_BRIDGE_TRUSTED_PROXIES=hops)
    show_address = open_to_all(lambda: str(request.remote_addr))
    app.add_url_rule("/address", view_func=show_address)
    headers = {"X-Forwarded-For": "198.51.100.7, 203.0.113.9"}
    response = app.test_client().get("/address", base_url=HOST, headers=headers)
    assert response.text == seen


def test_a_forwarded_host_from_a_stranger_changes_nothing(client: FlaskClient) -> None:
    headers = {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http"}
    response = client.get("/livez", base_url=HOST, headers=headers)
    assert response.status_code == 200


def test_our_metadata_is_published(client: FlaskClient) -> None:
    for address in ("/saml/sp", "/saml/idp", "/saml/sp/metadata", "/saml/idp/metadata"):
        response = client.get(address, base_url=HOST)
        assert response.status_code == 200
        assert response.mimetype == "application/samlmetadata+xml"


def test_an_application_is_not_built_on_a_database_without_tables(
    tmp_path: Path,
) -> None:
    config = install(tmp_path)
    settings = settings_of(config)
    Path(settings.database_url.removeprefix("sqlite:///")).unlink()
    with pytest.raises(SetupError, match="db upgrade"):
        create_app(settings)


def test_two_workers_use_one_database(config: Path) -> None:
    first, second = app_of(config), app_of(config)
    with first.app_context():
        assert services().state.add_once("key", HOUR)
    with second.app_context():
        taken = services().state.add_once(
            "key", services().settings.saml.login_lifetime
        )
        assert not taken
        assert database.version_of(services().engine) == database.newest_version()


@pytest.mark.peers
def test_the_application_runs_on_postgresql_and_redis(
    config: Path, postgres_url: str, redis_url: str
) -> None:
    for state_url in ("", redis_url):
        environ = {
            "IDP_BRIDGE_DATABASE_URL": postgres_url,
            "IDP_BRIDGE_STATE_URL": state_url,
        }
        engine = database.open_engine(settings_of(config, **environ))
        database.upgrade(engine)
        engine.dispose()
        app = app_of(config, **environ)
        response = app.test_client().get("/readyz", base_url=HOST)
        with app.app_context():
            services().state.close()
            services().engine.dispose()
        assert response.json is not None
        checks = response.json["checks"]
        assert (checks["database"], checks["state"]) == ("ok", "ok")


def test_another_wsgi_server_finds_the_application(config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", "from idp_bridge.wsgi import app; print(app.name)"],
        env={**os.environ, "IDP_BRIDGE_CONFIG": str(config)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.stdout, done.stderr) == ("idp_bridge\n", "")


def test_a_refusal_is_one_json_line_without_empty_facts() -> None:
    stream = StringIO()
    logs.configure("INFO", stream)
    try:
        logs.begin_request("0123")
        logs.refusal(ReplayedError("used"), error_id="ABC", sp_entity_id="https://sp")
        logging.getLogger("somebody.else").warning("hello")
    finally:
        logging.getLogger().handlers.clear()
        logs.begin_request("none")
    first, second = map(json.loads, stream.getvalue().splitlines())
    assert first.pop("timestamp")
    assert first == {
        "event": "refused",
        "level": "warning",
        "logger": "idp_bridge.logs",
        "request_id": "0123",
        "code": "replayed",
        "error_id": "ABC",
        "fault": "partner",
        "reason": "used",
        "sp_entity_id": "https://sp",
    }
    assert second["event"] == "hello"
