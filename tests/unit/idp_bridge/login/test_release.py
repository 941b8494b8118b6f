"""What an e-tjänst is told about a person: the values behind a plan."""

from dataclasses import replace
from typing import Any

import pytest

from authz import decisions
from idp_bridge.attribute_names import Fact
from idp_bridge.errors import MissingAttributeError
from idp_bridge.login.release import KnownFacts, attributes_for
from idp_bridge.login.release_plan import plan_for, plan_for_query
from idp_bridge.saml.attributes import Identity
from metadata import names
from metadata.entities import (
    AttributeService,
    RequestedAttribute,
    ServiceProvider,
)
from tests.support.clock import NOW
from tests.support.permission_world import (
    ALICE,
    KOMMUN,
    REGION,
    make_facts,
    make_grant,
    make_organisation,
    make_permission,
)
from tests.support.saml.logins import make_settings
from tests.support.saml.world import SP, service_provider

PERMISSIONS = "urn:permissions"
SCOPE = "bridge.example.se"
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


def asks_for(*wanted: str, required: tuple[str, ...] = ()) -> ServiceProvider:
    requested = tuple(
        RequestedAttribute(name=name, is_required=name in required)
        for name in (*wanted, *required)
    )
    return service_provider(
        attribute_services=(AttributeService(index=0, requested=requested),)
    )


def settings_with(**policy: Any) -> Any:
    usual = {
        "entity_id": SP,
        "permission_attribute": PERMISSIONS,
        "may_have": [fact.value for fact in Fact],
    }
    return make_settings(
        downstream=[{**usual, **policy}],
        saml={"subject_scope": SCOPE},
        published={"scopes": [REGION]},
    )


def released(
    sp: ServiceProvider, facts: KnownFacts | None = None, **policy: Any
) -> dict[str, tuple[str, ...]]:
    made = plan_for(sp, settings_with(**policy), None)
    attributes = attributes_for(facts or known(), made)
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


def test_the_hsa_id_is_the_registered_one() -> None:
    assert released(asks_for(names.ATTR_HSA_ID)) == {names.ATTR_HSA_ID: (ALICE,)}


def test_a_required_attribute_is_delivered_or_an_error() -> None:
    assert released(asks_for(required=(names.ATTR_MAIL,)))
    with pytest.raises(MissingAttributeError, match="urn:unknown") as refused:
        released(asks_for(required=("urn:unknown",)))
    assert refused.value.missing == ("urn:unknown",)
    nothing = known(grants=())
    with pytest.raises(MissingAttributeError, match="no value") as refused:
        released(asks_for(required=(PERMISSIONS,)), nothing)
    assert refused.value.missing == ("behorighet",)
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


@pytest.mark.parametrize("stated", [(), ("5565594230",), ("5565594230", REGION)])
def test_the_organisation_has_one_number_everywhere_whatever_the_card_names(
    stated: tuple[str, ...],
) -> None:
    card = replace(IDENTITY, organisation_numbers=stated)
    number = names.ATTR_ORGANISATION_NUMBER
    sp = asks_for(number, PERMISSIONS, names.ATTR_AFFILIATION)
    assert released(sp, known(card)) == {
        number: (REGION,),
        PERMISSIONS: (f"{REGION}:landsting:rapportera",),
        names.ATTR_AFFILIATION: (f"{ALICE}@{REGION}",),
    }


def test_an_affiliation_is_told_only_in_a_scope_of_ours() -> None:
    sp = asks_for(names.ATTR_AFFILIATION)
    assert released(sp) == {names.ATTR_AFFILIATION: (f"{ALICE}@{REGION}",)}
    elsewhere = known(organisation=make_organisation(numbers=(KOMMUN,)))
    assert released(sp, elsewhere) == {}
    with pytest.raises(MissingAttributeError):
        released(asks_for(required=(names.ATTR_AFFILIATION,)), elsewhere)


def test_subject_identifiers_have_the_form_of_their_profile() -> None:
    """An identifier does not begin with the underscore that our names have."""
    named = replace(known(), pairwise_name="_0a1b", subject_name="_2c3d")
    sp = asks_for(names.ATTR_PAIRWISE_ID, names.ATTR_SUBJECT_ID)
    assert released(sp, named) == {
        names.ATTR_PAIRWISE_ID: (f"0a1b@{SCOPE}",),
        names.ATTR_SUBJECT_ID: (f"2c3d@{SCOPE}",),
    }
    assert released(sp, known()) == {}


def test_the_transaction_is_the_login_upstream_if_there_was_one() -> None:
    sp = asks_for(names.ATTR_TRANSACTION)
    assert released(sp) == {}
    numbered = replace(known(), transaction="_7f")
    assert released(sp, numbered) == {names.ATTR_TRANSACTION: ("_7f",)}


def test_a_query_gets_values_in_the_same_way() -> None:
    settings = settings_with(may_have=["sn", "behorighet"])
    asked = [names.ATTR_SURNAME, names.ATTR_HSA_ID, PERMISSIONS]
    made = plan_for_query(asks_for(), settings, asked)
    answered = {each.name for each in attributes_for(known(), made)}
    assert answered == {names.ATTR_SURNAME, PERMISSIONS}
