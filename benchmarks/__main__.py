"""Measure the floor and the bridge in one run, and print a table for the docs."""

import argparse
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Final

from benchmarks import floor, partners
from benchmarks.bridge import bridge
from benchmarks.floor import Floor
from benchmarks.logins import Visitor, cpu_per_login
from tests.support.postgres import postgres_server
from tests.support.redis_server import redis_server

KEY_SIZES: Final = (2048, 3072)


def main() -> None:
    """Run everything that ``make bench`` measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=600, help="logins per figure")
    rounds: int = parser.parse_args().rounds
    print(_machine())
    print(
        "| RSA | floor | bridge, SQLite | ratio | bridge, PostgreSQL + Redis | ratio |"
    )
    print("| --- | --- | --- | --- | --- | --- |")
    details = []
    for bits in KEY_SIZES:
        lowest = floor.measure(bits, rounds=max(rounds // 2, 50))
        details.append((bits, lowest))
        print(_row(bits, lowest, rounds), flush=True)
    for bits, lowest in details:
        print(f"\nThe floor with RSA-{bits}, in ms:")
        for name, value in lowest.parts.items():
            print(f"* {name}: {value:.2f}")


def _row(bits: int, lowest: Floor, rounds: int) -> str:
    cells = [str(bits), f"{lowest.total:.2f} ms"]
    for place in (_embedded, _servers):
        with place() as environ:
            cost = _bridge_cost(bits, environ, rounds)
        cells += [f"{cost:.2f} ms", f"{cost / lowest.total:.2f}"]
    return f"| {' | '.join(cells)} |"


def _bridge_cost(bits: int, environ: Mapping[str, str], rounds: int) -> float:
    sp_key, idp_key, our_key = (partners.new_key(bits) for _ in range(3))
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        running = stack.enter_context(
            bridge(
                Path(folder) / "bridge",
                environ,
                sp_key=sp_key,
                idp_key=idp_key,
                our_key=our_key,
            )
        )
        visitor = Visitor(running, sp_key=sp_key, idp_key=idp_key)
        return cpu_per_login(visitor, running, rounds=rounds)


@contextmanager
def _embedded() -> Iterator[dict[str, str]]:
    yield {}


@contextmanager
def _servers() -> Iterator[dict[str, str]]:
    with ExitStack() as stack:
        postgres = stack.enter_context(postgres_server())
        state_url = stack.enter_context(redis_server())
        url = stack.enter_context(postgres.fresh_database())
        yield {"IDP_BRIDGE_DATABASE_URL": url, "IDP_BRIDGE_STATE_URL": state_url}


def _machine() -> str:
    commit = subprocess.run(
        ["git", "describe", "--always", "--dirty"],
        check=False,
        capture_output=True,
        text=True,
    ).stdout.strip()
    return (
        f"commit {commit}, {os.cpu_count()} cores, {platform.machine()}, "
        f"Python {platform.python_version()}\n"
    )


if __name__ == "__main__":
    main()
