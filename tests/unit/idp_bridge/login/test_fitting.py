"""What would answer a request is remembered, and never for another one."""

from typing import Any

import pytest

from idp_bridge.login.fitting import MAX_KEPT, FittingLevels
from idp_bridge.saml.messages import AuthnRequest, Comparison
from idp_bridge.settings import Settings
from metadata import names
from tests.support.saml.logins import make_settings
from tests.support.saml.world import SP

LOA2, LOA3 = names.LOA_SAMBI_2, names.LOA_SAMBI_3
IDP = "https://idp.example.se"
METHODS = [
    {"entity_id": IDP, "method": "siths", "title": "SITHS", "levels": [LOA2, LOA3]},
    {"entity_id": IDP, "method": "konto", "title": "Konto", "levels": [LOA2]},
]


def settings(**changes: Any) -> Settings:
    return make_settings(upstream=METHODS, **changes)


def request(**changes: Any) -> AuthnRequest:
    usual = {
        "id": "_1",
        "sp_entity_id": SP,
        "acs_url": "https://etjanst.example.se/acs",
        "relay_state": None,
        "binding": names.BINDING_REDIRECT,
        "levels": (LOA3,),
    }
    return AuthnRequest(**{**usual, **changes})


def found(
    fitting: FittingLevels,
    made: Settings,
    asked: AuthnRequest,
    *,
    method: int = 0,
    certified: tuple[str, ...] = (),
) -> list[str]:
    upstream = made.upstream[method]
    levels = fitting.of(asked, upstream, made, certified=certified)
    return [level.downstream for level in levels]


def test_the_same_question_is_answered_once() -> None:
    fitting, made = FittingLevels(), settings()
    one, other = (
        fitting.of(request(id=name), made.upstream[0], made, certified=())
        for name in ("_1", "_2")
    )
    assert one is other
    assert len(fitting) == 1


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"levels": (LOA2,)}, [LOA2]),
        ({"levels": (LOA2,), "comparison": Comparison.BETTER}, [LOA3]),
        ({"sp_entity_id": "https://strict.example.se"}, []),
    ],
)
def test_another_question_gets_its_own_answer(
    changes: dict[str, Any], expected: list[str]
) -> None:
    fitting = FittingLevels()
    made = settings(
        downstream=[{"entity_id": "https://strict.example.se", "levels": {}}]
    )
    for _ in range(2):
        assert found(fitting, made, request()) == [LOA3]
        assert found(fitting, made, request(**changes)) == expected


def test_methods_and_what_they_are_certified_for_stay_apart() -> None:
    fitting, made = FittingLevels(), settings()
    for _ in range(2):
        assert found(fitting, made, request()) == [LOA3]
        assert found(fitting, made, request(), method=1) == []
        assert found(fitting, made, request(), certified=(LOA2,)) == []


def test_other_settings_are_asked_anew() -> None:
    fitting = FittingLevels()
    assert found(fitting, settings(), request()) == [LOA3]
    assert found(fitting, settings(levels={}), request()) == []


def test_whatever_is_asked_for_does_not_fill_the_memory() -> None:
    fitting, made = FittingLevels(), settings()
    for number in range(MAX_KEPT + 10):
        assert found(fitting, made, request(levels=(f"urn:level:{number}",))) == []
    assert found(fitting, made, request()) == [LOA3]
    assert len(fitting) <= MAX_KEPT
