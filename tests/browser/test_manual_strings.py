"""The words of the manual stand on the screens where it says that they do."""

import tomllib
from pathlib import Path

import pytest

from tests.support.chromium import Walk
from tests.support.screens import ORGANISATION, PEOPLE, log_in, places

pytestmark = pytest.mark.browser

FILE = Path(__file__).parents[1] / "data" / "pages" / "manual_strings.toml"
SCREENS = tomllib.loads(FILE.read_text(encoding="utf-8"))["screens"]
OPEN = [screen for screen in SCREENS if "person" not in screen]
OURS = [screen for screen in SCREENS if "person" in screen]
_TEXT = "() => document.body.textContent"
"""What stands in boxes that are closed, too."""


def missing(walk: Walk, path: str, strings: list[str]) -> list[str]:
    walk.page.goto(f"{walk.places.bridge}{path}")
    text = " ".join(str(walk.page.evaluate(_TEXT)).split())
    return [each for each in strings if each not in text]


@pytest.mark.parametrize("screen", OPEN, ids=lambda screen: screen["name"])
def test_a_screen_for_everybody_has_the_words_of_the_manual(
    walk: Walk, screen: dict[str, list[str]]
) -> None:
    assert missing(walk, str(screen["path"]), screen["strings"]) == []


def test_the_screens_of_administrators_have_the_words_of_the_manual(walk: Walk) -> None:
    page = log_in(walk, PEOPLE["gun"], f"{ORGANISATION}/anvandare")
    known = places(page, walk.places.bridge)
    found = {
        screen["name"]: missing(walk, screen["path"].format(**known), screen["strings"])
        for screen in OURS
    }
    assert {name: gone for name, gone in found.items() if gone} == {}
