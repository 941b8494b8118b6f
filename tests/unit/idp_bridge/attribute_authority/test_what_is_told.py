"""What an e-tjänst is told that asks, and what stands in the trail afterwards."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from idp_bridge.saml.encryption import DecryptionKey
from metadata import names
from metadata.entities import (
    AttributeService,
    EncryptionKey,
    RequestedAttribute,
)
from metadata.signatures import verify_enveloped
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.permission_world import (
    ALICE,
    ANNA,
    BOB,
    CHARLIE,
    ERSATTNING,
    MELKER,
    REGION,
)
from tests.support.saml.encrypting import encrypted_name_id
from tests.support.saml.queries import (
    OUR_AA,
    PERMISSIONS,
    Desk,
    about,
    about_issued,
    asked,
    make_desk,
    opened_by,
    signed_query,
    subject,
    told_by,
)
from tests.support.saml.world import OUR_IDP, SKEW, service_provider

SAML = f"{{{names.NS_SAML}}}"
OURS = rsa_key("our signing")
MAY = (f"{REGION}:landsting:rapportera",)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


# --- which attributes -----------------------------------------------------------------


def test_without_names_everything_is_told_that_the_service_may_have(desk: Desk) -> None:
    told = desk.ask()
    assert told.attributes == {
        names.ATTR_HSA_ID: (ALICE,),
        names.ATTR_GIVEN_NAME: ("Åsa",),
        names.ATTR_SURNAME: ("Öberg",),
        names.ATTR_ORGANISATION_NUMBER: (REGION,),
        names.ATTR_ORGANISATION_NAME: ("Region Stockholm",),
        PERMISSIONS: MAY,
    }


def test_names_choose_and_unknown_ones_are_ignored(desk: Desk) -> None:
    told = desk.ask(asked(PERMISSIONS), asked("urn:unknown"))
    assert told.attributes == {PERMISSIONS: MAY}
    told = desk.ask(asked("urn:unknown"), id="_query-2")
    assert told.statuses == ("Success",)
    assert told.assertion is None


def test_another_name_format_is_another_attribute(desk: Desk) -> None:
    basic = "urn:oasis:names:tc:SAML:2.0:attrname-format:basic"
    assert desk.ask(asked(PERMISSIONS, name_format=basic)).assertion is None
    told = desk.ask(asked(PERMISSIONS, name_format=None), id="_query-2")
    assert told.attributes == {PERMISSIONS: MAY}


def test_values_choose_among_the_values(desk: Desk) -> None:
    told = desk.ask(asked(PERMISSIONS, MAY[0], "something else"))
    assert told.attributes == {PERMISSIONS: MAY}
    told = desk.ask(asked(PERMISSIONS, "something else"), id="_query-2")
    assert told.statuses == ("Success",)
    assert told.assertion is None


def test_a_service_gets_its_own_permissions_in_its_own_words(desk: Desk) -> None:
    name = desk.name_of(ALICE, ERSATTNING)
    xml = signed_query(
        subject=about_issued(name, sp=ERSATTNING),
        issuer=ERSATTNING,
        by=rsa_key("other sp"),
    )
    told = told_by(desk.bring(xml))
    assert told.statuses == ("Success",)
    assert PERMISSIONS not in told.attributes
    assert told.attributes[names.ATTR_HSA_ID] == (ALICE,)


def test_a_service_may_ask_for_permissions_that_no_login_brings(
    tmp_path: Path,
) -> None:
    desk = make_desk(tmp_path, push_permissions=False)
    asks_little = AttributeService(
        index=1, requested=(RequestedAttribute(name=names.ATTR_HSA_ID),)
    )
    desk.bridge.parties.sps[MELKER] = service_provider(
        attribute_services=(asks_little,)
    )
    told = desk.ask()
    assert told.attributes == {names.ATTR_HSA_ID: (ALICE,), PERMISSIONS: MAY}
    told = desk.ask(asked(PERMISSIONS), id="_query-2")
    assert told.attributes == {PERMISSIONS: MAY}


# --- about whom -----------------------------------------------------------------------


@pytest.mark.parametrize("person", [BOB, CHARLIE, ANNA])
def test_somebody_known_without_rights_is_a_success_without_assertion(
    desk: Desk, person: str
) -> None:
    told = desk.ask(subject=about(person))
    assert told.statuses == ("Success",)
    assert told.assertion is None
    assert len(desk.trail()) == 1


def test_permissions_count_at_the_moment_of_the_question(desk: Desk) -> None:
    name = about_issued(desk.name_of(BOB))
    desk.bridge.clock.now -= timedelta(days=2)
    told = desk.ask(asked(PERMISSIONS), subject=name, issued=desk.bridge.clock.now)
    assert told.attributes == {PERMISSIONS: MAY}


@pytest.mark.parametrize("spelling", [ALICE, ALICE.lower()])
@pytest.mark.parametrize(
    "name_format", [names.ATTR_HSA_ID, names.NAMEID_UNSPECIFIED, None]
)
def test_an_hsa_id_names_somebody_who_was_never_there(
    desk: Desk, spelling: str, name_format: str | None
) -> None:
    told = desk.ask(subject=about(spelling, name_format=name_format))
    assert told.attributes[names.ATTR_HSA_ID] == (ALICE,)
    (name_id,) = told.assertion.iter(f"{SAML}NameID")
    assert (name_id.text, name_id.get("Format")) == (spelling, name_format)


def test_a_name_that_was_encrypted_to_us(desk: Desk) -> None:
    clear = about_issued(desk.name_of(ALICE)).partition("<saml:Subject>")[2]
    clear = clear.partition("</saml:Subject>")[0]
    told = desk.ask(subject=subject(encrypted_name_id(clear)))
    assert told.attributes[PERMISSIONS] == MAY


def test_nobody_known_is_what_the_service_wants_it_to_be(tmp_path: Path) -> None:
    desk = make_desk(tmp_path, unknown_subject="success")
    told = desk.ask(subject=about("SE2321000016-ZZZZ"))
    assert told.statuses == ("Success",)
    assert told.assertion is None
    assert told.message == ""


# --- the answer -----------------------------------------------------------------------


def test_the_answer_says_no_more_than_it_must(desk: Desk) -> None:
    value = desk.name_of(ALICE)
    told = desk.ask(subject=about_issued(value))
    response, assertion = told.root, told.assertion
    assert response.get("InResponseTo") == "_query-1"
    assert response.get("Destination") is None
    assert {each.text for each in response.iter(f"{SAML}Issuer")} == {OUR_AA}
    (name_id,) = assertion.iter(f"{SAML}NameID")
    assert dict(name_id.attrib) == {
        "Format": names.NAMEID_PERSISTENT,
        "NameQualifier": OUR_IDP,
        "SPNameQualifier": MELKER,
    }
    assert name_id.text == value
    (confirmation,) = assertion.iter(f"{SAML}SubjectConfirmation")
    assert confirmation.get("Method") == names.CONFIRMATION_SENDER_VOUCHES
    assert len(confirmation) == 0
    (audience,) = assertion.iter(f"{SAML}Audience")
    assert audience.text == MELKER
    (conditions,) = assertion.iter(f"{SAML}Conditions")
    assert conditions.get("NotBefore") == "2026-11-23T11:59:00.000Z"
    assert conditions.get("NotOnOrAfter") == "2026-11-23T12:05:00.000Z"
    assert list(assertion.iter(f"{SAML}AuthnStatement")) == []


def test_the_answer_and_its_assertion_are_signed(desk: Desk) -> None:
    told = desk.ask()
    verify_enveloped(told.root, [OURS.public])
    verify_enveloped(told.assertion, [OURS.public])


def test_a_refusal_is_signed_too(desk: Desk) -> None:
    verify_enveloped(desk.ask(by=rsa_key("stranger")).root, [OURS.public])


def test_the_answer_is_encrypted_to_the_key_of_the_service(desk: Desk) -> None:
    pair = rsa_key("sp encryption")
    desk.bridge.parties.sps[MELKER] = service_provider(
        encryption_keys=(EncryptionKey(pair.public),), wants_encryption=True
    )
    told = desk.ask()
    assert told.assertion is None
    assert ALICE.encode() not in told.xml
    opened = opened_by(told, DecryptionKey.from_pem(pair.private_pem))
    assert opened.attributes[PERMISSIONS] == MAY
    verify_enveloped(opened.assertion, [OURS.public])


def test_clocks_may_go_wrong_by_the_skew(desk: Desk) -> None:
    told = desk.ask(issued=NOW + SKEW)
    assert told.statuses == ("Success",)


# --- the trail ------------------------------------------------------------------------


def test_the_trail_of_the_organisation_says_who_asked_what(desk: Desk) -> None:
    desk.ask(asked(PERMISSIONS), asked("urn:unknown"))
    (line,) = desk.trail()
    entry = json.loads(line)
    assert entry["chain"].startswith("organisation:")
    assert entry["subject"].startswith("person:")
    assert json.loads(entry["detail"]) == {
        "service": "landsting",
        "sp_entity_id": MELKER,
        "asked": [PERMISSIONS, "urn:unknown"],
        "told": [PERMISSIONS],
    }
    assert MAY[0] not in line
    assert ALICE not in line
    desk.bridge.parts.authz.verify_audit()


def test_a_question_about_nobody_stands_in_the_trail_of_the_system(desk: Desk) -> None:
    desk.ask(subject=about("SE2321000016-ZZZZ"))
    (line,) = desk.trail()
    entry = json.loads(line)
    assert (entry["chain"], entry["subject"]) == ("system", "service:landsting")
    assert "ZZZZ" not in line


def test_what_cannot_be_written_down_is_not_told(desk: Desk) -> None:
    engine = desk.bridge.parts.authz._engine
    with engine.begin() as connection:
        connection.exec_driver_sql("DROP TABLE audit_entries")
    told = desk.ask()
    assert told.statuses == ("Responder",)
    assert told.assertion is None
    assert told.message.startswith("store-unavailable")


def test_another_set_of_parts_does_not_mix(tmp_path: Path) -> None:
    desk = make_desk(tmp_path)
    desk.bridge.parts = replace(desk.bridge.parts, decryption_keys=())
    told = desk.ask(subject=subject(encrypted_name_id("<saml:NameID>a</saml:NameID>")))
    assert told.message.startswith("undecryptable ")
