"""A federation is added from its server, stays fresh, and outlives its bad days."""

import gzip
import json
import zlib
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from lxml import etree

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from metadata import names, safe_xml
from tests.support.clock import NOW, FrozenClock
from tests.support.installations import install
from tests.support.keys import rsa_key
from tests.support.metadata_documents import IDP, SP, group, idp, signed, sp
from tests.support.misbehaving_server import (
    Behaviour,
    MisbehavingServer,
    Talk,
    misbehaving_server,
    publishing,
    redirecting,
    sending,
)
from tests.support.tls import Authority

SIGNER = rsa_key("federation")
NEW_SP = "https://new.example.se/saml"
SOON = NOW + timedelta(days=14)
FIRST = signed(group(idp(), sp(), valid_until=SOON), SIGNER)
SECOND = signed(group(idp(), sp(), sp(NEW_SP), valid_until=SOON), SIGNER)
UNSIGNED = group(idp(), sp(), sp(NEW_SP), valid_until=SOON).encode()
FOREIGN = signed(group(idp(), sp(), valid_until=SOON), rsa_key("stranger"))
HTML = b"<!DOCTYPE html><html><body>We are moving</body></html>"
PACKED = gzip.compress(SECOND)


def until(end: datetime | None) -> bytes:
    """Write a version that holds until a moment."""
    return signed(group(idp(), sp(NEW_SP), valid_until=end), SIGNER)


def stripped() -> bytes:
    """Take the signature out of a signed version, and leave everything else."""
    root = safe_xml.parse(SECOND)
    root.remove(root[0])
    return etree.tostring(root)


def with_sha1() -> bytes:
    good, bad = names.DIGEST_SHA256.encode(), names.DIGEST_SHA1.encode()
    return SECOND.replace(good, bad)


def wrapped() -> bytes:
    """Put a signed version into another one, which takes over its signature."""
    evil = group(sp(NEW_SP), valid_until=SOON, xml_id="_signed")
    root, inner = (safe_xml.parse(one) for one in (evil.encode(), SECOND))
    root.insert(0, deepcopy(inner[0]))
    root.append(inner)
    return etree.tostring(root)


def bomb(talk: Talk) -> None:
    """Send nothing, half a gigabyte of it, packed into half a megabyte."""
    packer = zlib.compressobj(9, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    parts = [packer.compress(bytes(1024 * 1024)) for _ in range(512)]
    talk.answer(b"".join([*parts, packer.flush()]), content_encoding="gzip")


def cut_short(talk: Talk) -> None:
    """Announce a shorter document than there is: it looks whole to HTTP."""
    talk.answer(SECOND, content_length=str(len(SECOND) - 1))


class Installation:
    """A bridge on disk, its clock, and a server of metadata beside it."""

    def __init__(self, folder: Path, server: MisbehavingServer, more: str) -> None:
        self.clock = FrozenClock()
        self.server = server
        self.url = server.url("/feed.xml")
        self._config = install(folder, more=f"[metadata]\n{more}")
        self._signer = folder / "signer.pem"
        self._signer.write_bytes(SIGNER.certificate_pem)

    def publishes(self, behaviour: Behaviour) -> None:
        """Decide what the server does from now on."""
        self.server.does("/feed.xml", behaviour)

    def metadata(self, *words: str) -> Result:
        """Run ``idp-bridge metadata``."""
        office = Office(config=self._config, environ={}, clock=self.clock)
        return CliRunner().invoke(main, ["metadata", *words], obj=office)

    def add(self) -> Result:
        """Add the feed."""
        signer = str(self._signer)
        return self.metadata("add", "feed", self.url, "--certificate", signer)

    def refreshed(self) -> dict[str, Any]:
        """Refresh the feed."""
        (result,) = json.loads(self.metadata("refresh", "feed", "--json").stdout)
        return dict(result)

    def state(self) -> dict[str, Any]:
        """Look at the feed."""
        (state,) = json.loads(self.metadata("list", "--json").stdout)
        return dict(state)

    def knows(self, entity_id: str) -> bool:
        """Tell whether an entity can be shown."""
        return self.metadata("show", entity_id).exit_code == 0


@pytest.fixture
def authority(tmp_path: Path) -> Authority:
    return Authority(tmp_path)


@pytest.fixture
def bridge(tmp_path: Path, authority: Authority) -> Iterator[Installation]:
    trusting = f'allow_private_addresses = true\nca_file = "{authority.ca_file}"\n'
    with misbehaving_server(authority.certify("localhost")) as server:
        installation = Installation(tmp_path, server, trusting)
        installation.publishes(publishing(FIRST))
        yield installation


@pytest.fixture
def trusting_bridge(bridge: Installation) -> Installation:
    result = bridge.add()
    assert result.exit_code == 0, result.output
    return bridge


def test_a_federation_is_added_from_its_server(bridge: Installation) -> None:
    result = bridge.add()
    assert result.exit_code == 0, result.output
    assert "feed: 2 entities" in result.stdout
    assert bridge.knows(IDP)
    assert bridge.knows(SP)
    assert bridge.state()["source"]["kind"] == "url"


def test_what_has_not_changed_is_neither_sent_nor_read_again(
    trusting_bridge: Installation,
) -> None:
    trusting_bridge.clock.advance(timedelta(hours=2))
    result = trusting_bridge.metadata("refresh", "feed")
    assert (result.exit_code, result.output) == (0, "feed: nothing new\n")
    first, second = trusting_bridge.server.asked
    assert "if-none-match" not in first.headers
    assert "if-none-match" in second.headers
    assert trusting_bridge.state()["loaded_at"] == NOW.isoformat()
    assert trusting_bridge.state()["checked_at"] != NOW.isoformat()


def test_a_new_version_takes_the_place_of_the_old_one(
    trusting_bridge: Installation,
) -> None:
    trusting_bridge.publishes(sending(PACKED, content_encoding="gzip"))
    result = trusting_bridge.metadata("refresh", "feed")
    taken = "feed: taken: 1 added, 0 changed, 0 removed, 2 unchanged\n"
    assert (result.exit_code, result.output) == (0, taken)
    assert trusting_bridge.knows(NEW_SP)


@pytest.mark.parametrize(
    ("behaviour", "code", "said"),
    [
        pytest.param(
            sending(SECOND, status="500 Oh No"),
            "fetch-failed",
            "the server answers 500",
            id="500",
        ),
        pytest.param(
            lambda talk: talk.answer(status="404 Gone"),
            "document-not-found",
            "the server answers 404",
            id="404",
        ),
        pytest.param(
            sending(HTML, content_type="text/html"),
            "fetch-failed",
            "HTML instead of metadata",
            id="html",
        ),
        pytest.param(sending(HTML), "unreadable-xml", "", id="html-in-disguise"),
        pytest.param(
            sending(SECOND, content_length=str(len(SECOND) + 1)),
            "fetch-failed",
            "cut off before its end",
            id="cut-off",
        ),
        pytest.param(cut_short, "unreadable-xml", "", id="length-too-short"),
        pytest.param(
            sending(PACKED[:-9], content_encoding="gzip"),
            "fetch-failed",
            "cut off before its end",
            id="packed-and-cut-off",
        ),
        pytest.param(sending(UNSIGNED), "missing-signature", "", id="unsigned"),
        pytest.param(sending(stripped()), "missing-signature", "", id="stripped"),
        pytest.param(sending(FOREIGN), "bad-signature", "", id="foreign"),
        pytest.param(sending(wrapped()), "bad-signature", "", id="wrapped"),
        pytest.param(sending(with_sha1()), "weak-algorithm", "", id="sha-1"),
        pytest.param(sending(until(NOW)), "source-refused", "expired", id="expired"),
        pytest.param(
            sending(until(None)), "source-refused", "no validUntil", id="endless"
        ),
        pytest.param(
            sending(until(NOW + timedelta(days=31))),
            "source-refused",
            "more than 30 days away",
            id="too-long",
        ),
        pytest.param(
            sending(SECOND.replace(b"<md:", b"<!DOCTYPE x [<!ENTITY a 'b'>]><md:", 1)),
            "unreadable-xml",
            "DOCTYPE",
            id="dtd",
        ),
        pytest.param(
            bomb, "fetch-failed", "more than 200 times its size", id="gzip-bomb"
        ),
        pytest.param(
            sending(SECOND, content_length=str(500 * 1024 * 1024)),
            "fetch-failed",
            "more than 209715200 bytes",
            id="500-megabytes",
        ),
        pytest.param(Talk.reset, "fetch-failed", "broke the connection off", id="gone"),
        pytest.param(
            redirecting("http://localhost/feed.xml"),
            "fetch-failed",
            "redirects to another scheme",
            id="redirected",
        ),
        pytest.param(
            redirecting("https://169.254.169.254/latest"),
            "fetch-failed",
            "is the metadata service of a cloud",
            id="lured-away",
        ),
    ],
)
def test_a_bad_day_keeps_the_last_good_version_and_is_told_once(
    trusting_bridge: Installation, behaviour: Behaviour, code: str, said: str
) -> None:
    trusting_bridge.publishes(behaviour)
    result = trusting_bridge.metadata("refresh", "feed", "--dry-run")
    assert result.exit_code == 1
    assert result.stderr.startswith(f"feed: kept as it was, because {code}: ")
    assert said in result.stderr
    assert result.stderr.count("\n") == 1

    refusals = [trusting_bridge.refreshed() for _ in range(3)]
    assert [one["outcome"] for one in refusals] == ["refused"] * 3
    assert [one["is_news"] for one in refusals] == [True, False, False]
    state = trusting_bridge.state()
    assert state["problem"].startswith(f"{code}: ")
    assert state["loaded_at"] == NOW.isoformat()
    assert trusting_bridge.knows(SP)
    assert not trusting_bridge.knows(NEW_SP)

    trusting_bridge.publishes(publishing(FIRST))
    assert trusting_bridge.refreshed()["outcome"] == "same"
    assert trusting_bridge.state()["problem"] is None
    trusting_bridge.publishes(publishing(SECOND))
    assert trusting_bridge.refreshed()["outcome"] == "taken"
    assert trusting_bridge.knows(NEW_SP)


def test_a_broken_version_is_looked_at_again_although_it_has_not_changed(
    trusting_bridge: Installation,
) -> None:
    """What we say that we have is the version in use, not the one that was refused."""
    trusting_bridge.publishes(publishing(UNSIGNED))
    assert trusting_bridge.refreshed()["outcome"] == "refused"
    assert trusting_bridge.refreshed()["outcome"] == "refused"
    assert trusting_bridge.state()["problem"] is not None


def test_a_server_that_may_not_be_asked_is_not(
    tmp_path: Path, authority: Authority
) -> None:
    with misbehaving_server(authority.certify("localhost")) as server:
        careful = Installation(tmp_path, server, f'ca_file = "{authority.ca_file}"\n')
        careful.publishes(publishing(FIRST))
        result = careful.add()
        assert result.exit_code == 1
        assert "127.0.0.1 is this machine" in result.stderr
        assert "Traceback" not in result.output
        assert server.accepted == 0
