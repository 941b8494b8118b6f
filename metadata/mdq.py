"""Must an MDQ server be asked about an entity, and may it be asked now?

Entities are asked for while somebody waits to log in, and often because a stranger
names an entityID. So everything is bounded: what may be asked, how often, how many ask
at the same moment, how long they wait for each other, and how much is remembered.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_hex
from time import monotonic as system_monotonic
from time import sleep
from typing import Final

from metadata.allowance import Allowance
from metadata.elements import nearest
from metadata.entities import Role
from metadata.mdq_asking import LIMITS, Answer, Asker, Question
from metadata.mdq_failures import Pause
from metadata.mdq_identifiers import is_askable
from metadata.mdq_store import Standing
from metadata.records import SourceState

BURST: Final = 20
"""How many entities that we know nothing of a process asks for at once."""
PER_SECOND: Final = 1.0
"""How many more of them each second."""
TRIES: Final = 6
"""How often we try to get leave to ask while others ask."""
PAUSE_SECONDS: Final = 0.05
"""How long to wait between two tries."""
LOOK_EVERY_SECONDS: Final = 1.0
"""How long a new source of this kind may go unnoticed."""
_SOON: Final = timedelta(seconds=1)
_LEAVE: Final = timedelta(seconds=LIMITS.total_seconds + 2)
"""When the leave of a process that died ends by itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Freshness:
    """What asking, or not asking, came to."""

    until: datetime | None = None
    """When to ask again; ``None`` when no MDQ server counts."""
    problem: str | None = None
    """Why a server that counts could not tell."""


FRESH: Final = Freshness()
"""Nobody needs to be asked."""


class MdqClient:
    """Asks the MDQ servers among the sources, in the order of the sources.

    Args:
        asker: Puts the questions.
        allowance: How often strangers may make us ask.
        wait: Lets some seconds pass while others ask.
        monotonic: Seconds that only grow.
    """

    def __init__(
        self,
        asker: Asker,
        *,
        allowance: Allowance | None = None,
        wait: Callable[[float], None] = sleep,
        monotonic: Callable[[], float] = system_monotonic,
    ) -> None:
        self._asker = asker
        self._store = asker.store
        self._clock = asker.clock
        self._allowance = allowance or Allowance(burst=BURST, per_second=PER_SECOND)
        self._wait = wait
        self._monotonic = monotonic
        self._looked: tuple[float, bool] | None = None

    def freshen(self, entity_id: str, role: Role) -> Freshness:
        """Bring what the store knows about an entity up to date.

        A server is asked only when no source before it brings the entity in this role.

        Args:
            entity_id: The entity, perhaps named by a stranger.
            role: What it shall be used as.

        Raises:
            MetadataUnavailableError: The store does not answer.
        """
        is_ours = entity_id in self._asker.own_entity_ids
        if is_ours or not is_askable(entity_id) or not self._has_servers():
            return FRESH
        return self._freshness(entity_id, role)

    def _has_servers(self) -> bool:
        """Look now and then; most bridges have no such source, and never pay for it."""
        now = self._monotonic()
        if self._looked is None or now - self._looked[0] >= LOOK_EVERY_SECONDS:
            self._looked = now, self._store.has_servers()
        return self._looked[1]

    def _freshness(self, entity_id: str, role: Role) -> Freshness:
        standing = self._store.standing(entity_id)
        answers: list[Answer] = []
        for server in standing.servers:
            if standing.is_decided_before(server.source.position, role):
                break
            answer = self._answer(server, entity_id, standing)
            answers.append(answer)
            if role in answer.roles:
                break
        problems = (answer.problem for answer in answers if answer.problem)
        return Freshness(
            until=nearest(*(answer.until for answer in answers)),
            problem=next(problems, None),
        )

    def _answer(
        self, server: SourceState, entity_id: str, standing: Standing
    ) -> Answer:
        """Take what was answered before while it is fresh, else ask."""
        now = self._clock()
        fresh = _fresh_answer(server, standing, now)
        if fresh is not None:
            return fresh
        question = _question(server, entity_id, standing, now)
        pause = self._reason_to_wait(question, now)
        if pause is not None:
            return question.unanswered(pause)
        with self._leave_to_ask(question) as may_ask:
            if not may_ask:
                busy = Pause(now + _SOON, "others are asking; try again")
                return question.unanswered(busy)
            return self._ask(question)

    def _reason_to_wait(self, question: Question, now: datetime) -> Pause | None:
        server = question.server
        if server.problem and server.next_check_at and now < server.next_check_at:
            return Pause(server.next_check_at, server.problem)
        pause = self._asker.failures.pause(server.source.name, question.entity_id, now)
        if pause is None and question.known is None and not self._allowance.take():
            return Pause(now + _SOON, "too many unknown entities are asked for")
        return pause

    def _ask(self, question: Question) -> Answer:
        """Ask, unless somebody else has asked while we waited for our turn."""
        standing = self._store.standing(question.entity_id)
        fresh = _fresh_answer(question.server, standing, self._clock())
        return fresh or self._asker.ask(question)

    @contextmanager
    def _leave_to_ask(self, question: Question) -> Iterator[bool]:
        """Hold one of the few places of those who ask, in all processes together.

        Who has a copy that still holds does not wait for a place.
        """
        task = _task_of(question)
        holder = f"{task}-{token_hex(8)}"
        slot = None
        for left in reversed(range(TRIES if question.known is None else 1)):
            now = self._clock()
            slot = self._store.take_slot(holder, task=task, now=now, until=now + _LEAVE)
            if slot is not None or not left:
                break
            self._wait(PAUSE_SECONDS)
        try:
            yield slot is not None
        finally:
            if slot is not None:
                self._store.give_slot_back(slot, holder)


def _fresh_answer(
    server: SourceState, standing: Standing, now: datetime
) -> Answer | None:
    """Hand on what a server said, if it need not be asked again."""
    known = standing.of(server.source)
    if known is not None and known.refresh_at is not None and now < known.refresh_at:
        return Answer(until=known.refresh_at, roles=known.roles)
    absent_until = standing.absent_until.get(server.source.name)
    if absent_until is not None and now < absent_until:
        return Answer(until=absent_until)
    return None


def _question(
    server: SourceState, entity_id: str, standing: Standing, now: datetime
) -> Question:
    known = standing.of(server.source)
    is_over = known is not None and (
        known.valid_until is not None and now >= known.valid_until
    )
    return Question(
        server=server, entity_id=entity_id, known=None if is_over else known
    )


def _task_of(question: Question) -> str:
    words = f"{question.server.source.name} {question.entity_id}"
    return sha256(words.encode()).hexdigest()[:32]
