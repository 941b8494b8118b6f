"""What is kept of a look at a source that did not bring a new version?

Nothing is noted over a version that somebody else has taken meanwhile: a slow process
would say that a source is ill which is well.
"""

from dataclasses import replace

from metadata.clock import Clock
from metadata.errors import MetadataError, MetadataExpiredError, SourceRefusedError
from metadata.records import PendingVersion, SourceNote, SourceState
from metadata.reports import Outcome, RefreshResult
from metadata.schedule import next_check, next_try
from metadata.store import EntityStore


class Notebook:
    """Keeps how looks ended; every method raises :class:`OvertakenError` too.

    Args:
        store: Where it is kept.
        clock: What time it is.
    """

    def __init__(self, store: EntityStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    def same(self, state: SourceState, *, dry_run: bool) -> RefreshResult:
        """Keep that the version in use is the present one.

        Raises:
            MetadataExpiredError: It has ended.
        """
        if state.valid_until is not None and self._clock() >= state.valid_until:
            end = state.valid_until.isoformat()
            raise MetadataExpiredError(f"it has ended at {end}, and nothing is newer")
        self._note(state, None, dry_run=dry_run)
        return RefreshResult(source=state.source.name, outcome=Outcome.SAME)

    def refused(
        self, state: SourceState, error: MetadataError, *, dry_run: bool
    ) -> RefreshResult:
        """Keep why no version was taken."""
        problem = f"{error.code}: {error}"
        return RefreshResult(
            source=state.source.name,
            outcome=Outcome.REFUSED,
            problem=problem,
            is_news=self._note(state, problem, dry_run=dry_run),
        )

    def pending(
        self, state: SourceState, waits: PendingVersion, *, dry_run: bool
    ) -> RefreshResult:
        """Keep what waits for an operator, but not its document."""
        before = state.pending
        if before is not None and before.sha256 == waits.sha256:
            waits = replace(waits, at=before.at)
        problem = f"{SourceRefusedError.code}: {waits.reason}: it waits for approval"
        return RefreshResult(
            source=state.source.name,
            outcome=Outcome.PENDING,
            pending=waits,
            problem=problem,
            is_news=self._note(state, problem, dry_run=dry_run, pending=waits),
        )

    def _note(
        self,
        state: SourceState,
        problem: str | None,
        *,
        dry_run: bool,
        pending: PendingVersion | None = None,
    ) -> bool:
        """Keep how a look ended; tell whether it is a new problem."""
        if dry_run:
            return problem is not None and problem != state.problem
        now = self._clock()
        note = SourceNote(
            name=state.source.name,
            at=now,
            next_check_at=(
                next_check(
                    state.source,
                    wish=state.cache_duration,
                    valid_until=state.valid_until,
                    now=now,
                )
                if problem is None
                else next_try(state.source, since=state.problem_since, now=now)
            ),
            problem=problem,
            pending=pending,
        )
        return self._store.note(note, over=state)
