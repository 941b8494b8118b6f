"""Levels that contradict each other are told before anybody logs in."""

from pathlib import Path

import pytest

from idp_bridge.settings import Settings, SettingsError, load_settings
from idp_bridge.settings.levels import (
    DEFAULT_LADDERS,
    DEFAULT_LEVELS,
    is_certified,
    is_raised,
)
from metadata import names
from tests.support.installations import write_config

LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3
DIGG3 = names.LOA_DIGG_3


def load(folder: Path, more: str) -> Settings:
    return load_settings(write_config(folder, more=more), {})


def problem(folder: Path, more: str) -> str:
    with pytest.raises(SettingsError) as caught:
        load(folder, more)
    assert len(caught.value.problems) == 1, caught.value.problems
    return caught.value.problems[0]


def test_one_counterpart_or_several_may_be_written(tmp_path: Path) -> None:
    levels = f'[levels]\n"urn:a" = "{LOA2}"\n"urn:b" = ["{LOA2}", "{LOA3}"]\n'
    settings = load(tmp_path, levels)
    assert settings.levels == {"urn:a": (LOA2,), "urn:b": (LOA2, LOA3)}


def test_a_level_of_digg_needs_an_approval(tmp_path: Path) -> None:
    own = (
        '[[downstream]]\nentity_id = "https://sp"\n'
        f'levels = {{ "{DIGG3}" = "{LOA3}" }}\n'
    )
    told = problem(tmp_path, own)
    assert told.startswith(f"downstream[1].levels: {DIGG3} is Digg's")
    approved = f'[published]\nidp_assurance_certifications = ["{DIGG3}"]\n'
    levels = load(tmp_path, own + approved).policy_for("https://sp").levels
    assert levels == {DIGG3: (LOA3,)}


@pytest.mark.parametrize(
    ("level", "counterpart"),
    [
        (LOA3, LOA2),
        (names.LOA_UNCERTIFIED_3, LOA2),
        (names.LOA_UNCERTIFIED_3, names.LOA_DIGG_2),
    ],
)
def test_a_map_that_raises_a_level_is_refused(
    tmp_path: Path, level: str, counterpart: str
) -> None:
    own = '[[downstream]]\nentity_id = "https://sp"\n'
    load(tmp_path, f'{own}levels = {{ "{level}" = "{LOA3}" }}\n')
    told = problem(tmp_path, f'{own}levels = {{ "{level}" = "{counterpart}" }}\n')
    assert told == f"downstream[1].levels: {level} says more than {counterpart}"


def test_an_own_ladder_says_what_is_raised(tmp_path: Path) -> None:
    own = (
        '[[downstream]]\nentity_id = "https://sp"\n'
        'levels = { "urn:high" = "urn:low" }\n'
    )
    load(tmp_path, own)
    ladder = '[ladders]\nours = ["urn:low", "urn:high"]\n'
    assert "urn:high says more than urn:low" in problem(tmp_path, own + ladder)


def test_a_level_stands_on_one_rung(tmp_path: Path) -> None:
    ladders = '[ladders]\none = ["urn:a", "urn:b"]\nother = ["urn:b"]\n'
    assert problem(tmp_path, ladders) == "ladders: urn:b stands on 2 rungs"


def test_a_default_level_is_one_of_the_sps_own(tmp_path: Path) -> None:
    own = (
        '[[downstream]]\nentity_id = "https://sp"\n'
        f'levels = {{ "urn:own" = "{LOA3}" }}\ndefault_level = '
    )
    load(tmp_path, own + '"urn:own"\n')
    assert "default_level" in problem(tmp_path, own + f'"{LOA3}"\n')


def test_our_own_defaults_are_honest() -> None:
    pairs = [(down, up) for down, ups in DEFAULT_LEVELS.items() for up in ups]
    assert len(pairs) == 9
    assert not any(is_raised(down, upstream=up) for down, up in pairs)
    assert not any(is_certified(down) for down, _ in pairs)


def test_every_family_of_sweden_has_a_ladder() -> None:
    rungs = [level for ladder in DEFAULT_LADDERS.values() for level in ladder]
    assert len(rungs) == len(set(rungs)) == 22
    assert {names.LOA_SAMBI_3, DIGG3, names.LOA_UNCERTIFIED_2} < set(rungs)


@pytest.mark.parametrize(
    ("level", "certified"),
    [
        (DIGG3, True),
        ("http://id.elegnamnden.se/loa/1.0/eidas-nf-high", True),
        ("http://id.swedenconnect.se/loa/1.0/loa3-nonresident", True),
        (names.LOA_UNCERTIFIED_3, False),
        ("http://id.swedenconnect.se/loa/1.0/uncertified-eidas-sub", False),
        (LOA3, False),
    ],
)
def test_what_only_digg_can_give_is_known(level: str, *, certified: bool) -> None:
    assert is_certified(level) is certified
