"""A LogoutRequest or LogoutResponse that nobody who may send it has sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any
from urllib.parse import quote_plus

import pytest

from idp_bridge.errors import (
    BadSignatureError,
    BridgeError,
    DecryptionError,
    ExpiredError,
    LongRelayStateError,
    NotYetValidError,
    UnknownPartnerError,
    UnknownRequestError,
    UnreadableMessageError,
    UnsolicitedError,
    WeakAlgorithmError,
    WrongDestinationError,
    WrongIssuerError,
    WrongVersionError,
)
from idp_bridge.saml import logout_messages
from idp_bridge.saml.bindings import InboundMessage, decode_redirect
from idp_bridge.saml.logout_checks import (
    MAX_SESSION_INDEXES,
    Party,
    check_verified_issuer,
)
from idp_bridge.saml.logout_messages import LogoutContext
from idp_bridge.saml.messages import LogoutRequest, LogoutResponse
from idp_bridge.saml.times import MAX_AGE, Moment
from metadata import names, safe_xml
from tests.support.clock import NOW
from tests.support.keys import KeyPair, rsa_key
from tests.support.saml.encrypting import encrypted
from tests.support.saml.envelopes import enveloped, taken
from tests.support.saml.logouts import (
    ANNA,
    IDP_SLO,
    SP_SLO,
    by_post,
    by_redirect,
    by_soap,
    leaving_provider,
    logout_request,
    logout_response,
    name_id_element,
)
from tests.support.saml.requests import deflated, posted
from tests.support.saml.signing import (
    signature_of,
    signed,
    signed_oddly,
    without_signature,
    xml_key,
)
from tests.support.saml.world import (
    IDP,
    MICROSECOND,
    OTHER_SP,
    SKEW,
    SP,
    idp_key,
    our_decryption_key,
    sp_key,
)

ASKED = "_our-request"
Send = Callable[[str], InboundMessage]
WAYS: list[Send] = [by_redirect, by_post, by_soap]


def context(**changes: Party) -> LogoutContext:
    known = {SP: leaving_provider(), **changes}

    def find(entity_id: str) -> Party:
        if entity_id not in known:
            raise UnknownPartnerError(entity_id)
        return known[entity_id]

    return LogoutContext(
        find_sender=find, endpoint_url=IDP_SLO, moment=Moment(NOW, SKEW)
    )


def asked(message: InboundMessage) -> LogoutRequest:
    opened = logout_messages.open_message(message, kind=logout_messages.REQUEST)
    return logout_messages.accept_request(opened, context(), [our_decryption_key()])


def answered(message: InboundMessage) -> LogoutResponse:
    opened = logout_messages.open_message(message, kind=logout_messages.RESPONSE)
    return logout_messages.accept_response(opened, context(), request_id=ASKED)


def answer(**changes: str | None) -> str:
    return logout_response(**{"in_response_to": ASKED, **changes})  # type: ignore[arg-type]


# --- signatures -----------------------------------------------------------------------


@pytest.mark.parametrize("send", WAYS)
def test_a_signed_request_is_read_in_every_binding(send: Send) -> None:
    """The good twin of all the others."""
    found = asked(send(logout_request()))
    assert (found.issuer, found.name_id) == (SP, ANNA)
    assert found.session_indexes == ("_session-index",)


@pytest.mark.parametrize(
    "message",
    [
        decode_redirect(
            f"SAMLRequest={quote_plus(deflated(logout_request()))}".encode()
        ),
        posted(logout_request()),
        posted(without_signature(signed(logout_request(), by=sp_key()))),
        taken(enveloped(logout_request())),
    ],
    ids=["redirect", "post", "stripped", "soap"],
)
def test_nothing_unsigned_is_looked_at(message: InboundMessage) -> None:
    """Refused by ``check_logout_signature``."""
    with pytest.raises(BadSignatureError):
        asked(message)


def test_an_unsigned_answer_confirms_nothing() -> None:
    answered(by_post(answer()))
    with pytest.raises(BadSignatureError):
        answered(posted(answer()))


def test_by_redirect_the_query_string_must_be_signed_whatever_the_xml_is() -> None:
    """RelayState would otherwise be anybody's (bindings 3.4.4.1)."""
    xml = signed(logout_request(), by=sp_key())
    asked(by_redirect(xml))
    with pytest.raises(BadSignatureError):
        asked(decode_redirect(f"SAMLRequest={quote_plus(deflated(xml))}".encode()))


def test_a_bad_signature_in_the_xml_is_not_healed_by_a_good_query_string() -> None:
    asked(by_redirect(signed(logout_request(), by=sp_key())))
    with pytest.raises(BadSignatureError):
        asked(by_redirect(signed(logout_request(), by=rsa_key("somebody"))))


@pytest.mark.parametrize("pair", [rsa_key("somebody"), idp_key()], ids=["any", "idp"])
@pytest.mark.parametrize("send", [by_redirect, by_post, by_soap])
def test_a_key_that_is_not_the_senders_signs_nothing(
    send: Callable[..., InboundMessage], pair: KeyPair
) -> None:
    asked(send(logout_request(), by=sp_key()))
    with pytest.raises(BadSignatureError):
        asked(send(logout_request(), by=pair))


def test_a_signature_over_another_message_is_no_signature() -> None:
    """Wrapping: what was signed moves aside, the Reference still finds it."""
    original = signed(logout_request(), by=sp_key())
    evil = logout_request(
        f"<samlp:Extensions>{without_signature(original)}</samlp:Extensions>",
        id="_evil",
        session_indexes=("_somebody-elses",),
    ).replace("</saml:Issuer>", f"</saml:Issuer>{signature_of(original)}")
    asked(posted(original))
    with pytest.raises(BridgeError):
        asked(posted(evil))


def test_a_changed_message_loses_its_signature() -> None:
    good = signed(logout_request(), by=sp_key())
    asked(posted(good))
    with pytest.raises(BadSignatureError):
        asked(posted(good.replace("_session-index", "_somebody-elses")))


def test_a_comment_cuts_no_name_in_two() -> None:
    cut = name_id_element(replace(ANNA, value="_name-of<!-- -->-anna"))
    for send in (by_redirect, by_post):
        assert asked(send(logout_request(name_id=cut))).name_id == ANNA


def test_weak_algorithms_sign_nothing() -> None:
    asked(posted(signed_oddly(logout_request(), key=xml_key(sp_key()))))
    weak = signed_oddly(logout_request(), key=xml_key(sp_key()), algorithm="RsaSha1")
    with pytest.raises(WeakAlgorithmError):
        asked(posted(weak))


# --- who, where, when -----------------------------------------------------------------


@pytest.mark.parametrize("issuer", [OTHER_SP, IDP, f"{SP}/", ""])
def test_only_a_known_sender_in_the_right_role_is_listened_to(issuer: str) -> None:
    asked(by_post(logout_request()))
    with pytest.raises((UnknownPartnerError, UnreadableMessageError)):
        asked(by_post(logout_request(issuer=issuer)))


def test_a_message_must_say_who_sent_it() -> None:
    """Refused by ``check_issuer``."""
    persistent = names.NAMEID_PERSISTENT
    another_kind = f'<saml:Issuer Format="{persistent}">{SP}</saml:Issuer>'
    for xml in (
        logout_request(issuer=None),
        logout_request(another_kind, issuer=None),
        logout_request(f"<saml:Issuer>{OTHER_SP}</saml:Issuer>"),
    ):
        with pytest.raises(UnreadableMessageError):
            asked(by_redirect(xml))


def test_the_issuer_is_the_one_whose_key_verified() -> None:
    root = safe_xml.parse(logout_request().encode())
    check_verified_issuer(root, leaving_provider())
    with pytest.raises(WrongIssuerError):
        check_verified_issuer(root, leaving_provider(entity_id=OTHER_SP))


@pytest.mark.parametrize("destination", [SP_SLO, f"{IDP_SLO}/", "", None])
@pytest.mark.parametrize("send", [by_redirect, by_post])
def test_a_message_for_another_endpoint_is_refused(
    send: Send, destination: str | None
) -> None:
    """Refused by ``check_logout_destination``."""
    asked(send(logout_request()))
    with pytest.raises(WrongDestinationError):
        asked(send(logout_request(destination=destination)))
    with pytest.raises(WrongDestinationError):
        answered(by_post(answer(destination=destination)))


def test_by_soap_the_destination_may_be_left_out_but_not_be_another() -> None:
    asked(by_soap(logout_request(destination=None)))
    with pytest.raises(WrongDestinationError):
        asked(by_soap(logout_request(destination=SP_SLO)))


def test_an_old_message_is_refused_and_one_from_the_future() -> None:
    """Refused by ``check_times``."""
    oldest, newest = NOW - MAX_AGE - SKEW, NOW + SKEW
    for issued in (oldest, newest):
        asked(by_post(logout_request(issued=issued)))
    with pytest.raises(ExpiredError):
        asked(by_post(logout_request(issued=oldest - MICROSECOND)))
    with pytest.raises(NotYetValidError):
        asked(by_post(logout_request(issued=newest + MICROSECOND)))
    with pytest.raises(ExpiredError):
        answered(by_post(logout_response(in_response_to=ASKED, issued=oldest - SKEW)))


def test_a_request_counts_until_the_moment_that_it_names() -> None:
    end = NOW - SKEW
    asked(by_post(logout_request(not_on_or_after=end + MICROSECOND)))
    with pytest.raises(ExpiredError):
        asked(by_post(logout_request(not_on_or_after=end)))


@pytest.mark.parametrize("issued", ["", "today", "2026-11-29T12:00:00+01:00"])
def test_a_time_that_is_none_is_refused(issued: str) -> None:
    with pytest.raises(UnreadableMessageError):
        asked(by_post(logout_request(issued=issued)))


@pytest.mark.parametrize("version", ["1.1", "2.1", ""])
def test_only_version_two_is_spoken_about_logout(version: str) -> None:
    asked(by_post(logout_request(version="2.0")))
    with pytest.raises(WrongVersionError):
        asked(by_post(logout_request(version=version)))


@pytest.mark.parametrize("message_id", [None, "", "_" + "a" * 256])
def test_a_message_that_nobody_could_remember_is_refused(message_id: str) -> None:
    """Refused by ``check_message_id``."""
    asked(by_redirect(logout_request(id="_" + "a" * 255)))
    with pytest.raises(UnreadableMessageError):
        asked(by_redirect(logout_request(id=message_id)))


def test_a_long_relay_state_is_refused() -> None:
    asked(by_redirect(logout_request(), relay_state="å" * 40))
    with pytest.raises(LongRelayStateError):
        asked(by_redirect(logout_request(), relay_state="å" * 40 + "a"))


# --- who is meant ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "name_id",
    [
        "",
        name_id_element(ANNA) * 2,
        f"{name_id_element(ANNA)}<saml:EncryptedID/>",
        "<saml:BaseID/>",
        "<saml:NameID/>",
        f"<saml:NameID>{'a' * 1025}</saml:NameID>",
    ],
    ids=["nobody", "two", "plain and encrypted", "BaseID", "empty", "long"],
)
def test_exactly_one_person_is_meant(name_id: str) -> None:
    """Refused by ``check_one_identifier``."""
    asked(by_post(logout_request(name_id=f"<saml:NameID>{'a' * 1024}</saml:NameID>")))
    with pytest.raises(UnreadableMessageError):
        asked(by_post(logout_request(name_id=name_id)))


def encrypted_id(xml: str, **how: Any) -> str:
    wrapped = encrypted(xml, **how)
    return wrapped.replace("EncryptedAssertion", "EncryptedID")


@pytest.mark.parametrize("cipher", ["Aes256Gcm", "Aes128Cbc"])
def test_a_name_that_is_encrypted_to_us_is_read(cipher: str) -> None:
    """AES-CBC is fine: the request around it was verified before."""
    name_id = encrypted_id(name_id_element(ANNA), cipher=cipher)
    assert asked(by_post(logout_request(name_id=name_id))).name_id == ANNA


def test_a_name_that_is_encrypted_to_somebody_else_is_not() -> None:
    to_others = encrypted_id(name_id_element(ANNA), to=rsa_key("somebody"))
    by_old_transport = encrypted_id(name_id_element(ANNA), transport="RsaPkcs1")
    for name_id in (to_others, by_old_transport):
        with pytest.raises(DecryptionError):
            asked(by_post(logout_request(name_id=name_id)))


def test_what_is_encrypted_must_be_a_name() -> None:
    for inside in ("<a/>", f'<b xmlns="{names.NS_SAML}">x</b>', "no XML"):
        with pytest.raises(UnreadableMessageError):
            asked(by_post(logout_request(name_id=encrypted_id(inside))))


def test_nobody_decrypts_for_a_stranger() -> None:
    """The signature is looked at first: we are no oracle."""
    damaged = encrypted_id(name_id_element(ANNA)).replace("A", "B")
    with pytest.raises(BadSignatureError):
        asked(posted(logout_request(name_id=damaged)))


@pytest.mark.parametrize(
    "indexes",
    [("",), ("a" * 1025,), ("_a",) * (MAX_SESSION_INDEXES + 1)],
    ids=["empty", "long", "many"],
)
def test_session_indexes_are_few_and_short(indexes: tuple[str, ...]) -> None:
    """Refused by ``check_session_indexes``."""
    many = ("_a",) * MAX_SESSION_INDEXES
    assert asked(by_post(logout_request(session_indexes=many))).session_indexes == many
    with pytest.raises(UnreadableMessageError):
        asked(by_post(logout_request(session_indexes=indexes)))


# --- answers --------------------------------------------------------------------------


def test_an_answer_to_another_request_is_refused() -> None:
    """Refused by ``check_answers``."""
    answered(by_post(answer()))
    with pytest.raises(UnknownRequestError):
        answered(by_post(answer(in_response_to="_another")))


def test_an_answer_to_nothing_is_refused() -> None:
    opened = logout_messages.open_message(
        by_post(answer(in_response_to=None)), kind=logout_messages.RESPONSE
    )
    with pytest.raises(UnsolicitedError):
        logout_messages.claimed_request(opened)


def test_a_request_is_no_answer_and_the_other_way_round() -> None:
    for take, xml in ((asked, answer()), (answered, logout_request())):
        with pytest.raises(UnreadableMessageError):
            take(by_post(xml))


@pytest.mark.parametrize(
    ("status", "read"),
    [
        (names.STATUS_SUCCESS, names.STATUS_SUCCESS),
        (names.STATUS_REQUESTER, names.STATUS_REQUESTER),
        ("urn:something:Success", names.STATUS_RESPONDER),
        (f"{names.STATUS_SUCCESS} ", names.STATUS_RESPONDER),
    ],
)
def test_only_success_is_success(status: str, read: str) -> None:
    assert answered(by_post(answer(status=status))).status.top == read
