"""What becomes of a question to an MDQ server? It is kept, so that others need not ask.

No transaction is open while the server is asked.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from time import monotonic
from typing import Any, Final

from metadata.clock import Clock
from metadata.entities import Role
from metadata.errors import (
    BadEntityError,
    DocumentNotFoundError,
    MetadataError,
    MetadataUnavailableError,
)
from metadata.fetching import FetchLimits, FetchPolicy, fetch_url
from metadata.mdq_documents import (
    Expectation,
    entity_in,
    refresh_moment,
)
from metadata.mdq_failures import Failures, Pause
from metadata.mdq_identifiers import address_of
from metadata.mdq_store import KnownEntity, MdqStore
from metadata.records import SourceState

LIMITS: Final = FetchLimits(
    max_bytes=2 * 1024 * 1024,
    max_received_bytes=2 * 1024 * 1024,
    connect_seconds=2,
    read_seconds=2,
    total_seconds=3,
)
"""What one answer may take: somebody waits for it."""
ABSENT_FOR: Final = timedelta(minutes=10)
"""How long we believe that a server does not have an entity."""
RETRY_AFTER: Final = timedelta(seconds=30)
"""How long we do not repeat a question that failed."""
SLOW_SECONDS: Final = 1.0
"""A failure that took longer costs everybody: the server is not asked at all."""
_NOTE_EVERY: Final = timedelta(minutes=1)
_MAX_PROBLEM: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What one server says of an entity, or said."""

    until: datetime
    """When to ask again."""
    roles: frozenset[Role] = frozenset()
    """The roles in which it brings the entity."""
    problem: str | None = None
    """Why it could not be asked, or could not tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """An entity, the server that is asked for it, and what it said before."""

    server: SourceState
    entity_id: str
    known: KnownEntity | None
    """What it said before and what still holds."""

    def unanswered(self, pause: Pause) -> Answer:
        """Go on with what was said before."""
        roles = frozenset[Role]() if self.known is None else self.known.roles
        return Answer(until=pause.until, roles=roles, problem=pause.problem)


class Asker:
    """Puts questions to MDQ servers.

    Args:
        store: Where answers are kept.
        clock: What time it is.
        policy: What a fetch may do; its limits are replaced by :data:`LIMITS`.
        own_entity_ids: What we call ourselves; no source may bring these.
    """

    def __init__(
        self,
        store: MdqStore,
        clock: Clock,
        *,
        policy: FetchPolicy,
        own_entity_ids: Iterable[str],
    ) -> None:
        self.store = store
        self.clock = clock
        self._policy = replace(policy, limits=LIMITS)
        self.own_entity_ids = frozenset(own_entity_ids)
        self.failures = Failures()

    def ask(self, question: Question) -> Answer:
        """Ask, and keep the answer; a question that fails is not repeated for a while.

        Raises:
            MetadataUnavailableError: The store does not answer.
        """
        began = monotonic()
        try:
            answer = self._asked(question)
        except MetadataUnavailableError:
            raise
        except (DocumentNotFoundError, BadEntityError):
            answer = self._absent(question)
        except MetadataError as error:
            return self._failed(question, error, seconds=monotonic() - began)
        self._note_success(question.server)
        return answer

    def _asked(self, question: Question) -> Answer:
        """Ask for what is new.

        Raises:
            DocumentNotFoundError: The server has no such entity.
            BadEntityError: It has, but we do not take it.
            MetadataError: It cannot answer, or cannot be believed.
        """
        source, known = question.server.source, question.known
        fetched = fetch_url(
            address_of(source.location, question.entity_id),
            validators=None if known is None else known.validators,
            policy=self._policy,
        )
        now = self.clock()
        if fetched is None:
            return self._unchanged(question, now)
        expected = Expectation(
            source=source,
            entity_id=question.entity_id,
            own_entity_ids=self.own_entity_ids,
            allow_loopback_http=self._policy.allow_loopback_http,
            now=now,
        )
        record = entity_in(fetched.data, expected)
        self.store.keep(source, record, fetched.validators)
        return Answer(until=record.refresh_at or now, roles=record.roles)

    def _unchanged(self, question: Question, now: datetime) -> Answer:
        source, known = question.server.source, question.known
        if known is None:  # never: nothing was said that could be unchanged
            return Answer(until=now)
        every = source.refresh_every or known.cache_duration
        until = refresh_moment(every, now=now, end=known.valid_until)
        self.store.keep_longer(source, question.entity_id, refresh_at=until)
        return Answer(until=until, roles=known.roles)

    def _absent(self, question: Question) -> Answer:
        now = self.clock()
        until = now + ABSENT_FOR
        self.store.keep_absent(
            question.server.source, question.entity_id, now=now, until=until
        )
        return Answer(until=until)

    def _failed(
        self, question: Question, error: MetadataError, *, seconds: float
    ) -> Answer:
        """Go on without an answer; leave a server alone that makes people wait."""
        now = self.clock()
        problem = f"{error.code}: {error}"[:_MAX_PROBLEM]
        pause = Pause(now + RETRY_AFTER, problem)
        server = question.server
        self.failures.note(server.source.name, question.entity_id, pause)
        values: dict[str, Any] = {"problem": problem, "checked_at": now}
        if server.problem is None:
            values["problem_since"] = now
        if seconds >= SLOW_SECONDS:
            values["next_check_at"] = pause.until
        self.store.note(server.source, values)
        return question.unanswered(pause)

    def _note_success(self, server: SourceState) -> None:
        now = self.clock()
        checked_at = server.checked_at
        if (
            server.problem is None
            and checked_at is not None
            and now - checked_at < _NOTE_EVERY
        ):
            return
        well = {
            "checked_at": now,
            "next_check_at": None,
            "problem": None,
            "problem_since": None,
        }
        self.store.note(server.source, well)
