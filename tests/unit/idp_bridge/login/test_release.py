from typing import Any

import pytest

from authz import decisions
from idp_bridge.errors import MissingAttributeError
from idp_bridge.login.release import KnownFacts, attributes_for
from idp_bridge.saml.attributes import Identity
from idp_bridge.settings import DownstreamPolicy
from metadata import names
from metadata.entities import (
    AttributeService,
    RequestedAttribute,
    ServiceProvider,
)
from tests.support.clock import NOW
from tests.support.permission_world import (
    ALICE,
    REGION,
    make_facts,
    make_grant,
    make_permission,
)
from tests.support.saml.world import SP, service_provider

PERMISSIONS = "urn:permissions"
IDENTITY = Identity(
    hsa_id=ALICE.lower(),
    given_name="Åsa",
    surname=None,
    mail=None,
    organisation_numbers=(),
)


def known(identity: Identity = IDENTITY, **changes: Any) -> KnownFacts:
    facts = make_facts(**changes)
    decision = decisions.decide(facts, organisation_numbers=(), moment=NOW)
    assert facts.person is not None
    assert facts.organisation is not None
    return KnownFacts(
        identity=identity,
        person=facts.person,
        organisation=facts.organisation,
        decision=decision,
    )


def policy(**changes: Any) -> DownstreamPolicy:
    usual = {"entity_id": SP, "permission_attribute": PERMISSIONS}
    return DownstreamPolicy(**{**usual, **changes})


def asks_for(*wanted: str, required: tuple[str, ...] = ()) -> ServiceProvider:
    requested = tuple(
        RequestedAttribute(name=name, is_required=name in required)
        for name in (*wanted, *required)
    )
    return service_provider(
        attribute_services=(AttributeService(index=0, requested=requested),)
    )


def released(
    sp: ServiceProvider,
    facts: KnownFacts | None = None,
    index: int | None = None,
    **changes: Any,
) -> dict[str, tuple[str, ...]]:
    attributes = attributes_for(
        facts or known(), sp=sp, policy=policy(**changes), attribute_index=index
    )
    assert len({each.name for each in attributes}) == len(attributes)
    return {each.name: each.values for each in attributes}


def test_only_what_was_asked_for_is_released() -> None:
    assert released(asks_for(names.ATTR_SURNAME, "urn:unknown")) == {
        names.ATTR_SURNAME: ("Öberg",)
    }
    assert released(asks_for()) == {}


def test_an_sp_that_publishes_no_wishes_gets_the_usual_set() -> None:
    assert released(service_provider()) == {
        names.ATTR_HSA_ID: (ALICE,),
        names.ATTR_GIVEN_NAME: ("Åsa",),
        names.ATTR_SURNAME: ("Öberg",),
        names.ATTR_ORGANISATION_NUMBER: (REGION,),
        names.ATTR_ORGANISATION_NAME: ("Region Stockholm",),
        PERMISSIONS: ("2321000016:landsting:rapportera",),
    }


def test_the_hsa_id_is_the_registered_one_under_agreed_names() -> None:
    both = [names.ATTR_HSA_ID, names.SAMBI_HSA_ID]
    sp = asks_for(*both)
    assert released(sp) == {names.ATTR_HSA_ID: (ALICE,)}
    assert released(sp, hsa_id_attributes=both) == dict.fromkeys(both, (ALICE,))


def test_an_operator_may_release_more() -> None:
    sp = asks_for(names.ATTR_SURNAME)
    assert released(sp, release=[names.ATTR_MAIL]) == {
        names.ATTR_SURNAME: ("Öberg",),
        names.ATTR_MAIL: ("asa@example.se",),
    }


def test_a_required_attribute_is_delivered_or_an_error() -> None:
    assert released(asks_for(required=(names.ATTR_MAIL,)))
    with pytest.raises(MissingAttributeError):
        released(asks_for(required=("urn:unknown",)))
    nothing = known(grants=())
    with pytest.raises(MissingAttributeError):
        released(asks_for(required=(PERMISSIONS,)), nothing)
    assert released(asks_for(PERMISSIONS), nothing) == {}


def test_values_are_sorted_and_different() -> None:
    grants = tuple(
        make_grant(make_permission(code, id=number), id=number)
        for number, code in enumerate(["zeta", "alfa", "zeta", "mu"], start=1)
    )
    values = released(asks_for(PERMISSIONS), known(grants=grants))[PERMISSIONS]
    assert list(values) == sorted(set(values))
    assert [value.split(":")[-1] for value in values] == ["alfa", "mu", "zeta"]


def test_names_come_from_the_card_where_it_has_them() -> None:
    card = Identity(
        hsa_id=ALICE,
        given_name="Annan",
        surname="Efternamn",
        mail="annan@example.se",
        organisation_numbers=(),
    )
    sp = asks_for(names.ATTR_DISPLAY_NAME, names.SAMBI_MAIL)
    assert released(sp, known(card)) == {
        names.ATTR_DISPLAY_NAME: ("Annan Efternamn",),
        names.SAMBI_MAIL: ("annan@example.se",),
    }
    assert released(sp)[names.ATTR_DISPLAY_NAME] == ("Åsa Öberg",)


@pytest.mark.parametrize(
    ("stated", "told"),
    [
        ((), REGION),
        (("5565594230",), "5565594230"),
        (("5565594230", REGION), REGION),
        (("2120000142",), REGION),
    ],
)
def test_the_number_on_the_card_is_told_if_it_is_ours(
    stated: tuple[str, ...], told: str
) -> None:
    card = Identity(
        hsa_id=ALICE,
        given_name=None,
        surname=None,
        mail=None,
        organisation_numbers=stated,
    )
    number = names.ATTR_ORGANISATION_NUMBER
    assert released(asks_for(number), known(card))[number] == (told,)


def test_the_default_set_is_the_marked_one_or_the_lowest() -> None:
    def offers(*marked: int) -> ServiceProvider:
        wishes = {3: names.ATTR_MAIL, 1: names.ATTR_SURNAME, 2: names.ATTR_GIVEN_NAME}
        sets = [
            AttributeService(
                index=index,
                is_default=index in marked,
                requested=(RequestedAttribute(name=name),),
            )
            for index, name in wishes.items()
        ]
        return service_provider(attribute_services=tuple(sets))

    assert list(released(offers())) == [names.ATTR_SURNAME]
    assert list(released(offers(3))) == [names.ATTR_MAIL]
    assert list(released(offers(3), index=2)) == [names.ATTR_GIVEN_NAME]
    with pytest.raises(MissingAttributeError):
        released(offers(), index=9)
