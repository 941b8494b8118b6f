"""``metadata refresh`` says in one line per source what became of it."""

import json
from datetime import timedelta
from pathlib import Path

import pytest

from tests.support.clock import NOW
from tests.support.commands import refusal, run, run_at
from tests.support.installations import install
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp

SIGNER = rsa_key("federation")
NAMES = tuple(f"https://sp{number}.example.se/saml" for number in range(10))


def document(*entity_ids: str) -> bytes:
    services = (sp(entity_id) for entity_id in entity_ids)
    whole = group(idp(), *services, valid_until=NOW + timedelta(days=20))
    return signed(whole, SIGNER)


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


@pytest.fixture
def feed(config: Path, tmp_path: Path) -> Path:
    feed, signer = tmp_path / "feed.xml", tmp_path / "signer.pem"
    feed.write_bytes(document(*NAMES[:8]))
    signer.write_bytes(SIGNER.certificate_pem)
    words = ("metadata", "add", "feed", str(feed), "--certificate", str(signer))
    assert run(config, *words).exit_code == 0
    return feed


def test_what_is_not_due_is_not_looked_at(config: Path, feed: Path) -> None:
    assert feed.is_file()
    result = run(config, "metadata", "refresh")
    assert result.exit_code == 0
    assert result.stdout == "Nothing is due, or another process is at it.\n"


def test_what_is_due_is_taken(config: Path, feed: Path) -> None:
    feed.write_bytes(document(*NAMES[1:]))
    result = run_at(config, 1, "metadata", "refresh")
    assert result.exit_code == 0
    assert result.stdout == "feed: taken: 2 added, 0 changed, 1 removed, 8 unchanged\n"


def test_a_dry_run_changes_nothing(config: Path, feed: Path) -> None:
    feed.write_bytes(document(*NAMES))
    tried = run(config, "metadata", "refresh", "--dry-run")
    assert tried.stdout.startswith("feed: would be taken: 2 added")
    (listed,) = json.loads(run(config, "metadata", "list", "--json").stdout)
    assert listed["entity_count"] == 9


def test_with_force_the_same_document_is_read_again(config: Path, feed: Path) -> None:
    assert feed.is_file()
    quiet = run(config, "metadata", "refresh", "feed")
    assert quiet.stdout == "feed: nothing new\n"
    forced = run(config, "metadata", "refresh", "--force")
    assert forced.stdout == "feed: taken: 0 added, 0 changed, 0 removed, 9 unchanged\n"


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"<html>Closed.</html>", "source-refused"),
        (document(*NAMES[:2]), "waits for approval"),
    ],
)
def test_what_is_not_taken_is_told_and_ends_with_1(
    config: Path, feed: Path, body: bytes, why: str
) -> None:
    feed.write_bytes(body)
    result = run_at(config, 1, "metadata", "refresh")
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("feed: kept as it was, because ")
    assert why in result.stderr
    assert len(result.stderr.splitlines()) == 1
    (listed,) = json.loads(run(config, "metadata", "list", "--json").stdout)
    assert listed["entity_count"] == 9


def test_programs_read_json_and_the_status(config: Path, feed: Path) -> None:
    feed.write_bytes(b"<html>Closed.</html>")
    result = run(config, "metadata", "refresh", "feed", "--json")
    assert result.exit_code == 1
    (told,) = json.loads(result.stdout)
    assert (told["source"], told["outcome"]) == ("feed", "refused")


def test_a_source_that_does_not_exist_is_told(config: Path) -> None:
    assert "unknown-source" in refusal(run(config, "metadata", "refresh", "nobody"))


def test_who_asks_about_one_source_reads_what_waits(config: Path, feed: Path) -> None:
    feed.write_bytes(document(*NAMES[:2]))
    result = run_at(config, 1, "metadata", "refresh", "feed", "--dry-run")
    first, second, *gone = result.stderr.splitlines()
    assert "waits for approval" in first
    assert f"{len(gone)} removed" in second
    assert gone == [f"  removed {name}" for name in NAMES[2:8]]
