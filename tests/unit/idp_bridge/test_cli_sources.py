"""The options with which an operator says what a source may bring."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from idp_bridge.cli.metadata import add
from metadata.sources import Kind
from tests.support.commands import run, run_at
from tests.support.installations import install
from tests.support.metadata_documents import group, idp, sp


@pytest.mark.parametrize(
    "option",
    [
        "--allow-entity-id",
        "--deny-entity-id",
        "--allow-authority",
        "--deny-authority",
        "--allow-category",
        "--deny-category",
        "--max-shrinkage",
        "--refresh-every",
        "--mdq",
        "--certificate",
        "--pin",
        "--replace",
        "--role",
        "--max-validity",
    ],
)
def test_every_part_of_a_source_has_an_option(option: str) -> None:
    said = CliRunner().invoke(add, ["--help"]).output
    assert option in said
    assert Kind.MDQ.value in said


def trail(config: Path) -> list[tuple[str, str, str]]:
    """Read who did what to which source, in order."""
    lines = run(config, "audit", "export").stdout.splitlines()
    entries = map(json.loads, lines)
    return [(one["actor"], one["action"], one["subject"]) for one in entries]


def test_what_is_done_to_sources_on_the_command_line_is_in_the_audit_trail(
    tmp_path: Path,
) -> None:
    config, file = install(tmp_path), tmp_path / "feed.xml"
    file.write_text(group(idp(), sp()))
    run(config, "metadata", "add", "feed", str(file), "--dry-run")
    run(config, "metadata", "remove", "feed")  # refused: there is none yet
    assert trail(config) == []
    for words in (
        ("add", "feed", str(file)),
        ("add", "feed", str(file), "--replace", "--role", "sp"),
        ("approve", "feed"),
        ("refresh", "feed", "--force"),
        ("remove", "feed"),
    ):
        done = run(config, "metadata", *words)
        assert done.exit_code == 0, done.output
    who, what = "operator:command-line", "metadata-source"
    assert trail(config) == [
        (who, f"{what}:{verb}", f"{what}:feed")
        for verb in ("add", "change", "approve", "refresh", "remove")
    ]
    assert run(config, "audit", "verify").exit_code == 0


def test_what_a_timer_refreshes_is_nobodys_deed(tmp_path: Path) -> None:
    config, file = install(tmp_path), tmp_path / "feed.xml"
    file.write_text(group(idp(), sp()))
    run(config, "metadata", "add", "feed", str(file))
    done = run_at(config, 2, "metadata", "refresh")
    assert done.stdout == "feed: nothing new\n"
    assert len(trail(config)) == 1
