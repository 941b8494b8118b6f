"""An AttributeQuery of an e-tjänst: from bytes to a value that may be acted on.

Three steps, between which the caller decides whether to go on. :func:`open_query` reads
which ID the answer must name. :func:`authenticate` says who asks, and when: after it
the caller asks whether that one may ask at all. Only then does :func:`read_question`
say what is asked about whom.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from lxml import etree

from idp_bridge.errors import BridgeError, DecryptionError, UnreadableMessageError
from idp_bridge.saml import gate, query_checks
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import DecryptionKey, decrypt_assertion
from idp_bridge.saml.messages import NameID, Question
from idp_bridge.saml.times import Moment, read_instant
from metadata import names
from metadata.entities import ServiceProvider

MAX_NAME_ID: Final = 1024
"""How long a name identifier may be, in characters."""
_ID: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]{0,255}", re.ASCII)
_SAML: Final = f"{{{names.NS_SAML}}}"
_ISSUER: Final = _SAML + "Issuer"
_NAME_ID: Final = _SAML + "NameID"
_KNOWN: Final = frozenset({"Format", "NameQualifier", "SPNameQualifier"})


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedQuery:
    """A query of which nothing is believed yet."""

    id: str
    """Which question our answer says it answers: for the sender, no more."""
    root: etree._Element


@dataclass(frozen=True, slots=True, kw_only=True)
class QueryContext:
    """What a query is checked against."""

    find_sp: Callable[[str], ServiceProvider]
    endpoint_url: str
    moment: Moment


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticQuery:
    """A query whose sender is known; what it asks has not been read."""

    id: str
    sp: ServiceProvider
    root: etree._Element
    """Parsed from the bytes that the sender signed."""


@gate.refusing()
def open_query(message: InboundMessage) -> OpenedQuery:
    """Read the ID of a query, without believing it.

    Raises:
        UnreadableMessageError: Not an AttributeQuery that we read.
        WrongVersionError: Another version of SAML.
    """
    root = gate.read(message, kind="AttributeQuery")
    query_id = root.get("ID", "")
    if not _ID.fullmatch(query_id):
        raise UnreadableMessageError("no ID, or one that is none")
    return OpenedQuery(id=query_id, root=root)


@gate.refusing()
def authenticate(opened: OpenedQuery, context: QueryContext) -> AuthenticQuery:
    """Find out who asks: signature, address and time.

    Args:
        opened: The query.
        context: What it is checked against.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    sp = context.find_sp(_issuer_of(opened.root))
    try:
        root = query_checks.check_query_signature(opened.root, sp)
        query_checks.check_query_destination(
            root.get("Destination"), endpoint_url=context.endpoint_url
        )
        context.moment.check_fresh(read_instant(root.get("IssueInstant")))
    except BridgeError as error:
        error.sender = sp.entity_id
        raise
    return AuthenticQuery(id=opened.id, sp=sp, root=root)


@gate.refusing()
def read_question(query: AuthenticQuery, keys: Sequence[DecryptionKey]) -> Question:
    """Read what is asked about whom.

    Raises:
        BadQueryAttributeError: The attributes cannot be meant so.
        UnreadableMessageError: Not exactly one subject, or not as one is written.
        DecryptionError: An EncryptedID is not for us, or damaged.
    """
    asked = query_checks.check_asked_attributes(query.root)
    return Question(name_id=_subject(query.root, keys), attributes=asked)


def _subject(root: etree._Element, keys: Sequence[DecryptionKey]) -> NameID:
    """Read whom a query is about, exactly as it was written.

    Only AES-GCM is opened: somebody else's EncryptedID can be sent to us in a query
    that is rightly signed, and AES-CBC would tell its sender what is in it.
    """
    identifier = query_checks.check_one_identifier(root)
    if identifier.tag != _NAME_ID:
        identifier = decrypt_assertion(identifier, keys, allow_cbc=False)
        gate.without_comments(identifier)
    if identifier.tag != _NAME_ID:
        raise DecryptionError("something else than a NameID was encrypted")
    return _name_id(identifier)


def _name_id(element: etree._Element) -> NameID:
    value = element.text or ""
    if len(element) or not value.strip() or len(value) > MAX_NAME_ID:
        raise UnreadableMessageError("a NameID without text, or a very long one")
    if not set(element.attrib) <= _KNOWN:
        raise UnreadableMessageError("a NameID with attributes that we never wrote")
    return NameID(
        value=value,
        format=element.get("Format"),
        name_qualifier=element.get("NameQualifier"),
        sp_name_qualifier=element.get("SPNameQualifier"),
    )


def _issuer_of(root: etree._Element) -> str:
    """Read who the message says it is from; its keys must confirm it later."""
    issuers = root.findall(_ISSUER)
    if len(issuers) != 1 or len(issuers[0]) or not issuers[0].text:
        raise UnreadableMessageError("not exactly one Issuer")
    if issuers[0].get("Format", names.NAMEID_ENTITY) != names.NAMEID_ENTITY:
        raise UnreadableMessageError("an Issuer that is not an entity")
    return issuers[0].text
