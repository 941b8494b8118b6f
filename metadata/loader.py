"""What may an operator do with sources? Add, look at, refresh, approve and remove them.

The way of a document: fetch → what it would change (loading) → may that be without an
operator's word? → swap in one transaction (store). Anything wrong on the way leaves the
last good version as it was.
"""

from collections.abc import Iterable
from contextlib import AbstractContextManager
from functools import partial
from typing import Final

from metadata.clock import Clock
from metadata.endpoints import fault_of
from metadata.entities import Role
from metadata.entity_pages import EntityPage, EntityQuery
from metadata.entity_views import views_of
from metadata.errors import (
    MetadataError,
    MetadataUnavailableError,
    OvertakenError,
    SourceRefusedError,
)
from metadata.fetching import FetchPolicy, fetch
from metadata.loading import (
    Candidate,
    Loading,
    Strictness,
    report_of,
    report_of_server,
)
from metadata.new_sources import (
    names_of_trust,
    pin_of,
    pinned_anew,
    signers_of,
    source_of,
)
from metadata.notebook import Notebook
from metadata.orders import Action, Deed, Witness, nobody
from metadata.records import (
    Change,
    Loaded,
    Overlap,
    SourceState,
)
from metadata.reports import (
    EntityView,
    LoadReport,
    NewSource,
    Outcome,
    RefreshResult,
)
from metadata.rules import Unread
from metadata.sources import Kind, PinnedFile, Source, Validators
from metadata.store import Also, EntityStore

_CHANGED_FILE: Final = "the file has changed"


class MetadataAdmin:
    """Everything that operators do with sources.

    Args:
        store: Where sources and entities are kept.
        clock: What time it is.
        own_entity_ids: What we call ourselves; no source may bring these.
        fetching: What a fetch may do, and whether addresses may be plain ``http`` on
            this machine.
        witness: Writes down what is done here, in the same transaction.
    """

    def __init__(
        self,
        store: EntityStore,
        clock: Clock,
        *,
        own_entity_ids: Iterable[str],
        fetching: FetchPolicy | None = None,
        witness: Witness = nobody,
    ) -> None:
        self._store = store
        self._clock = clock
        self._fetching = fetching or FetchPolicy()
        self._allow_loopback_http = self._fetching.allow_loopback_http
        self._witness = witness
        strictness = Strictness(
            own_entity_ids=frozenset(own_entity_ids),
            allow_loopback_http=self._allow_loopback_http,
        )
        self._loading = Loading(store, strictness)
        self._notebook = Notebook(store, clock)

    # --- looking ----------------------------------------------------------------------

    def list(self) -> tuple[SourceState, ...]:
        """Look at all sources in their order."""
        return self._store.states()

    def state(self, name: str) -> SourceState:
        """Look at one source.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        return self._store.state(name)

    def entities(
        self,
        search: str = "",
        *,
        source: str | None = None,
        role: Role | None = None,
        page: int = 1,
        page_size: int = 50,
    ) -> EntityPage:
        """Look for entities.

        Args:
            search: Part of an entityID or of a name, in upper or lower case.
            source: Only of this source.
            role: Only in this role.
            page: Which page, the first one being 1.
            page_size: Entities on a page.
        """
        query = EntityQuery(
            search=search, source=source, role=role, page=page, page_size=page_size
        )
        return self._store.page(query)

    def show(self, entity_id: str) -> tuple[EntityView, ...]:
        """Look at an entity in every source that brings it, the first one first.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataUnavailableError: The store does not answer.
        """
        return views_of(
            self._store.records_of(entity_id),
            entity_id,
            allow_loopback_http=self._allow_loopback_http,
        )

    def overlaps(self) -> dict[str, tuple[Overlap, ...]]:
        """Say of each source with which others it overlaps, and who decides."""
        return self._store.overlaps()

    def overlaps_of(self, name: str) -> tuple[Overlap, ...]:
        """Say with which others a source overlaps, and in which entities."""
        return self._store.overlaps_of(name)

    # --- changing ---------------------------------------------------------------------

    def add(
        self, new: NewSource, *, dry_run: bool = False, replacing: bool = False
    ) -> LoadReport:
        """Load a new source; it stands behind the others until it is moved.

        An MDQ server has no document to load; it is asked when an entity is needed.

        Args:
            new: The source.
            dry_run: Only say what it would bring.
            replacing: Put it in the place of the source of this name, at once and as a
                whole; when it is refused, that one stays as it is.

        Raises:
            UnknownSourceError: There is nothing to replace.
            MetadataError: The source or its document is refused; nothing was written.
        """
        before = self._before(new.name, replacing=replacing)
        kind = new.kind or (Kind.URL if "://" in new.location else Kind.FILE)
        if kind is Kind.MDQ:
            return self._add_server(new, before, dry_run=dry_run)
        signers = signers_of(new, kind)
        got = self._fetch(new.location, kind, None)
        if got is None:
            raise SourceRefusedError("there is nothing new in it")
        document, validators = got
        source = source_of(new, kind, signers or pin_of(new, document))
        with self._candidate(source, document, validators, before) as candidate:
            loaded, digest = candidate.loaded, document.sha256
            change = None if dry_run else self._put(loaded, before, sha256=digest)
            return report_of(candidate, change)

    def refresh(
        self, name: str, *, dry_run: bool = False, force: bool = False
    ) -> RefreshResult:
        """Take the present document of a source, unless it must not be taken.

        A pinned file that has changed, and a document that has lost too many entities,
        wait for :meth:`approve`.

        Args:
            name: Which source.
            dry_run: Only say what would happen.
            force: Fetch and read everything, even what should be the same.

        Raises:
            UnknownSourceError: There is no source of this name.
            MetadataUnavailableError: The store does not answer.
        """
        state = self._store.state(name)
        if state.source.kind is Kind.MDQ:
            return RefreshResult(source=name, outcome=Outcome.SAME)
        try:
            return self._attempt(state, dry_run=dry_run, force=force)
        except OvertakenError:  # by a version that is at least as new
            return RefreshResult(source=name, outcome=Outcome.SAME)

    def approve(self, name: str, sha256: str | None = None) -> LoadReport:
        """Take the version of a source that waits, although it is as it is.

        Args:
            name: Which source.
            sha256: Of the document that was looked at; without it, what waits is meant,
                and when nothing waits, a pinned file as it is now.

        Raises:
            UnknownSourceError: There is no source of this name.
            SourceRefusedError: Nothing waits, or the document is another one by now.
            MetadataError: The document is refused; the last good version stays.
        """
        state = self._store.state(name)
        expected = _expected(state, sha256)
        got = self._fetch(state.source.location, state.source.kind, None)
        if got is None:
            raise SourceRefusedError("there is nothing new in it")
        document, validators = got
        if expected is not None and document.sha256 != expected:
            raise SourceRefusedError(
                f"the document is another one by now: its SHA-256 is {document.sha256},"
                f" expected was {expected}"
            )
        source = pinned_anew(state.source, document)
        with self._candidate(source, document, validators, state) as candidate:
            also = self._also(Action.APPROVE, source, sha256=document.sha256)
            change = self._store.replace(candidate.loaded, over=state, also=also)
            return report_of(candidate, change)

    def move(self, name: str, *, before: str | None) -> None:
        """Put a source before another one: of what both bring, it decides.

        Args:
            name: Which source.
            before: The source that shall follow it; ``None`` puts it last.

        Raises:
            UnknownSourceError: There is no source of one of these names.
        """
        deed = Deed(action=Action.MOVE, source=name, detail={"before": before})
        self._store.move(name, before, also=partial(self._witness, deed))

    def remove(self, name: str) -> None:
        """Forget a source and everything that it brought.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        source = self._store.state(name).source
        self._store.remove(name, also=self._also(Action.REMOVE, source))

    # --- steps ------------------------------------------------------------------------

    def _before(self, name: str, *, replacing: bool) -> SourceState | None:
        """Find what a new source takes the place of, if anything.

        Raises:
            SourceRefusedError: There is a source of this name, and it is to stay.
            UnknownSourceError: There is none to replace.
        """
        if replacing:
            return self._store.state(name)
        if any(state.source.name == name for state in self._store.states()):
            raise SourceRefusedError(f"there is a source called {name} already")
        return None

    def _put(
        self, loaded: Loaded, before: SourceState | None, *, sha256: str | None
    ) -> Change:
        source = loaded.source
        if before is None:
            also = self._also(Action.ADD, source, sha256=sha256)
            return self._store.add(loaded, also=also)
        also = self._also(Action.CHANGE, source, sha256=sha256)
        return self._store.replace(loaded, over=before, also=also)

    def _add_server(
        self, new: NewSource, before: SourceState | None, *, dry_run: bool
    ) -> LoadReport:
        fault = fault_of(new.location, allow_loopback_http=self._allow_loopback_http)
        if fault:
            raise SourceRefusedError(f"the address {fault}")
        signers = signers_of(new, Kind.MDQ)
        if signers is None:
            raise SourceRefusedError("an MDQ server is trusted by certificate")
        source = source_of(new, Kind.MDQ, signers)
        loaded = Loaded(
            source=source, records=(), at=self._clock(), valid_until=None, warnings=()
        )
        change = None if dry_run else self._put(loaded, before, sha256=None)
        return report_of_server(source, change)

    def _attempt(
        self, state: SourceState, *, dry_run: bool, force: bool
    ) -> RefreshResult:
        """Refresh, or keep why that was refused."""
        try:
            return self._refresh(state, dry_run=dry_run, force=force)
        except (MetadataUnavailableError, OvertakenError):
            raise
        except MetadataError as error:
            return self._notebook.refused(state, error, dry_run=dry_run)

    def _refresh(
        self, state: SourceState, *, dry_run: bool, force: bool
    ) -> RefreshResult:
        """Fetch, compare and take.

        Raises:
            MetadataError: The document is refused.
        """
        is_anew = force or not self._loading.is_read_alike(state)
        source = state.source
        validators = None if is_anew else state.validators
        got = self._fetch(source.location, source.kind, validators)
        if got is None:
            return self._notebook.same(state, dry_run=dry_run)
        document, validators = got
        pinned = pinned_anew(source, document)
        known = None if force else state
        with self._candidate(pinned, document, validators, known) as candidate:
            reason = _CHANGED_FILE if pinned.trust != source.trust else None
            reason = reason or candidate.shrinkage_problem()
            if reason:
                waits = self._loading.waiting(candidate, reason)
                return self._notebook.pending(state, waits, dry_run=dry_run)
            also = self._also(Action.REFRESH, source, sha256=document.sha256)
            change = (
                None
                if dry_run
                else self._store.replace(candidate.loaded, over=state, also=also)
            )
            return RefreshResult(
                source=source.name,
                outcome=Outcome.TAKEN,
                report=report_of(candidate, change),
            )

    def _also(
        self, action: Action, source: Source, *, sha256: str | None = None
    ) -> Also:
        """Write down what is done to a source; of what is secret there is nothing."""
        detail = {
            "kind": source.kind,
            "location": source.location,
            "trust": names_of_trust(source.trust),
            "document_sha256": sha256,
        }
        deed = Deed(action=action, source=source.name, detail=detail)
        return partial(self._witness, deed)

    def _fetch(
        self, location: str, kind: Kind, validators: Validators | None
    ) -> tuple[Unread, Validators] | None:
        fetched = fetch(location, kind, validators=validators, policy=self._fetching)
        return None if fetched is None else (Unread(fetched.data), fetched.validators)

    def _candidate(
        self,
        source: Source,
        document: Unread,
        validators: Validators,
        state: SourceState | None = None,
    ) -> AbstractContextManager[Candidate]:
        return self._loading.candidate(
            source,
            document,
            now=self._clock(),
            validators=validators,
            known_key="" if state is None else state.reading_key,
        )


def _expected(state: SourceState, sha256: str | None) -> str | None:
    """Say which document an operator approves.

    Raises:
        SourceRefusedError: Nothing waits.
    """
    if sha256 is not None:
        return sha256.lower()
    if state.pending is not None:
        return state.pending.sha256
    if isinstance(state.source.trust, PinnedFile):
        return None
    raise SourceRefusedError(f"nothing of {state.source.name} waits for approval")
