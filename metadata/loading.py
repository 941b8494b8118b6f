"""What would a document change, if it were taken?

The way of a document: trust, shape, validity (rules) → which entities we take
(admission) → what differs from the version in use. Nothing is written on it.
"""

import gc
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from itertools import islice
from typing import Final

from metadata.admission import Admission
from metadata.comparing import change_of
from metadata.elements import Reading
from metadata.errors import SourceRefusedError
from metadata.records import (
    Change,
    Difference,
    EntityChange,
    Loaded,
    Mark,
    PendingVersion,
    SourceState,
)
from metadata.reports import MAX_LISTED, LoadedEntity, LoadReport
from metadata.rules import Unread, trusted_document
from metadata.schedule import next_check
from metadata.sources import PinnedFile, Source, Validators
from metadata.spool import Spool
from metadata.store import EntityStore

_READING_VERSION: Final = 2
"""To be raised when the same XML gives another record than before."""
MAX_COMPARED: Final = 20
"""Changed entities of which it is said what has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strictness:
    """What, beside source and XML, decides how an entity is read."""

    own_entity_ids: frozenset[str]
    """What we call ourselves; no source may bring these."""
    allow_loopback_http: bool
    """Whether addresses may be plain ``http`` on this machine."""

    def key_for(self, source: Source) -> str:
        """Name this way of reading; what was read in another way is read again."""
        parts = {
            "version": _READING_VERSION,
            "roles": sorted(source.roles),
            "filters": {
                name: sorted(values) for name, values in asdict(source.filters).items()
            },
            "own": sorted(self.own_entity_ids),
            "loopback": self.allow_loopback_http,
        }
        text = json.dumps(parts, sort_keys=True)
        return sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A version of a source that could take the place of the one in use."""

    sha256: str
    """Of the document."""
    loaded: Loaded
    spool: Spool
    """The new and changed entities of ``loaded``."""
    entity_count: int
    difference: Difference
    overlaps: tuple[str, ...]
    """What other sources bring too, in the same role, and who decides."""

    def shrinkage_problem(self) -> str | None:
        """Say that too many entities are gone, however many others have come."""
        gone = self.difference.removed_count
        before = self.entity_count - self.difference.added_count + gone
        allowed = self.loaded.source.max_shrinkage_percent
        if gone * 100 <= allowed * before:
            return None
        return f"{gone} of its {before} entities are gone"


class Loading:
    """Takes documents as far as the store, and no further."""

    def __init__(self, store: EntityStore, strictness: Strictness) -> None:
        self._store = store
        self._strictness = strictness

    def is_read_alike(self, state: SourceState) -> bool:
        """Tell whether what is kept of a source would be read the same way today."""
        return state.reading_key == self._strictness.key_for(state.source)

    @contextmanager
    def candidate(
        self,
        source: Source,
        document: Unread,
        *,
        now: datetime,
        validators: Validators | None,
        known_key: str = "",
    ) -> Iterator[Candidate]:
        """Read a document, as long as the candidate is looked at.

        Args:
            source: Where it comes from.
            document: What was fetched.
            now: The present moment.
            validators: What came with it.
            known_key: How the version in use was read.

        Raises:
            MetadataError: The document is refused.
        """
        key = self._strictness.key_for(source)
        seen = self._store.seen(source.name)
        before = seen.marks
        reading = Reading(self._strictness.allow_loopback_http)
        admission = Admission(
            source=source,
            own_entity_ids=self._strictness.own_entity_ids,
            now=now,
            reading=reading,
            marks=before if known_key == key else {},
        )
        with Spool() as spool:
            heading = _read(document, admission, spool)
            if not len(spool) + len(admission.kept):
                reasons = "; ".join(reading.warnings)
                raise SourceRefusedError(f"no usable entity in it: {reasons}")
            loaded = Loaded(
                source=source,
                records=spool,
                kept=admission.kept,
                seen=seen,
                at=now,
                valid_until=heading.valid_until,
                warnings=reading.warnings,
                next_check_at=next_check(
                    source,
                    wish=heading.cache_duration,
                    valid_until=heading.valid_until,
                    now=now,
                ),
                cache_duration=heading.cache_duration,
                signed_by=heading.signed_by,
                validators=validators,
                reading_key=key,
            )
            yield Candidate(
                sha256=document.sha256,
                loaded=loaded,
                spool=spool,
                entity_count=len(spool) + len(admission.kept),
                difference=_difference(before, spool, kept=admission.kept),
                overlaps=self._overlaps(admission, spool),
            )

    def waiting(self, candidate: Candidate, reason: str) -> PendingVersion:
        """Describe a version that is not taken without an operator's word."""
        return PendingVersion(
            sha256=candidate.sha256,
            at=candidate.loaded.at,
            reason=reason,
            difference=candidate.difference,
            changes=self._changes(candidate),
        )

    def _changes(self, candidate: Candidate) -> tuple[EntityChange, ...]:
        """Say in what the first of the changed entities differ from those in use."""
        shown = candidate.difference.changed[:MAX_COMPARED]
        loopback = self._strictness.allow_loopback_http
        found = []
        for after in candidate.spool if shown else ():
            if after.entity_id in shown:
                records = dict(self._store.records_of(after.entity_id))
                before = records[candidate.loaded.source.name]
                found.append(change_of(before, after, allow_loopback_http=loopback))
        return tuple(found)

    def _overlaps(self, admission: Admission, spool: Spool) -> tuple[str, ...]:
        mine = {record.entity_id: record.roles for record in spool.without_xml()}
        mine |= {entity_id: mark.roles for entity_id, mark in admission.kept.items()}
        found = Reading()
        for entity_id, source, roles, decides in self._store.elsewhere(
            admission.source.name
        ):
            if roles & mine.get(entity_id, frozenset()):
                verdict = "which decides" if decides else "which counts less"
                found.warn(f"{entity_id}: also in {source}, {verdict}")
        return found.warnings


@dataclass(frozen=True, slots=True)
class _Heading:
    """What a document says of itself, and who has signed it."""

    valid_until: datetime | None
    cache_duration: timedelta | None
    signed_by: str | None
    """The SHA-256 of the certificate that verified it."""


def _read(document: Unread, admission: Admission, spool: Spool) -> _Heading:
    """Read a document into a spool; its tree is gone afterwards."""
    trusted = trusted_document(
        document, admission.source, now=admission.now, reading=admission.reading
    )
    with _collector_at_rest():
        for record in admission.records(trusted):
            spool.add(record)
    signer = trusted.signer
    signed_by = None if signer is None else sha256(signer.certificate).hexdigest()
    return _Heading(trusted.valid_until, trusted.cache_duration, signed_by)


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Spare a fifth of the time: reading an entity leaves no cycles to be collected."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _difference(
    before: Mapping[str, Mark], spool: Spool, *, kept: Mapping[str, Mark]
) -> Difference:
    added, changed, same = [], [], len(kept)
    gone = dict.fromkeys(before.keys() - kept.keys())
    for record in spool.without_xml():
        mark = before.get(record.entity_id)
        gone.pop(record.entity_id, None)
        if mark is None:
            added.append(record.entity_id)
        elif (mark.sha256, mark.valid_until) != (record.sha256, record.valid_until):
            changed.append(record.entity_id)
        else:
            same += 1
    return Difference(
        added=tuple(islice(added, MAX_LISTED)),
        changed=tuple(islice(changed, MAX_LISTED)),
        removed=tuple(islice(sorted(gone), MAX_LISTED)),
        added_count=len(added),
        changed_count=len(changed),
        removed_count=len(gone),
        unchanged_count=same,
    )


def report_of(candidate: Candidate, change: Change | None) -> LoadReport:
    """Tell an operator what a candidate brought, or would bring."""
    loaded = candidate.loaded
    trust = loaded.source.trust
    return LoadReport(
        source=loaded.source.name,
        pin=trust.sha256 if isinstance(trust, PinnedFile) else None,
        sha256=candidate.sha256,
        valid_until=loaded.valid_until,
        entity_count=candidate.entity_count,
        entities=tuple(
            LoadedEntity(
                entity_id=record.entity_id,
                roles=record.roles,
                display_name=record.display_name,
                valid_until=record.valid_until,
            )
            for record in islice(candidate.spool.without_xml(), MAX_LISTED)
        ),
        difference=candidate.difference,
        warnings=(*loaded.warnings, *candidate.overlaps),
        change=change,
    )


def report_of_server(source: Source, change: Change | None) -> LoadReport:
    """Tell an operator about a source that has no document."""
    return LoadReport(
        source=source.name,
        pin=None,
        sha256=None,
        valid_until=None,
        entity_count=0,
        entities=(),
        difference=Difference(),
        warnings=(),
        change=change,
    )
