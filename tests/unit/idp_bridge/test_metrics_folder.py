"""Figures begin at zero with every server, and leave nothing behind."""

import os
import signal
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

from idp_bridge.metrics_folder import metrics_folder

HOLD = """
import sys
from pathlib import Path
from idp_bridge.metrics_folder import metrics_folder
with metrics_folder(Path(sys.argv[1])) as folder:
    print(folder, flush=True)
    sys.stdin.read()
"""


def _holder(parent: Path) -> tuple["subprocess.Popen[str]", Path]:
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, str(parent)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    return process, Path(process.stdout.readline().strip())


def test_the_folder_is_private_and_gone_at_the_end(tmp_path: Path) -> None:
    with metrics_folder(tmp_path) as folder:
        assert folder.stat().st_mode & 0o777 == 0o700
    assert list(tmp_path.iterdir()) == []


def test_a_worker_that_ends_takes_nothing_away(tmp_path: Path) -> None:
    parent = os.getpid()
    with suppress(SystemExit), metrics_folder(tmp_path) as folder:
        if (worker := os.fork()) == 0:
            sys.exit()  # leaves through the blocks of its parent, as gunicorn's do
        os.waitpid(worker, 0)
        assert folder.is_dir()
    if os.getpid() != parent:
        os._exit(0)
    assert list(tmp_path.iterdir()) == []


def test_the_folder_of_a_killed_server_is_removed_by_the_next_one(
    tmp_path: Path,
) -> None:
    process, abandoned = _holder(tmp_path)
    with process:
        process.send_signal(signal.SIGKILL)
        process.wait(10)
    assert abandoned.is_dir()
    with metrics_folder(tmp_path) as folder:
        assert list(tmp_path.iterdir()) == [folder]


def test_the_folder_of_a_living_server_stays(tmp_path: Path) -> None:
    process, living = _holder(tmp_path)
    with process, metrics_folder(tmp_path):
        assert living.is_dir()
        process.kill()
