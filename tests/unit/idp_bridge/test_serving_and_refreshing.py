"""The real server with two workers: new metadata is seen without a restart."""

import http.client
import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from idp_bridge.watching import NICE
from metadata.clock import utc_now
from tests.support.installations import install
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp
from tests.support.patience import wait_until
from tests.support.ports import free_port
from tests.support.processes import Server, running

HOST = {"Host": "bridge.example.se"}
OLD = "https://old.example.se/saml"
NEW = "https://new.example.se/saml"
SIGNER = rsa_key("federation")
PROGRAM = (sys.executable, "-m", "idp_bridge")
TIMES = 12
"""How often something is asked, so that both workers are."""


def document(*entity_ids: str) -> bytes:
    services = (sp(entity_id) for entity_id in entity_ids)
    end = utc_now() + timedelta(days=7)
    return signed(group(idp(), *services, valid_until=end), SIGNER)


@dataclass(frozen=True)
class Running:
    """A bridge that serves."""

    port: int
    process: "subprocess.Popen[bytes]"
    folder: Path
    feed: Path

    def get(self, path: str) -> tuple[int, str]:
        link = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        with closing(link):
            link.request("GET", path, headers=HOST)
            response = link.getresponse()
            return response.status, response.read().decode()

    def all_know(self, entity_id: str) -> bool:
        path = f"/mdq/entities/{quote(entity_id, safe='')}"
        return {self.get(path)[0] for _ in range(TIMES)} == {200}

    def publish(self, body: bytes) -> None:
        """Put a new version into the place of the file, as a publisher does."""
        new = self.feed.with_suffix(".new")
        new.write_bytes(body)
        new.replace(self.feed)

    def log(self, event: str) -> list[dict[str, Any]]:
        lines = (self.folder / "serve.log").read_text().splitlines()
        return [line for line in map(json.loads, lines) if line["event"] == event]

    def source(self) -> dict[str, object]:
        found: dict[str, object] = json.loads(self.get("/readyz")[1])["sources"]["feed"]
        return found

    def watcher(self) -> int | None:
        """Find the process that looks after metadata."""
        for folder in Path("/proc").glob("[0-9]*"):
            with suppress(OSError, IndexError):
                parent = (folder / "stat").read_text().rpartition(")")[2].split()[1]
                words = (folder / "cmdline").read_bytes().split(b"\0")
                if int(parent) == self.process.pid and b"watch" in words:
                    return int(folder.name)
        return None


@contextmanager
def serving(folder: Path, more: str = "") -> Iterator[Running]:
    settings = f"[metadata]\nmdq_server = true\n{more}\n"
    config = install(folder, more=settings)
    feed, certificate = folder / "feed.xml", folder / "signer.pem"
    feed.write_bytes(document(OLD))
    certificate.write_bytes(SIGNER.certificate_pem)
    add = ["metadata", "add", "feed", feed, "--certificate", certificate]
    subprocess.run([*PROGRAM, "--config", str(config), *map(str, add)], check=True)
    port = free_port()
    bind = ["--bind", f"127.0.0.1:{port}", "--workers", "2"]
    server = Server(
        command=[*PROGRAM, "--config", str(config), "serve", *bind],
        log=folder / "serve.log",
        is_ready=lambda: _answers(port),
    )
    with running(server) as process:
        yield Running(port, process, folder, feed)


def _answers(port: int) -> bool:
    link = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    with closing(link), suppress(OSError):
        link.request("GET", "/livez", headers=HOST)
        return link.getresponse().status == 200
    return False


def test_a_file_that_changes_is_known_to_both_workers_without_a_restart(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as bridge:
        assert bridge.all_know(OLD)
        assert bridge.get(f"/mdq/entities/{quote(NEW, safe='')}")[0] == 404
        bridge.publish(document(OLD, NEW))
        wait_until(lambda: bridge.all_know(NEW))
        assert bridge.all_know(OLD)
        (taken,) = bridge.log("metadata-taken")
        assert (taken["source"], taken["added"]) == ("feed", 1)

        bridge.publish(b"<html>Closed for maintenance.</html>")
        wait_until(lambda: bridge.source()["state"] == "stale but valid")
        assert bridge.all_know(NEW)
        (kept,) = bridge.log("metadata-kept")
        assert kept["code"] == bridge.source()["problem"] == "source-refused"

        bridge.publish(document(NEW, OLD))
        wait_until(lambda: bridge.source()["state"] == "ok")


def test_the_refresher_gives_way_comes_back_and_ends_with_the_server(
    tmp_path: Path,
) -> None:
    with serving(tmp_path) as bridge:
        wait_until(lambda: bridge.watcher() is not None)
        first = bridge.watcher()
        assert first is not None
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, first) == NICE)
        os.kill(first, signal.SIGKILL)
        wait_until(lambda: bridge.watcher() not in (None, first))
        second = bridge.watcher()
        assert bridge.all_know(OLD)
        bridge.process.terminate()
        assert bridge.process.wait(30) == 0
        assert not Path(f"/proc/{second}").exists()
    assert len(bridge.log("companion-died")) == 1
    assert "Traceback" not in (tmp_path / "serve.log").read_text()


def test_the_refresher_ends_when_the_server_is_killed(tmp_path: Path) -> None:
    with serving(tmp_path) as bridge:
        wait_until(lambda: bridge.watcher() is not None)
        watcher = bridge.watcher()
        bridge.process.kill()
        bridge.process.wait()
        wait_until(lambda: not _is_running(watcher))


def _is_running(pid: int | None) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def test_without_a_refresher_a_timer_does_the_same(tmp_path: Path) -> None:
    with serving(tmp_path, "refresh_in_background = false") as bridge:
        bridge.publish(document(OLD, NEW))
        command = [*PROGRAM, "--config", str(tmp_path / "bridge.toml"), "metadata"]
        done = subprocess.run(
            [*command, "refresh"], check=True, capture_output=True, text=True
        )
        assert done.stdout.startswith("feed: taken: 1 added")
        wait_until(lambda: bridge.all_know(NEW))
        assert bridge.watcher() is None


def test_each_worker_answers_with_the_figures_of_both(tmp_path: Path) -> None:
    with serving(tmp_path, "refresh_in_background = false") as bridge:
        before = _requests(bridge)
        for _ in range(TIMES):
            assert bridge.get("/saml/sp")[0] == 200
        counted = {_requests(bridge) for _ in range(TIMES)}
        assert (before, counted) == (0, {TIMES})
        sources = bridge.get("/metrics")[1]
        assert 'idp_bridge_metadata_source_entities{source="feed"} 2.0' in sources


def _requests(bridge: Running) -> float:
    mark = 'idp_bridge_request_seconds_count{route="/saml/sp"} '
    lines = bridge.get("/metrics")[1].splitlines()
    return sum(
        float(line.removeprefix(mark)) for line in lines if line.startswith(mark)
    )


@pytest.mark.parametrize("how", [signal.SIGTERM, signal.SIGINT])
def test_watch_ends_cleanly(tmp_path: Path, how: signal.Signals) -> None:
    config = install(tmp_path)
    command = [*PROGRAM, "--config", str(config), "metadata", "watch"]
    with subprocess.Popen(command, stderr=subprocess.PIPE) as process:
        wait_until(lambda: os.getpriority(os.PRIO_PROCESS, process.pid) == NICE)
        process.send_signal(how)
        _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (0, b"")
