"""Two hundred queries arrive at once: each is answered rightly, and memory stays."""

import resource
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier

from tests.support.asked_bridge import make_asked_bridge, told_over_http
from tests.support.clock import FrozenClock
from tests.support.permission_world import ALICE, CHARLIE, REGION
from tests.support.saml.envelopes import enveloped
from tests.support.saml.queries import PERMISSIONS, about, asked, signed_query

MANY = 200
AT_ONCE = 20
MEGABYTES = 80
"""Much less than a copy of everything for each query would need."""
MAY = (f"{REGION}:landsting:rapportera",)
EXPECTED = {
    ALICE: ("Success", {PERMISSIONS: MAY}),
    CHARLIE: ("Success", {}),
    "SE2321000016-ZZZZ": ("Responder", {}),
    "forged": ("Requester", {}),
}


def used() -> int:
    """Say how many megabytes this process has used at most."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


def query(number: int, whom: str) -> bytes:
    if whom == "forged":
        xml = signed_query(asked(PERMISSIONS), id=f"_query-{number}")
        return enveloped(xml.replace(ALICE, CHARLIE))
    xml = signed_query(asked(PERMISSIONS), subject=about(whom), id=f"_query-{number}")
    return enveloped(xml)


def test_two_hundred_queries_at_once(tmp_path: Path, clock: FrozenClock) -> None:
    bridge = make_asked_bridge(tmp_path, clock)
    people = [list(EXPECTED)[number % 4] for number in range(MANY)]
    bodies = [query(number, whom) for number, whom in enumerate(people)]
    bridge.post(query(MANY, ALICE))
    before = used()
    together = Barrier(AT_ONCE)

    def ask(body: bytes) -> tuple[str, dict[str, tuple[str, ...]], str | None]:
        if not together.broken:
            together.wait()
        response = bridge.post(body)
        assert response.status_code == 200
        told = told_over_http(response)
        return told.statuses[0], told.attributes, told.root.get("InResponseTo")

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(ask, bodies))
    for number, (whom, answer) in enumerate(zip(people, answers, strict=True)):
        status, attributes, in_response_to = answer
        assert (status, attributes) == EXPECTED[whom]
        assert in_response_to == f"_query-{number}"
    assert used() - before < MEGABYTES
    assert Counter(status for status, *_ in answers)["Success"] == MANY // 2


def test_a_query_that_arrives_many_times_at_once_counts_once(
    tmp_path: Path, clock: FrozenClock
) -> None:
    bridge = make_asked_bridge(tmp_path, clock)
    body = query(0, ALICE)
    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = [
            told_over_http(response).statuses[0]
            for response in pool.map(bridge.post, [body] * AT_ONCE)
        ]
    assert Counter(answers) == {"Success": 1, "Requester": AT_ONCE - 1}
