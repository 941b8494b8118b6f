"""The stand-in answers as Inera's IdP does, fact by fact."""

import re
import uuid
from datetime import timedelta

import pytest
from lxml import etree

from idp_bridge.demo import inera
from idp_bridge.demo.inera import Occasion, Statement
from idp_bridge.demo.tricks import TRICKS, Intent, Trick
from idp_bridge.errors import BridgeError
from metadata import names, safe_xml
from metadata.instants import parse_instant
from tests.support.clock import NOW
from tests.support.saml.world import ACS, IDP, OUR_SP, REQUEST_ID, idp_key
from tests.support.saml.world import take_response as take

SAML = f"{{{names.NS_SAML}}}"
DS = f"{{{names.NS_DS}}}"
OCCASION = Occasion(
    idp_entity_id=IDP,
    sp_entity_id=OUR_SP,
    acs_url=ACS,
    request_id=REQUEST_ID,
    moment=NOW,
)
STATEMENT = Statement(
    level=names.LOA_SAMBI_3,
    attributes={
        names.SAMBI_HSA_ID: ("SE2120990011-B001",),
        names.SAMBI_ORGANISATION_NUMBER: ("212099-0011",),
        names.SAMBI_SYSTEM_ROLE: ("BIF;Administratör", "PU;Sökning"),
    },
)


@pytest.fixture
def answer() -> etree._Element:
    xml = inera.answer(OCCASION, STATEMENT, idp_key().signing)
    return safe_xml.parse(xml)


def found(root: etree._Element, tag: str) -> etree._Element:
    (element,) = root.iter(tag)
    return element


def test_the_bridge_believes_it() -> None:
    assertion = take(inera.answer(OCCASION, STATEMENT, idp_key().signing))
    assert assertion.attributes == STATEMENT.attributes
    assert assertion.authn_context == names.LOA_SAMBI_3


def test_only_the_assertion_is_signed(answer: etree._Element) -> None:
    signature = found(answer, DS + "Signature")
    assert signature.getparent() is answer.find(SAML + "Assertion")
    assert found(answer, DS + "X509Certificate").text


def test_the_prefix_of_the_types_is_inclusive(answer: etree._Element) -> None:
    inclusive = found(answer, f"{{{names.C14N_EXCLUSIVE}}}InclusiveNamespaces")
    assert inclusive.get("PrefixList") == "xsd"
    values = list(answer.iter(SAML + "AttributeValue"))
    assert len(values) == 4
    for value in values:
        assert value.get(f"{{{names.NS_XSI}}}type") == "xsd:string"
        assert value.nsmap["xsd"] == names.NS_XS


def test_the_conditions_hold_an_hour_and_have_no_beginning(
    answer: etree._Element,
) -> None:
    conditions = found(answer, SAML + "Conditions")
    assert conditions.get("NotBefore") is None
    end = parse_instant(conditions.get("NotOnOrAfter", ""))
    assert end == NOW + timedelta(hours=1)


def test_there_are_three_audiences(answer: etree._Element) -> None:
    audiences = [each.text for each in answer.iter(SAML + "Audience")]
    assert audiences == [OUR_SP, IDP, inera.OIDC_CLIENT]


def test_the_confirmation_holds_a_minute(answer: etree._Element) -> None:
    data = found(answer, SAML + "SubjectConfirmationData")
    end = parse_instant(data.get("NotOnOrAfter", ""))
    assert end == NOW + timedelta(minutes=1)
    assert data.get("Recipient") == ACS
    assert data.get("InResponseTo") == REQUEST_ID


def test_name_and_session_are_random_and_the_session_has_no_end(
    answer: etree._Element,
) -> None:
    name_id = found(answer, SAML + "NameID")
    assert name_id.get("Format") == names.NAMEID_TRANSIENT
    assert str(uuid.UUID(name_id.text)) == name_id.text
    statement = found(answer, SAML + "AuthnStatement")
    index = statement.get("SessionIndex")
    assert str(uuid.UUID(index)) == index
    assert statement.get("SessionNotOnOrAfter") is None
    assert parse_instant(statement.get("AuthnInstant", "")) < NOW


def test_ids_are_names_in_xml(answer: etree._Element) -> None:
    ids = [str(each.get("ID")) for each in answer.iter() if each.get("ID")]
    assert len(set(ids)) == 2
    assert all(re.fullmatch(r"_[0-9a-f]{32}", each) for each in ids)


@pytest.mark.parametrize("trick", TRICKS.values(), ids=TRICKS)
def test_every_trick_is_refused_for_its_own_reason(trick: Trick) -> None:
    intent = Intent(
        occasion=OCCASION,
        statement=STATEMENT,
        key=idp_key().signing,
        earlier_id="_earlier",
    )
    xml = trick.make(intent)
    if trick.error == "replayed":
        assert take(xml).id == "_earlier"
    elif trick.error == "bad-attribute":
        assert names.SAMBI_HSA_ID not in take(xml).attributes
    else:
        with pytest.raises(BridgeError) as refused:
            take(xml)
        expected = "unknown-request" if trick.error == "login-lost" else trick.error
        assert refused.value.code == expected
