"""Tests can be told apart by name and are found by pytest."""

from collections import Counter
from pathlib import Path

import pytest

from tests.support.source_code import functions, name_of, python_files

TESTS = python_files("tests")
TEST_FILES = [path for path in TESTS if path.name.startswith("test_")]


def test_no_two_test_files_have_one_name() -> None:
    counted = Counter(path.name for path in TEST_FILES)
    assert [name for name, count in counted.items() if count > 1] == []


def test_no_folder_of_tests_is_a_package() -> None:
    """A package ``tests/unit/metadata`` would stand in front of ours."""
    assert [path for path in TESTS if path.name == "__init__.py"] == []


@pytest.mark.parametrize("path", TESTS, ids=name_of)
def test_every_test_stands_in_a_file_that_pytest_reads(path: Path) -> None:
    tests = [one.name for one in functions(path) if one.name.startswith("test_")]
    assert bool(tests) == (path in TEST_FILES)


@pytest.mark.parametrize("path", TEST_FILES, ids=name_of)
def test_no_test_hides_another_one_of_its_name(path: Path) -> None:
    counted = Counter(function.name for function in functions(path))
    repeated = [name for name, count in counted.items() if count > 1]
    assert [name for name in repeated if name.startswith("test_")] == []
