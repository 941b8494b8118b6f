"""Keys take over from one another by commands that say what to wait for."""

from hashlib import sha256
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from tests.support.commands import answer, refusal, run, run_at
from tests.support.installations import install


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


def test_a_key_is_rolled_over_by_three_commands(config: Path) -> None:
    old = answer(config, "keys", "list")["keys"][0]["sha256"]
    assert run(config, "keys", "new", "signing", "--kind", "rsa-2048").exit_code == 0
    new = answer(config, "keys", "list")["keys"][1]["sha256"]
    for days, step in ((8, "promote"), (9, "retire")):
        assert run_at(config, days, "keys", step, "signing").exit_code == 0
        listed = answer(config, "keys", "list")["keys"]
        assert listed[0]["sha256"] == new
    assert old not in [key["sha256"] for key in listed]
    assert "no previous key" in refusal(run(config, "keys", "retire", "signing"))


def test_the_kind_of_the_next_key_may_be_chosen(tmp_path: Path) -> None:
    config = install(tmp_path, more='[saml]\nsigning_key = "ec-p384"\n')
    for words in ((), ("--kind", "ec-p256"), ("--kind", "rsa-2048")):
        done = run(config, "keys", "new", "signing", *words)
        assert done.exit_code == 0, done.output
        (key,) = (tmp_path / "keys").glob("signing-next.key")
        kinds = {0: "EC", 2: "EC" if words[-1:] == ("ec-p256",) else "RSA"}
        opened = load_pem_private_key(key.read_bytes(), password=None)
        assert type(opened).__name__.startswith(kinds[len(words)])
        for file in (tmp_path / "keys").glob("signing-next.*"):
            file.unlink()
    refused = run(config, "keys", "new", "encryption", "--kind", "ec-p256")
    assert "Others encrypt to RSA only" in refused.output


def test_a_rollover_says_what_to_wait_for(config: Path) -> None:
    said = run(config, "keys", "new", "signing", "--kind", "rsa-2048").stdout
    assert (
        "Next: idp-bridge keys promote signing, not before 2026-12-01 12:00:00" in said
    )
    assert "https://bridge.example.se/saml/metadata" in said
    for role in ("sp", "idp"):
        document = run(config, "metadata", "publish", role).stdout_bytes
        assert f"{role}\tSHA-256 {sha256(document).hexdigest()}" in said
    assert said.partition("Next:")[2] in run(config, "keys", "list").stdout


def test_a_step_that_comes_too_early_needs_force(config: Path) -> None:
    run(config, "keys", "new", "signing", "--kind", "rsa-2048")
    words = ("keys", "promote", "signing")
    assert "partners may not have the next key" in refusal(run(config, *words))
    assert "too early" in refusal(run_at(config, 7, *words)).lower()
    assert len(answer(config, "keys", "list")["keys"]) == 3
    done = run(config, *words, "--force")
    assert done.exit_code == 0
    assert "Next: idp-bridge keys retire signing, not before" in done.stdout


def test_the_list_of_keys_says_what_each_is_for(config: Path) -> None:
    run(config, "keys", "new", "encryption", "--kind", "rsa-2048")
    run(config, "keys", "promote", "encryption", "--force")
    told = answer(config, "keys", "list")
    assert [
        (key["purpose"], key["slot"], key["published"], key["used_for"])
        for key in told["keys"]
    ] == [
        ("signing", "current", "yes", "signing"),
        ("encryption", "current", "yes", "decryption"),
        ("encryption", "previous", "no", "decryption"),
    ]
    assert told["steps"] == [
        {
            "purpose": "encryption",
            "command": "retire",
            "until": "2026-12-01T12:00:00+00:00",
        }
    ]


def test_our_metadata_names_every_key(config: Path) -> None:
    assert run(config, "keys", "new", "signing", "--kind", "rsa-2048").exit_code == 0
    for role, entity in (("sp", "/saml/sp"), ("idp", "/saml/idp")):
        result = run(config, "metadata", "publish", role)
        assert result.exit_code == 0, result.output
        assert f'entityID="https://bridge.example.se{entity}"' in result.stdout
        assert result.stdout.count('use="signing"') == 2
        assert result.stdout.count('use="encryption"') == (1 if role == "sp" else 0)
