"""The words of the manual stand on the screens where it says that they do."""

import tomllib
from collections import Counter
from pathlib import Path
from typing import Final

import pytest

from tests.support.chromium import Walk
from tests.support.screens import HOMES, PEOPLE, log_in, places

pytestmark = pytest.mark.browser

FILE = Path(__file__).parents[1] / "data" / "pages" / "manual_strings.toml"
SCREENS = tomllib.loads(FILE.read_text(encoding="utf-8"))["screens"]
OPEN = [screen for screen in SCREENS if "person" not in screen]
ROWS: Final = set(range(1, 63))
"""The manual's words, as the file says; every row has a screen."""
SEVERAL: Final = {9: 2, 11: 2, 36: 2, 50: 2, 53: 3, 60: 2, 62: 2}
"""Rows with more than one word, and how many they have."""
_TEXT = "() => document.body.textContent"
"""What stands in boxes that are closed, too."""


def missing(walk: Walk, screen: dict[str, list[dict[str, str]]], path: str) -> set[str]:
    walk.page.goto(f"{walk.places.bridge}{path}")
    text = " ".join(str(walk.page.evaluate(_TEXT)).split())
    return {each["text"] for each in screen["strings"] if each["text"] not in text}


def test_every_row_of_the_manual_has_a_screen() -> None:
    words = {
        (one.get("row"), one["text"]) for each in SCREENS for one in each["strings"]
    }
    found = Counter(row for row, _ in words if row is not None)
    assert found.keys() == ROWS
    assert {row: found[row] for row in SEVERAL} == SEVERAL


@pytest.mark.parametrize("screen", OPEN, ids=lambda screen: screen["name"])
def test_a_screen_for_everybody_has_the_words_of_the_manual(
    walk: Walk, screen: dict[str, list[dict[str, str]]]
) -> None:
    assert missing(walk, screen, str(screen["path"])) == set()


@pytest.mark.parametrize("who", HOMES)
def test_the_screens_of_administrators_have_the_words_of_the_manual(
    walk: Walk, who: str
) -> None:
    page = log_in(walk, PEOPLE[who], f"{HOMES[who]}/anvandare")
    known = places(page, walk.places.bridge, who)
    ours = [screen for screen in SCREENS if screen.get("person") == who]
    found = {
        screen["name"]: missing(walk, screen, screen["path"].format(**known))
        for screen in ours
    }
    assert ours
    assert {name: gone for name, gone in found.items() if gone} == {}
