"""What an e-tjänst would be told follows from its metadata and what it may have."""

from typing import Any

import pytest

from idp_bridge.attribute_names import FACTS, Fact, friendly_name_of
from idp_bridge.errors import MissingAttributeError, UnsupportedRequestError
from idp_bridge.login.release_plan import (
    MAX_PLANS,
    Obstacle,
    ReleasePlan,
    ReleasePlans,
    Why,
    check_deliverable,
    plan_for,
    plan_for_query,
)
from idp_bridge.texts import release_texts
from metadata import names
from metadata.entities import AttributeService, RequestedAttribute, ServiceProvider
from tests.support.permission_world import REGION
from tests.support.saml.logins import make_settings
from tests.support.saml.world import SP, service_provider

PERMISSIONS = "https://bridge.example.se/attributes/behorighet"
USUAL = [
    names.ATTR_HSA_ID,
    names.ATTR_GIVEN_NAME,
    names.ATTR_SURNAME,
    names.ATTR_ORGANISATION_NUMBER,
    names.ATTR_ORGANISATION_NAME,
    PERMISSIONS,
]
SWEDEN_CONNECT = "http://id.swedenconnect.se/ec"


def asks_for(
    *wanted: str, required: tuple[str, ...] = (), **changes: Any
) -> ServiceProvider:
    requested = tuple(
        RequestedAttribute(name=name, is_required=name in required)
        for name in (*wanted, *required)
    )
    services = (AttributeService(index=0, requested=requested),)
    return service_provider(attribute_services=services, **changes)


def plan(
    sp: ServiceProvider, *, index: int | None = None, **policy: Any
) -> ReleasePlan:
    settings = make_settings(
        downstream=[{"entity_id": SP, **policy}],
        saml={"subject_scope": "bridge.example.se"},
        published={"scopes": [REGION]},
    )
    return plan_for(sp, settings, index)


def told(made: ReleasePlan) -> list[str]:
    return [wish.name for wish, _ in made.told]


def obstacles(made: ReleasePlan) -> dict[str, Obstacle | None]:
    return {wish.name: wish.obstacle for wish in made.wishes}


def reasons(made: ReleasePlan) -> dict[str, Why]:
    return {wish.name: wish.why for wish in made.wishes}


# --- what is asked for ----------------------------------------------------------------


def test_an_e_tjanst_that_asks_for_nothing_gets_what_everybody_needs() -> None:
    made = plan(service_provider())
    assert told(made) == USUAL
    assert set(reasons(made).values()) == {Why.USUAL}


def test_an_empty_set_of_attributes_asks_for_nothing() -> None:
    assert plan(asks_for()).wishes == ()


def test_sambi_names_are_used_where_that_was_agreed() -> None:
    made = plan(service_provider(), attribute_names="sambi")
    assert told(made) == [
        names.SAMBI_HSA_ID,
        names.SAMBI_GIVEN_NAME,
        names.SAMBI_SURNAME,
        names.SAMBI_ORGANISATION_NUMBER,
        names.SAMBI_ORGANISATION_NAME,
        PERMISSIONS,
    ]
    assert [wish.friendly_name for wish, _ in made.told] == [
        "employeeHsaId",
        "givenName",
        "surname",
        "organizationIdentifier",
        "organizationName",
        "behorighet",
    ]


@pytest.mark.parametrize(
    ("category", "asked"),
    [
        (
            f"{SWEDEN_CONNECT}/1.0/loa3-hsaid",
            [
                names.ATTR_SURNAME,
                names.ATTR_GIVEN_NAME,
                names.ATTR_DISPLAY_NAME,
                names.ATTR_HSA_ID,
            ],
        ),
        (
            f"{SWEDEN_CONNECT}/1.0/loa3-orgid",
            [
                names.ATTR_DISPLAY_NAME,
                names.ATTR_AFFILIATION,
                names.ATTR_ORGANISATION_NAME,
                names.ATTR_ORGANISATION_NUMBER,
            ],
        ),
        (
            f"{SWEDEN_CONNECT}/1.0/loa2-name",
            [names.ATTR_SURNAME, names.ATTR_GIVEN_NAME, names.ATTR_DISPLAY_NAME],
        ),
    ],
)
def test_a_category_asks_for_its_attribute_set(category: str, asked: list[str]) -> None:
    alone = plan(service_provider(entity_categories=(category,)))
    assert told(alone) == [*asked, PERMISSIONS]
    beside = plan(asks_for(names.ATTR_SURNAME, entity_categories=(category,)))
    assert sorted(told(beside)) == sorted({names.ATTR_SURNAME, *asked})
    assert reasons(beside)[names.ATTR_SURNAME] is Why.REQUESTED


def test_the_uncertified_category_asks_for_the_same() -> None:
    certified, not_certified = (
        plan(service_provider(entity_categories=(f"{SWEDEN_CONNECT}/{end}",)))
        for end in ("1.0/loa3-hsaid", "sc/uncertified-loa3-hsaid")
    )
    assert certified == not_certified


def test_a_category_that_we_do_not_know_asks_for_nothing() -> None:
    pnr = "http://id.elegnamnden.se/ec/1.0/loa3-pnr"
    assert told(plan(service_provider(entity_categories=(pnr,)))) == USUAL


@pytest.mark.parametrize(
    ("signal", "asked"),
    [
        ("pairwise-id", [names.ATTR_PAIRWISE_ID]),
        ("subject-id", [names.ATTR_SUBJECT_ID]),
        ("any", [names.ATTR_PAIRWISE_ID]),
        ("none", []),
        ("what-is-this", []),
    ],
)
def test_subject_identifiers_are_asked_for_by_their_signal(
    signal: str, asked: list[str]
) -> None:
    made = plan(asks_for(wanted_subject_ids=(signal,)))
    assert told(made) == asked
    assert set(reasons(made).values()) <= {Why.SIGNAL}


def test_the_default_set_is_the_marked_one_or_the_lowest() -> None:
    def offers(*marked: int) -> ServiceProvider:
        wishes = {
            3: names.ATTR_ORGANISATION_NAME,
            1: names.ATTR_SURNAME,
            2: names.ATTR_GIVEN_NAME,
        }
        sets = [
            AttributeService(
                index=index,
                is_default=index in marked,
                requested=(RequestedAttribute(name=name),),
            )
            for index, name in wishes.items()
        ]
        return service_provider(attribute_services=tuple(sets))

    assert told(plan(offers())) == [names.ATTR_SURNAME]
    assert told(plan(offers(3))) == [names.ATTR_ORGANISATION_NAME]
    assert told(plan(offers(3), index=2)) == [names.ATTR_GIVEN_NAME]
    with pytest.raises(UnsupportedRequestError):
        plan(offers(), index=9)


# --- what may be had ------------------------------------------------------------------


def test_what_is_asked_for_and_may_not_be_had_is_not_told() -> None:
    sp = asks_for(names.ATTR_SURNAME, names.ATTR_MAIL, names.SAMBI_MAIL)
    made = plan(sp)
    assert told(made) == [names.ATTR_SURNAME]
    assert obstacles(made)[names.SAMBI_MAIL] is Obstacle.NOT_ALLOWED
    assert names.ATTR_MAIL in told(plan(sp, may_have=["mail"]))
    assert told(plan(sp, may_have=[])) == []


def test_what_may_be_had_and_is_not_asked_for_is_not_told() -> None:
    everything = [fact.value for fact in Fact]
    made = plan(asks_for(names.ATTR_SURNAME), may_have=everything)
    assert told(made) == [names.ATTR_SURNAME]


def test_an_e_tjanst_that_asks_for_nothing_gets_no_more_than_it_may_have() -> None:
    made = plan(service_provider(), may_have=["behorighet", "o"])
    assert told(made) == [names.ATTR_ORGANISATION_NAME, PERMISSIONS]


def test_the_operators_word_is_enough() -> None:
    made = plan(
        asks_for(names.ATTR_SURNAME),
        may_have=[],
        release=[names.ATTR_MAIL, names.ATTR_SURNAME],
    )
    assert told(made) == [names.ATTR_SURNAME, names.ATTR_MAIL]
    assert reasons(made) == {
        names.ATTR_SURNAME: Why.REQUESTED,
        names.ATTR_MAIL: Why.OPERATOR,
    }


def test_the_hsa_id_is_told_under_the_names_that_were_agreed() -> None:
    both = [names.ATTR_HSA_ID, names.SAMBI_HSA_ID]
    made = plan(asks_for(*both))
    assert told(made) == [names.ATTR_HSA_ID]
    assert obstacles(made)[names.SAMBI_HSA_ID] is Obstacle.OTHER_NAME
    assert told(plan(asks_for(*both), hsa_id_attributes=both)) == both


def test_nothing_carries_the_hsa_id_to_whom_may_not_have_it() -> None:
    sp = asks_for(names.ATTR_AFFILIATION)
    assert told(plan(sp)) == [names.ATTR_AFFILIATION]
    assert told(plan(sp, may_have=["orgAffiliation"])) == []


def test_scoped_values_need_a_scope_of_ours() -> None:
    scoped = (names.ATTR_AFFILIATION, names.ATTR_PAIRWISE_ID, names.ATTR_SUBJECT_ID)
    assert told(plan(asks_for(*scoped))) == list(scoped)
    without = plan_for(asks_for(*scoped), make_settings(), None)
    assert obstacles(without) == dict.fromkeys(scoped, Obstacle.NO_SCOPE)


def test_a_name_that_we_do_not_know_is_never_told() -> None:
    made = plan(asks_for("urn:unknown"), release=["urn:other"])
    assert told(made) == []
    assert set(obstacles(made).values()) == {Obstacle.UNKNOWN}


def test_what_nobody_could_be_given_is_refused_before_anybody_logs_in() -> None:
    check_deliverable(plan(asks_for("urn:unknown", required=(names.ATTR_SURNAME,))))
    sp = asks_for(required=("urn:unknown", names.ATTR_MAIL, names.SAMBI_HSA_ID))
    with pytest.raises(MissingAttributeError, match="not-allowed") as refused:
        check_deliverable(plan(sp))
    assert refused.value.missing == ("urn:unknown", "mail", "employeeHsaId")


def test_a_name_that_is_asked_for_twice_is_required_if_one_of_them_is() -> None:
    sp = asks_for("urn:unknown", required=("urn:unknown",))
    assert [wish.is_required for wish in plan(sp).wishes] == [True]


# --- a query --------------------------------------------------------------------------


def test_a_query_is_told_what_it_names_and_may_have() -> None:
    asked = [names.ATTR_MAIL, names.ATTR_SURNAME, "urn:unknown", PERMISSIONS]
    sp = asks_for(names.ATTR_GIVEN_NAME)
    made = plan_for_query(sp, make_settings(), asked)
    assert told(made) == [names.ATTR_SURNAME, PERMISSIONS]


def test_a_query_without_names_is_told_what_all_sets_ask_for() -> None:
    sets = tuple(
        AttributeService(
            index=index, requested=(RequestedAttribute(name=name, is_required=True),)
        )
        for index, name in enumerate([names.ATTR_SURNAME, "urn:unknown", PERMISSIONS])
    )
    made = plan_for_query(service_provider(attribute_services=sets), make_settings())
    assert told(made) == [names.ATTR_SURNAME, PERMISSIONS]
    check_deliverable(made)
    assert told(plan_for_query(service_provider(), make_settings())) == USUAL


def test_permissions_may_be_left_to_a_query() -> None:
    sp = asks_for(names.ATTR_SURNAME, required=(PERMISSIONS,))
    policy = {"entity_id": SP, "push_permissions": False, "attribute_queries": True}
    settings = make_settings(downstream=[policy])
    at_login = plan_for(sp, settings, None)
    assert told(at_login) == [names.ATTR_SURNAME]
    assert obstacles(at_login)[PERMISSIONS] is Obstacle.ASKED_LATER
    check_deliverable(at_login)
    assert told(plan_for_query(sp, settings)) == [names.ATTR_SURNAME, PERMISSIONS]


def test_people_have_a_word_for_whatever_is_told_and_for_every_reason() -> None:
    friendly = {friendly_name_of(name, fact) for name, fact in FACTS.items()}
    assert friendly | set(Fact) == set(release_texts.ATTRIBUTES)
    assert set(Why) - {Why.QUERY} == set(release_texts.WHYS)
    assert set(Obstacle) == set(release_texts.OBSTACLES)


# --- plans are kept -------------------------------------------------------------------


def test_a_plan_is_made_once_per_version_of_metadata_and_settings() -> None:
    plans, settings = ReleasePlans(), make_settings()
    sp = asks_for(names.ATTR_SURNAME)
    first = plans.of(sp, settings, None)
    assert plans.of(sp, settings, None) is first
    changed = asks_for(names.ATTR_GIVEN_NAME)
    assert told(plans.of(changed, settings, None)) == [names.ATTR_GIVEN_NAME]
    strict = make_settings(downstream=[{"entity_id": SP, "may_have": []}])
    assert told(plans.of(changed, strict, None)) == []
    assert told(plans.of(sp, settings, None)) == [names.ATTR_SURNAME]


def test_plans_of_different_sets_stay_apart() -> None:
    plans, settings = ReleasePlans(), make_settings()
    sets = tuple(
        AttributeService(index=index, requested=(RequestedAttribute(name=name),))
        for index, name in enumerate([names.ATTR_SURNAME, names.ATTR_GIVEN_NAME])
    )
    sp = service_provider(attribute_services=sets)
    for _ in range(2):
        assert told(plans.of(sp, settings, 0)) == [names.ATTR_SURNAME]
        assert told(plans.of(sp, settings, 1)) == [names.ATTR_GIVEN_NAME]


def test_plans_of_many_e_tjanster_do_not_fill_the_memory() -> None:
    plans, settings = ReleasePlans(), make_settings()
    for number in range(MAX_PLANS + 10):
        sp = service_provider(entity_id=f"https://sp{number}.example.se")
        assert plans.of(sp, settings, None) is plans.of(sp, settings, None)
    assert len(plans) <= MAX_PLANS
