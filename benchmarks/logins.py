"""Whole logins through a running bridge, and what they cost its workers."""

import multiprocessing
import re
from concurrent.futures import ProcessPoolExecutor
from typing import Final
from urllib.parse import parse_qs, quote_plus, urlsplit

import urllib3

from benchmarks import partners
from benchmarks.bridge import Bridge
from benchmarks.partners import Pem
from idp_bridge.saml import bindings

_FORM_FIELD: Final = re.compile(rb'name="SAMLResponse"\s+value="([^"]+)"')
VISITORS: Final = 4
"""How many people log in at the same time."""
_OK: Final = 200
_SEE_OTHER: Final = 303


class Visitor:
    """Somebody who logs in over and over, with both partners in their pocket."""

    def __init__(self, bridge: Bridge, *, sp_key: Pem, idp_key: Pem) -> None:
        self._bridge = bridge
        self._sp_key, self._idp_key = sp_key, idp_key
        self._http = urllib3.PoolManager(retries=False)

    def log_in(self) -> bytes:
        """Log in once.

        Returns:
            The Response to the e-tjänst, base64.

        Raises:
            RuntimeError: The bridge answered with something else than a login.
        """
        begin = self._http.request(
            "GET",
            partners.signed_request_url(
                f"{self._bridge.base_url}/saml/idp/sso", self._sp_key
            ),
            redirect=False,
        )
        if begin.status != _SEE_OTHER:
            raise RuntimeError(f"status {begin.status}: {begin.data[:2000]!r}")
        cookie = begin.headers["Set-Cookie"].partition(";")[0]
        end = self._http.request_encode_body(
            "POST",
            f"{self._bridge.base_url}/saml/sp/acs",
            fields={"SAMLResponse": self._answer(begin.headers["Location"])},
            encode_multipart=False,
            headers={"Cookie": cookie},
        )
        found = _FORM_FIELD.search(end.data)
        if end.status != _OK or found is None:
            raise RuntimeError(f"status {end.status}: {end.data[:2000]!r}")
        return found[1]

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
            key=self._idp_key,
            our_key=self._bridge.encryption_key,
        )


def cpu_per_login(bridge: Bridge, *, sp_key: Pem, idp_key: Pem, rounds: int) -> float:
    """Measure milliseconds of the workers' processor time for one login.

    Several people at once keep the workers busy, as they are when the cost matters.
    """
    begin = bridge.cpu_seconds()
    each = max(rounds // VISITORS, 1)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(VISITORS, mp_context=context) as pool:
        futures = [
            pool.submit(_log_in_often, bridge, sp_key, idp_key, each)
            for _ in range(VISITORS)
        ]
        for future in futures:
            future.result()
    return (bridge.cpu_seconds() - begin) / (each * VISITORS) * 1000


def _log_in_often(bridge: Bridge, sp_key: Pem, idp_key: Pem, times: int) -> None:
    visitor = Visitor(bridge, sp_key=sp_key, idp_key=idp_key)
    for _ in range(times):
        visitor.log_in()
