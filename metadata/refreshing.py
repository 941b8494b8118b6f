"""Which sources are due, and whose turn is it to look at them?

One process at a time, whichever it is: it takes a lease, holds on to it between
sources, and lets go of it at the end. What the others are told is in the database.
"""

import secrets
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from metadata.clock import Clock
from metadata.errors import (
    MetadataUnavailableError,
    OvertakenError,
    UnknownSourceError,
)
from metadata.fetching import mark_of_file
from metadata.lease_store import Lease, LeaseStore
from metadata.loader import MetadataAdmin
from metadata.records import SourceNote, SourceState
from metadata.reports import Outcome, RefreshResult
from metadata.sources import Kind, Validators
from metadata.store import EntityStore

LEASE: Final = "metadata-refresh"
LEASE_TIME: Final = timedelta(minutes=3)
"""Longer than a source takes, unless its server is very slow; also how long the others
wait for a dead process. Who is overtaken has worked in vain, and does no harm."""
TIDY_EVERY: Final = timedelta(hours=1)
KEPT_AFTER_END: Final = timedelta(days=1)
"""How long what has ended is still there to be looked at."""
AFTER_UNEXPECTED: Final = timedelta(hours=1)
"""When a source is looked at again that made something fail that nobody thought of."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Errands:
    """What else is done in a turn: what operators want, and tidying up."""

    are_waiting: Callable[[], bool]
    carry_out: Callable[[Callable[[], bool]], object]
    """Does them; asks before each one whether it is still our turn."""
    tidy: Callable[[datetime], object] = lambda _: None
    """Removes what ended before a moment; done now and then."""


NO_ERRANDS: Final = Errands(are_waiting=lambda: False, carry_out=lambda _: None)


class Refresher:
    """Refreshes the sources that are due.

    Args:
        admin: Refreshes one source.
        store: Says how all sources are.
        leases: Decide whose turn it is.
        clock: What time it is.
        errands: What else is done in the same turn, before the sources.
    """

    def __init__(
        self,
        admin: MetadataAdmin,
        store: EntityStore,
        leases: LeaseStore,
        clock: Clock,
        *,
        errands: Errands = NO_ERRANDS,
    ) -> None:
        self._admin = admin
        self._store = store
        self._leases = leases
        self._clock = clock
        self._errands = errands
        self._holder = secrets.token_hex(16)
        self._tidied_at: datetime | None = None
        self._tried: dict[str, Validators | None] = {}

    def run_due(self) -> tuple[RefreshResult, ...]:
        """Do what is to be done, unless another process is doing so.

        Raises:
            MetadataUnavailableError: The database does not answer.
        """
        if not (self._due() or self._errands.are_waiting() or self._is_untidy()):
            return ()
        with self._turn() as is_ours:
            return tuple(self._work()) if is_ours else ()

    def _work(self) -> Iterator[RefreshResult]:
        """Look again at what is due: another process may just have done it."""
        if self._is_untidy():
            self._tidied_at = self._clock()
            self._errands.tidy(self._tidied_at - KEPT_AFTER_END)
        if self._errands.are_waiting():
            self._errands.carry_out(self._hold)
        for state in self._due():
            if not self._hold():
                return
            yield self._refresh(state)

    def _is_untidy(self) -> bool:
        return self._tidied_at is None or self._clock() >= self._tidied_at + TIDY_EVERY

    def _refresh(self, state: SourceState) -> RefreshResult:
        source = state.source
        if source.kind is Kind.FILE:
            self._tried[source.name] = mark_of_file(source.location)
        try:
            return self._admin.refresh(source.name)
        except MetadataUnavailableError:
            raise
        except Exception as error:  # noqa: BLE001  # one source must not stop the others
            return self._note_unexpected(state, error)

    def _note_unexpected(self, state: SourceState, error: Exception) -> RefreshResult:
        """Keep the kind of an error, whose text may be anything."""
        name, now = state.source.name, self._clock()
        problem = f"unexpected: {type(error).__qualname__}"
        later = now + AFTER_UNEXPECTED
        note = SourceNote(name=name, at=now, next_check_at=later, problem=problem)
        try:
            is_news = self._store.note(note, over=state)
        except (OvertakenError, UnknownSourceError):
            return RefreshResult(source=name, outcome=Outcome.SAME)
        return RefreshResult(
            source=name, outcome=Outcome.REFUSED, problem=problem, is_news=is_news
        )

    def _due(self) -> list[SourceState]:
        now = self._clock()
        return [state for state in self._store.states() if self._is_due(state, now)]

    def _is_due(self, state: SourceState, now: datetime) -> bool:
        """Tell by the time that was decided last, or for a file by looking at it."""
        source = state.source
        if source.kind is Kind.MDQ:
            return False  # each of its entities is asked for when it is needed
        if state.next_check_at is None or state.next_check_at <= now:
            return True
        return source.kind is Kind.FILE and self._has_changed(state)

    def _has_changed(self, state: SourceState) -> bool:
        """Tell whether a file is neither the one in use nor the one we tried last."""
        mark = mark_of_file(state.source.location)
        tried = self._tried.get(state.source.name, state.validators)
        return mark not in (state.validators, tried)

    @contextmanager
    def _turn(self) -> Iterator[bool]:
        is_ours = self._hold()
        try:
            yield is_ours
        finally:
            if is_ours:
                with suppress(MetadataUnavailableError):  # then it ends by itself
                    self._leases.release(self._lease(self._clock()))

    def _hold(self) -> bool:
        """Take the lease, or keep it longer."""
        now = self._clock()
        return self._leases.take(self._lease(now), now=now)

    def _lease(self, now: datetime) -> Lease:
        return Lease(name=LEASE, holder=self._holder, until=now + LEASE_TIME)
