"""Values that look like something else, or try to be more than they may."""

from pathlib import Path

import pytest

from idp_bridge.errors import BadAttributeError, WrongOrganisationError
from idp_bridge.saml.attributes import Identity, check_value, identity_of
from metadata import names
from tests.support.permission_world import ALICE, KOMMUN
from tests.support.saml.logins import Bridge, answer_to, issued, make_bridge
from tests.support.saml.responses import (
    HSA_ID,
    assertion,
    attribute,
    attribute_statement,
    person,
    response,
)
from tests.support.saml.signing import signed
from tests.support.saml.world import take_response

PERMISSIONS = "https://bridge.example.se/attributes/behorighet"


def identity(statement: str, *, allow_test_ids: bool = False) -> Identity:
    accepted = take_response(response(signed(assertion(attributes=statement))))
    return identity_of(
        accepted.attributes,
        map_name="inera",
        authn_context=accepted.authn_context,
        allow_test_ids=allow_test_ids,
    )


def test_what_inera_sends_is_read() -> None:
    assert identity(person()) == Identity(
        hsa_id=HSA_ID,
        given_name="Åsa",
        surname="Öberg",
        mail="asa@example.se",
        organisation_numbers=("2321000016",),
    )


# --- HSA-id ---------------------------------------------------------------------------


@pytest.mark.parametrize("hsa_id", [HSA_ID, HSA_ID.lower(), f"\n  {HSA_ID}\t"])
def test_an_hsa_id_is_read_in_either_case(hsa_id: str) -> None:
    assert identity(person(hsa_id=hsa_id)).hsa_id.upper() == HSA_ID


@pytest.mark.parametrize(
    "look_alike",
    [
        HSA_ID.replace("S", "\u0405"),
        HSA_ID.replace("E", "\u0395"),
        HSA_ID.replace("B", "\u0412"),
        HSA_ID.replace("S", "\u017f"),
        HSA_ID.replace("2", "\u0662"),
        HSA_ID.replace("2", "\uff12"),
        HSA_ID.replace("-", "\u2010"),
        HSA_ID.replace("-", ""),
        HSA_ID.replace("-", "--"),
        HSA_ID + "\u200b",
        HSA_ID + "\u202e",
        "\ufeff" + HSA_ID,
        HSA_ID + "\u00a0",
        HSA_ID.replace("-", "- "),
        HSA_ID.replace("SE", "SS"),
        "SE2321000016-stra\u00dfe",
        "SE2321000016-" + "A" * 19,
        "SE232100001-B001",
        HSA_ID + "'--",
        HSA_ID + "*",
        f"{HSA_ID}\n{HSA_ID}",
        f"{HSA_ID},{HSA_ID}",
        "TSTNMT2321000156-10NG",
    ],
)
def test_what_only_looks_like_an_hsa_id_is_refused(look_alike: str) -> None:
    with pytest.raises(BadAttributeError):
        identity(person(hsa_id=look_alike))


def test_an_hsa_id_of_the_test_directory_needs_permission() -> None:
    statement = person(hsa_id="TSTNMT2321000156-10NG")
    assert identity(statement, allow_test_ids=True).hsa_id == "TSTNMT2321000156-10NG"
    with pytest.raises(BadAttributeError):
        identity(statement, allow_test_ids=False)


@pytest.mark.parametrize("none", ["", " ", "<x/>", f"<x>{HSA_ID}</x>", f"{HSA_ID}<x/>"])
def test_nobody_is_not_somebody(none: str) -> None:
    with pytest.raises(BadAttributeError):
        identity(person(hsa_id=(none,)))


# --- numbers of values ----------------------------------------------------------------


@pytest.mark.parametrize(
    "doubled", ["hsa_id", "given_name", "surname", "mail", "level"]
)
def test_one_value_where_one_is_expected(doubled: str) -> None:
    values = {"hsa_id": HSA_ID, "level": names.LOA_SAMBI_3}.get(doubled, "x")
    identity(person(**{doubled: values}))
    for second in (values, "SE2321000016-B002"):
        with pytest.raises(BadAttributeError):
            identity(person(**{doubled: (values, second)}))


def test_no_attribute_occurs_twice() -> None:
    again = attribute(names.SAMBI_HSA_ID, "SE2321000016-B002")
    identity(person())
    with pytest.raises(BadAttributeError):
        identity(person(again))
    with pytest.raises(BadAttributeError):
        identity(person() + attribute_statement(again))


def test_an_attribute_has_a_name() -> None:
    identity(person(attribute("urn:x", "x")))
    with pytest.raises(BadAttributeError):
        identity(person(attribute("", "x")))


def test_several_organisation_numbers_are_fine_and_very_many_are_not() -> None:
    numbers = ("232100-0016", "2120000142")
    read = identity(person(organisation_number=numbers)).organisation_numbers
    assert read == ("2321000016", "2120000142")
    identity(person(organisation_number=("232100-0016",) * 20))
    with pytest.raises(BadAttributeError):
        identity(person(organisation_number=("232100-0016",) * 21))


@pytest.mark.parametrize(
    "number",
    [
        "232100-0017",
        "2321000016x",
        "232100\u20100016",
        "\u0662\u0663\u0662\u0661\u0660\u0660\u0660\u0660\u0661\u0666",
        "8001011234",
        "23210000",
        "232100-0016 232100-0016",
    ],
)
def test_a_wrong_organisation_number_is_refused(number: str) -> None:
    with pytest.raises(BadAttributeError):
        identity(person(organisation_number=number))


# --- names ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name", ["Åsa", "O'Brien", "Anna-Karin", "Müller", "Zoë", "x" * 200, "\u674e"]
)
def test_names_of_people_pass(name: str) -> None:
    assert identity(person(given_name=name)).given_name == name


@pytest.mark.parametrize(
    "name",
    [
        "A\u030asa",
        "\u212bsa",
        "Anna\u202egnirts",
        "Anna\u2066x",
        "Anna\u200f",
        "Anna\u061c",
        "Anna\u2028x",
        "Anna\u2029x",
        "Anna\u0085x",
        "Anna\u007f",
        "Anna\tKarin",
        "Anna\nKarin",
        "Anna&#13;Karin",
        "Anna\u200bKarin",
        "Anna\u00adKarin",
        "Anna\ufeffKarin",
        "Anna\U000e0041",
        "Anna\ue000",
        "Anna\U0001fbfd",
        "x" * 201,
    ],
)
@pytest.mark.parametrize("field", ["given_name", "surname", "mail"])
def test_a_name_that_hides_something_is_refused(name: str, field: str) -> None:
    with pytest.raises(BadAttributeError):
        identity(person(**{field: name}))


def test_a_nul_cannot_even_be_written() -> None:
    check_value("Anna")
    with pytest.raises(BadAttributeError):
        check_value("Anna\0")


def test_surrogates_are_refused() -> None:
    with pytest.raises(BadAttributeError):
        check_value("Anna\ud800")


# --- the level, told a second time ----------------------------------------------------


def test_the_level_may_be_repeated() -> None:
    identity(person(level=names.LOA_SAMBI_3))
    identity(person(level=()))


@pytest.mark.parametrize("level", [names.LOA_SAMBI_2, "urn:loa4", "x"])
def test_the_level_is_not_told_in_two_ways(level: str) -> None:
    with pytest.raises(BadAttributeError):
        identity(person(level=level))


# --- permissions are ours -------------------------------------------------------------


@pytest.fixture
def bridge(tmp_path: Path) -> Bridge:
    return make_bridge(tmp_path)


def test_permissions_from_upstream_are_never_passed_on(bridge: Bridge) -> None:
    smuggled = [
        attribute(name, "2321000016:landsting:granska", "smuggled")
        for name in (
            PERMISSIONS,
            names.SAMBI_SYSTEM_ROLE,
            names.INERA_AUTHORIZATION_SCOPE,
            names.ATTR_HSA_ID,
            "urn:oid:1.3.6.1.4.1.5923.1.1.1.7",
        )
    ]
    asked = bridge.ask()
    answer = issued(
        bridge.finish(asked, answer_to(asked, attributes=person(*smuggled)))
    )
    text = "".join(answer.itertext())
    assert "smuggled" not in text
    assert "granska" not in text
    assert "2321000016:landsting:rapportera" in text
    assert text.count(ALICE) == 1


def test_a_person_acts_only_for_the_organisation_that_registered_them(
    bridge: Bridge,
) -> None:
    asked = bridge.ask()
    elsewhere = answer_to(asked, attributes=person(organisation_number=KOMMUN))
    with pytest.raises(WrongOrganisationError):
        bridge.finish(asked, elsewhere)
    bridge.finish(bridge.ask_again(asked.begun))
