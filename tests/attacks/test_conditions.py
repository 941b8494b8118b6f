"""An assertion with conditions that we do not know or cannot meet, or without any."""

from pathlib import Path

import pytest

from idp_bridge.errors import (
    BadAssertionError,
    UnknownConditionError,
    WrongVersionError,
)
from idp_bridge.saml.messages import ProxyLimit
from tests.support.saml.logins import answer_to, issued, make_bridge
from tests.support.saml.responses import (
    assertion,
    attribute,
    authn,
    good,
    held,
    person,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import (
    OTHER_SP,
    OUR_SP,
    SP,
    expected,
    take_response,
)


def under(*conditions: str) -> str:
    return response(signed(assertion(conditions=held(*conditions))))


def proxied(count: str | None, *audiences: str) -> str:
    counted = "" if count is None else f' Count="{count}"'
    named = "".join(f"<saml2:Audience>{each}</saml2:Audience>" for each in audiences)
    return f"<saml2:ProxyRestriction{counted}>{named}</saml2:ProxyRestriction>"


@pytest.mark.parametrize(
    "condition",
    [
        "",
        "<saml2:OneTimeUse/>",
        proxied("1"),
        proxied("007"),
        proxied("9" * 5000),
        proxied(None, SP),
        proxied("1", OTHER_SP, SP),
    ],
    ids=["none", "once", "1", "007", "many digits", "us", "us too"],
)
def test_a_condition_that_we_fulfil_passes(condition: str) -> None:
    take_response(under(condition))


@pytest.mark.parametrize(
    ("condition", "count", "audiences"),
    [
        ("", None, None),
        (proxied("2"), 2, None),
        (proxied("3") + proxied("2", SP), 2, (SP,)),
        (proxied(None, SP, OTHER_SP), None, (SP, OTHER_SP)),
        (proxied("4", "urn:x", SP) + proxied(None, SP, "urn:y"), 4, (SP,)),
    ],
)
def test_of_several_limits_each_is_kept(
    condition: str, count: int | None, audiences: tuple[str, ...] | None
) -> None:
    limit = take_response(under(condition)).proxy_limit
    assert limit == ProxyLimit(count=count, audiences=audiences)


@pytest.mark.parametrize(
    "lists", [(proxied(None, SP), proxied(None, OTHER_SP)), (proxied("1", "urn:x"),)]
)
def test_whom_not_every_list_names_is_told_nothing(lists: tuple[str, ...]) -> None:
    with pytest.raises(UnknownConditionError):
        take_response(under(*lists))


def test_our_own_pages_pass_nothing_on() -> None:
    own = expected(sp_entity_id=OUR_SP)
    take_response(under(proxied("0", OTHER_SP)), own)
    with pytest.raises(UnknownConditionError):
        take_response(under(proxied("x")), own)


@pytest.mark.parametrize(("said", "passed_on"), [("1", "0"), ("7", "6")])
def test_the_e_tjanst_is_told_that_it_may_pass_on_one_hand_less(
    tmp_path: Path, said: str, passed_on: str
) -> None:
    bridge = make_bridge(tmp_path)
    asked = bridge.ask()
    answer = answer_to(asked, conditions=held(proxied(said, SP, "urn:friend")))
    told = issued(bridge.finish(asked, answer))
    restriction = told.find(".//{*}Conditions/{*}ProxyRestriction")
    assert restriction.get("Count") == passed_on
    assert [each.text for each in restriction] == [SP, "urn:friend"]
    audiences = told.findall(".//{*}AudienceRestriction/{*}Audience")
    assert [each.text for each in audiences] == [SP]


@pytest.mark.parametrize(
    "condition",
    [
        proxied("0"),
        proxied("00"),
        proxied("-1"),
        proxied(""),
        proxied("x"),
        proxied("\u0661"),
        proxied(None, OTHER_SP),
        proxied("5", OTHER_SP),
        proxied("1") + proxied("0"),
        '<saml2:Condition xsi:type="x:y" xmlns:x="urn:x"/>',
        '<x:Condition xmlns:x="urn:x"/>',
        "<saml2:Unknown/>",
        "<Condition/>",
    ],
)
def test_a_condition_that_we_do_not_fulfil_is_refused(condition: str) -> None:
    with pytest.raises(UnknownConditionError):
        take_response(under(condition))


def test_an_assertion_without_conditions_is_refused() -> None:
    take_response(good())
    with pytest.raises(BadAssertionError):
        take_response(response(signed(assertion(conditions=" "))))


def test_conditions_stand_once() -> None:
    """Two readers could each look at another one."""
    with pytest.raises(BadAssertionError):
        take_response(response(signed(assertion(conditions=held() * 2))))


# --- the rest of an assertion ---------------------------------------------------------


@pytest.mark.parametrize("statements", ["", authn() * 2])
def test_there_is_exactly_one_authentication(statements: str) -> None:
    with pytest.raises(BadAssertionError):
        take_response(response(signed(assertion(statement=statements or " "))))


@pytest.mark.parametrize("version", ["1.1", "2.1", ""])
def test_an_assertion_is_of_version_two(version: str) -> None:
    take_response(response(signed(assertion(version="2.0"))))
    with pytest.raises(WrongVersionError):
        take_response(response(signed(assertion(version=version))))
    with pytest.raises(WrongVersionError):
        take_response(response(signed(assertion()), version=version))


def test_a_second_assertion_is_refused() -> None:
    one, other = signed(assertion(id="_1")), signed(assertion(id="_2"))
    take_response(response(one))
    for both in (response(one, other), signed(response(one, other))):
        with pytest.raises(BadAssertionError):
            take_response(both)


def test_a_response_without_an_assertion_is_refused() -> None:
    with pytest.raises(BadAssertionError):
        take_response(response())
    with pytest.raises(BadAssertionError):
        take_response(signed(response()))


def test_an_assertion_as_a_value_is_refused() -> None:
    """Rather than decide which of two is meant."""
    value = attribute("urn:x", assertion(id="_inner"))
    with pytest.raises(BadAssertionError):
        take_response(response(signed(assertion(attributes=person(value)))))


def test_authorities_are_bounded() -> None:
    def named(number: int) -> str:
        authorities = tuple(f"urn:authority:{n}" for n in range(number))
        return response(signed(assertion(statement=authn(authorities=authorities))))

    assert len(take_response(named(16)).authenticating_authorities) == 16
    with pytest.raises(BadAssertionError):
        take_response(named(17))
