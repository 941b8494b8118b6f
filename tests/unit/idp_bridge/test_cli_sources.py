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
        ("move", "feed", "--last"),
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


def test_the_order_of_sources_is_an_operators(tmp_path: Path) -> None:
    config = install(tmp_path)
    for name in ("a", "b", "c"):
        file = tmp_path / f"{name}.xml"
        file.write_text(group(idp(), sp(f"https://{name}.example.se")))
        added = run(config, "metadata", "add", name, str(file))
        assert ("which decides" in added.stderr) == (name != "a")
    for words, said in (
        (("c", "--first"), "c, a, b"),
        (("c", "--before", "b"), "a, c, b"),
        (("a", "--last"), "c, b, a"),
    ):
        done = run(config, "metadata", "move", *words)
        assert done.stdout == f"The order is now: {said}.\n"
    listed = run(config, "metadata", "list").stdout
    assert "a: 1 of its entities are also in c, which decides" in listed
    first, *_ = json.loads(run(config, "metadata", "list", "--json").stdout)
    assert [one["decides"] for one in first["overlaps"]] == [False, False]


@pytest.mark.parametrize(
    ("words", "status"),
    [
        ((), 2),
        (("--first", "--last"), 2),
        (("--before", "x"), 1),
    ],
)
def test_a_place_that_is_none_moves_nothing(
    tmp_path: Path, words: tuple[str, ...], status: int
) -> None:
    config, file = install(tmp_path), tmp_path / "a.xml"
    file.write_text(idp())
    run(config, "metadata", "add", "a", str(file))
    assert run(config, "metadata", "move", "a", *words).exit_code == status
    assert run(config, "metadata", "move", "x", "--first").exit_code == 1
