"""Which wrong answers can the portal send on purpose, to see them refused?"""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from lxml import etree

from idp_bridge.demo import inera
from idp_bridge.demo.inera import Occasion, Statement
from metadata import names
from metadata.signatures import SigningKey

_ELSEWHERE: Final = "https://annan-tjanst.example.se/saml"
_VALUE: Final = f".//{{{names.NS_SAML}}}AttributeValue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Intent:
    """What a good answer would say, and what is needed to spoil it."""

    occasion: Occasion
    statement: Statement
    key: SigningKey
    earlier_id: str | None
    """The ID of an assertion that was used before."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trick:
    """One wrong answer."""

    error: str
    """The code with which the bridge refuses it."""
    label: str
    make: Callable[[Intent], bytes]
    needs_earlier: bool = False


def _at(intent: Intent, shift: timedelta) -> Occasion:
    return replace(intent.occasion, moment=intent.occasion.moment + shift)


def _answer(intent: Intent, occasion: Occasion) -> bytes:
    return inera.answer(occasion, intent.statement, intent.key)


def expired(intent: Intent) -> bytes:
    """Answer with an assertion of the day before yesterday."""
    return _answer(intent, _at(intent, -timedelta(days=2)))


def from_the_future(intent: Intent) -> bytes:
    """Answer with an assertion that was written in an hour."""
    return _answer(intent, _at(intent, timedelta(hours=1)))


def foreign_audience(intent: Intent) -> bytes:
    """Answer with an assertion that is made out to somebody else."""
    assertion = inera.assertion(
        intent.occasion, intent.statement, audiences=[_ELSEWHERE]
    )
    return _wrapped(intent, inera.signed(assertion, intent.key))


def changed(intent: Intent) -> bytes:
    """Change a value after the assertion was signed."""
    assertion = inera.signed(
        inera.assertion(intent.occasion, intent.statement), intent.key
    )
    value = assertion.find(_VALUE)
    if value is not None:
        value.text = f"{value.text}X"
    return _wrapped(intent, assertion)


def unsigned(intent: Intent) -> bytes:
    """Leave the signature out."""
    return _wrapped(intent, inera.assertion(intent.occasion, intent.statement))


def replayed(intent: Intent) -> bytes:
    """Use the ID of an assertion that was used before."""
    assertion = inera.assertion(
        intent.occasion, intent.statement, assertion_id=intent.earlier_id
    )
    return _wrapped(intent, inera.signed(assertion, intent.key))


def wrong_recipient(intent: Intent) -> bytes:
    """Confirm the person for another address than the Response goes to."""
    elsewhere = replace(intent.occasion, acs_url=_ELSEWHERE)
    assertion = inera.assertion(elsewhere, intent.statement)
    return _wrapped(intent, inera.signed(assertion, intent.key))


def wrong_issuer(intent: Intent) -> bytes:
    """Speak in the name of another identity provider."""
    return _answer(intent, replace(intent.occasion, idp_entity_id=_ELSEWHERE))


def unknown_request(intent: Intent) -> bytes:
    """Answer a request that nobody made."""
    request_id = "_" + secrets.token_hex(28)
    return _answer(intent, replace(intent.occasion, request_id=request_id))


def without_hsa_id(intent: Intent) -> bytes:
    """Leave out who the person is."""
    kept = dict(intent.statement.attributes)
    kept.pop(names.SAMBI_HSA_ID, None)
    statement = replace(intent.statement, attributes=kept)
    return inera.answer(intent.occasion, statement, intent.key)


def unsolicited(intent: Intent) -> bytes:
    """Answer although nobody asked."""
    root = inera.response(intent.occasion)
    del root.attrib["InResponseTo"]
    return inera.to_bytes(root)


def with_doctype(intent: Intent) -> bytes:
    """Put an entity into the message, as attacks on XML parsers do."""
    xml = etree.tostring(inera.response(intent.occasion))
    return b'<!DOCTYPE r [<!ENTITY e "e">]>' + xml


def failed(intent: Intent) -> bytes:
    """Say that the login failed."""
    return inera.refusal(
        intent.occasion,
        top=names.STATUS_RESPONDER,
        second=names.STATUS_AUTHN_FAILED,
    )


def possible_fraud(intent: Intent) -> bytes:
    """Say that it may be fraud."""
    return inera.refusal(
        intent.occasion,
        top=names.STATUS_RESPONDER,
        second=names.STATUS_POSSIBLE_FRAUD,
    )


def _wrapped(intent: Intent, assertion: etree._Element) -> bytes:
    return inera.to_bytes(inera.response(intent.occasion, assertion))


TRICKS: Final = {
    "gammalt": Trick(error="expired", label="Ett gammalt svar", make=expired),
    "framtid": Trick(
        error="not-yet-valid", label="Ett svar från framtiden", make=from_the_future
    ),
    "mottagare": Trick(
        error="wrong-audience",
        label="Ett svar som är utställt till någon annan",
        make=foreign_audience,
    ),
    "andrat": Trick(
        error="bad-signature",
        label="Ett svar som ändrats efter underskriften",
        make=changed,
    ),
    "osignerat": Trick(
        error="bad-signature", label="Ett svar utan underskrift", make=unsigned
    ),
    "igen": Trick(
        error="replayed",
        label="Samma intyg en gång till",
        make=replayed,
        needs_earlier=True,
    ),
    "adress": Trick(
        error="wrong-subject",
        label="Ett intyg för en annan adress",
        make=wrong_recipient,
    ),
    "avsandare": Trick(
        error="wrong-issuer", label="Ett svar i någon annans namn", make=wrong_issuer
    ),
    "okand": Trick(
        error="login-lost",
        label="Ett svar på en fråga som inte finns",
        make=unknown_request,
    ),
    "ofragat": Trick(
        error="unsolicited",
        label="Ett svar som ingen bett om",
        make=unsolicited,
    ),
    "hsa-id": Trick(
        error="bad-attribute", label="Ett svar utan HSA-id", make=without_hsa_id
    ),
    "doctype": Trick(
        error="unreadable-message",
        label="Ett meddelande som angriper läsaren",
        make=with_doctype,
    ),
    "misslyckat": Trick(
        error="upstream-failed",
        label="Legitimeringen misslyckades",
        make=failed,
    ),
    "bedrageri": Trick(
        error="possible-fraud", label="Misstänkt bedrägeri", make=possible_fraud
    ),
}
"""By their names in forms."""
