"""What does a piece of work cost, in a process that does nothing else?

Modules called ``benchmarks.task_…`` are such processes: they import what they need, do
the work inside :func:`counted`, and print what it cost as their last line. Nothing but
the standard library is imported here, so that it weighs nothing.
"""

import json
import re
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Final

_PEAK: Final = re.compile(r"^VmHWM:\s+(\d+) kB$", re.MULTILINE)


@dataclass(kw_only=True)
class Cost:
    """What a piece of work cost."""

    seconds: float = 0
    """By the clock on the wall."""
    cpu_seconds: float = 0
    """Of the processor, in this process."""
    peak_mb: float = 0
    """Most memory that the process held at once in its whole life, MB of 10⁶ bytes."""
    details: dict[str, float] = field(default_factory=dict)


@contextmanager
def counted() -> Iterator[Cost]:
    """Count what the block costs, and print it when the block ends well."""
    cost = Cost()
    wall, cpu = time.perf_counter(), time.process_time()
    yield cost
    cost.seconds = time.perf_counter() - wall
    cost.cpu_seconds = time.process_time() - cpu
    cost.peak_mb = _peak_mb()
    print(json.dumps(asdict(cost)), flush=True)


def cost_of(
    task: str, *arguments: object, environ: Mapping[str, str], nice: int = 0
) -> Cost:
    """Run a task in a new process and read what it cost.

    Args:
        task: The module after ``benchmarks.task_``.
        arguments: Its arguments.
        environ: Its whole environment.
        nice: How far it gives way to others (nice(1)).

    Raises:
        RuntimeError: It failed; the text has what it printed.
    """
    program = ("nice", "-n", str(nice), sys.executable)
    command = [*program, "-m", f"benchmarks.task_{task}", *map(str, arguments)]
    done = subprocess.run(
        command, env=environ, check=False, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(f"{' '.join(command)}: {done.stdout}{done.stderr}")
    return Cost(**json.loads(done.stdout.splitlines()[-1]))


def _peak_mb() -> float:
    found = _PEAK.search(Path("/proc/self/status").read_text())
    if found is None:
        raise RuntimeError("the kernel does not tell the peak of memory (VmHWM)")
    return int(found[1]) * 1024 / 1e6
