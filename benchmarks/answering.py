"""What does a federation cost those who log in, beside one of ten entities?"""

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from itertools import count
from statistics import median, quantiles
from threading import Event, Thread
from typing import Final

import urllib3

from benchmarks import partners
from benchmarks.bridge import Bridge, Installation, serving
from benchmarks.feed import Member
from benchmarks.logins import answer_times, cpu_per_login
from benchmarks.table import Row
from idp_bridge.watching import NICE

START_LIMIT_SECONDS: Final = 1.5
MEMORY_LIMIT_MB: Final = 5
CPU_LIMIT: Final = 1.05
P99_LIMIT: Final = 2
_WARM_UP: Final = 40
_START_SECONDS: Final = 30
_SEE_OTHER: Final = 303


def start_row(few: Member, many: Member, *, repeats: int) -> Row:
    """Measure the time from starting the program to its first answer to a login.

    It is started once before that, so that every module is compiled, as pip does when
    it installs.
    """
    _seconds_to_start(few.installation)
    _seconds_to_start(many.installation)
    small, large = (
        median(_seconds_to_start(one.installation) for _ in range(repeats))
        for one in (few, many)
    )
    return Row(
        what="start to first answered request",
        measured=f"{large:.2f} s",
        beside=f"{few.entities} entities {small:.2f} s",
        compared=large,
        unit="s",
        limit=START_LIMIT_SECONDS,
    )


def _seconds_to_start(installation: Installation) -> float:
    url = partners.signed_request_url(
        f"{installation.base_url}/saml/idp/sso", installation.keys.sp
    )
    begin = time.perf_counter()
    with serving(installation, is_ready=lambda: _is_answered(url)):
        return time.perf_counter() - begin


def _is_answered(url: str) -> bool:
    """Ask until somebody listens, then wait for the answer."""
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        try:
            answer = urllib3.request("GET", url, retries=False, redirect=False)
        except urllib3.exceptions.HTTPError:
            time.sleep(0.002)
        else:
            return answer.status == _SEE_OTHER
    return False


def running_rows(
    few: Member, many: Member, *, slices: int, logins: int, rate: float
) -> Iterator[Row]:
    """Measure memory, processor time and patience while people log in.

    Args:
        few: A bridge in a small federation.
        many: A bridge in a large one.
        slices: How often processor time is measured, in turns.
        logins: How many logins there are in each comparison.
        rate: How many people log in each second, where answers are timed.
    """
    with ExitStack() as stack:
        small, large = (
            stack.enter_context(serving(one.installation)) for one in (few, many)
        )
        yield _cpu_row(few, many, (small, large), slices=slices, logins=logins)
        yield from _memory_rows(few, small, large)
    with serving(many.installation) as bridge:
        yield _patience_row(many, bridge, logins=logins, rate=rate)


def _cpu_row(
    few: Member, many: Member, bridges: tuple[Bridge, Bridge], **how: int
) -> Row:
    sides = tuple(zip(bridges, (few, many), strict=True))
    rounds = max(how["logins"] // how["slices"], 1)
    for bridge, side in sides:
        cpu_per_login(bridge, side.installation.keys, rounds=_WARM_UP)
    costs = [
        [
            cpu_per_login(bridge, side.installation.keys, rounds=rounds)
            for bridge, side in sides
        ]
        for _ in range(how["slices"])
    ]
    small, large = (median(side) for side in zip(*costs, strict=True))
    return Row(
        what="CPU per login",
        measured=f"{large:.2f} ms",
        beside=f"{few.entities} entities {small:.2f} ms",
        compared=median(large / small for small, large in costs),
        limit=CPU_LIMIT,
    )


def _memory_rows(few: Member, small: Bridge, large: Bridge) -> Iterator[Row]:
    before, after = small.worker_memory(), large.worker_memory()
    for name, low, high in (
        ("RSS", before.resident_mb, after.resident_mb),
        ("PSS", before.proportional_mb, after.proportional_mb),
    ):
        yield Row(
            what=f"memory of a worker ({name})",
            measured=f"{high:.1f} MB",
            beside=f"{few.entities} entities {low:.1f} MB",
            compared=high - low,
            unit="MB more",
            limit=MEMORY_LIMIT_MB,
        )


def _patience_row(many: Member, bridge: Bridge, *, logins: int, rate: float) -> Row:
    keys = many.installation.keys
    normal = answer_times(bridge, keys, logins=logins, rate=rate)
    with _refreshing(many) as refreshes:
        during = answer_times(bridge, keys, logins=logins, rate=rate)
    done = next(refreshes)
    before, after = _p99_ms(normal), _p99_ms(during)
    return Row(
        what=f"p99 of logins during {done} refreshes of 1 %",
        measured=f"{after:.0f} ms (median {median(during) * 1000:.0f} ms)",
        beside=f"without {before:.0f} ms (median {median(normal) * 1000:.0f} ms)",
        compared=after / before,
        limit=P99_LIMIT,
    )


def _p99_ms(seconds: list[float]) -> float:
    return quantiles(seconds, n=100)[-1] * 1000


@contextmanager
def _refreshing(member: Member) -> Iterator["count[int]"]:
    """Let the federation change and be refreshed, over and over.

    It gives way to logins, as beside the server and in the examples of ``deploy/``.

    Yields:
        A counter whose next number is that of the refreshes that are done.
    """
    done, stopped = count(), Event()
    for revision in (1, 2):
        member.feed.document(member.entities, revision=revision)

    def refresh() -> None:
        while not stopped.is_set():
            member.receive(revision=next(done) % 2 + 1)
            member.refresh(nice=NICE)

    thread = Thread(target=refresh)
    thread.start()
    try:
        yield done
    finally:
        stopped.set()
        thread.join()
