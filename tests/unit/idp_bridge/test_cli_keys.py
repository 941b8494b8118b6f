"""Keys take over from one another by commands that say what to wait for."""

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from click.testing import Result
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from idp_bridge.keys import NOTICED
from tests.support.commands import answer, refusal, run, run_at
from tests.support.installations import install

SOON = NOTICED / timedelta(days=1)
"""In days: when every process has noticed what was done."""


@pytest.fixture
def config(tmp_path: Path) -> Path:
    return install(tmp_path)


def test_a_key_is_rolled_over_by_three_commands(config: Path) -> None:
    old = answer(config, "keys", "list")["keys"][0]["sha256"]
    assert run(config, "keys", "new", "signing", "--kind", "rsa-2048").exit_code == 0
    new = answer(config, "keys", "list")["keys"][1]["sha256"]
    for days, step in ((9, "promote"), (10, "retire")):
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
        "Next: idp-bridge keys promote signing, not before 2026-12-01 12:00:10" in said
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
        ("encryption", "previous", "yes", "decryption"),
    ]
    assert told["steps"] == [
        {
            "purpose": "encryption",
            "command": "retire",
            "until": "2026-11-23T12:00:10+00:00",
        }
    ]


def roll_encryption(config: Path, days: int, *commands: str) -> list[Result]:
    """Take steps of a rollover of the encryption key, all on one day, by force."""
    options = {"new": ("--kind", "rsa-2048")}
    return [
        run_at(config, days, "keys", one, "encryption", *options.get(one, ("--force",)))
        for one in commands
    ]


def slots(config: Path) -> dict[str, str]:
    listed = answer(config, "keys", "list")["keys"]
    return {
        key["slot"]: key["sha256"] for key in listed if key["purpose"] == "encryption"
    }


def test_a_retired_encryption_key_is_deleted_when_nobody_can_need_it(
    config: Path,
) -> None:
    old = slots(config)["current"]
    *_, retired = roll_encryption(config, 0, "new", "promote", "retire")
    assert "it still opens messages" in retired.stdout
    said = retired.stdout.partition("Next: ")[2]
    assert said.startswith("idp-bridge keys delete encryption, not before 2026-12-01")
    assert "partners may still encrypt to the retired key" in said
    document = run(config, "metadata", "publish", "sp")
    assert f"sp\tSHA-256 {sha256(document.stdout_bytes).hexdigest()}" in said
    assert document.stdout.count('use="encryption"') == 1
    told = answer(config, "keys", "list")
    (key,) = [one for one in told["keys"] if one["slot"] == "retired"]
    assert (key["sha256"], key["published"], key["used_for"]) == (
        old,
        "no",
        "decryption",
    )
    assert told["steps"] == [
        {
            "purpose": "encryption",
            "command": "delete",
            "until": "2026-12-01T12:10:10+00:00",
        }
    ]
    words = ("keys", "delete", "encryption")
    assert "still encrypt to the retired key" in refusal(run_at(config, 8, *words))
    assert "retired" in slots(config)
    assert run_at(config, 9, *words).exit_code == 0
    assert list(slots(config)) == ["current"]
    assert "no retired key" in refusal(run_at(config, 9, *words))


def test_a_second_rollover_waits_for_the_key_that_was_retired_before(
    config: Path,
) -> None:
    first = slots(config)["current"]
    roll_encryption(config, 0, "new", "promote", "retire")
    second = slots(config)["current"]
    roll_encryption(config, 1, "new", "promote")
    words = ("keys", "retire", "encryption")
    told = refusal(run_at(config, 2, *words))
    assert "Wait until 2026-12-01 12:10:10 UTC" in told
    assert "--force to `keys delete encryption`" in told
    for days, option in ((2, ("--force",)), (9, ())):
        assert "keys delete encryption" in refusal(
            run_at(config, days, *words, *option)
        )
    kept = slots(config)
    assert (kept["previous"], kept["retired"]) == (second, first)
    run_at(config, 9, "keys", "delete", "encryption")
    assert run_at(config, 9, *words).exit_code == 0
    assert slots(config)["retired"] == second


def test_a_retired_key_may_be_deleted_by_force_even_half_of_it(config: Path) -> None:
    roll_encryption(config, 0, "new", "promote", "retire")
    (config.parent / "keys" / "encryption-retired.crt").unlink()
    words = ("keys", "delete", "encryption")
    assert "retired.crt is missing" in refusal(run_at(config, 30, *words))
    assert run(config, *words, "--force").exit_code == 0
    assert list(slots(config)) == ["current"]


def test_check_reminds_of_a_retired_key_that_nobody_needs(config: Path) -> None:
    roll_encryption(config, 0, "new", "promote", "retire")
    reminder = "idp-bridge keys delete encryption"
    assert reminder not in run_at(config, 8, "check").stderr
    assert reminder in run_at(config, 9, "check").stderr
    certificate_ends_soon = run_at(config, 3640, "check").stderr
    assert "The current certificate for encryption ends" in certificate_ends_soon
    assert "The retired certificate" not in certificate_ends_soon


def test_a_sum_is_told_that_holds_when_every_process_names_the_keys(
    config: Path,
) -> None:
    """A key to encrypt to is named ten seconds later, and that changes the sum."""
    run(config, "keys", "new", "encryption", "--kind", "rsa-2048")
    said = run(config, "keys", "new", "signing", "--kind", "rsa-2048").stdout
    now, later = (
        run_at(config, days, "metadata", "publish", "sp").stdout_bytes
        for days in (0, SOON)
    )
    assert now != later
    assert sha256(later).hexdigest() in said


def test_our_metadata_names_every_key(config: Path) -> None:
    assert run(config, "keys", "new", "signing", "--kind", "rsa-2048").exit_code == 0
    for role, entity in (("sp", "/saml/sp"), ("idp", "/saml/idp")):
        result = run(config, "metadata", "publish", role)
        assert result.exit_code == 0, result.output
        assert f'entityID="https://bridge.example.se{entity}"' in result.stdout
        assert result.stdout.count('use="signing"') == 2
        assert result.stdout.count('use="encryption"') == (1 if role == "sp" else 0)
