"""A process beside the workers is started late, again when it dies, and ended."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from idp_bridge.companion import FIRST_DELAY, LONG_LIFE, LONGEST_DELAY, Companion
from tests.support.patience import wait_until

SLEEP = (sys.executable, "-c", "import time; time.sleep(600)")
STUBBORN = """
import signal, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
open(sys.argv[1], "w").close()
time.sleep(600)
"""


class Seconds:
    """Seconds that go on when a test says so."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def companion(seconds: Seconds) -> Iterator[Companion]:
    companion = Companion(SLEEP, monotonic=seconds)
    yield companion
    companion.end()


def _started(companion: Companion, seconds: Seconds, after: float) -> int:
    seconds.now += after
    companion.tend()
    assert companion.pid is not None
    return companion.pid


def _die(companion: Companion) -> None:
    assert companion.pid is not None
    os.kill(companion.pid, signal.SIGKILL)
    wait_until(lambda: _noticed(companion))


def _noticed(companion: Companion) -> bool:
    companion.tend()
    return companion.pid is None


def _is_alive(pid: int) -> bool:
    return Path(f"/proc/{pid}").exists()


def test_it_is_started_after_the_workers(
    companion: Companion, seconds: Seconds
) -> None:
    companion.tend()
    assert companion.pid is None
    assert _is_alive(_started(companion, seconds, FIRST_DELAY))


def test_it_is_started_once(companion: Companion, seconds: Seconds) -> None:
    first = _started(companion, seconds, FIRST_DELAY)
    assert _started(companion, seconds, FIRST_DELAY) == first


def test_it_is_started_again_later_and_later(
    companion: Companion, seconds: Seconds
) -> None:
    _started(companion, seconds, FIRST_DELAY)
    for delay in (2, 4, 8):
        _die(companion)
        seconds.now += delay - 0.01
        companion.tend()
        assert companion.pid is None
        _started(companion, seconds, 0.01)
    for _ in range(8):
        _die(companion)
        _started(companion, seconds, LONGEST_DELAY)


def test_after_a_long_life_it_is_started_again_soon(
    companion: Companion, seconds: Seconds
) -> None:
    _started(companion, seconds, FIRST_DELAY)
    _die(companion)
    _started(companion, seconds, 2)
    seconds.now += LONG_LIFE
    _die(companion)
    _started(companion, seconds, 2)


def test_it_ends_with_us(companion: Companion, seconds: Seconds) -> None:
    pid = _started(companion, seconds, FIRST_DELAY)
    companion.end()
    assert not _is_alive(pid)
    seconds.now += LONGEST_DELAY
    companion.tend()
    assert companion.pid is None


def test_it_ends_even_if_it_does_not_want_to(tmp_path: Path, seconds: Seconds) -> None:
    ready = tmp_path / "ready"
    command = (sys.executable, "-c", STUBBORN, str(ready))
    companion = Companion(command, monotonic=seconds, patience=0.2)
    pid = _started(companion, seconds, FIRST_DELAY)
    wait_until(ready.exists)
    companion.end()
    assert not _is_alive(pid)


def test_a_child_that_somebody_else_reaped_is_dead_too(
    companion: Companion, seconds: Seconds
) -> None:
    pid = _started(companion, seconds, FIRST_DELAY)
    os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)  # as gunicorn does with every child
    companion.tend()
    assert companion.pid is None
    companion.end()
