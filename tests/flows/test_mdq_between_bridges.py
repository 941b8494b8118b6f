"""Two bridges under gunicorn, one source: one asks the other for its partners."""

import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import replace
from urllib.parse import quote

import pytest
import urllib3

from benchmarks import bridge, partners
from benchmarks.bridge import Installation, Keys
from metadata import safe_xml, signatures
from tests.support.careful_partners import CarefulPartners, LoginFailedError

NOTICED_SECONDS = 20


@pytest.fixture(scope="module")
def teller(tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A bridge that has both partners in files, and tells others."""
    folder = tmp_path_factory.mktemp("teller")
    on = {"IDP_BRIDGE_METADATA__MDQ_SERVER": "true"}
    return bridge.install(folder, on, Keys.new(2048))


@pytest.fixture(scope="module")
def asker(
    teller: Installation, tmp_path_factory: pytest.TempPathFactory
) -> Installation:
    """A bridge that has nothing but the address of the other one."""
    keys = replace(teller.keys, ours=partners.new_key(2048))
    made = bridge.install(tmp_path_factory.mktemp("asker"), {}, keys)
    (made.folder / "teller.crt").write_bytes(teller.keys.ours.certificate)
    for source in ("sp", "idp"):
        made.run("metadata", "remove", source)
    location = f"{teller.base_url}/mdq"
    trust = ("--certificate", "teller.crt")
    made.run("metadata", "add", "shared", location, "--mdq", *trust)
    return made


@pytest.fixture(scope="module")
def running(teller: Installation, asker: Installation) -> Iterator[ExitStack]:
    """Both bridges run; closing what is handed out stops the one that tells."""
    with ExitStack() as stack:
        stack.enter_context(bridge.serving(teller, workers=2))
        with bridge.serving(asker, workers=2):
            yield stack


def log_in_until(end: float, careful: CarefulPartners) -> None:
    while time.monotonic() < end:
        careful.log_in()


def ask(teller: Installation, identifier: str) -> urllib3.BaseHTTPResponse:
    url = f"{teller.base_url}/mdq/entities/{identifier}"
    return urllib3.request("GET", url, retries=False)


@pytest.mark.usefixtures("running")
def test_gunicorn_hands_the_encoded_name_on_as_it_is(teller: Installation) -> None:
    ours = f"{teller.base_url}/saml/idp"
    for entity_id in (partners.SP, partners.IDP, ours):
        found = ask(teller, quote(entity_id, safe=""))
        assert found.status == 200
        root = safe_xml.parse(found.data, limits=safe_xml.METADATA_LIMITS)
        signatures.verify_enveloped(root, [teller.keys.ours.public_key])
        assert root.get("entityID") == entity_id
    assert ask(teller, quote(partners.SP + "/%2F", safe="")).status == 404


@pytest.mark.usefixtures("running")
def test_somebody_logs_in_between_partners_that_were_asked_for(
    asker: Installation,
) -> None:
    CarefulPartners(asker).log_in()


def test_logins_go_on_when_the_bridge_that_tells_is_gone(
    running: ExitStack, asker: Installation
) -> None:
    careful = CarefulPartners(asker)
    careful.log_in()
    running.close()
    careful.log_in()
    asker.run("metadata", "remove", "shared")
    with pytest.raises(LoginFailedError):
        log_in_until(time.monotonic() + NOTICED_SECONDS, careful)
