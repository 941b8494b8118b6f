"""The examples in deploy/ name commands that exist, and systemd understands them."""

import re
import shutil
import subprocess
from pathlib import Path

import click
import pytest

from idp_bridge.cli import main

DEPLOY = Path(__file__).parents[2] / "deploy"
README = (DEPLOY / "README.md").read_text(encoding="utf-8")
SERVICES = sorted((DEPLOY / "systemd").glob("*.service"))
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


def _analyze() -> str:
    found = shutil.which("systemd-analyze")
    if found is None:
        pytest.skip("there is no systemd here")
    return found


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


def test_every_service_runs_as_the_user_that_the_page_makes() -> None:
    (user,) = re.findall(r"(?m)^useradd .* (\S+)$", README)
    assert len(SERVICES) == 4
    for unit in SERVICES:
        said = unit.read_text(encoding="utf-8").splitlines()
        assert f"User={user}" in said
        assert f"WorkingDirectory=/var/lib/{user}" in said
        assert f"install --directory --owner {user}" in README


def test_every_unit_that_somebody_starts_is_named_on_the_page() -> None:
    started = {
        unit.name
        for unit in (DEPLOY / "systemd").iterdir()
        if "[Install]" in unit.read_text(encoding="utf-8")
    }
    named = set(re.findall(r"idp-bridge[a-z-]*\.(?:service|timer)", README))
    assert started <= named
    assert all((DEPLOY / "systemd" / name).is_file() for name in named)


def test_a_large_version_has_room_to_wait_where_nothing_else_can_be_written() -> None:
    job = (DEPLOY / "kubernetes" / "metadata-refresh.yaml").read_text(encoding="utf-8")
    assert "readOnlyRootFilesystem: true" in job
    (name,) = re.findall(r"- name: (\S+)\n +mountPath: /tmp\b", job)
    assert re.search(rf"- name: {name}\n +emptyDir:", job)


@pytest.mark.parametrize("unit", SERVICES, ids=lambda unit: unit.name)
def test_systemd_finds_little_that_a_service_may_do(unit: Path) -> None:
    done = subprocess.run(
        [_analyze(), "security", "--offline=true", "--threshold=20", unit],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr


def test_systemd_understands_the_units(tmp_path: Path) -> None:
    units = []
    for unit in (DEPLOY / "systemd").iterdir():
        copy = tmp_path / unit.name
        text = unit.read_text(encoding="utf-8")
        copy.write_text(text.replace(INSTALLED, "/bin/true"), encoding="utf-8")
        units.append(copy)
    done = subprocess.run(
        [_analyze(), "verify", "--man=no", *units],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
