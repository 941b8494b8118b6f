"""The checks on messages about logout, one each, in the order they run.

Requests and answers come from e-tjänster and from identity providers alike, and end
sessions: nothing unsigned is looked at (profiles 4.4.4).
"""

from typing import Any, Final

from lxml import etree

from idp_bridge.errors import (
    BadSignatureError,
    UnknownRequestError,
    UnreadableMessageError,
    WrongDestinationError,
    WrongIssuerError,
)
from idp_bridge.saml import gate
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.times import Moment, read_instant
from metadata import names
from metadata.entities import IdentityProvider, ServiceProvider

Party = IdentityProvider | ServiceProvider
"""Somebody with whom we speak about logout, in the role in which they do."""

MAX_ID_LENGTH: Final = 256
"""How long an ID may be: long enough for everybody, short enough to be a key."""
MAX_SESSION_INDEXES: Final = 32
"""How many sessions one request may name."""
MAX_VALUE_LENGTH: Final = 1024
"""How long a name identifier or a session index may be."""
_SAML: Final = f"{{{names.NS_SAML}}}"
_ISSUER: Final = _SAML + "Issuer"
_NAME_ID: Final = _SAML + "NameID"
_ENCRYPTED_ID: Final = _SAML + "EncryptedID"
_BASE_ID: Final = _SAML + "BaseID"


def check_issuer(root: etree._Element) -> str:
    """Refuse a message that does not say who sent it (profiles 4.4.4.1, 4.4.4.2).

    Args:
        root: The message; whether to believe it is not known yet.

    Returns:
        The entityID that it names.

    Raises:
        UnreadableMessageError: None, several, or something that is not an entity.
    """
    issuers = root.findall(_ISSUER)
    if len(issuers) != 1 or len(issuers[0]) or not issuers[0].text:
        raise UnreadableMessageError("not exactly one Issuer")
    if issuers[0].get("Format", names.NAMEID_ENTITY) != names.NAMEID_ENTITY:
        raise UnreadableMessageError("an Issuer that is not an entity")
    return issuers[0].text


def check_logout_signature(
    message: InboundMessage, root: etree._Element, sender: Party
) -> etree._Element:
    """Refuse a message that its sender did not sign (profiles 4.4.3.1, 4.4.4).

    By Redirect the query string is signed (bindings 3.4.4.1), by POST and SOAP the
    message. Every signature that is there must verify.

    Args:
        message: The message as it came.
        root: Its root, as the sender wrote it.
        sender: Who it says that it is from, in the role that speaks.

    Returns:
        The tree that may be read: re-parsed from verified bytes when the XML is signed.

    Raises:
        BadSignatureError: There is no signature, or it does not verify.
        WeakAlgorithmError: It uses an algorithm that we refuse.
    """
    by_redirect = message.binding == names.BINDING_REDIRECT
    if by_redirect:
        gate.check_detached_signature(message, sender.signing_keys)
    if gate.is_signed(root):
        return gate.verified(root, sender.signing_keys)
    if not by_redirect:
        raise BadSignatureError("messages about logout must be signed")
    return gate.without_comments(root)


def check_verified_issuer(root: etree._Element, sender: Party) -> None:
    """Refuse unless the verified bytes name the sender whose key verified them.

    Raises:
        WrongIssuerError: They name somebody else.
    """
    if check_issuer(root) != sender.entity_id:
        raise WrongIssuerError("signed by another entity than its Issuer")


def check_logout_destination(
    destination: str | None, *, endpoint_url: str, binding: str
) -> None:
    """Refuse a message for another endpoint (bindings 3.4.5.2, 3.5.5.2).

    By SOAP it may say nothing: the connection went to us and nowhere else.

    Raises:
        WrongDestinationError: Another address, or none where there must be one.
    """
    if destination is None and binding == names.BINDING_SOAP:
        return
    if destination != endpoint_url:
        raise WrongDestinationError("the message is addressed to another endpoint")


def check_times(
    *, issued: str | None, not_on_or_after: str | None, moment: Moment
) -> None:
    """Refuse an old message, and one whose time is over (core 1.3.3, 3.7.1).

    Raises:
        ExpiredError: Too old, or no longer valid.
        NotYetValidError: From the future.
        UnreadableMessageError: A time that is none.
    """
    moment.check_fresh(read_instant(issued))
    if not_on_or_after is not None:
        moment.check_not_over(read_instant(not_on_or_after))


def check_message_id(message_id: str | None) -> str:
    """Refuse a message whose ID nobody could remember (core 1.3.4).

    Raises:
        UnreadableMessageError: There is none, or it is very long.
    """
    if not message_id or len(message_id) > MAX_ID_LENGTH:
        raise UnreadableMessageError("no ID, or a very long one")
    return message_id


def check_one_identifier(root: etree._Element) -> etree._Element:
    """Refuse unless exactly one person is named (core 3.7.1).

    Returns:
        The ``NameID`` or ``EncryptedID``.

    Raises:
        UnreadableMessageError: Nobody, several, or in a way that SAML leaves open.
    """
    found = [
        child for child in root if child.tag in {_NAME_ID, _ENCRYPTED_ID, _BASE_ID}
    ]
    if len(found) != 1 or found[0].tag == _BASE_ID:
        raise UnreadableMessageError("not exactly one NameID or EncryptedID")
    return found[0]


def check_session_indexes(elements: list[Any]) -> tuple[str, ...]:
    """Refuse very many sessions, and names that no session has (core 3.7.1).

    Raises:
        UnreadableMessageError: Very many, an empty one, or a very long one.
    """
    indexes = tuple((each.text or "").strip() for each in elements)
    if len(indexes) > MAX_SESSION_INDEXES:
        raise UnreadableMessageError("very many session indexes")
    if not all(0 < len(each) <= MAX_VALUE_LENGTH for each in indexes):
        raise UnreadableMessageError("a session index that is none")
    return indexes


def check_answers(in_response_to: str | None, *, request_id: str) -> None:
    """Refuse an answer to another request than ours (core 3.2.2, profiles 4.4.4.2).

    Raises:
        UnknownRequestError: It answers another one.
    """
    if in_response_to != request_id:
        raise UnknownRequestError("the answer is to another request")
