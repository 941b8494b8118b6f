"""The demonstration as a process: how it begins, ends and begins again."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from idp_bridge.demo.places import ADDRESS, Places
from tests.support.demo import answers, children_of, demo, free_places, is_running
from tests.support.installations import install

WAIT_SECONDS = 40

pytestmark = pytest.mark.browser


def eventually(is_so: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + WAIT_SECONDS
    while not is_so():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.1)
    return True


def explain(config: Path, *words: str) -> str:
    command = [sys.executable, "-m", "idp_bridge", "--config", str(config), "explain"]
    return subprocess.run(
        [*command, *words], check=False, capture_output=True, text=True
    ).stdout


def test_it_says_what_to_click_and_leaves_nothing_running(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        said = running.output.read_text()
        children = children_of(running.pid)
        ports = running.places.ports
        assert all(map(answers, ports))
    for words in (f"{running.places.bridge}/", "Anna Åkerlund", "Logga in", "Ctrl-C"):
        assert words in said
    assert len(children) >= 4
    assert eventually(lambda: not any(map(is_running, children)))
    assert not any(map(answers, ports))


def test_the_children_die_with_a_parent_that_is_killed(tmp_path: Path) -> None:
    with demo(tmp_path) as running:
        children = children_of(running.pid)
        os.kill(running.pid, signal.SIGKILL)
        assert eventually(lambda: not any(map(is_running, children)))
        assert not any(map(answers, running.places.ports))


def test_a_second_start_keeps_what_was_there_and_follows_other_ports(
    tmp_path: Path,
) -> None:
    first, second = free_places(), free_places()
    with demo(tmp_path, first) as running:
        config = running.folder / "bridge.toml"
        key = (running.folder / "keys" / "signing-current.key").read_bytes()
        secret = (running.folder / "secret-key").read_bytes()
    config.write_text(config.read_text() + "\n# written by somebody\n")
    with demo(tmp_path, second):
        assert "written by somebody" in config.read_text()
        assert second.bridge in config.read_text()
        assert (running.folder / "keys" / "signing-current.key").read_bytes() == key
        assert (running.folder / "secret-key").read_bytes() == secret
        said = explain(config, "SE2120990011-B001", "statlig-ersattning")
    assert "forskola" in said


def test_a_taken_port_is_named(tmp_path: Path) -> None:
    places = free_places()
    with socket.create_server((ADDRESS, places.port + 2)):
        done = start(places, tmp_path)
    assert done.returncode == 1
    assert f"Port {places.port + 2} on" in done.stderr
    assert "PORT=" in done.stderr
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("port", [0, 65_533, 70_000])
def test_a_port_without_room_for_the_others_is_refused(
    port: int, tmp_path: Path
) -> None:
    done = start(Places(port), tmp_path)
    assert done.returncode == 1
    assert "room" in done.stderr


def test_a_real_installation_is_left_alone(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    config = install(data)
    before = config.read_text()
    done = start(free_places(), tmp_path)
    assert done.returncode == 1
    assert "is not of a demonstration" in done.stderr
    assert config.read_text() == before


def start(places: Places, folder: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "idp_bridge", "demo", "--port", str(places.port)]
    return subprocess.run(
        [*command, "--dir", str(folder / "data")],
        check=False,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_without_a_folder_nothing_is_left_behind_after_ctrl_c(tmp_path: Path) -> None:
    places = free_places()
    command = [sys.executable, "-m", "idp_bridge", "demo", "--port", str(places.port)]
    with subprocess.Popen(
        command,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert eventually(lambda: answers(places.port))
        assert len(list(tmp_path.glob("idp-bridge-demo-*"))) == 1
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=WAIT_SECONDS)
    assert process.returncode == 0
    assert "avslutad" in output
    assert list(tmp_path.glob("idp-bridge-demo-*")) == []
