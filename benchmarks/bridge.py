"""A whole bridge under gunicorn, set up with its own commands, for measuring."""

import os
import re
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import mean
from typing import Final

import urllib3

from benchmarks import partners
from benchmarks.partners import Pem
from metadata.entities import PublicKey
from tests.support.ports import free_port
from tests.support.processes import Server, running

WORKERS: Final = 2
_ROOT: Final = Path(__file__).parents[1]
_CATALOGUE: Final = f"""
[[services]]
code = "landsting"
name = "E-tjanst"
entity_ids = ["{partners.SP}"]
  [[services.permissions]]
  code = "rapportera"
  name = "Rapportera"
  [[services.permissions]]
  code = "ansok"
  name = "Ansok"
[[organisations]]
number = "2321000016"
name = "Region Stockholm"
kind = "region"
[[agreements]]
organisation = "2321000016"
service = "landsting"
valid_from = 2025-01-01
[[users]]
organisation = "2321000016"
hsa_id = "{partners.HSA_ID}"
given_name = "Asa"
surname = "Oberg"
email = "asa@example.se"
permissions = ["landsting:rapportera", "landsting:ansok"]
"""
_PARTNERS: Final = f"""
[[upstream]]
entity_id = "{partners.IDP}"
method = "siths"
title = "SITHS"
levels = ["http://id.sambi.se/loa/loa3"]
"""


@dataclass(frozen=True, kw_only=True)
class Keys:
    """The keys of everybody who takes part in a login."""

    sp: Pem
    idp: Pem
    ours: Pem
    """Of the bridge, for signing and for decryption."""

    @classmethod
    def new(cls, bits: int) -> "Keys":
        """Make them."""
        sp, idp, ours = (partners.new_key(bits) for _ in range(3))
        return cls(sp=sp, idp=idp, ours=ours)


@dataclass(frozen=True, kw_only=True)
class Installation:
    """A bridge that is set up and not running."""

    folder: Path
    base_url: str
    environ: Mapping[str, str]
    """The whole environment of its processes."""
    keys: Keys

    @property
    def config(self) -> Path:
        """Its file of settings."""
        return self.folder / "bridge.toml"

    def run(self, *arguments: str) -> None:
        """Run one of its commands.

        Raises:
            RuntimeError: The command failed; the text has what it printed.
        """
        _run([*self._command, *arguments], self.environ, self.folder)

    def serve(self, workers: int, is_ready: Callable[[], bool]) -> Server:
        """Describe the process that serves it."""
        bind = self.base_url.removeprefix("http://")
        return Server(
            command=[
                *self._command,
                *("serve", "--bind", bind, "--workers", str(workers)),
            ],
            log=self.folder / "serve.log",
            is_ready=is_ready,
            env=self.environ,
            cwd=self.folder,
        )

    @property
    def _command(self) -> list[str]:
        return [sys.executable, "-m", "idp_bridge", "--config", str(self.config)]


@dataclass(frozen=True, kw_only=True)
class Bridge:
    """A running bridge."""

    base_url: str
    master_pid: int
    encryption_key: PublicKey

    @property
    def our_sp(self) -> str:
        """What its service provider calls itself."""
        return f"{self.base_url}/saml/sp"

    def cpu_seconds(self) -> float:
        """Read from the kernel how long the workers have computed so far."""
        ticks = sum(_ticks(pid) for pid in _workers(self.master_pid))
        return ticks / os.sysconf("SC_CLK_TCK")

    def worker_memory(self) -> "WorkerMemory":
        """Read from the kernel what a worker holds, the mean of all."""
        workers = [_memory(pid) for pid in _workers(self.master_pid)]
        return WorkerMemory(
            resident_mb=mean(one.resident_mb for one in workers),
            proportional_mb=mean(one.proportional_mb for one in workers),
        )


@dataclass(frozen=True, kw_only=True)
class WorkerMemory:
    """Memory of a worker in MB of 10⁶ bytes (proc(5), smaps_rollup)."""

    resident_mb: float
    """All of it, whether shared with other processes or not (RSS)."""
    proportional_mb: float
    """Shared pages divided by the number of processes that share them (PSS)."""


def install(folder: Path, environ: Mapping[str, str], keys: Keys) -> Installation:
    """Set a bridge up with its own commands, as an operator does for a first login.

    Args:
        folder: An empty folder.
        environ: Settings, such as the database, as environment variables.
        keys: The keys of everybody.
    """
    base_url = f"http://127.0.0.1:{free_port()}"
    env = {**os.environ, **environ, "IDP_BRIDGE_BASE_URL": base_url}
    env["IDP_BRIDGE_LOG_LEVEL"] = "WARNING"
    env["PYTHONPATH"] = str(_ROOT)
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    env["PYTHONPYCACHEPREFIX"] = str(folder / "bytecode")  # as pip leaves it
    made = Installation(folder=folder, base_url=base_url, environ=env, keys=keys)
    _run([sys.executable, "-m", "idp_bridge", "init", str(folder)], env)
    for purpose in ("signing", "encryption"):
        (folder / "keys" / f"{purpose}-current.key").write_bytes(keys.ours.private)
        (folder / "keys" / f"{purpose}-current.crt").write_bytes(keys.ours.certificate)
    with made.config.open("a") as config:
        config.write(_PARTNERS)
    files = {
        "sp.xml": partners.sp_metadata(keys.sp),
        "idp.xml": partners.idp_metadata(keys.idp),
        "catalogue.toml": _CATALOGUE,
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    made.run("db", "upgrade")
    made.run("metadata", "add", "sp", "sp.xml", "--role", "sp")
    made.run("metadata", "add", "idp", "idp.xml", "--role", "idp")
    made.run("catalogue", "load", "catalogue.toml")
    return made


@contextmanager
def serving(
    installation: Installation,
    *,
    workers: int = WORKERS,
    is_ready: Callable[[], bool] | None = None,
) -> Iterator[Bridge]:
    """Run a bridge that is set up.

    Args:
        installation: The bridge.
        workers: Number of processes that answer.
        is_ready: Says whether it answers; asks ``/readyz`` when not given.
    """
    base_url = installation.base_url
    server = installation.serve(workers, is_ready or (lambda: _answers(base_url)))
    with running(server) as process:
        yield Bridge(
            base_url=base_url,
            master_pid=process.pid,
            encryption_key=installation.keys.ours.public_key,
        )


def _run(
    command: list[str], env: Mapping[str, str], folder: Path | None = None
) -> None:
    done = subprocess.run(
        command, env=env, cwd=folder, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stderr}")


def _answers(base_url: str) -> bool:
    try:
        return urllib3.request("GET", f"{base_url}/readyz", retries=False).status == 200  # noqa: PLR2004
    except urllib3.exceptions.HTTPError:
        return False


def _workers(master_pid: int) -> list[int]:
    """List the processes that answer requests; another one refreshes metadata."""
    tasks = Path(f"/proc/{master_pid}/task/{master_pid}/children")
    children = [int(each) for each in tasks.read_text().split()]
    return [pid for pid in children if not _is_companion(pid)]


def _is_companion(pid: int) -> bool:
    return b"\0watch\0" in Path(f"/proc/{pid}/cmdline").read_bytes()


def _ticks(pid: int) -> int:
    """Read user and system time of a process (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _memory(pid: int) -> WorkerMemory:
    found = dict(
        re.findall(
            r"^(Rss|Pss):\s+(\d+) kB$",
            Path(f"/proc/{pid}/smaps_rollup").read_text(),
            re.MULTILINE,
        )
    )
    return WorkerMemory(
        resident_mb=int(found["Rss"]) * 1024 / 1e6,
        proportional_mb=int(found["Pss"]) * 1024 / 1e6,
    )
