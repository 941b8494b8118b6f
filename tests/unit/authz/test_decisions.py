"""Does a decision say the right thing at the right moment, and why?"""

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from authz.decisions import decide
from authz.models import (
    ALWAYS,
    Agreement,
    Decision,
    Facts,
    GrantReason,
    Outcome,
    Validity,
    WithoutGrant,
)
from tests.support.clock import NOW
from tests.support.permission_world import (
    KOMMUN,
    REGION,
    make_facts,
    make_grant,
    make_organisation,
    make_permission,
    make_person,
    make_service,
)

TICK = timedelta(microseconds=1)
ENDED = Validity(valid_until=NOW)
NOT_YET = Validity(valid_from=NOW + TICK)


def decided(facts: Facts, *numbers: str, at: datetime = NOW) -> Decision:
    return decide(facts, organisation_numbers=numbers, moment=at)


def facts_with(part: str, validity: Validity) -> Facts:
    """Make good facts in which one part has a certain validity."""
    match part:
        case "grant":
            return make_facts(grants=(make_grant(validity=validity),))
        case "permission":
            permission = make_permission(validity=validity)
            return make_facts(grants=(make_grant(permission),))
        case "service":
            return make_facts(service=make_service(validity=validity))
        case "agreement":
            return make_facts(agreements=(Agreement(validity=validity),))
        case "organisation":
            return make_facts(organisation=make_organisation(validity=validity))
        case _:
            return make_facts(person=make_person(validity=validity))


PARTS = ["grant", "permission", "service", "agreement", "organisation", "person"]


@pytest.mark.parametrize("part", PARTS)
def test_a_grant_counts_from_each_start_until_each_end(part: str) -> None:
    end = NOW + timedelta(days=1)
    facts = facts_with(part, Validity(valid_from=NOW, valid_until=end))
    assert not decided(facts, at=NOW - TICK).released
    assert decided(facts, at=NOW).released
    assert decided(facts, at=end - TICK).released
    assert not decided(facts, at=end).released
    assert decided(facts).valid_until == end


@pytest.mark.parametrize(
    ("part", "validity", "outcome", "reason"),
    [
        ("grant", ENDED, Outcome.NO_PERMISSION, GrantReason.ENDED),
        ("grant", NOT_YET, Outcome.NO_PERMISSION, GrantReason.NOT_YET),
        ("permission", ENDED, Outcome.NO_PERMISSION, GrantReason.PERMISSION_ENDED),
        ("permission", NOT_YET, Outcome.NO_PERMISSION, GrantReason.PERMISSION_NOT_YET),
        ("service", ENDED, Outcome.SERVICE_CLOSED, GrantReason.SERVICE_CLOSED),
        ("service", NOT_YET, Outcome.SERVICE_CLOSED, GrantReason.SERVICE_CLOSED),
        ("agreement", ENDED, Outcome.NO_AGREEMENT, GrantReason.NO_AGREEMENT),
        ("agreement", NOT_YET, Outcome.NO_AGREEMENT, GrantReason.NO_AGREEMENT),
        (
            "organisation",
            ENDED,
            Outcome.INACTIVE_ORGANISATION,
            GrantReason.INACTIVE_ORGANISATION,
        ),
        ("person", ENDED, Outcome.INACTIVE_PERSON, GrantReason.INACTIVE_PERSON),
    ],
)
def test_what_is_not_valid_is_named(
    part: str, validity: Validity, outcome: Outcome, reason: GrantReason
) -> None:
    decision = decided(facts_with(part, validity))
    assert decision.outcome is outcome
    assert [answer.reason for answer in decision.answers] == [reason]
    assert decision.valid_until is None


@pytest.mark.parametrize(
    ("changes", "numbers", "outcome"),
    [
        ({"person": None, "organisation": None}, (), Outcome.UNKNOWN_PERSON),
        ({"organisation": None}, (), Outcome.INACTIVE_PERSON),
        ({}, (KOMMUN,), Outcome.WRONG_ORGANISATION),
        ({}, (REGION, KOMMUN), Outcome.WRONG_ORGANISATION),
        ({}, ("not a number",), Outcome.WRONG_ORGANISATION),
        ({"agreements": ()}, (), Outcome.NO_AGREEMENT),
        ({"service": None}, (), Outcome.SERVICE_CLOSED),
    ],
)
def test_these_end_the_login_whatever_the_service_wants(
    changes: dict[str, object], numbers: tuple[str, ...], outcome: Outcome
) -> None:
    for policy in WithoutGrant:
        open_or_closed = ENDED if "service" in changes else ALWAYS
        service = make_service(without_grant=policy, validity=open_or_closed)
        facts = make_facts(**{**changes, "service": service})
        decision = decided(facts, *numbers)
        assert decision.outcome is outcome
        assert decision.released == ()


@pytest.mark.parametrize(
    "numbers", [(), (REGION,), ("232100-0016",), ("5565594230", REGION)]
)
def test_an_assertion_may_name_any_of_the_own_numbers_or_none(
    numbers: tuple[str, ...],
) -> None:
    assert decided(make_facts(), *numbers).outcome is Outcome.ALLOWED


def test_without_a_grant_the_service_decides() -> None:
    refusing = make_facts(grants=())
    releasing = make_facts(
        grants=(), service=make_service(without_grant=WithoutGrant.RELEASE)
    )
    assert decided(refusing).outcome is Outcome.NO_PERMISSION
    assert decided(releasing).outcome is Outcome.ALLOWED
    assert decided(releasing).released == ()
    assert decided(releasing).valid_until is None


def test_agreements_that_follow_each_other_are_one() -> None:
    middle, end = NOW + timedelta(days=1), NOW + timedelta(days=9)
    first = Agreement(validity=Validity(valid_until=middle))
    second = Agreement(validity=Validity(valid_from=middle, valid_until=end))
    late = Agreement(validity=Validity(valid_from=end + TICK))
    decision = decided(make_facts(agreements=(late, second, first)))
    assert decision.valid_until == end


moments = st.integers(-3, 3).map(lambda step: NOW + step * timedelta(hours=1))


@st.composite
def validities(draw: st.DrawFn) -> Validity:
    begin = draw(st.none() | moments)
    end = draw(st.none() | moments)
    if begin is not None and end is not None and begin >= end:
        end = None
    return Validity(valid_from=begin, valid_until=end)


@st.composite
def worlds(draw: st.DrawFn) -> Facts:
    grants = [
        make_grant(
            make_permission(f"p{number}", validity=draw(validities())),
            validity=draw(validities()),
        )
        for number in range(draw(st.integers(0, 3)))
    ]
    agreements = draw(st.lists(validities(), max_size=3))
    policy = draw(st.sampled_from(WithoutGrant))
    return make_facts(
        service=make_service(validity=draw(validities()), without_grant=policy),
        person=make_person(validity=draw(validities())),
        organisation=make_organisation(validity=draw(validities())),
        agreements=tuple(Agreement(validity=one) for one in agreements),
        grants=tuple(grants),
    )


def inside(validity: Validity, moment: datetime) -> bool:
    begin, end = validity.valid_from, validity.valid_until
    return (begin or moment) <= moment and (end is None or moment < end)


def expected(facts: Facts, moment: datetime) -> set[str]:
    """Say which permissions count, by nothing but the rule."""
    assert facts.person is not None
    assert facts.organisation is not None
    owners = (facts.service, facts.person, facts.organisation)
    common = all(inside(owner.validity, moment) for owner in owners)
    agreed = any(inside(agreement.validity, moment) for agreement in facts.agreements)
    return {
        grant.permission.code
        for grant in facts.grants
        if common
        and agreed
        and inside(grant.validity, moment)
        and inside(grant.permission.validity, moment)
    }


def released(facts: Facts, moment: datetime) -> set[str]:
    return {grant.permission.code for grant in decided(facts, at=moment).released}


@given(worlds(), moments)
def test_exactly_the_grants_by_the_rule_are_released(
    facts: Facts, moment: datetime
) -> None:
    for at in (moment - TICK, moment):
        decision = decided(facts, at=at)
        assert released(facts, at) == expected(facts, at)
        if decision.outcome is Outcome.NO_PERMISSION:
            assert facts.service.without_grant is WithoutGrant.REFUSE
        for answer in decision.answers:
            counts = answer.grant.permission.code in expected(facts, at)
            assert answer.counts == counts


@given(worlds(), moments)
def test_what_is_released_holds_until_the_end_and_not_longer(
    facts: Facts, moment: datetime
) -> None:
    decision = decided(facts, at=moment)
    now = released(facts, moment)
    end = decision.valid_until
    if not now:
        assert end is None
    elif end is None:
        assert now <= released(facts, NOW + timedelta(days=1000))
    else:
        assert end > moment
        assert now <= released(facts, end - TICK)
        assert not now <= released(facts, end)
