"""Messages about logout from partners: from bytes to values that may be acted on.

:func:`open_message` reads what is needed to find out who the sender is and which
request of ours an answer claims to answer. :func:`accept_request` and
:func:`accept_response` do the rest, and read values only from verified bytes.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from lxml import etree
from saml2 import saml, samlp

from idp_bridge.errors import BridgeError, UnreadableMessageError, UnsolicitedError
from idp_bridge.saml import gate, request_checks
from idp_bridge.saml import logout_checks as checks
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.encryption import DecryptionKey, decrypt_assertion
from idp_bridge.saml.logout_checks import Party
from idp_bridge.saml.messages import LogoutRequest, LogoutResponse, NameID, Status
from idp_bridge.saml.model import to_model
from idp_bridge.saml.times import Moment
from metadata import names

REQUEST: Final = "LogoutRequest"
RESPONSE: Final = "LogoutResponse"
_NAME_ID: Final = f"{{{names.NS_SAML}}}NameID"
_TOP_LEVEL: Final = frozenset(
    {
        names.STATUS_SUCCESS,
        names.STATUS_REQUESTER,
        names.STATUS_RESPONDER,
        names.STATUS_VERSION_MISMATCH,
    }
)


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenedMessage:
    """A message about logout of which nothing is believed yet."""

    message: InboundMessage
    root: etree._Element
    id: str
    issuer: str
    """Who it claims to be from: for finding the sender's keys, no more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LogoutContext:
    """What a message about logout is checked against."""

    find_sender: Callable[[str], Party]
    """Looks the sender up in the role that speaks at our endpoint."""
    endpoint_url: str
    moment: Moment


@gate.refusing()
def open_message(message: InboundMessage, *, kind: str) -> OpenedMessage:
    """Read who a message claims to be from, and its ID.

    Args:
        message: What came over HTTP.
        kind: :data:`REQUEST` or :data:`RESPONSE`.

    Raises:
        UnreadableMessageError: Not such a message.
        WrongVersionError: Another version of SAML.
    """
    root = gate.read(message, kind=kind)
    return OpenedMessage(
        message=message,
        root=root,
        id=checks.check_message_id(root.get("ID")),
        issuer=checks.check_issuer(root),
    )


@gate.refusing()
def accept_request(
    opened: OpenedMessage, context: LogoutContext, keys: Sequence[DecryptionKey]
) -> LogoutRequest:
    """Let a LogoutRequest through the gate and every check on its authenticity.

    Args:
        opened: The request.
        context: What it is checked against.
        keys: Our decryption keys, for a name identifier that is encrypted to us.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    sender = context.find_sender(opened.issuer)
    try:
        root = _verified(opened, sender)
        model = to_model(root, samlp.LogoutRequest)
        _check_envelope(model, opened.message, context)
        request_checks.check_relay_state(opened.message.relay_state)
        return LogoutRequest(
            id=checks.check_message_id(model.id),
            issuer=sender.entity_id,
            name_id=_name_id(checks.check_one_identifier(root), keys),
            session_indexes=checks.check_session_indexes(model.session_index),
            binding=opened.message.binding,
            relay_state=opened.message.relay_state,
        )
    except BridgeError as error:
        error.sender = sender.entity_id
        raise


def claimed_request(opened: OpenedMessage) -> str:
    """Read which request of ours an answer claims to answer.

    Raises:
        UnsolicitedError: It answers none.
    """
    in_response_to = opened.root.get("InResponseTo")
    if not in_response_to:
        raise UnsolicitedError("a LogoutResponse that answers no request")
    return in_response_to


@gate.refusing()
def accept_response(
    opened: OpenedMessage, context: LogoutContext, *, request_id: str
) -> LogoutResponse:
    """Let a LogoutResponse through the gate and every check.

    Args:
        opened: The answer.
        context: What it is checked against; the only sender is whom we asked.
        request_id: The request of ours that it must answer.

    Raises:
        BridgeError: The first check that it does not pass.
    """
    sender = context.find_sender(opened.issuer)
    try:
        root = _verified(opened, sender)
        model = to_model(root, samlp.LogoutResponse)
        _check_envelope(model, opened.message, context)
        checks.check_answers(model.in_response_to, request_id=request_id)
        return LogoutResponse(
            issuer=sender.entity_id,
            in_response_to=request_id,
            status=_status(model.status),
        )
    except BridgeError as error:
        error.sender = sender.entity_id
        raise


def _verified(opened: OpenedMessage, sender: Party) -> etree._Element:
    root = checks.check_logout_signature(opened.message, opened.root, sender)
    gate.check_version(root)
    checks.check_verified_issuer(root, sender)
    return root


def _check_envelope(
    model: Any, message: InboundMessage, context: LogoutContext
) -> None:
    """Check where a message was sent, and when."""
    checks.check_logout_destination(
        model.destination, endpoint_url=context.endpoint_url, binding=message.binding
    )
    checks.check_times(
        issued=model.issue_instant,
        not_on_or_after=getattr(model, "not_on_or_after", None),
        moment=context.moment,
    )


def _name_id(element: etree._Element, keys: Sequence[DecryptionKey]) -> NameID:
    """Read who is meant; an identifier that is encrypted to us is opened first.

    The message around it is signed and was verified, so AES-CBC is fine.
    """
    if element.tag != _NAME_ID:
        element = gate.without_comments(
            decrypt_assertion(element, keys, allow_cbc=True)
        )
    model = to_model(element, saml.NameID)
    text = model.text or ""
    if not 0 < len(text) <= checks.MAX_VALUE_LENGTH:
        raise UnreadableMessageError("a name identifier that is none")
    return NameID(
        value=text,
        format=model.format,
        name_qualifier=model.name_qualifier,
        sp_name_qualifier=model.sp_name_qualifier,
    )


def _status(model: Any) -> Status:
    """Read how a logout ended; a top level that SAML does not have is a failure."""
    code = model.status_code if model is not None else None
    top = code.value if code is not None else None
    second = code.status_code.value if code is not None and code.status_code else None
    return Status(
        top=top if top in _TOP_LEVEL else names.STATUS_RESPONDER, second=second
    )
