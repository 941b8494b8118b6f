"""What may an operator do with sources? Add, look at, reload, approve and remove them.

The way of a document: fetch → trust, shape, validity (rules) → which entities we take
(admission) → swap in one transaction (store). Anything wrong on the way leaves the last
good version as it was.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from metadata.admission import Admission
from metadata.algorithms import check_key
from metadata.clock import Clock
from metadata.elements import Reading
from metadata.entities import IdentityProvider, PublicKey, Role, ServiceProvider
from metadata.errors import (
    MetadataError,
    MetadataUnavailableError,
    SourceRefusedError,
    UnknownEntityError,
    WeakAlgorithmError,
)
from metadata.reader import read_identity_provider, read_service_provider
from metadata.records import Change, EntityRecord, Loaded, SourceState
from metadata.rules import trusted_document
from metadata.sources import (
    DEFAULT_MAX_VALIDITY,
    DEFAULT_ROLES,
    PinnedFile,
    SignedBy,
    Source,
    Trust,
    check_source,
    fetch,
)
from metadata.store import EntityStore

_READERS: Final[dict[Role, Callable[..., IdentityProvider | ServiceProvider]]] = {
    Role.IDP: read_identity_provider,
    Role.SP: read_service_provider,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class NewSource:
    """A source as an operator names it."""

    name: str
    location: str
    certificate_pem: bytes | None = None
    """Who signs the document; several certificates while the signer changes its key."""
    pin: str | None = None
    """The SHA-256 of the file; the present one when there is no certificate either."""
    roles: frozenset[Role] = DEFAULT_ROLES
    max_validity: timedelta = DEFAULT_MAX_VALIDITY


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadedEntity:
    """An entity that a source brings."""

    entity_id: str
    roles: frozenset[Role]
    display_name: str | None
    valid_until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class LoadReport:
    """What a document brought, or would bring."""

    source: str
    pin: str | None
    """The SHA-256 that the source is pinned to, if it is."""
    valid_until: datetime | None
    entities: tuple[LoadedEntity, ...]
    warnings: tuple[str, ...]
    """What is odd, and what was left out and why."""
    change: Change | None
    """What was written; ``None`` after a dry run."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EntityView:
    """An entity as one source brings it."""

    source: str
    is_used: bool
    """Whether no source before this one brings the entity in these roles."""
    record: EntityRecord
    parties: tuple[IdentityProvider | ServiceProvider, ...]
    """The entity in each of its roles."""


class MetadataAdmin:
    """Everything that operators do with sources.

    Args:
        store: Where sources and entities are kept.
        clock: What time it is.
        own_entity_ids: What we call ourselves; no source may bring these.
        allow_loopback_http: Whether addresses may be plain ``http`` on this machine.
    """

    def __init__(
        self,
        store: EntityStore,
        clock: Clock,
        *,
        own_entity_ids: Iterable[str],
        allow_loopback_http: bool = False,
    ) -> None:
        self._store = store
        self._clock = clock
        self._own_entity_ids = frozenset(own_entity_ids)
        self._allow_loopback_http = allow_loopback_http

    def add(self, new: NewSource, *, dry_run: bool = False) -> LoadReport:
        """Load a new source; when two bring the same entity, the older source decides.

        Raises:
            MetadataError: The source or its document is refused; nothing was written.
        """
        data = fetch(new.location)
        source = Source(
            name=new.name,
            location=new.location,
            trust=_trust_of(new, data),
            roles=new.roles,
            max_validity=new.max_validity,
        )
        check_source(source)
        if any(state.source.name == new.name for state in self._store.states()):
            raise SourceRefusedError(f"there is a source called {new.name} already")
        loaded = self._load(source, data)
        return _report(loaded, None if dry_run else self._store.add(loaded))

    def list(self) -> tuple[SourceState, ...]:
        """Look at all sources in their order."""
        return self._store.states()

    def show(self, entity_id: str) -> tuple[EntityView, ...]:
        """Look at an entity in every source that brings it, the first one first.

        Raises:
            UnknownEntityError: No source brings it.
            MetadataUnavailableError: The store does not answer.
        """
        views = []
        used: frozenset[Role] = frozenset()
        for source, record in self._store.records_of(entity_id):
            is_used = not record.roles <= used
            used |= record.roles
            parties = self._parties_of(record)
            views.append(
                EntityView(
                    source=source, is_used=is_used, record=record, parties=parties
                )
            )
        if not views:
            raise UnknownEntityError(f"no source brings {entity_id}")
        return tuple(views)

    def reload(self, name: str, *, dry_run: bool = False) -> LoadReport:
        """Load the present document of a source.

        A pinned file that has changed is refused and waits for :meth:`approve`.

        Raises:
            MetadataError: The document is refused, with the reason; the last good
                version stays in use until its own end.
        """
        source = self._store.state(name).source
        try:
            loaded = self._load(source, fetch(source.location))
        except MetadataUnavailableError:
            raise
        except MetadataError as error:
            if not dry_run:
                self._store.note_problem(name, f"{error.code}: {error}")
            raise
        return _report(loaded, None if dry_run else self._store.replace(loaded))

    def approve(self, name: str) -> LoadReport:
        """Pin a source to its file as it is now, and load it.

        Raises:
            SourceRefusedError: The source is trusted by certificate, not by pin, or its
                document is refused.
            MetadataError: The document is refused; the last good version stays.
        """
        source = self._store.state(name).source
        if not isinstance(source.trust, PinnedFile):
            raise SourceRefusedError(
                f"{name} is not pinned: there is nothing to approve"
            )
        data = fetch(source.location)
        pinned = replace(source, trust=PinnedFile(sha256(data).hexdigest()))
        loaded = self._load(pinned, data)
        return _report(loaded, self._store.replace(loaded))

    def remove(self, name: str) -> None:
        """Forget a source and everything that it brought.

        Raises:
            UnknownSourceError: There is none of this name.
        """
        self._store.remove(name)

    def _load(self, source: Source, data: bytes) -> Loaded:
        """Take a document as far as the store, without writing anything."""
        now = self._clock()
        reading = Reading(self._allow_loopback_http)
        document = trusted_document(data, source, now=now, reading=reading)
        admission = Admission(
            source=source,
            own_entity_ids=self._own_entity_ids,
            now=now,
            reading=reading,
        )
        records = tuple(admission.records(document))
        if not records:
            reasons = "; ".join(reading.warnings)
            raise SourceRefusedError(f"no usable entity in it: {reasons}")
        self._note_overlaps(source, records, reading)
        return Loaded(
            source=source,
            records=records,
            at=now,
            valid_until=document.valid_until,
            warnings=reading.warnings,
        )

    def _note_overlaps(
        self, source: Source, records: Iterable[EntityRecord], reading: Reading
    ) -> None:
        entity_ids = (record.entity_id for record in records)
        found = self._store.source_names_of(entity_ids)
        for entity_id, names in found.items():
            others = [name for name in names if name != source.name]
            if others:
                reading.warn(f"{entity_id}: also in {', '.join(others)}")

    def _parties_of(
        self, record: EntityRecord
    ) -> tuple[IdentityProvider | ServiceProvider, ...]:
        return tuple(
            read(record.xml, allow_loopback_http=self._allow_loopback_http)
            for role, read in _READERS.items()
            if role in record.roles
        )


def _trust_of(new: NewSource, data: bytes) -> Trust:
    """Decide what a new source is trusted by.

    Raises:
        SourceRefusedError: Both a pin and a certificate, or no certificate in the PEM.
    """
    if new.certificate_pem is None:
        return PinnedFile((new.pin or sha256(data).hexdigest()).lower())
    if new.pin is not None:
        raise SourceRefusedError("trusted by a pin or by a certificate, not by both")
    try:
        found = load_pem_x509_certificates(new.certificate_pem)
        keys = tuple(PublicKey(one.public_bytes(Encoding.DER)) for one in found)
        for key in keys:
            check_key(key)
    except (ValueError, WeakAlgorithmError) as error:
        raise SourceRefusedError(f"the certificate cannot be used: {error}") from error
    return SignedBy(keys)


def _report(loaded: Loaded, change: Change | None) -> LoadReport:
    trust = loaded.source.trust
    return LoadReport(
        source=loaded.source.name,
        pin=trust.sha256 if isinstance(trust, PinnedFile) else None,
        valid_until=loaded.valid_until,
        entities=tuple(
            LoadedEntity(
                entity_id=record.entity_id,
                roles=record.roles,
                display_name=record.display_name,
                valid_until=record.valid_until,
            )
            for record in loaded.records
        ),
        warnings=loaded.warnings,
        change=change,
    )
