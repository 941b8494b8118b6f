"""Somebody asks our attribute authority who may not, or not like that."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from idp_bridge.errors import BadEnvelopeError
from idp_bridge.saml.bindings import MAX_MESSAGE_BYTES
from metadata import names
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.permission_world import ALICE
from tests.support.saml.envelopes import enveloped, taken
from tests.support.saml.queries import (
    PERMISSIONS,
    QUERY_URL,
    Desk,
    about,
    asked,
    attribute_query,
    make_desk,
    name_id,
    signed_query,
    subject,
    told_by,
)
from tests.support.saml.signing import signature_of, signed, signed_oddly, xml_key
from tests.support.saml.world import IDP, OTHER_SP, SECOND, SKEW, idp_key, sp_key

MAY = {PERMISSIONS: ("2321000016:landsting:rapportera",)}
FIVE_MINUTES = timedelta(minutes=5)
DENIED = ("Requester", "RequestDenied")


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return make_desk(tmp_path)


def code_of(desk: Desk, xml: str) -> str:
    """Bring a query that is refused; why, and that nobody was looked up."""
    answer = desk.bring(xml)
    assert answer.refusal is not None
    told = told_by(answer)
    assert told.assertion is None
    assert told.message.startswith(answer.refusal.code)
    assert desk.trail() == []
    return answer.refusal.code


def test_the_good_twin(desk: Desk) -> None:
    told = desk.ask(asked(PERMISSIONS))
    assert told.statuses == ("Success",)
    assert told.attributes == MAY
    assert len(desk.trail()) == 1


# --- who asks -------------------------------------------------------------------------


def test_an_unsigned_query(desk: Desk) -> None:
    """Refused by ``check_query_signature``."""
    assert code_of(desk, attribute_query()) == "bad-signature"


def test_a_query_signed_with_a_foreign_key(desk: Desk) -> None:
    assert code_of(desk, signed_query(by=rsa_key("stranger"))) == "bad-signature"


def test_a_query_signed_with_the_key_of_another_e_service(desk: Desk) -> None:
    assert code_of(desk, signed_query(by=rsa_key("other sp"))) == "bad-signature"


def test_a_query_signed_with_the_key_of_an_identity_provider(desk: Desk) -> None:
    """Keys speak for the role in which they are published."""
    assert code_of(desk, signed_query(by=idp_key())) == "bad-signature"
    assert code_of(desk, signed_query(issuer=IDP, by=idp_key())) == "unknown-partner"


def test_a_query_of_a_stranger(desk: Desk) -> None:
    query = signed_query(issuer="https://stranger.example.se/sp")
    assert code_of(desk, query) == "unknown-partner"


def test_a_query_signed_with_a_weak_algorithm(desk: Desk) -> None:
    weak = signed_oddly(attribute_query(), key=xml_key(sp_key()), algorithm="RsaSha1")
    assert code_of(desk, weak) == "weak-algorithm"


def test_a_query_that_was_changed_after_it_was_signed(desk: Desk) -> None:
    query = signed_query().replace(ALICE, "SE2321000016-B002")
    assert code_of(desk, query) == "bad-signature"


@pytest.mark.parametrize("where", ["before", "after", "inside"])
def test_a_wrapped_query(desk: Desk, where: str) -> None:
    """What was signed stands aside; another query shows its signature."""
    original = signed_query()
    evil = attribute_query(subject=about("SE2321000016-B002"), id="_evil")
    moved = f"<samlp:Extensions>{original}</samlp:Extensions>"
    signature = signature_of(original)
    places = {
        "before": evil.replace("</saml:Issuer>", f"</saml:Issuer>{signature}{moved}"),
        "after": evil.replace(
            "</samlp:AttributeQuery>", f"{moved}{signature}</samlp:AttributeQuery>"
        ),
        "inside": evil.replace(
            "</saml:Issuer>",
            "</saml:Issuer>"
            + signature.replace(
                "</ds:Signature>", f"<ds:Object>{original}</ds:Object></ds:Signature>"
            ),
        ),
    }
    assert desk.bring(original.replace("_query-1", "_q")).refusal is not None
    assert code_of(desk, places[where]) in {"bad-signature", "unreadable-message"}


# --- when, where, how often -----------------------------------------------------------


def test_an_old_query(desk: Desk) -> None:
    edge = NOW - FIVE_MINUTES - SKEW
    assert desk.ask(issued=edge, id="_edge").statuses == ("Success",)
    desk.bridge.clock.advance(SECOND)
    answer = desk.bring(signed_query(issued=edge, id="_late"))
    assert answer.refusal is not None
    assert answer.refusal.code == "expired"
    assert told_by(answer).statuses == DENIED


def test_a_query_from_the_future(desk: Desk) -> None:
    assert desk.ask(issued=NOW + SKEW, id="_edge").statuses == ("Success",)
    answer = desk.bring(signed_query(issued=NOW + SKEW + SECOND, id="_early"))
    assert answer.refusal is not None
    assert answer.refusal.code == "not-yet-valid"


@pytest.mark.parametrize("issued", ["", "yesterday", "2026-11-23T12:00:00"])
def test_a_query_of_no_time(desk: Desk, issued: str) -> None:
    assert code_of(desk, signed_query(issued=issued)) == "unreadable-message"


@pytest.mark.parametrize(
    "address",
    [QUERY_URL + "/", "https://bridge.example.se/saml/idp/sso", "", "https://evil.se"],
)
def test_a_query_for_another_address(desk: Desk, address: str) -> None:
    """Refused by ``check_query_destination``."""
    assert code_of(desk, signed_query(destination=address)) == "wrong-destination"


def test_a_query_without_an_address_is_fine(desk: Desk) -> None:
    assert desk.ask(destination=None).statuses == ("Success",)


def test_a_replayed_query(desk: Desk) -> None:
    """Refused by ``check_not_replayed``, as long as it could be fresh."""
    query = signed_query()
    assert desk.bring(query).refusal is None
    desk.bridge.clock.advance(FIVE_MINUTES)
    again = desk.bring(query)
    assert again.refusal is not None
    assert again.refusal.code == "replayed"
    assert len(desk.trail()) == 1


def test_the_same_id_of_another_e_service_is_another_id(desk: Desk) -> None:
    assert desk.bring(signed_query()).refusal is None
    query = signed_query(issuer=OTHER_SP, by=rsa_key("other sp"))
    answer = desk.bring(query)
    assert answer.refusal is not None
    assert answer.refusal.code == "unknown-subject"


# --- may they ask? --------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        {"attribute_queries": False},
        {"service": "no-such-service"},
    ],
    ids=["not agreed", "no such e-service"],
)
@pytest.mark.parametrize(
    "asked_about",
    [
        about(ALICE),
        about("SE2321000016-ZZZZ"),
        subject(),
        subject(name_id("a"), name_id("b")),
    ],
    ids=["known", "unknown", "nobody", "two"],
)
def test_who_may_not_ask_learns_nothing_about_anybody(
    tmp_path: Path, change: dict[str, Any], asked_about: str
) -> None:
    """Whatever the query says, the answer is the same: it was not read."""
    desk = make_desk(tmp_path, **change)
    answer = desk.bring(signed_query(asked("", ""), subject=asked_about))
    assert answer.refusal is not None
    assert answer.refusal.code == "not-entitled"
    assert told_by(answer).statuses == DENIED
    assert desk.trail() == []


# --- what they ask about --------------------------------------------------------------


@pytest.mark.parametrize(
    "named",
    [
        "",
        subject(),
        subject(name_id(ALICE), name_id(ALICE)),
        about(ALICE) + about(ALICE),
        subject("<saml:BaseID/>"),
        subject(name_id("")),
        subject(name_id("   ")),
        subject(name_id("a" * 1025)),
        subject(name_id(f"{ALICE}<b/>")),
        subject(name_id(ALICE, SPProvidedID="x")),
    ],
    ids=[
        "none",
        "empty",
        "two names",
        "two subjects",
        "BaseID",
        "no text",
        "blanks",
        "long",
        "structure",
        "foreign attribute",
    ],
)
def test_a_query_about_nobody_or_about_two(desk: Desk, named: str) -> None:
    """Refused by ``check_one_identifier``."""
    assert code_of(desk, signed_query(subject=named)) == "unreadable-message"


@pytest.mark.parametrize(
    "wishes",
    [
        asked(PERMISSIONS) + asked(PERMISSIONS),
        asked(PERMISSIONS) + asked("urn:a") + asked(PERMISSIONS, "x"),
        asked(PERMISSIONS, name_format=None) * 2,
        asked(""),
        asked("  "),
        '<saml:Attribute NameFormat="urn:x"/>',
        asked("n" * 1025),
        asked(PERMISSIONS, "v" * 1025),
        asked(PERMISSIONS, "<a/>"),
        f'<saml:Attribute Name="{PERMISSIONS}"><saml:Other/></saml:Attribute>',
        asked(PERMISSIONS, *("v" * number for number in range(1, 102))),
        "".join(asked(f"urn:{number}") for number in range(101)),
    ],
    ids=[
        "twice",
        "twice with values",
        "twice without format",
        "no name",
        "blank name",
        "no Name",
        "long name",
        "long value",
        "structure",
        "something else",
        "many values",
        "many attributes",
    ],
)
def test_attributes_that_cannot_be_meant_so(desk: Desk, wishes: str) -> None:
    """Refused by ``check_asked_attributes``, before anybody is looked up."""
    assert code_of(desk, signed_query(wishes)) == "bad-query-attribute"
    answer = desk.bring(signed_query(wishes, id="_another"))
    assert told_by(answer).statuses == ("Requester", "InvalidAttrNameOrValue")


# --- the message ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "change",
    [
        lambda xml: xml.replace("AttributeQuery", "AuthnQuery"),
        lambda xml: xml.replace('ID="_query-1"', 'ID=""'),
        lambda xml: xml.replace('ID="_query-1"', 'ID="1 &amp; 2"'),
        lambda xml: xml.replace('ID="_query-1"', f'ID="_{"a" * 300}"'),
        lambda xml: xml.replace(' ID="_query-1"', ""),
        lambda xml: xml.replace("<saml:Issuer>", '<saml:Issuer Format="urn:x">'),
        lambda xml: xml.replace("<saml:Issuer>", "<saml:Issuer/><saml:Issuer>"),
    ],
    ids=["kind", "empty", "odd", "long", "none", "issuer format", "two issuers"],
)
def test_a_message_that_is_none(desk: Desk, change: Callable[[str], str]) -> None:
    assert code_of(desk, change(attribute_query())) == "unreadable-message"


def test_an_answer_names_the_question_only_if_it_has_an_id(desk: Desk) -> None:
    assert desk.ask().root.get("InResponseTo") == "_query-1"
    odd = desk.bring(signed_query(id="1&amp;2"))
    assert told_by(odd).root.get("InResponseTo") is None


def test_another_version(desk: Desk) -> None:
    answer = desk.bring(signed(attribute_query(version="1.1"), by=sp_key()))
    assert told_by(answer).statuses == ("VersionMismatch", "RequestVersionTooLow")


def test_a_message_bomb(desk: Desk) -> None:
    def padded(size: int) -> bytes:
        bare = len(enveloped(attribute_query("<!---->")))
        return enveloped(attribute_query(f"<!--{'x' * (size - bare)}-->"))

    answer = desk.take(taken(padded(MAX_MESSAGE_BYTES)))
    assert answer.refusal is not None
    assert answer.refusal.code == "bad-signature"
    with pytest.raises(BadEnvelopeError):
        taken(padded(MAX_MESSAGE_BYTES + 1))


def test_comments_cut_no_name_in_two(desk: Desk) -> None:
    cut = about(f"SE2321000016-B001<!-- -->{'X' * 3}")
    told = desk.ask(subject=cut)
    assert told.statuses == ("Responder", "UnknownPrincipal")


def test_names_of_the_standard() -> None:
    assert names.STATUS_INVALID_ATTRIBUTE.endswith("status:InvalidAttrNameOrValue")
