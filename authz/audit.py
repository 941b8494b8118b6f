"""How does an audit trail show that nobody changed it?

Every entry carries the hash of the one before it, so changing or removing one breaks
all that follow. There is a chain per organisation, so that two organisations never wait
for each other, and one for what belongs to none. The head of each chain is kept apart
from the entries, so a trail that was cut off at its end is noticed too.

Entries name people by their number in the database, never by HSA-id or name: when
somebody's row is deleted, the trail stays whole and says nothing about them.
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum

SYSTEM_CHAIN = "system"
"""The chain for what belongs to no organisation."""

FIRST_PREVIOUS_HASH = "0" * 64
"""What the first entry of a chain has before it."""


class Action(StrEnum):
    """What happened, as ``<thing>:<action>``, in alphabetical order.

    The thing is a noun in the singular, the action a verb in the infinitive; both are
    lower case with hyphens. An action keeps its name for ever, because old entries do.
    """

    AGREEMENT_ADD = "agreement:add"
    AGREEMENT_CHANGE = "agreement:change"
    AGREEMENT_END = "agreement:end"
    ATTRIBUTE_QUERY = "attribute:query"
    CATALOGUE_LOAD = "catalogue:load"
    CHANGE_UNDO = "change:undo"
    GRANT_CHANGE = "grant:change"
    GRANT_END = "grant:end"
    GRANT_GIVE = "grant:give"
    MEMBERSHIP_END = "membership:end"
    MEMBERSHIP_RESTORE = "membership:restore"
    MEMBERSHIP_START = "membership:start"
    METADATA_SOURCE_ADD = "metadata-source:add"
    METADATA_SOURCE_APPROVE = "metadata-source:approve"
    METADATA_SOURCE_CHANGE = "metadata-source:change"
    METADATA_SOURCE_MOVE = "metadata-source:move"
    METADATA_SOURCE_ORDER = "metadata-source:order"
    METADATA_SOURCE_REFRESH = "metadata-source:refresh"
    METADATA_SOURCE_REMOVE = "metadata-source:remove"
    NAME_ID_CREATE = "name-id:create"
    NOTICE_ADD = "notice:add"
    NOTICE_CHANGE = "notice:change"
    NOTICE_END = "notice:end"
    OPERATOR_ADD = "operator:add"
    OPERATOR_CHANGE = "operator:change"
    OPERATOR_END = "operator:end"
    ORGANISATION_ADD = "organisation:add"
    ORGANISATION_CHANGE = "organisation:change"
    ORGANISATION_END = "organisation:end"
    ORGANISATION_REOPEN = "organisation:reopen"
    PERMISSION_ADD = "permission:add"
    PERMISSION_CHANGE = "permission:change"
    PERSON_ADD = "person:add"
    PERSON_CHANGE = "person:change"
    PERSON_EXPORT = "person:export"
    PERSON_LOOK_UP = "person:look-up"
    REMINDER_SEND = "reminder:send"
    RETENTION_RUN = "retention:run"
    REVIEW_CHANGE = "review:change"
    REVIEW_FINISH = "review:finish"
    REVIEW_KEEP = "review:keep"
    REVIEW_START = "review:start"
    SERVICE_ADD = "service:add"
    SERVICE_CHANGE = "service:change"
    TRACE_LOOK_UP = "trace:look-up"
    USER_LIST_EXPORT = "user-list:export"
    USER_LIST_LOOK_UP = "user-list:look-up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened and shall be remembered."""

    chain: str
    at: datetime
    actor: str
    action: str
    subject: str
    """What it happened to, as ``<thing>:<number or code>``."""
    detail: str = "{}"
    """Canonical JSON, made with :func:`canonical`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    """How far a chain reaches."""

    chain: str
    number: int = 0
    hash: str = FIRST_PREVIOUS_HASH


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """An event at its place in a chain."""

    event: Event
    number: int
    """Counts from 1 without a gap."""
    previous_hash: str
    hash: str


def organisation_chain(organisation_id: int) -> str:
    """Name the chain of an organisation."""
    return f"organisation:{organisation_id}"


def canonical(values: Mapping[str, object]) -> str:
    """Write values as JSON in the one form that is hashed."""
    return json.dumps(
        values, ensure_ascii=False, sort_keys=True, separators=(",", ":"), default=str
    )


def append(head: ChainHead, event: Event) -> AuditEntry:
    """Put an event after the head of its chain."""
    number = head.number + 1
    return AuditEntry(
        event=event,
        number=number,
        previous_hash=head.hash,
        hash=_hash_of(event, number=number, previous_hash=head.hash),
    )


def head_of(entry: AuditEntry) -> ChainHead:
    """Say how far the chain reaches when this entry is its last."""
    return ChainHead(chain=entry.event.chain, number=entry.number, hash=entry.hash)


def problems_of(
    entries: Iterable[AuditEntry], heads: Iterable[ChainHead]
) -> Iterator[str]:
    """Walk all chains and name everything that does not fit together.

    Args:
        entries: Every entry, chain by chain, in the order of their numbers.
        heads: How far each chain reaches according to the database.

    Yields:
        One sentence for each entry that was changed, each gap, each chain whose end is
        missing or that nobody knows.
    """
    expected = {head.chain: head for head in heads}
    reached: dict[str, ChainHead] = {}
    for entry in entries:
        chain = entry.event.chain
        yield from _problems_of_entry(entry, reached.get(chain, ChainHead(chain=chain)))
        reached[chain] = head_of(entry)
    for chain in sorted(expected.keys() | reached.keys()):
        if expected.get(chain) != reached.get(chain, ChainHead(chain=chain)):
            yield f"{chain}: does not end where its head says"


def to_json(entry: AuditEntry) -> str:
    """Write an entry as one line of JSON for the archive."""
    fields = _fields(entry.event, number=entry.number)
    return canonical(
        {**fields, "previous_hash": entry.previous_hash, "hash": entry.hash}
    )


def _problems_of_entry(entry: AuditEntry, before: ChainHead) -> Iterator[str]:
    name = f"{entry.event.chain} no {entry.number}"
    if entry.number != before.number + 1:
        yield f"{name}: follows no {before.number}, something is missing"
    elif entry.previous_hash != before.hash:
        yield f"{name}: does not follow the entry before it"
    previous = entry.previous_hash
    if entry.hash != _hash_of(entry.event, number=entry.number, previous_hash=previous):
        yield f"{name}: was changed"


def _hash_of(event: Event, *, number: int, previous_hash: str) -> str:
    content = canonical(_fields(event, number=number))
    return hashlib.sha256(f"{previous_hash}\n{content}".encode()).hexdigest()


def _fields(event: Event, *, number: int) -> dict[str, object]:
    at = event.at.astimezone(UTC).isoformat(timespec="microseconds")
    return {
        "chain": event.chain,
        "number": number,
        "at": at,
        "actor": event.actor,
        "action": event.action,
        "subject": event.subject,
        "detail": event.detail,
    }
