"""Whole logins through a running bridge, and what they cost its workers."""

import multiprocessing
import random
import re
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from typing import Final
from urllib.parse import parse_qs, quote_plus, urlsplit

import urllib3

from benchmarks import partners
from benchmarks.bridge import Bridge, Keys
from idp_bridge.saml import bindings

_FORM_FIELD: Final = re.compile(rb'name="SAMLResponse"\s+value="([^"]+)"')
_WARM_UP: Final = 5
VISITORS: Final = 4
"""How many people log in at the same time."""
_OK: Final = 200
_SEE_OTHER: Final = 303


class Visitor:
    """Somebody who logs in over and over, with both partners in their pocket."""

    def __init__(self, bridge: Bridge, keys: Keys) -> None:
        self._bridge = bridge
        self._keys = keys
        self._http = urllib3.PoolManager(retries=False)

    def log_in(self) -> float:
        """Log in once.

        Returns:
            How many seconds the bridge took for both of its answers.

        Raises:
            RuntimeError: The bridge answered with something else than a login.
        """
        address = f"{self._bridge.base_url}/saml/idp/sso"
        url = partners.signed_request_url(address, self._keys.sp)
        first = time.perf_counter()
        begin = self._http.request("GET", url, redirect=False)
        seconds = time.perf_counter() - first
        if begin.status != _SEE_OTHER:
            raise RuntimeError(f"status {begin.status}: {begin.data[:2000]!r}")
        cookie = begin.headers["Set-Cookie"].partition(";")[0]
        fields = {"SAMLResponse": self._answer(begin.headers["Location"])}
        second = time.perf_counter()
        end = self._http.request_encode_body(
            "POST",
            f"{self._bridge.base_url}/saml/sp/acs",
            fields=fields,
            encode_multipart=False,
            headers={"Cookie": cookie},
        )
        seconds += time.perf_counter() - second
        if end.status != _OK or not _FORM_FIELD.search(end.data):
            raise RuntimeError(f"status {end.status}: {end.data[:2000]!r}")
        return seconds

    def _answer(self, location: str) -> str:
        query = parse_qs(urlsplit(location).query)["SAMLRequest"][0]
        raw = f"SAMLRequest={quote_plus(query)}".encode()
        xml = bindings.decode_redirect(raw).xml.decode()
        request_id = re.search(r'ID="(_[0-9a-f]+)"', xml)
        if request_id is None:
            raise RuntimeError(xml)
        return partners.response_field(
            request_id=request_id[1],
            our_sp=self._bridge.our_sp,
            acs_url=f"{self._bridge.base_url}/saml/sp/acs",
            key=self._keys.idp,
            our_key=self._bridge.encryption_key,
        )


def cpu_per_login(bridge: Bridge, keys: Keys, *, rounds: int) -> float:
    """Measure milliseconds of the workers' processor time for one login.

    Several people at once keep the workers busy, as they are when the cost matters.
    """
    begin = bridge.cpu_seconds()
    each = max(rounds // VISITORS, 1)
    _visit(_log_in_often, bridge, keys, each)
    return (bridge.cpu_seconds() - begin) / (each * VISITORS) * 1000


def answer_times(
    bridge: Bridge, keys: Keys, *, logins: int, rate: float
) -> list[float]:
    """Measure the seconds that people wait for the bridge in each login.

    They come at a steady pace. Who comes late because the login before took too long
    has waited for the bridge, too.

    Args:
        bridge: The bridge.
        keys: The keys of everybody.
        logins: How many logins there are.
        rate: How many there are in a second.
    """
    each = max(logins // VISITORS, 1)
    return _visit(_log_in_steadily, bridge, keys, each, VISITORS / rate)


def _visit(work: Callable[..., list[float]], *arguments: object) -> list[float]:
    """Let everybody visit at the same time."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(VISITORS, mp_context=context) as pool:
        futures = [pool.submit(work, *arguments) for _ in range(VISITORS)]
        return [seconds for future in futures for seconds in future.result()]


def _log_in_often(bridge: Bridge, keys: Keys, times: int) -> list[float]:
    visitor = Visitor(bridge, keys)
    return [visitor.log_in() for _ in range(times)]


def _log_in_steadily(
    bridge: Bridge, keys: Keys, times: int, pause: float
) -> list[float]:
    visitor = Visitor(bridge, keys)
    for _ in range(_WARM_UP):
        visitor.log_in()
    begin = time.perf_counter() + random.uniform(0, pause)  # noqa: S311  # no secret
    seconds = []
    for number in range(times):
        due = begin + number * pause
        time.sleep(max(due - time.perf_counter(), 0))
        late = time.perf_counter() - due
        seconds.append(late + visitor.log_in())
    return seconds
