"""An AuthnRequest of an e-tjänst: from bytes to a value that may be acted on.

Until :func:`accept` has returned, there is nobody whom we could answer: an error is a
page. What the request asks for beyond its own authenticity is checked afterwards by
:func:`check_answerable`, whose errors can be sent to the e-tjänst.
"""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Final

from lxml import etree
from saml2 import samlp

from idp_bridge.errors import BridgeError, UnreadableMessageError
from idp_bridge.saml import gate, principal_selection, request_checks
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import AuthnRequest, Comparison, Scoping
from idp_bridge.saml.model import to_model
from idp_bridge.saml.times import Moment, read_instant
from idp_bridge.tracing.steps import Step, TraceStep
from metadata import names
from metadata.entities import ServiceProvider

_BOOLEANS: Final = {None: False, "true": True, "1": True, "false": False, "0": False}
_ISSUER: Final = f"{{{names.NS_SAML}}}Issuer"
MAX_VALUES: Final = 32
"""How many levels, identity providers or requesters one request may list."""
MAX_VALUE_LENGTH: Final = 1024
"""How long a URI may be (core 8.3.6)."""
MAX_TEXT: Final = 8192
"""How many characters all lists of one request may have together."""
MAX_ID_LENGTH: Final = 256
"""How long an ID may be: long enough for everybody, short enough to be a key."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestContext:
    """What a request is checked against."""

    find_sp: Callable[[str], ServiceProvider]
    endpoint_url: str
    moment: Moment
    require_signature: Callable[[str], bool]
    """Whether our policy demands a signature of an SP, by its entityID."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AcceptedRequest:
    """A request that we may answer, and what remains to be asked about it."""

    request: AuthnRequest
    sp: ServiceProvider
    unsupported: tuple[str, ...]
    sp_name_qualifier: str | None
    step: TraceStep
    """That it was accepted, for the trace of the login."""


@gate.refusing()
def accept(message: InboundMessage, context: RequestContext) -> AcceptedRequest:
    """Let a request through the gate and the checks on its authenticity.

    Args:
        message: What came over HTTP.
        context: What it is checked against.

    Returns:
        The request and the SP that sent it.

    Raises:
        BridgeError: The first check that the request does not pass.
    """
    root = gate.read(message, kind="AuthnRequest")
    sp = _find_sender(root, context)
    try:
        return _accept_from(sp, message, root, context)
    except BridgeError as error:
        error.sender = sp.entity_id
        raise


def _accept_from(
    sp: ServiceProvider,
    message: InboundMessage,
    root: etree._Element,
    context: RequestContext,
) -> AcceptedRequest:
    """Check what a known SP sent."""
    signed = message.signature is not None or gate.is_signed(root)
    root = request_checks.check_request_signature(
        message, root, sp, required=context.require_signature(sp.entity_id)
    )
    model = to_model(root, samlp.AuthnRequest)
    request_checks.check_destination(
        model.destination, endpoint_url=context.endpoint_url, signed=signed
    )
    context.moment.check_fresh(read_instant(model.issue_instant))
    request_checks.check_relay_state(message.relay_state)
    acs_url = request_checks.choose_acs(
        sp,
        url=model.assertion_consumer_service_url,
        index=model.assertion_consumer_service_index,
        binding=model.protocol_binding,
    )
    policy = model.name_id_policy
    return AcceptedRequest(
        request=replace(
            _value_of(model, sp=sp, acs_url=acs_url, message=message),
            principal=principal_selection.read_principal(root),
        ),
        sp=sp,
        unsupported=request_checks.unsupported_parts(model, root),
        sp_name_qualifier=policy.sp_name_qualifier if policy else None,
        step=TraceStep(
            step=Step.REQUEST_ACCEPTED,
            at=context.moment.now,
            detail="signed" if signed else "unsigned",
        ),
    )


def check_answerable(accepted: AcceptedRequest) -> None:
    """Refuse what we cannot do, now that there is somebody to tell.

    Raises:
        UnsupportedRequestError: It asks for something that we do not do.
        NameIdPolicyError: It wants a name identifier that we do not issue.
        ProxyCountError: It forbids asking another identity provider.
    """
    request = accepted.request
    request_checks.check_supported(request, unsupported=accepted.unsupported)
    request_checks.check_name_id_policy(
        request.name_id_format,
        accepted.sp_name_qualifier,
        sp_entity_id=request.sp_entity_id,
    )
    request_checks.check_proxy_count(request.scoping)


def _find_sender(root: etree._Element, context: RequestContext) -> ServiceProvider:
    """Look up who the message says it is from; its keys must confirm it later."""
    issuers = root.findall(_ISSUER)
    if len(issuers) != 1 or len(issuers[0]) or not issuers[0].text:
        raise UnreadableMessageError("not exactly one Issuer")
    if issuers[0].get("Format", names.NAMEID_ENTITY) != names.NAMEID_ENTITY:
        raise UnreadableMessageError("an Issuer that is not an entity")
    return context.find_sp(issuers[0].text)


def _value_of(
    model: Any, *, sp: ServiceProvider, acs_url: str, message: InboundMessage
) -> AuthnRequest:
    """Read the parts of a request that later steps need."""
    if not model.id or len(model.id) > MAX_ID_LENGTH:
        raise UnreadableMessageError("no ID, or a very long one")
    policy, context = model.name_id_policy, model.requested_authn_context
    request = AuthnRequest(
        id=model.id,
        sp_entity_id=sp.entity_id,
        acs_url=acs_url,
        relay_state=message.relay_state,
        binding=message.binding,
        force_authn=_boolean(model.force_authn),
        is_passive=_boolean(model.is_passive),
        levels=_texts(context.authn_context_class_ref if context else []),
        comparison=_comparison(context.comparison if context else None),
        name_id_format=_optional(policy.format if policy else None),
        attribute_index=_integer(model.attribute_consuming_service_index),
        scoping=_scoping(model.scoping),
    )
    scoping = request.scoping
    _check_text(*request.levels, *scoping.idp_list, *scoping.requester_ids)
    return request


def _scoping(model: Any) -> Scoping:
    if model is None:
        return Scoping()
    entries = model.idp_list.idp_entry if model.idp_list else []
    _check_count(entries)
    return Scoping(
        proxy_count=_integer(model.proxy_count),
        idp_list=tuple(_bounded(str(entry.provider_id)) for entry in entries),
        requester_ids=_texts(model.requester_id),
    )


def _texts(elements: list[Any]) -> tuple[str, ...]:
    _check_count(elements)
    return tuple(_bounded((element.text or "").strip()) for element in elements)


def _optional(text: str | None) -> str | None:
    return None if text is None else _bounded(text)


def _bounded(text: str) -> str:
    if len(text) > MAX_VALUE_LENGTH:
        raise UnreadableMessageError("a very long value")
    return text


def _check_text(*texts: str) -> None:
    """Bound what a stranger makes us remember."""
    if sum(map(len, texts)) > MAX_TEXT:
        raise UnreadableMessageError("very long lists")


def _check_count(elements: list[Any]) -> None:
    if len(elements) > MAX_VALUES:
        raise UnreadableMessageError("a very long list")


def _boolean(text: str | None) -> bool:
    if text not in _BOOLEANS:
        raise UnreadableMessageError("a truth value that is none")
    return _BOOLEANS[text]


def _integer(text: str | None) -> int | None:
    if text is None:
        return None
    if not (text.isascii() and text.isdigit() and len(text) <= 5):  # noqa: PLR2004
        raise UnreadableMessageError("a number that is none")
    return int(text)


def _comparison(text: str | None) -> Comparison:
    try:
        return Comparison(text or "exact")
    except ValueError as error:
        raise UnreadableMessageError("an unknown comparison") from error
