"""How do tests run a command of the bridge, and read what it says?"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

from click.testing import CliRunner, Result

from idp_bridge.cli import main
from idp_bridge.cli.context import Office
from tests.support.clock import NOW


def run(config: Path | None, *words: str, **environ: str) -> Result:
    return _run(Office(config=config, environ=environ, clock=lambda: NOW), words)


def run_at(config: Path, days: float, *words: str) -> Result:
    """Run a command some days later."""
    later = NOW + timedelta(days=days)
    return _run(Office(config=config, environ={}, clock=lambda: later), words)


def _run(office: Office, words: tuple[str, ...]) -> Result:
    """Run a command, and let go of the database as the end of a process does."""
    result = CliRunner().invoke(main, words, obj=office)
    if "any_engine" in vars(office):
        office.any_engine.dispose()
    return result


def answer(config: Path, *words: str) -> Any:
    result = run(config, *words, "--json")
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def refusal(result: Result) -> str:
    """Read why a command refused: one paragraph on standard error, no traceback."""
    assert result.exit_code == 1, result.output
    assert "Traceback" not in result.output
    assert isinstance(result.exception, SystemExit)
    assert result.stderr.startswith("Error: ")
    return result.stderr.removeprefix("Error: ").strip()
