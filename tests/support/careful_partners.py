"""An e-tjänst and an identity provider that know the bridge from its metadata only.

They check every signature of the bridge with the keys in their copy of its metadata,
and encrypt to a key in it. They take a new copy when somebody tells them to.
"""

import base64
import re
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

import urllib3

from benchmarks import partners
from benchmarks.bridge import Installation
from idp_bridge.saml import bindings
from metadata import safe_xml, signatures
from metadata.entities import IdentityProvider, ServiceProvider
from metadata.reader import read_identity_provider, read_service_provider

_FORM_FIELD = re.compile(rb'name="SAMLResponse"\s+value="([^"]+)"')
_ID = re.compile(r'ID="(_[0-9a-f]+)"')


class LoginFailedError(Exception):
    """The bridge did not answer with a login; the text is the status and the page."""


@dataclass(frozen=True)
class Copy:
    """The metadata of the bridge, as it was when somebody took it."""

    sp: ServiceProvider
    idp: IdentityProvider


@dataclass
class CarefulPartners:
    """Both partners of a bridge, and a browser between them."""

    installation: Installation
    copy: Copy | None = None
    http: urllib3.PoolManager = field(
        default_factory=lambda: urllib3.PoolManager(retries=False, maxsize=4)
    )

    def take_metadata(self) -> Copy:
        """Take a copy of the bridge's metadata, and use it from now on."""
        documents = [self._get(f"/saml/{role}/metadata") for role in ("sp", "idp")]
        self.copy = Copy(
            sp=read_service_provider(documents[0], allow_loopback_http=True),
            idp=read_identity_provider(documents[1], allow_loopback_http=True),
        )
        return self.copy

    def log_in(self, *, encryption_key: int = 0) -> None:
        """Log somebody in, and check everything that the bridge says on the way.

        Args:
            encryption_key: Which of the published keys to encrypt to.

        Raises:
            LoginFailedError: The bridge refused.
        """
        copy = self.copy or self.take_metadata()
        base_url, keys = self.installation.base_url, self.installation.keys
        url = partners.signed_request_url(f"{base_url}/saml/idp/sso", keys.sp)
        begun = self.http.request("GET", url, redirect=False)
        if begun.status != 303:
            raise LoginFailedError(f"{begun.status}: {begun.data.decode()}")
        answer = partners.response_field(
            request_id=_checked_request_id(begun.headers["Location"], copy),
            our_sp=f"{base_url}/saml/sp",
            acs_url=f"{base_url}/saml/sp/acs",
            key=keys.idp,
            our_key=copy.sp.encryption_keys[encryption_key].key,
        )
        done = self.http.request_encode_body(
            "POST",
            f"{base_url}/saml/sp/acs",
            fields={"SAMLResponse": answer},
            encode_multipart=False,
            headers={"Cookie": begun.headers["Set-Cookie"].partition(";")[0]},
        )
        found = _FORM_FIELD.search(done.data)
        if done.status != 200 or found is None:
            raise LoginFailedError(f"{done.status}: {done.data.decode()}")
        response = safe_xml.parse(base64.b64decode(found[1]))
        signatures.verify_enveloped(response, copy.idp.signing_keys)

    def _get(self, path: str) -> bytes:
        return self.http.request("GET", f"{self.installation.base_url}{path}").data


def _checked_request_id(location: str, copy: Copy) -> str:
    """Check the signature on the bridge's request as the identity provider does."""
    message = bindings.decode_redirect(urlsplit(location).query.encode())
    signature = message.signature
    assert signature is not None
    signatures.verify_detached(
        signature.signed,
        algorithm=signature.algorithm,
        signature=signature.value,
        keys=copy.sp.signing_keys,
    )
    found = _ID.search(message.xml.decode())
    assert found is not None
    return found[1]


@dataclass
class Stream:
    """Logins, one after the other, until somebody says stop."""

    done: int = 0
    failures: list[str] = field(default_factory=list)

    def wait_for(self, more: int) -> None:
        """Wait until some more logins have ended, well or not."""
        goal = self.done + len(self.failures) + more
        deadline = time.monotonic() + 120
        while self.done + len(self.failures) < goal:
            assert time.monotonic() < deadline
            time.sleep(0.05)


@contextmanager
def stream_of(log_in: Callable[[], None]) -> Iterator[Stream]:
    """Log in over and over beside the block."""
    stream, stop = Stream(), threading.Event()

    def run() -> None:
        while not stop.is_set():
            try:
                log_in()
            except Exception as error:  # noqa: BLE001  # whatever it is, it is told
                stream.failures.append(f"{type(error).__name__}: {error}")
            else:
                stream.done += 1

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield stream
    finally:
        stop.set()
        thread.join(60)
