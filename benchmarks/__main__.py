"""Measure logins (no subcommand), metadata or administration; print tables for docs."""

import argparse
import os
import platform
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Final

from benchmarks import floor, metadata_part
from benchmarks.administration import part as administration_part
from benchmarks.bridge import WORKERS, Keys, install, serving
from benchmarks.logins import cpu_per_login
from benchmarks.places import PLACES

KEY_SIZES: Final = (2048, 3072)
_PARTS: Final = {
    "administration": administration_part.main,
    "metadata": metadata_part.main,
}


def main() -> None:
    """Do what the first argument says; measure logins when it names nothing else."""
    part = _PARTS.get(sys.argv[1]) if len(sys.argv) > 1 else None
    if part is None:
        _measure_logins()
    else:
        print(_machine())
        part(sys.argv[2:])


def _measure_logins() -> None:
    """Measure the floor and the bridge in one run."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--rounds", type=int, default=200, help="logins per slice")
    parser.add_argument("--slices", type=int, default=9)
    arguments = parser.parse_args()
    print(_machine())
    print("| RSA | bridge on | floor | bridge | ratio | ratio of the quickest |")
    print("| --- | --- | --- | --- | --- | --- |")
    for bits in KEY_SIZES:
        for name, place in PLACES.items():
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
    keys = Keys.new(bits)
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        alone = {**environ, "IDP_BRIDGE_METADATA__REFRESH_IN_BACKGROUND": "false"}
        installation = install(Path(folder) / "bridge", alone, keys)
        bridge = stack.enter_context(serving(installation))
        cpu_per_login(bridge, keys, rounds=100)
        floors = stack.enter_context(floor.Neighbours(WORKERS))
        return [
            Slice(
                floor=floors.measure(bits, rounds=200).total,
                bridge=cpu_per_login(bridge, keys, rounds=rounds),
            )
            for _ in range(count)
        ]


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
