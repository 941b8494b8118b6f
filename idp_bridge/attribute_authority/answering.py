"""A query comes in, a signed Response goes out: every step, in the only order."""

from dataclasses import dataclass
from typing import Final

from authz.models import Decision, Outcome
from idp_bridge.attribute_authority import entitlement, subjects, telling, trail
from idp_bridge.attribute_authority.entitlement import Asker
from idp_bridge.attribute_authority.pace import Pace
from idp_bridge.errors import (
    BridgeError,
    ProtocolError,
    UnknownSubjectError,
)
from idp_bridge.login import issue
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.login.replay import check_not_replayed
from idp_bridge.saml import attribute_query, attribute_response
from idp_bridge.saml.attribute_query import AuthenticQuery, OpenedQuery, QueryContext
from idp_bridge.saml.attribute_response import Statement
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.messages import NameID, Status
from idp_bridge.saml.response_parts import Heading
from idp_bridge.settings import UnknownSubject
from metadata import names

_SUCCESS: Final = Status(top=names.STATUS_SUCCESS)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """A signed Response on its way back, and what the log says about it."""

    xml: bytes
    sp_entity_id: str | None
    """Who asked, once that is known."""
    refusal: BridgeError | None = None


def answer(
    message: InboundMessage, parts: Parts, pace: Pace, *, reference: str
) -> Answer:
    """Answer a query, whatever it is: a refusal is a signed Response too.

    Args:
        message: What came out of the envelope.
        parts: What is outside.
        pace: How often who asked.
        reference: The number by which a refusal is found in the log.
    """
    opened: OpenedQuery | None = None
    try:
        opened = attribute_query.open_query(message)
        return _answer(opened, parts, pace)
    except BridgeError as error:
        heading = _heading(opened, parts)
        status = _status_of(error, reference)
        return Answer(
            xml=attribute_response.make_without_assertion(
                heading, status, parts.signing_key
            ),
            sp_entity_id=error.sender,
            refusal=error,
        )


def _answer(opened: OpenedQuery, parts: Parts, pace: Pace) -> Answer:
    query = attribute_query.authenticate(
        opened,
        QueryContext(
            find_sp=parts.find_sp,
            endpoint_url=parts.query_url,
            moment=parts.moment(),
        ),
    )
    try:
        check_not_replayed(
            "query", sender=query.sp.entity_id, message_id=query.id, parts=parts
        )
        pace.check(query.sp.entity_id)
        asker = entitlement.entitle(query.sp, parts)
        return Answer(xml=_tell(query, asker, parts), sp_entity_id=query.sp.entity_id)
    except BridgeError as error:
        error.sender = query.sp.entity_id
        raise


def _tell(query: AuthenticQuery, asker: Asker, parts: Parts) -> bytes:
    """Say what may be said; nobody has been looked up before this."""
    question = attribute_query.read_question(query, parts.decryption_keys)
    protection = issue.protection_for(asker.sp, asker.policy, parts, sign=True)
    decision = _decide(question.name_id, asker, parts)
    told = telling.attributes_for(decision, question, asker, parts) if decision else ()
    trail.note(asker, decision, asked=question.attributes, told=told, parts=parts)
    if decision is None and asker.policy.unknown_subject is UnknownSubject.REFUSE:
        raise UnknownSubjectError("nobody whom this SP knows by that name")
    heading = _heading_for(query.id, parts)
    key = parts.signing_key_for(asker.sp)
    if not told:
        return attribute_response.make_without_assertion(heading, _SUCCESS, key)
    statement = Statement(
        audience=asker.sp.entity_id, name_id=question.name_id, attributes=told
    )
    return attribute_response.make_answer(heading, statement, protection, key)


def _decide(name_id: NameID, asker: Asker, parts: Parts) -> Decision | None:
    """Ask the permission store as a login does; ``None`` when nobody is known."""
    hsa_id = subjects.find(name_id, asker, parts)
    if hsa_id is None:
        return None
    with store_errors():
        decision = parts.authz.decide(
            hsa_id, asker.service, organisation_numbers=(), now=parts.clock()
        )
    return None if decision.outcome is Outcome.UNKNOWN_PERSON else decision


def _heading(opened: OpenedQuery | None, parts: Parts) -> Heading:
    return _heading_for(opened.id if opened else None, parts)


def _heading_for(query_id: str | None, parts: Parts) -> Heading:
    return Heading(
        issuer=parts.settings.saml.aa_entity_id,
        in_response_to=query_id,
        issued=parts.clock(),
    )


def _status_of(error: BridgeError, reference: str) -> Status:
    """Say whose fault it is: a message that we must not act on is the requester's."""
    top, second = error.status, error.second_status
    if isinstance(error, ProtocolError) and second is None:
        is_theirs = top == names.STATUS_RESPONDER and error.code not in _PASSING
        top = names.STATUS_REQUESTER if is_theirs else top
        second = names.STATUS_REQUEST_DENIED if is_theirs else None
    return Status(top=top, second=second, message=f"{error.code} {reference}")


_PASSING: Final = frozenset({"too-many-queries"})
"""What is over when one has waited."""
