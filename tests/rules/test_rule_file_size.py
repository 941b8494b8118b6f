"""A file answers one question and is read in one go."""

from pathlib import Path

import pytest

from tests.support.source_code import name_of, python_files

MAX_LINES = 400


@pytest.mark.parametrize("path", python_files(), ids=name_of)
def test_no_file_is_longer_than_the_limit(path: Path) -> None:
    assert len(path.read_text().splitlines()) <= MAX_LINES
