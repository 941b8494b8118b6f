from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_bridge.errors import AuthnContextError
from idp_bridge.login import levels
from idp_bridge.login.levels import Level, LevelRules
from idp_bridge.saml.messages import Comparison
from idp_bridge.settings.levels import DEFAULT_LADDERS, DEFAULT_LEVELS
from metadata import names

LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3
UN2, UN3 = names.LOA_UNCERTIFIED_2, names.LOA_UNCERTIFIED_3
DIGG2, DIGG3 = names.LOA_DIGG_2, names.LOA_DIGG_3
LOA1 = "http://id.sambi.se/loa/loa1"
EIDAS_SUB = "http://id.elegnamnden.se/loa/1.0/eidas-sub"
EIDAS = DEFAULT_LADDERS["eidas-uncertified"]
RULES = LevelRules(
    mapping=DEFAULT_LEVELS,
    ladders=DEFAULT_LADDERS.values(),
    assertable=(LOA2, LOA3),
    owned=(),
    default=None,
)


def fitting(
    *requested: str, comparison: Comparison = Comparison.EXACT, **changes: Any
) -> list[tuple[str, str]]:
    found = levels.fitting(requested, comparison, replace(RULES, **changes))
    return [(level.downstream, level.upstream) for level in found]


def test_exact_levels_keep_their_order() -> None:
    assert fitting(LOA3, UN2) == [(LOA3, LOA3), (UN2, LOA2)]
    assert fitting(UN2, LOA3) == [(UN2, LOA2), (LOA3, LOA3)]
    assert fitting("urn:unknown", LOA3) == [(LOA3, LOA3)]
    assert fitting("urn:unknown") == []


@pytest.mark.parametrize(
    ("requested", "comparison", "found"),
    [
        ((LOA2,), Comparison.MINIMUM, [LOA2, LOA3]),
        ((LOA3,), Comparison.MINIMUM, [LOA3]),
        ((LOA3, LOA2), Comparison.MINIMUM, [LOA2, LOA3]),
        ((LOA2,), Comparison.BETTER, [LOA3]),
        ((LOA3,), Comparison.BETTER, []),
        ((LOA2,), Comparison.MAXIMUM, [LOA2]),
        ((LOA3,), Comparison.MAXIMUM, [LOA3, LOA2]),
        ((LOA1,), Comparison.MINIMUM, [LOA2, LOA3]),
        ((LOA1,), Comparison.MAXIMUM, []),
        ((LOA2, UN3), Comparison.MINIMUM, [LOA2, LOA3, UN3]),
        ((UN2,), Comparison.MINIMUM, [UN2, UN3]),
        (("urn:unknown",), Comparison.MINIMUM, []),
    ],
)
def test_comparisons_stay_in_the_family_of_what_was_asked(
    requested: tuple[str, ...], comparison: Comparison, found: list[str]
) -> None:
    answers = [uri for uri, _ in fitting(*requested, comparison=comparison)]
    assert answers == found


def test_what_the_identity_provider_may_not_assert_does_not_fit() -> None:
    assert fitting(LOA3, assertable=(LOA2,)) == []
    assert fitting(LOA2, comparison=Comparison.MINIMUM, assertable=(LOA2,)) == [
        (LOA2, LOA2)
    ]


def test_one_level_may_have_counterparts_in_several_families() -> None:
    both = fitting(UN3, assertable=(DIGG3, LOA3))
    assert both == [(UN3, LOA3), (UN3, DIGG3)]
    assert fitting(UN3, assertable=(DIGG3,)) == [(UN3, DIGG3)]
    assert fitting(LOA3, assertable=(DIGG3,)) == []


def test_eidas_has_a_ladder_of_its_own() -> None:
    low, sub, _ = EIDAS
    assert fitting(sub, assertable=(EIDAS_SUB,)) == [(sub, EIDAS_SUB)]
    at_least = fitting(low, comparison=Comparison.MINIMUM, assertable=(EIDAS_SUB,))
    assert at_least == [(sub, EIDAS_SUB)]
    assert fitting(LOA2, comparison=Comparison.MINIMUM, assertable=(EIDAS_SUB,)) == []


def test_a_level_on_no_ladder_is_only_like_itself() -> None:
    own = {"mapping": {"urn:own": ("urn:theirs",)}, "assertable": ("urn:theirs",)}
    for comparison in (Comparison.EXACT, Comparison.MINIMUM, Comparison.MAXIMUM):
        found = fitting("urn:own", comparison=comparison, **own)
        assert found == [("urn:own", "urn:theirs")]
    assert fitting("urn:own", comparison=Comparison.BETTER, **own) == []


@pytest.mark.parametrize("comparison", [Comparison.EXACT, Comparison.MINIMUM])
def test_a_level_of_digg_is_only_said_by_who_is_approved(
    comparison: Comparison,
) -> None:
    mapping = {DIGG2: (LOA2,), DIGG3: (LOA3,)}
    assert fitting(DIGG3, comparison=comparison, mapping=mapping) == []
    owned = fitting(DIGG3, comparison=comparison, mapping=mapping, owned=(DIGG3,))
    assert owned == [(DIGG3, LOA3)]
    assert fitting(mapping=mapping, default=DIGG3) == []


@pytest.mark.parametrize(
    ("configured", "certified", "may"),
    [
        ((LOA2, LOA3), (), (LOA2, LOA3)),
        ((LOA2, LOA3), (LOA2,), (LOA2,)),
        ((LOA3,), (LOA2, LOA3), (LOA3,)),
        ((LOA3,), (LOA2,), ()),
        ((LOA3,), (DIGG2,), ()),
        ((LOA2, LOA3), ("https://refeds.org/sirtfi",), (LOA2, LOA3)),
        (("urn:own", LOA3), ("urn:own",), ("urn:own",)),
    ],
)
def test_metadata_and_the_operator_both_narrow_what_may_be_asserted(
    configured: tuple[str, ...], certified: tuple[str, ...], may: tuple[str, ...]
) -> None:
    ladders = DEFAULT_LADDERS.values()
    found = levels.assertable(configured, certified=certified, ladders=ladders)
    assert found == may


def test_who_does_not_care_gets_the_default() -> None:
    assert fitting(default=UN3) == [(UN3, LOA3)]
    assert fitting(default="urn:unknown") == []
    assert fitting()[0] == (UN2, LOA2)


URIS = st.sampled_from([LOA2, LOA3, UN2, UN3, "urn:unknown"])


@given(
    requested=st.lists(URIS, max_size=4),
    comparison=st.sampled_from(Comparison),
    asserted=st.sampled_from([LOA2, LOA3]),
)
def test_an_answer_is_never_above_what_was_asserted(
    requested: list[str], comparison: Comparison, asserted: str
) -> None:
    found = levels.fitting(requested, comparison, RULES)
    try:
        answer = levels.answer(found, asserted=asserted)
    except AuthnContextError:
        assert asserted not in [level.upstream for level in found]
        return
    assert asserted in DEFAULT_LEVELS[answer]
    if requested and comparison is Comparison.EXACT:
        assert answer in requested


def test_the_first_fitting_answer_is_given() -> None:
    found = (Level(UN3, LOA3), Level(LOA3, LOA3))
    assert levels.answer(found, asserted=LOA3) == UN3
    with pytest.raises(AuthnContextError):
        levels.answer(found, asserted=LOA2)
    with pytest.raises(AuthnContextError):
        levels.answer((), asserted=LOA3)
