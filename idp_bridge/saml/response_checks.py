"""The checks on a Response of the identity provider, one each, in the order they run.

What Inera sends is the measure: only the assertion signed, no ``NotBefore``, several
audiences, a confirmation that holds for a minute. The values that matter are read from
the verified assertion, never from the Response around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from idp_bridge.errors import (
    AuthnContextError,
    BadAssertionError,
    BridgeError,
    FraudError,
    LoginCancelledError,
    PossibleFraudError,
    StaleAuthenticationError,
    UnknownConditionError,
    UnknownRequestError,
    UpstreamError,
    WrongAudienceError,
    WrongDestinationError,
    WrongIssuerError,
    WrongSubjectError,
)
from idp_bridge.saml.messages import ProxyLimit
from idp_bridge.saml.times import Moment, read_instant
from metadata import names
from metadata.entities import IdentityProvider

MAX_COUNT: Final = 9999
"""The largest ``Count`` that we tell apart from larger ones."""

_TOP_LEVEL: Final = frozenset(
    {names.STATUS_REQUESTER, names.STATUS_RESPONDER, names.STATUS_VERSION_MISMATCH}
)
_PASSED_ON: Final = frozenset(
    {
        names.STATUS_AUTHN_FAILED,
        names.STATUS_INVALID_ATTRIBUTE,
        names.STATUS_INVALID_NAMEID_POLICY,
        names.STATUS_NO_AUTHN_CONTEXT,
        names.STATUS_NO_AVAILABLE_IDP,
        names.STATUS_NO_PASSIVE,
        names.STATUS_NO_SUPPORTED_IDP,
        names.STATUS_PROXY_COUNT_EXCEEDED,
        names.STATUS_REQUEST_DENIED,
        names.STATUS_REQUEST_UNSUPPORTED,
        names.STATUS_RESOURCE_NOT_RECOGNIZED,
        names.STATUS_TOO_MANY_RESPONSES,
        names.STATUS_UNKNOWN_ATTRIBUTE_PROFILE,
        names.STATUS_UNKNOWN_PRINCIPAL,
        names.STATUS_UNSUPPORTED_BINDING,
        names.STATUS_VERSION_DEPRECATED,
        names.STATUS_VERSION_TOO_HIGH,
        names.STATUS_VERSION_TOO_LOW,
    }
)
"""The second levels of SAML core 3.2.2.2 that can answer an AuthnRequest."""
_SPOKEN_OF: Final[dict[str, type[BridgeError]]] = {
    names.STATUS_CANCEL: LoginCancelledError,
    names.STATUS_FRAUD: FraudError,
    names.STATUS_POSSIBLE_FRAUD: PossibleFraudError,
    names.STATUS_NO_AUTHN_CONTEXT: AuthnContextError,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What we asked, whom, and when: what the answer is measured against."""

    request_id: str
    idp: IdentityProvider
    our_entity_id: str
    acs_url: str
    sp_entity_id: str
    """The e-tjänst that will be told; ourselves for our own pages."""
    levels: tuple[str, ...]
    """The levels that we asked for and that this IdP may assert."""
    force_authn: bool
    sent_at: datetime
    moment: Moment


# --- the Response ---------------------------------------------------------------------


def check_response_issuer(issuer: Any, expected: Expected) -> None:
    """Refuse a Response of another IdP than the one we asked (profiles 4.1.4.2).

    Raises:
        WrongIssuerError: An Issuer that is not the entity we asked.
    """
    if issuer is not None:
        check_issuer(issuer, expected)


def check_issuer(issuer: Any, expected: Expected) -> None:
    """Refuse an assertion of another IdP than the one we asked (core 2.3.3).

    Raises:
        WrongIssuerError: No Issuer, another entity, or not an entity at all.
    """
    if issuer is None or issuer.text != expected.idp.entity_id:
        raise WrongIssuerError("not from the identity provider that was asked")
    if issuer.format not in {None, names.NAMEID_ENTITY}:
        raise WrongIssuerError("an Issuer that is not an entity")


def check_response_destination(
    destination: str | None, expected: Expected, *, signed: bool
) -> None:
    """Refuse a Response that was sent to another address (bindings 3.5.5.2).

    Raises:
        WrongDestinationError: Another address, or none although it is signed.
    """
    if destination is None and not signed:
        return
    if destination != expected.acs_url:
        raise WrongDestinationError("the Response is addressed to another endpoint")


def check_in_response_to(in_response_to: str | None, expected: Expected) -> None:
    """Refuse a Response that answers another request than ours (core 3.2.2).

    Raises:
        UnknownRequestError: Another request, or none.
    """
    if in_response_to != expected.request_id:
        raise UnknownRequestError("the Response answers another request")


def check_status(status: Any) -> None:
    """Refuse anything but Success, and say what it means for the e-tjänst.

    Core 3.2.2.2. The levels are passed on when they are SAML's own or those of the
    Swedish eID framework; anything else becomes AuthnFailed.

    Raises:
        LoginCancelledError: The person cancelled.
        PossibleFraudError: The identity provider suspects or states fraud.
        AuthnContextError: The identity provider could not reach the level.
        UpstreamError: Any other status.
    """
    code = status.status_code if status is not None else None
    if code is not None and code.value == names.STATUS_SUCCESS:
        return
    top = code.value if code is not None else None
    second = code.status_code.value if code is not None and code.status_code else None
    if second in _SPOKEN_OF:
        raise _SPOKEN_OF[second](f"upstream status {second}")
    raise UpstreamError(
        status=top if top in _TOP_LEVEL else names.STATUS_RESPONDER,
        second_status=second if second in _PASSED_ON else names.STATUS_AUTHN_FAILED,
    )


# --- the assertion --------------------------------------------------------------------


def check_subject(subject: Any, expected: Expected) -> None:
    """Refuse unless one bearer confirmation fulfils everything (profiles 4.1.4.2).

    Raises:
        WrongSubjectError: No confirmation, another method, another recipient, another
            request, or times that do not fit.
    """
    confirmations = subject.subject_confirmation if subject is not None else []
    reasons = [_why_not_confirmed(each, expected) for each in confirmations]
    if None in reasons:
        return
    why = next((reason for reason in reasons if reason), "no confirmation")
    raise WrongSubjectError(why)


def _why_not_confirmed(confirmation: Any, expected: Expected) -> str | None:
    """Say what one SubjectConfirmation lacks; ``None`` if nothing."""
    data = confirmation.subject_confirmation_data
    if confirmation.method != names.CONFIRMATION_BEARER or data is None:
        return "not a bearer confirmation"
    if data.recipient != expected.acs_url:
        return "another recipient"
    if data.in_response_to != expected.request_id:
        return "another request"
    if data.not_before is not None:
        return "a bearer confirmation with NotBefore"
    end = read_instant(data.not_on_or_after)
    if expected.moment.now - expected.moment.skew >= end:
        return "the confirmation is no longer valid"
    return None


def check_conditions(conditions: Any, expected: Expected) -> None:
    """Refuse outside the validity of an assertion, or with unknown conditions.

    Core 2.5.1. ``OneTimeUse`` is kept by remembering the assertion's ID;
    ``ProxyRestriction`` by :func:`check_proxy_limit`.

    Raises:
        BadAssertionError: There are no Conditions.
        ExpiredError: They no longer hold.
        NotYetValidError: They do not hold yet.
        UnknownConditionError: A condition that we do not understand.
    """
    if conditions is None:
        raise BadAssertionError("no Conditions")
    if conditions.not_before is not None:
        expected.moment.check_begun(read_instant(conditions.not_before))
    if conditions.not_on_or_after is not None:
        expected.moment.check_not_over(read_instant(conditions.not_on_or_after))
    if conditions.condition or conditions.extension_elements:
        raise UnknownConditionError("a condition that we do not know")


def read_proxy_limit(conditions: Any) -> ProxyLimit:
    """Read how far and to whom an assertion may be passed on (core 2.5.1.6).

    Of several restrictions each must be met: the smallest count and the audiences that
    all of them name.

    Raises:
        UnknownConditionError: A count that is no number.
    """
    restrictions = conditions.proxy_restriction or []
    counts = [_count(each.count) for each in restrictions if each.count is not None]
    lists = [
        [audience.text for audience in each.audience]
        for each in restrictions
        if each.audience
    ]
    named = dict.fromkeys(lists[0]) if lists else {}
    return ProxyLimit(
        count=min(counts, default=None),
        audiences=tuple(one for one in named if all(one in each for each in lists))
        if lists
        else None,
    )


def _count(text: str) -> int:
    """Read a count; one with many digits is as good as any large one."""
    if not (text.isascii() and text.isdigit()):
        raise UnknownConditionError("a ProxyRestriction whose Count is no number")
    digits = text.lstrip("0") or "0"
    return int(digits) if len(digits) < len(str(MAX_COUNT)) else MAX_COUNT


def check_proxy_limit(limit: ProxyLimit, *, sp_entity_id: str) -> None:
    """Refuse to tell an e-tjänst what upstream forbids us to pass on (core 2.5.1.6).

    Args:
        limit: What upstream allows.
        sp_entity_id: Who would be told.

    Raises:
        UnknownConditionError: The count is 0, or the list does not name the e-tjänst.
    """
    if limit.count is not None and limit.count < 1:
        raise UnknownConditionError("ProxyRestriction forbids passing it on")
    if limit.audiences is not None and sp_entity_id not in limit.audiences:
        raise UnknownConditionError("ProxyRestriction does not name this SP")


def check_audience(conditions: Any, expected: Expected) -> None:
    """Refuse an assertion that is addressed to another service (core 2.5.1.4).

    Every restriction must name us; within one, any of several audiences will do. An
    assertion without any restriction is refused too.

    Raises:
        WrongAudienceError: We are not among the audiences.
    """
    restrictions = conditions.audience_restriction
    if not restrictions:
        raise WrongAudienceError("no AudienceRestriction")
    for restriction in restrictions:
        audiences = {audience.text for audience in restriction.audience}
        if expected.our_entity_id not in audiences:
            raise WrongAudienceError("addressed to another service")


def check_one_statement(statements: Sequence[Any]) -> Any:
    """Refuse unless there is exactly one AuthnStatement (core 2.7.2).

    Returns:
        The statement.

    Raises:
        BadAssertionError: None, or several.
    """
    if len(statements) != 1:
        raise BadAssertionError("not exactly one AuthnStatement")
    return statements[0]


def check_authn_instant(instant: datetime, expected: Expected) -> None:
    """Refuse an old login when a fresh one was asked for (core 3.4.1, ForceAuthn).

    Raises:
        StaleAuthenticationError: The person was authenticated before we asked.
        NotYetValidError: The person was authenticated in the future.
    """
    expected.moment.check_begun(instant)
    if expected.force_authn and instant < expected.sent_at - expected.moment.skew:
        raise StaleAuthenticationError("an older login, though ForceAuthn was asked")


def check_session_end(end: datetime | None, expected: Expected) -> None:
    """Refuse when the session at the IdP is already over (core 2.7.2).

    Raises:
        ExpiredError: ``SessionNotOnOrAfter`` has passed.
    """
    if end is not None:
        expected.moment.check_not_over(end)


def check_authn_context(statement: Any, expected: Expected) -> str:
    """Refuse a level that we did not ask for or that this IdP may not assert.

    Core 2.7.2.2, 3.3.2.2.1.

    Returns:
        The class reference.

    Raises:
        AuthnContextError: Another level, or none.
    """
    context = statement.authn_context
    reference = context.authn_context_class_ref if context is not None else None
    level = (reference.text or "").strip() if reference is not None else ""
    if level not in expected.levels:
        raise AuthnContextError(f"the login has the level {level[:100]!r}")
    return level
