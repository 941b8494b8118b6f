"""``metadata lint`` reports to people and programs, and its exit status tells."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from metadata.lint.page import table_of_rules
from tests.support.clock import NOW
from tests.support.lint_documents import exemplary_idp, exemplary_sp, grouped, spoilt
from tests.support.metadata_documents import inera_like_idp

PAGE = Path(__file__).parents[3] / "docs" / "lint.md"
SP = "https://sp.example.se/saml"
BAD = "javascript:alert(1)"


def run(*words: str, given: bytes | None = None) -> Result:
    office = Office(config=None, environ={}, clock=lambda: NOW)
    return CliRunner().invoke(main, ["metadata", "lint", *words], given, obj=office)


@pytest.fixture
def good(tmp_path: Path) -> str:
    file = tmp_path / "good.xml"
    file.write_text(exemplary_sp())
    return str(file)


@pytest.fixture
def bad(tmp_path: Path) -> str:
    file = tmp_path / "bad.xml"
    spoilt_sp = spoilt(exemplary_sp(), ("https://sp.example.se/acs2", BAD))
    an_idp = spoilt(exemplary_idp(), ("_signed", "_another"))
    head = '<md:EntitiesDescriptor validUntil="2026-12-01T12:00:00Z" '
    group = grouped(spoilt_sp, an_idp)
    file.write_text(spoilt(group, ("<md:EntitiesDescriptor ", head)))
    return str(file)


def line_of(file: str) -> int:
    lines = Path(file).read_text().splitlines()
    return next(n for n, line in enumerate(lines, 1) if BAD in line)


def test_good_metadata_ends_with_0_and_a_summary(good: str) -> None:
    result = run(good)
    assert result.exit_code == 0
    assert result.stdout.splitlines() == [
        "1 entity: 0 errors, 0 warnings, 0 pieces of advice.",
        "The signature was not verified: give the signer's --certificate for that.",
    ]


def test_errors_end_with_1_and_stand_under_their_entity(bad: str) -> None:
    result = run(bad)
    assert result.exit_code == 1
    assert result.stderr == ""
    section = result.stdout.split("\n\n")[0].splitlines()
    assert section[0] == f"{SP} (line 2)"
    line = line_of(bad)
    assert f"  error    endpoint-address: line {line}, column 5" in section
    assert "2 entities: 1 error, " in result.stdout.splitlines()[-1]
    assert "not verified" not in result.stdout  # there is no signature to verify


def test_a_report_fits_on_a_narrow_terminal(tmp_path: Path) -> None:
    file = tmp_path / "inera.xml"
    file.write_bytes(inera_like_idp())
    lines = run(str(file)).stdout.splitlines()
    assert len(lines) > 30
    assert [line for line in lines if len(line) > 80 and " " in line.strip()] == []


def test_programs_get_json(bad: str) -> None:
    result = run(bad, "--json")
    answer = json.loads(result.stdout)
    assert result.exit_code == 1
    assert answer["summary"]["entities"] == 2
    assert answer["summary"]["error"] == 1
    (error,) = [one for one in answer["findings"] if one["level"] == "error"]
    assert error["code"] == "endpoint-address"
    assert error["entity_id"] == SP
    assert error["line"] == line_of(bad)
    assert error["path"].endswith("AssertionConsumerService[2]")


def test_json_of_good_metadata_is_an_empty_list(good: str) -> None:
    assert json.loads(run(good, "--json").stdout)["findings"] == []


def test_warnings_and_advice_alone_end_with_0(bad: str) -> None:
    result = run("-", given=exemplary_sp().replace("PT1H", "P30D").encode())
    assert result.exit_code == 0
    assert "1 warning" in result.stdout
    del bad


def test_one_entity_can_be_asked_for(bad: str) -> None:
    result = run(bad, "--entity", "https://idp.example.se/saml")
    assert result.exit_code == 0
    assert SP not in result.stdout


def test_an_entity_that_is_not_there_is_a_wrong_question(bad: str) -> None:
    result = run(bad, "--entity", "https://nobody.example.se")
    assert result.exit_code == 2
    assert "no entity https://nobody.example.se" in result.stderr


@pytest.mark.parametrize(
    "words", [(), ("no-such-file.xml",), ("-", "--profile", "mine"), (".",)]
)
def test_a_command_that_makes_no_sense_ends_with_2(words: tuple[str, ...]) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_a_profile_decides_what_counts(tmp_path: Path) -> None:
    file = tmp_path / "idp.xml"
    file.write_text(spoilt(exemplary_idp(), ("assurance/al1", "assurance/al2")))
    assert run(str(file), "--profile", "swamid").exit_code == 1
    assert run(str(file), "--profile", "saml2int").exit_code == 0


def test_nothing_in_a_file_reaches_the_terminal_as_control() -> None:
    evil = 'entityID="https://sp.example.se/&#x202e;&#x9b;2J"'
    text = spoilt(exemplary_sp(), (f'entityID="{SP}"', evil))
    result = run("-", given=text.encode())
    assert "\\u202e" in result.stdout
    assert "\u202e" not in result.stdout
    assert "\x9b" not in result.stdout


def test_the_page_lists_the_rules_as_they_are() -> None:
    table = run("--rules").stdout
    assert table == table_of_rules() + "\n"
    assert PAGE.read_text(encoding="utf-8").endswith("\n\n" + table)
