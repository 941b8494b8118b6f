"""What stands in the project is written for anybody who reads it."""

import re
from pathlib import Path

import pytest

from tests.support.source_code import ROOT, name_of, our_files

UNREADABLE = {".ico", ".jpg", ".png", ".ttf", ".woff", ".woff2", ".zip"}
PRIVATE_PLACES = re.compile(r"(?<![\w.])/(work|home|root|Users)/|\.\./shared\b")
UNFINISHED = re.compile(r"\b(TODO|FIXME|XXX|NotImplementedError)\b")
EXPLAIN_THE_RULE = {"pyproject.toml", "CONTRIBUTING.md"}

THIS_FILE = Path(__file__)
FILES = [
    path
    for path in our_files()
    if path.suffix not in UNREADABLE
    and path != THIS_FILE
    and not path.is_relative_to(ROOT / "tests" / "data")
    and "vendor" not in path.parts
]


@pytest.mark.parametrize("path", FILES, ids=name_of)
def test_no_file_knows_the_machine_it_was_written_on(path: Path) -> None:
    assert PRIVATE_PLACES.findall(path.read_text()) == []


@pytest.mark.parametrize(
    "path", [path for path in FILES if path.name not in EXPLAIN_THE_RULE], ids=name_of
)
def test_no_file_promises_to_be_finished_later(path: Path) -> None:
    assert UNFINISHED.findall(path.read_text()) == []
