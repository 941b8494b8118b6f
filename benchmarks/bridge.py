"""A whole bridge under gunicorn, set up with its own commands, for measuring."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import urllib3

from benchmarks import partners
from benchmarks.partners import Pem
from metadata.entities import PublicKey
from tests.support.ports import free_port
from tests.support.processes import Server, running

WORKERS: Final = 2
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
        ticks = sum(_ticks(pid) for pid in _children(self.master_pid))
        return ticks / os.sysconf("SC_CLK_TCK")


@contextmanager
def bridge(
    folder: Path, environ: Mapping[str, str], *, sp_key: Pem, idp_key: Pem, our_key: Pem
) -> Iterator[Bridge]:
    """Set a bridge up with its own commands and run it.

    Args:
        folder: An empty folder.
        environ: Settings, such as the database, as environment variables.
        sp_key: Key of the e-tjänst.
        idp_key: Key of the identity provider.
        our_key: Key of the bridge, for signing and for decryption.
    """
    base_url = f"http://127.0.0.1:{free_port()}"
    env = {**os.environ, **environ, "IDP_BRIDGE_BASE_URL": base_url}
    env["IDP_BRIDGE_LOG_LEVEL"] = "WARNING"
    _prepare(folder, env, sp_key=sp_key, idp_key=idp_key, our_key=our_key)
    server = Server(
        command=[
            *_command(folder),
            "serve",
            "--bind",
            base_url.removeprefix("http://"),
            "--workers",
            str(WORKERS),
        ],
        log=folder / "serve.log",
        is_ready=lambda: _answers(base_url),
        env=env,
        cwd=folder,
    )
    with running(server) as process:
        yield Bridge(
            base_url=base_url,
            master_pid=process.pid,
            encryption_key=our_key.public_key,
        )


def _command(folder: Path) -> list[str]:
    config = ["--config", str(folder / "bridge.toml")]
    return [sys.executable, "-m", "idp_bridge", *config]


def _prepare(
    folder: Path, env: Mapping[str, str], *, sp_key: Pem, idp_key: Pem, our_key: Pem
) -> None:
    """Do what an operator does for a first login."""
    _run([sys.executable, "-m", "idp_bridge", "init", str(folder)], env)
    for purpose in ("signing", "encryption"):
        (folder / "keys" / f"{purpose}-current.key").write_bytes(our_key.private)
        (folder / "keys" / f"{purpose}-current.crt").write_bytes(our_key.certificate)
    with (folder / "bridge.toml").open("a") as config:
        config.write(_PARTNERS)
    files = {
        "sp.xml": partners.sp_metadata(sp_key),
        "idp.xml": partners.idp_metadata(idp_key),
        "catalogue.toml": _CATALOGUE,
    }
    for name, content in files.items():
        (folder / name).write_text(content)
    for arguments in (
        ["db", "upgrade"],
        ["metadata", "add", "sp", "sp.xml", "--role", "sp"],
        ["metadata", "add", "idp", "idp.xml", "--role", "idp"],
        ["catalogue", "load", "catalogue.toml"],
    ):
        _run([*_command(folder), *arguments], env, folder)


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


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task/{pid}/children")
    children = [int(each) for each in tasks.read_text().split()]
    return children + [below for child in children for below in _children(child)]


def _ticks(pid: int) -> int:
    """Read user and system time of a process (proc(5), stat, fields 14 and 15)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])
