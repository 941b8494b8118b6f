"""Commands do what they say, refuse with a sentence, and answer programs in JSON."""

import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from tests.support.clock import NOW
from tests.support.commands import answer, refusal, run
from tests.support.installations import install, write_config, write_keys
from tests.support.metadata_documents import inera_like_idp

INERA_ENTITY_ID = "https://idp.inloggning.example:443/saml"
CATALOGUE = """
[[services]]
code = "landsting"
name = "E-tjänst för landsting"
kind = "region"
entity_ids = ["https://melker.example.se/sp"]
[[services.permissions]]
code = "rapportera"
name = "Rapportera hälsoundersökning"
[[organisations]]
number = "2321000016"
name = "Region Stockholm"
kind = "region"
[[agreements]]
organisation = "2321000016"
service = "landsting"
valid_from = 2025-01-01
[[users]]
organisation = "2321000016"
hsa_id = "SE2321000016-B001"
given_name = "Åsa"
surname = "Öberg"
email = "asa@example.se"
permissions = ["landsting:rapportera"]
"""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


@pytest.fixture
def inera(tmp_path: Path) -> str:
    file = tmp_path / "inera.xml"
    file.write_bytes(inera_like_idp())
    return str(file)


@pytest.fixture
def catalogue(tmp_path: Path) -> Path:
    file = tmp_path / "catalogue.toml"
    file.write_text(CATALOGUE, encoding="utf-8")
    return file


# --- init -----------------------------------------------------------------------------


def test_init_makes_what_check_and_upgrade_need(tmp_path: Path) -> None:
    folder = tmp_path / "new"
    made = run(None, "init", str(folder), "--base-url", "https://bridge.example.se/")
    assert made.exit_code == 0, made.output
    assert "db upgrade" in made.stdout
    config = folder / "bridge.toml"
    assert 'base_url = "https://bridge.example.se"' in config.read_text()
    for private in (*folder.glob("keys/*.key"), folder / "secret-key"):
        assert private.stat().st_mode & 0o777 == 0o600
    assert "has no tables yet" in run(config, "check").stderr
    assert not (folder / "bridge.db").exists()
    assert run(config, "db", "upgrade").exit_code == 0
    assert (folder / "bridge.db").stat().st_mode & 0o777 == 0o600
    assert len(answer(config, "keys", "list")["keys"]) == 2


@pytest.mark.parametrize("name", ["bridge.toml", "secret-key", "keys"])
def test_init_never_overwrites(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text("mine")
    assert "is there already" in refusal(run(None, "init", str(tmp_path)))
    assert [one.name for one in tmp_path.iterdir()] == [name]
    assert (tmp_path / name).read_text() == "mine"


def test_init_refuses_an_address_that_cannot_work(tmp_path: Path) -> None:
    result = run(None, "init", str(tmp_path / "x"), "--base-url", "http://a.example")
    assert result.exit_code == 2
    assert not (tmp_path / "x").exists()


# --- bad settings ---------------------------------------------------------------------


def test_five_mistakes_are_told_by_name_and_nothing_is_written(tmp_path: Path) -> None:
    config = write_config(
        tmp_path,
        base_url="http://bridge.example.se",
        more=(
            'databse_url = "x"\ntrusted_proxies = -1\nstate_url = "memcached://x"\n'
            "[saml]\nlogin_minutes = 1\n"
        ),
    )
    before = sorted(tmp_path.iterdir())
    names = (
        "base_url",
        "databse_url",
        "trusted_proxies",
        "state_url",
        "saml.login_minutes",
    )
    for words in (["check"], ["db", "upgrade"], ["serve"], ["metadata", "list"]):
        result = run(config, *words)
        assert result.exit_code == 1
        for name in names:
            assert f"{name}: " in result.stderr
        assert len(result.stderr.strip().splitlines()) == len(names)
    assert sorted(tmp_path.iterdir()) == before


# --- a start that cannot be -----------------------------------------------------------


def test_a_start_with_a_missing_key_is_refused(config: Path) -> None:
    (config.parent / "keys" / "signing-current.key").unlink()
    told = refusal(run(config, "serve"))
    assert told.count("\n") == 0
    assert "signing-current.key is missing" in told


def test_a_start_with_a_readable_key_is_refused(config: Path) -> None:
    (config.parent / "keys" / "signing-current.key").chmod(0o644)
    told = refusal(run(config, "serve"))
    assert told.count("\n") == 0
    assert "can be read or changed by others" in told


def test_a_start_with_a_weak_secret_is_refused(config: Path) -> None:
    (config.parent / "secret-key").write_text("changeme")
    told = refusal(run(config, "serve"))
    assert told == "secret_key: is a weak secret: shorter than 32 characters"


def test_a_start_with_a_broken_address_of_redis_is_refused(config: Path) -> None:
    broken = "redis://u:p4ss@127.0.0.1:1/0?socket_timeout=soon"
    told = refusal(run(config, "serve", IDP_BRIDGE_STATE_URL=broken))
    assert told == "misconfigured: state_url is no Redis URL"


def test_a_start_without_its_database_is_refused(config: Path) -> None:
    unreachable = "postgresql://u:p4ss@127.0.0.1:1/bridge"
    told = refusal(run(config, "serve", IDP_BRIDGE_DATABASE_URL=unreachable))
    assert told.count("\n") == 0
    assert "does not answer" in told
    assert "p4ss" not in told


def test_a_start_before_the_tables_are_made_is_refused(tmp_path: Path) -> None:
    config = write_config(tmp_path)
    write_keys(tmp_path / "keys")
    assert "idp-bridge db upgrade" in refusal(run(config, "serve"))


def test_a_certificate_needs_its_key(config: Path) -> None:
    result = run(config, "serve", "--tls-certificate", str(config))
    assert result.exit_code == 2
    assert "belong together" in result.stderr


def test_a_real_process_refuses_without_a_traceback(config: Path) -> None:
    (config.parent / "keys" / "signing-current.key").unlink()
    done = subprocess.run(
        [sys.executable, "-m", "idp_bridge", "--config", config, "serve"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 1
    assert done.stdout == ""
    assert done.stderr.startswith("Error: ")
    assert len(done.stderr.strip().splitlines()) == 1


def test_the_configuration_may_be_named_by_the_environment(config: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "idp_bridge", "db", "upgrade"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
        env={**os.environ, "IDP_BRIDGE_CONFIG": str(config)},
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "already" in done.stdout


# --- check ----------------------------------------------------------------------------


def test_check_prints_every_problem_and_changes_nothing(config: Path) -> None:
    (config.parent / "keys" / "signing-current.key").chmod(0o644)
    before = {one: one.read_bytes() for one in config.parent.glob("*.toml")}
    result = run(config, "check", "--json", IDP_BRIDGE_STATE_URL="redis://127.0.0.1:1")
    assert result.exit_code == 1
    told = json.loads(result.stdout)
    assert told["ok"] is False
    for part in ("signing-current.key", "state store", "upstream:", "contacts:"):
        assert sum(part in problem for problem in told["problems"]) == 1, part
    assert {one: one.read_bytes() for one in config.parent.glob("*.toml")} == before


def test_check_is_content_with_a_complete_installation(
    tmp_path: Path, inera: str
) -> None:
    config = install(
        tmp_path,
        more='[[contacts]]\ntype = "technical"\nemail = "a@example.se"\n'
        f'[[upstream]]\nentity_id = "{INERA_ENTITY_ID}"\n'
        'method = "siths"\ntitle = "SITHS"\n'
        'levels = ["http://id.sambi.se/loa/loa3"]\n',
    )
    problems = run(config, "check").stderr
    assert problems.startswith(f"{INERA_ENTITY_ID}: no source brings")
    assert run(config, "metadata", "add", "inera", inera).exit_code == 0
    result = run(config, "check")
    assert (result.exit_code, result.stderr) == (0, "")


# --- metadata -------------------------------------------------------------------------


def test_a_source_is_added_shown_and_removed(config: Path, inera: str) -> None:
    words = ("metadata", "add", "inera", inera)
    tried = answer(config, *words, "--dry-run")
    assert tried["change"] is None
    assert answer(config, "metadata", "list") == []
    added = answer(config, *words)
    assert added["change"]["added"] == 1
    entity_id = added["entities"][0]["entity_id"]
    assert [one["entity_count"] for one in answer(config, "metadata", "list")] == [1]
    found = answer(config, "metadata", "find", entity_id.upper(), "--role", "idp")
    assert [each["entity_id"] for each in found["entities"]] == [entity_id]
    listed = run(config, "metadata", "find", entity_id, "--role", "sp").stdout
    assert listed == "entity_id\tname\troles\tsource\n0 found; page 1 of 1.\n"
    assert f"{entity_id}\t" in run(config, "metadata", "find").stdout
    shown = answer(config, "metadata", "show", entity_id)
    assert shown[0]["is_used"] is True
    refreshed = run(config, "metadata", "refresh", "inera")
    assert (refreshed.exit_code, refreshed.stdout) == (0, "inera: nothing new\n")
    assert run(config, "metadata", "remove", "inera").exit_code == 0
    assert "unknown-entity" in refusal(run(config, "metadata", "show", entity_id))


def test_a_source_that_is_refused_is_told(config: Path, catalogue: Path) -> None:
    assert "unreadable-xml" in refusal(
        run(config, "metadata", "add", "x", str(catalogue))
    )
    assert "fetch-failed" in refusal(run(config, "metadata", "add", "x", "/missing"))
    assert "unknown-source" in refusal(run(config, "metadata", "remove", "x"))


# --- catalogue, explain, audit --------------------------------------------------------


def test_a_catalogue_is_loaded_once_and_a_second_time_changes_nothing(
    config: Path, catalogue: Path
) -> None:
    words = ("catalogue", "load", str(catalogue))
    tried = answer(config, *words, "--dry-run")
    assert tried["added"] > 0
    loaded = answer(config, *words)
    assert loaded["added"] == tried["added"]
    again = answer(config, *words)
    assert (again["added"], again["changed"]) == (0, 0)


def test_a_catalogue_with_an_unknown_permission_changes_nothing(
    config: Path, catalogue: Path
) -> None:
    text = catalogue.read_text(encoding="utf-8")
    catalogue.write_text(text.replace('["landsting:rapportera"]', '["landsting:x"]'))
    told = refusal(run(config, "catalogue", "load", str(catalogue)))
    assert "landsting:x" in told
    refused = refusal(run(config, "explain", "SE2321000016-B001", "landsting"))
    assert refused.startswith("unknown-service: ")
    assert answer(config, "audit", "verify") == {"ok": True, "chains": []}


def test_people_of_test_directories_are_known_where_that_is_allowed(
    config: Path, catalogue: Path
) -> None:
    text = catalogue.read_text(encoding="utf-8")
    test_id = "TSTNMT2321000156-10NG"
    catalogue.write_text(text.replace("SE2321000016-B001", test_id))
    words = ("catalogue", "load", str(catalogue))
    assert "is not an HSA-id" in refusal(run(config, *words))
    allowed = run(config, *words, IDP_BRIDGE_SAML__ALLOW_TEST_HSA_IDS="true")
    assert allowed.exit_code == 0, allowed.output
    assert f"added person {test_id}" in allowed.stdout


def test_explain_says_what_somebody_gets_and_why(config: Path, catalogue: Path) -> None:
    run(config, "catalogue", "load", str(catalogue))
    words = ("explain", "se2321000016-b001", "landsting")
    told = answer(config, *words)
    assert told["outcome"] == "allowed"
    assert told["claims"] == ["2321000016:landsting:rapportera"]
    assert [one["reason"] for one in told["grants"]] == ["counts"]
    plain = run(config, *words).stdout
    assert "outcome: allowed" in plain
    assert "rapportera\tcounts" in plain
    assert "claim: 2321000016:landsting:rapportera" in plain


def test_explain_asks_about_another_moment(config: Path, catalogue: Path) -> None:
    text = catalogue.read_text(encoding="utf-8")
    ending = "valid_from = 2025-01-01\nvalid_until = 2027-01-31"
    catalogue.write_text(text.replace("valid_from = 2025-01-01", ending))
    run(config, "catalogue", "load", str(catalogue))
    words = ("explain", "SE2321000016-B001", "landsting")
    assert answer(config, *words)["outcome"] == "allowed"
    assert answer(config, *words, "--at", "2028-01-01")["outcome"] == "no-agreement"


def test_somebody_unknown_is_an_answer_and_nonsense_is_refused(
    config: Path, catalogue: Path
) -> None:
    run(config, "catalogue", "load", str(catalogue))
    told = answer(config, "explain", "SE2321000016-B999", "landsting")
    assert (told["outcome"], told["claims"]) == ("unknown-person", [])
    assert "bad-identifier" in refusal(run(config, "explain", "nonsense", "landsting"))


def test_the_audit_trail_is_verified_and_exported(
    config: Path, catalogue: Path
) -> None:
    run(config, "catalogue", "load", str(catalogue))
    chains = answer(config, "audit", "verify")["chains"]
    lines = run(config, "audit", "export").stdout.splitlines()
    entries = [json.loads(line) for line in lines]
    assert len(entries) == sum(chain["number"] for chain in chains) > 0


def test_a_trail_that_was_changed_is_told(config: Path, catalogue: Path) -> None:
    run(config, "catalogue", "load", str(catalogue))
    with sqlite3.connect(config.parent / "bridge.db") as connection:
        connection.execute("DROP TRIGGER audit_entries_no_update")
        connection.execute("UPDATE audit_entries SET actor = 'nobody' WHERE number = 1")
    connection.close()
    told = refusal(run(config, "audit", "verify"))
    assert told.startswith("broken-audit-chain: ")


def test_something_unexpected_is_a_sentence_too(config: Path) -> None:
    class Broken(Office):
        @property
        def authz(self) -> Any:
            raise ZeroDivisionError("SE2321000016-B001")

    office = Broken(config=config, environ={}, clock=lambda: NOW)
    result = CliRunner().invoke(main, ["audit", "verify"], obj=office)
    told = refusal(result)
    assert "something unexpected went wrong: ZeroDivisionError" in told
    assert "SE2321000016" not in told
