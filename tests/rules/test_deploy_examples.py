"""The examples in deploy/ name commands that exist, and systemd understands them."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from idp_bridge.cli import main

DEPLOY = Path(__file__).parents[2] / "deploy"
INSTALLED = "/opt/idp-bridge/bin/idp-bridge"
COMMAND = re.compile(rf"(?:{INSTALLED}|command: )(?P<words>.+)")
NOT_WORDS = re.compile(r'[\[\]",]|>\S+|#.*')


def _commands() -> dict[str, list[str]]:
    found = {}
    for path in DEPLOY.rglob("*"):
        if path.is_file() and path.suffix != ".md":
            for match in COMMAND.finditer(path.read_text(encoding="utf-8")):
                words = NOT_WORDS.sub(" ", match["words"]).split()
                rest = [word for word in words if word != "idp-bridge"]
                found[f"{path.name}: {_command_of(rest)}"] = rest
    return found


def _command_of(words: list[str]) -> str:
    """Leave out options and their values."""
    return " ".join(re.sub(r"--\S+ \S+", "", " ".join(words)).split())


COMMANDS = _commands()


def test_every_example_runs_a_command() -> None:
    assert COMMANDS.keys() == {
        "idp-bridge.service: serve",
        "idp-bridge-metadata-refresh.service: metadata refresh",
        "metadata-refresh.yaml: metadata refresh",
        "idp-bridge-metadata-refresh: metadata refresh",
        "idp-bridge-mail.service: mail send",
        "idp-bridge-nightly.service: retention run",
        "idp-bridge-nightly.service: audit verify",
        "jobs.yaml: mail send",
        "jobs.yaml: retention run",
        "jobs.yaml: audit verify",
        "idp-bridge-jobs: mail send",
        "idp-bridge-jobs: retention run",
        "idp-bridge-jobs: audit verify",
    }


@pytest.mark.parametrize("words", COMMANDS.values(), ids=COMMANDS)
def test_a_command_and_its_options_exist(words: list[str]) -> None:
    command: click.Command = main
    rest = list(words)
    context = click.Context(command)
    while isinstance(command, click.Group):
        context = command.make_context("idp-bridge", rest, resilient_parsing=True)
        rest = [*context._protected_args, *context.args]  # no other way
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, name
        command = found
    command.make_context(command.name or "", rest)


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("there is no systemd here")
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        copy = tmp_path / unit.name
        text = unit.read_text(encoding="utf-8")
        copy.write_text(text.replace(INSTALLED, "/bin/true"), encoding="utf-8")
        units.append(copy)
    done = subprocess.run(
        [analyze, "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
