"""Imports point downwards, and dangerous libraries have few doors."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.source_code import ROOT


def test_the_import_contracts_hold() -> None:
    lint_imports = shutil.which("lint-imports", path=Path(sys.executable).parent)
    if lint_imports is None:
        pytest.fail("import-linter is not installed; `make test` installs it.")
    linted = subprocess.run(
        [lint_imports, "--no-cache"],
        cwd=ROOT,
        check=False,
        capture_output=True,
        text=True,
    )
    assert linted.returncode == 0, linted.stdout + linted.stderr
