"""Measure the floor and the bridge in one run, and print a table for the docs."""

import argparse
import os
import platform
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import floor, partners
from benchmarks.bridge import bridge
from benchmarks.logins import cpu_per_login
from tests.support.postgres import postgres_server
from tests.support.redis_server import redis_server

KEY_SIZES: Final = (2048, 3072)


def main() -> None:
    """Run everything that ``make bench`` measures."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="logins per slice")
    parser.add_argument("--slices", type=int, default=9)
    arguments = parser.parse_args()
    print(_machine())
    print("| RSA | bridge on | floor | bridge | ratio | ratio of the quickest |")
    print("| --- | --- | --- | --- | --- | --- |")
    for bits in KEY_SIZES:
        for name, place in (("SQLite", _embedded), ("PostgreSQL, Redis", _servers)):
            with place() as environ:
                slices = _slices(bits, environ, arguments.rounds, arguments.slices)
            print(_row(bits, name, slices), flush=True)
    for bits in KEY_SIZES:
        lowest = floor.measure(bits, rounds=200)
        print(f"\nThe floor with RSA-{bits}, in ms:")
        for name, value in lowest.parts.items():
            print(f"* {name}: {value:.2f}")


@dataclass(frozen=True)
class Slice:
    """The floor and the bridge, one right after the other."""

    floor: float
    bridge: float


def _row(bits: int, name: str, slices: list[Slice]) -> str:
    floors = [each.floor for each in slices]
    bridges = [each.bridge for each in slices]
    ratio = median(each.bridge / each.floor for each in slices)
    cells = (
        str(bits),
        name,
        f"{median(floors):.2f} ms",
        f"{median(bridges):.2f} ms",
        f"{ratio:.2f}",
        f"{min(bridges) / min(floors):.2f}",
    )
    return f"| {' | '.join(cells)} |"


def _slices(
    bits: int, environ: Mapping[str, str], rounds: int, count: int
) -> list[Slice]:
    """Measure in short turns, so that a disturbance meets both sides alike."""
    sp_key, idp_key, our_key = (partners.new_key(bits) for _ in range(3))
    keys = {"sp_key": sp_key, "idp_key": idp_key}
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        place = Path(folder) / "bridge"
        running = stack.enter_context(bridge(place, environ, **keys, our_key=our_key))
        cpu_per_login(running, **keys, rounds=100)
        return [
            Slice(
                floor=floor.measure(bits, rounds=100).total,
                bridge=cpu_per_login(running, **keys, rounds=rounds),
            )
            for _ in range(count)
        ]


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
