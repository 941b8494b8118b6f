"""The real server: long request lines, clean log lines, clean stops, TLS."""

import http.client
import json
import signal
import ssl
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from idp_bridge.server import MAX_WORKERS, Serving, gunicorn_settings
from tests.support.installations import install
from tests.support.keys import rsa_key
from tests.support.ports import free_port
from tests.support.processes import Server, running, stop

HOST = {"Host": "bridge.example.se"}


def _status(port: int, path: str, *, context: ssl.SSLContext | None = None) -> int:
    connection = (
        http.client.HTTPSConnection("127.0.0.1", port, timeout=10, context=context)
        if context
        else http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    )
    with closing(connection):
        connection.request("GET", path, headers=HOST)
        return connection.getresponse().status


def _answers(port: int, context: ssl.SSLContext | None = None) -> bool:
    try:
        return _status(port, "/livez", context=context) == 200
    except OSError:
        return False


@contextmanager
def _serving(
    config: Path, *words: str, context: ssl.SSLContext | None = None
) -> Iterator[tuple[int, Path, Server]]:
    port = free_port()
    log = config.parent / "serve.log"
    command = [sys.executable, "-m", "idp_bridge", "--config", str(config), "serve"]
    server = Server(
        command=[*command, "--bind", f"127.0.0.1:{port}", "--workers", "2", *words],
        log=log,
        is_ready=lambda: _answers(port, context),
    )
    yield port, log, server


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


def test_a_request_line_is_long_enough_for_saml_and_has_a_bound(config: Path) -> None:
    with _serving(config) as (port, log, server), running(server):
        assert _status(port, "/livez?SAMLRequest=" + "A" * 20_000) == 200
        assert _status(port, "/livez?SAMLRequest=" + "A" * 40_000) == 414
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    requests = [line for line in lines if line["event"] == "request"]
    assert requests[-1]["path"] == "/livez"
    text = log.read_text()
    assert "SAMLRequest" not in text
    assert "ip=127.0.0.1" not in text


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_the_server_stops_cleanly(config: Path, how: signal.Signals) -> None:
    with _serving(config) as (port, log, server), running(server) as process:
        process.send_signal(how)
        assert process.wait(15) == 0
        assert not _answers(port)
        stop(process)
    assert "Traceback" not in log.read_text()


def test_the_server_speaks_tls_of_its_own(config: Path) -> None:
    pair = rsa_key("tls")
    certificate, key = config.parent / "tls.crt", config.parent / "tls.key"
    certificate.write_bytes(pair.certificate_pem)
    key.write_bytes(pair.private_pem)
    context = ssl.create_default_context(cafile=str(certificate))
    context.check_hostname = False
    words = ("--tls-certificate", str(certificate), "--tls-key", str(key))
    with (
        _serving(config, *words, context=context) as (port, _, server),
        running(server),
    ):
        assert _status(port, "/livez", context=context) == 200


def test_the_number_of_workers_is_bounded() -> None:
    assert gunicorn_settings(Serving(workers=3))["workers"] == 3
    assert 3 <= gunicorn_settings(Serving())["workers"] <= MAX_WORKERS


def test_nobody_may_tell_the_server_the_scheme() -> None:
    assert gunicorn_settings(Serving())["forwarded_allow_ips"] == ""
