from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from idp_bridge.errors import AuthnContextError
from idp_bridge.login import levels
from idp_bridge.login.levels import Level
from idp_bridge.saml.messages import Comparison
from idp_bridge.settings.model import DEFAULT_LEVELS
from metadata import names

LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3
UN2, UN3 = names.LOA_UNCERTIFIED_2, names.LOA_UNCERTIFIED_3


def fitting(
    *requested: str, comparison: Comparison = Comparison.EXACT, **changes: Any
) -> list[tuple[str, str]]:
    usual = {
        "mapping": DEFAULT_LEVELS,
        "upstream_levels": (LOA2, LOA3),
        "default": None,
    }
    found = levels.fitting(requested, comparison, **{**usual, **changes})
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
        ((LOA3,), Comparison.MAXIMUM, [LOA2, LOA3]),
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
    assert fitting(LOA3, upstream_levels=(LOA2,)) == []
    assert fitting(LOA2, comparison=Comparison.MINIMUM, upstream_levels=(LOA2,)) == [
        (LOA2, LOA2)
    ]


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
    found = levels.fitting(
        requested,
        comparison,
        mapping=DEFAULT_LEVELS,
        upstream_levels=(LOA2, LOA3),
        default=None,
    )
    try:
        answer = levels.answer(found, asserted=asserted)
    except AuthnContextError:
        assert asserted not in [level.upstream for level in found]
        return
    assert DEFAULT_LEVELS[answer] == asserted
    if requested and comparison is Comparison.EXACT:
        assert answer in requested


def test_the_first_fitting_answer_is_given() -> None:
    found = (Level(UN3, LOA3), Level(LOA3, LOA3))
    assert levels.answer(found, asserted=LOA3) == UN3
    with pytest.raises(AuthnContextError):
        levels.answer(found, asserted=LOA2)
    with pytest.raises(AuthnContextError):
        levels.answer((), asserted=LOA3)
