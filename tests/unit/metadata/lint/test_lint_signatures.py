"""With a certificate the linter verifies the signature; else it says that it did not.

It does so as the bridge does, and whatever is wrong is a finding with a place.
"""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from metadata.lint.levels import Level
from metadata.lint.linter import Section, lint
from metadata.lint.verifying import Verdict
from tests.support.clock import NOW
from tests.support.keys import KeyPair, rsa_key
from tests.support.lint_documents import exemplary_idp, exemplary_sp, grouped, spoilt
from tests.support.metadata_documents import signed

SIGNER = rsa_key("federation", 3072)
SUCCESSOR = rsa_key("successor")
STRANGER = rsa_key("stranger")


def group() -> str:
    head = '<md:EntitiesDescriptor validUntil="2026-12-01T12:00:00Z" '
    return spoilt(
        grouped(exemplary_sp(), spoilt(exemplary_idp(), ("_signed", "_another"))),
        ("<md:EntitiesDescriptor ", head),
    ).replace('ID="_signed"', 'ID="_inner"')


def document(text: str, *keys: KeyPair) -> Section:
    signers = [key.public for key in keys]
    *_, last = lint(text.encode(), now=NOW, signers=signers)
    return last


@pytest.mark.parametrize("make", [exemplary_sp, lambda: signed_group(SIGNER)])
def test_a_good_signature_is_verified_with_any_of_the_given_certificates(
    make: Callable[[], str],
) -> None:
    for keys in ((SIGNER,), (SUCCESSOR, SIGNER), (SIGNER, SUCCESSOR)):
        found = document(make(), *keys)
        assert found.signature is Verdict.VERIFIED
        assert "signature-invalid" not in {one.code for one in found.findings}


def signed_group(key: KeyPair) -> str:
    return signed(group(), key).decode()


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: signed_group(STRANGER), id="foreign"),
        pytest.param(
            lambda: spoilt(exemplary_sp(), ("Incident", "Accident")), id="changed"
        ),
        pytest.param(
            lambda: spoilt(signed_group(SIGNER), ('"#_signed"', '"#_inner"')),
            id="of a part",
        ),
    ],
)
def test_a_bad_signature_is_an_error_where_it_stands(make: Callable[[], str]) -> None:
    text = make()
    found = document(text, SIGNER)
    assert found.signature is Verdict.REFUSED
    (error,) = [one for one in found.findings if one.code == "signature-invalid"]
    assert error.level is Level.ERROR
    assert error.path.endswith("Signature")
    assert document(text).signature is Verdict.NOT_VERIFIED


def test_a_missing_signature_is_an_error_only_when_somebody_should_have_signed() -> (
    None
):
    for keys, codes in (((), False), ((SIGNER,), True)):
        found = document(group(), *keys)
        assert found.signature is Verdict.UNSIGNED
        assert ("signature-invalid" in {one.code for one in found.findings}) == codes


@pytest.mark.parametrize("text", ["<a/>", "<md:a", ""])
def test_what_is_no_metadata_has_no_signature_to_speak_of(text: str) -> None:
    assert document(text, SIGNER).signature is None


# --- on the command line --------------------------------------------------------------


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "feed.xml").write_text(exemplary_sp())
    (tmp_path / "signer.pem").write_bytes(SIGNER.certificate_pem)
    (tmp_path / "stranger.pem").write_bytes(STRANGER.certificate_pem)
    both = STRANGER.certificate_pem + SIGNER.certificate_pem
    (tmp_path / "both.pem").write_bytes(both)
    (tmp_path / "text.pem").write_text("nothing")
    return tmp_path


def run(folder: Path, certificate: str | None, *words: str) -> Result:
    office = Office(config=None, environ={}, clock=lambda: NOW)
    option = () if certificate is None else ("--certificate", folder / certificate)
    command = ["metadata", "lint", folder / "feed.xml", *option, *words]
    return CliRunner().invoke(main, list(map(str, command)), obj=office)


@pytest.mark.parametrize(
    ("certificate", "status", "said"),
    [
        (None, 0, "was not verified"),
        ("signer.pem", 0, "is by the given certificate"),
        ("both.pem", 0, "is by the given certificate"),
        ("stranger.pem", 1, "signature-invalid"),
        ("text.pem", 2, "certificate cannot be used"),
        ("missing.pem", 2, "does not exist"),
    ],
)
def test_the_report_says_what_is_known_of_the_signature(
    folder: Path, certificate: str | None, status: int, said: str
) -> None:
    result = run(folder, certificate)
    assert result.exit_code == status
    assert said in result.output


@pytest.mark.parametrize(
    ("certificate", "verdict"),
    [(None, "not-verified"), ("signer.pem", "verified"), ("stranger.pem", "refused")],
)
def test_programs_get_one_word(
    folder: Path, certificate: str | None, verdict: str
) -> None:
    answer = json.loads(run(folder, certificate, "--json").stdout)
    assert answer["summary"]["signature"] == verdict
