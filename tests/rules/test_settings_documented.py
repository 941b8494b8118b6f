"""Every setting stands in docs/configuration.md, in its table, with its default."""

import re
from pathlib import Path

import pytest

from tests.support.setting_names import DocumentedSetting, all_settings

PAGE = Path(__file__).parents[2] / "docs" / "configuration.md"
HEADING = re.compile(r"## (?:`(?P<table>\[.+\])`|Top level)$")
ROW = re.compile(r"\| `(?P<name>\w+)` \| (?P<default>.+?) \| (?P<meaning>.+) \|$")


def documented() -> dict[tuple[str, str], tuple[str, str]]:
    """Read the tables of the page: (table, name) to (default, meaning)."""
    rows: dict[tuple[str, str], tuple[str, str]] = {}
    table = ""
    for line in PAGE.read_text(encoding="utf-8").splitlines():
        if heading := HEADING.match(line):
            table = heading["table"] or ""
        elif row := ROW.match(line):
            rows[table, row["name"]] = (row["default"], row["meaning"])
    return rows


def test_there_are_settings_to_check() -> None:
    assert len(all_settings()) > 40


@pytest.mark.parametrize(
    "setting", all_settings(), ids=lambda one: f"{one.table}{one.name}"
)
def test_a_setting_is_documented_with_its_default(setting: DocumentedSetting) -> None:
    default, meaning = documented()[setting.table, setting.name]
    assert default == setting.default
    assert len(meaning) > 5


def test_nothing_is_documented_that_is_not_a_setting() -> None:
    known = {(one.table, one.name) for one in all_settings()}
    assert documented().keys() - known == set()


def test_every_setting_says_in_the_code_what_it_means() -> None:
    assert [one for one in all_settings() if not one.meaning] == []
