"""How is a value of this package written as a row, and read from one?"""

import base64
import json
from dataclasses import asdict
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

from sqlalchemy import Row

from metadata.elements import nearest
from metadata.entities import PublicKey, Role
from metadata.filters import Filters
from metadata.mdq_identifiers import sha1_of
from metadata.records import (
    CertificateDetails,
    Difference,
    EntityChange,
    EntityDetails,
    EntityRecord,
    FactChange,
    FactKind,
    Loaded,
    PendingVersion,
    SourceNote,
    SourceState,
)
from metadata.sources import Kind, PinnedFile, SignedBy, Source, Trust, Validators

MAX_SEARCH: Final = 2000
"""Characters of an entity that can be searched for."""
_PIN: Final = "pin"
_CERTIFICATE: Final = "certificate"


def entity_row(record: EntityRecord, *, source: str) -> dict[str, Any]:
    """Make the row of an entity."""
    return {
        "source": source,
        "entity_id": record.entity_id,
        "entity_sha1": sha1_of(record.entity_id).value,
        "roles": _roles_text(record.roles),
        "sha256": record.sha256,
        "valid_until": record.valid_until,
        "stale_at": record.stale_at,
        "refresh_at": record.refresh_at,
        "display_name": record.display_name,
        "search": search_text(record),
        "details": _details_text(record.details),
        "warnings": _json(record.warnings) if record.warnings else None,
        "xml": record.xml,
    }


def entity_record(row: Row[Any]) -> EntityRecord:
    """Make the value of an entity's row, joined with the end of its document."""
    return EntityRecord(
        entity_id=row.entity_id,
        roles=roles_of_text(row.roles),
        xml=row.xml,
        sha256=row.sha256,
        valid_until=nearest(row.valid_until, row.document_end),
        stale_at=row.stale_at,
        refresh_at=row.refresh_at,
        display_name=row.display_name,
        details=entity_details(row.details),
        warnings=texts_of(row.warnings),
    )


def _details_text(details: EntityDetails) -> str:
    return _json(
        {
            "names": details.names,
            "logo_url": details.logo_url,
            "categories": details.categories,
            "scopes": details.scopes,
            "registration_authority": details.registration_authority,
            "certificates": [
                {"use": one.use, "sha256": one.sha256, "not_after": one.not_after}
                for one in details.certificates
            ],
        }
    )


def search_text(record: EntityRecord) -> str:
    """Write what an entity can be found by: its entityID and its names."""
    words = dict.fromkeys([record.entity_id, *record.details.names.values()])
    return "\n".join(words).casefold()[:MAX_SEARCH]


def entity_details(text: str) -> EntityDetails:
    """Read the details of an entity."""
    found = json.loads(text)
    return EntityDetails(
        names=found.get("names", {}),
        logo_url=found.get("logo_url"),
        categories=tuple(found.get("categories", ())),
        scopes=tuple(found.get("scopes", ())),
        registration_authority=found.get("registration_authority"),
        certificates=tuple(
            CertificateDetails(
                use=one["use"],
                sha256=one["sha256"],
                not_after=datetime.fromisoformat(one["not_after"]),
            )
            for one in found.get("certificates", ())
        ),
    )


def definition_row(source: Source) -> dict[str, Any]:
    """Make the part of a source's row that an operator decides, but its position."""
    kind, trust = _trust_text(source.trust)
    return {
        "name": source.name,
        "kind": source.kind.value,
        "location": source.location,
        "trust_kind": kind,
        "trust": trust,
        "roles": _roles_text(source.roles),
        "filters": _filters_text(source.filters),
        "max_validity_seconds": int(source.max_validity.total_seconds()),
        "max_shrinkage_percent": source.max_shrinkage_percent,
        "refresh_seconds": seconds_of(source.refresh_every),
    }


def source_row(loaded: Loaded) -> dict[str, Any]:
    """Make the row of a source that was just loaded, without its position."""
    mdq = loaded.source.kind is Kind.MDQ
    return {
        **definition_row(loaded.source),
        "loaded_at": None if mdq else loaded.at,
        "checked_at": None if mdq else loaded.at,
        "next_check_at": loaded.next_check_at,
        "cache_seconds": seconds_of(loaded.cache_duration),
        "signed_by": loaded.signed_by,
        "valid_until": loaded.valid_until,
        "warnings": _json(loaded.warnings),
        "problem": None,
        "problem_since": None,
        "pending": None,
        "validators": _validators_text(loaded.validators),
        "reading_key": loaded.reading_key,
    }


def source_state(row: Row[Any]) -> SourceState:
    """Make the value of a source's row, which also counts its entities."""
    return SourceState(
        source=_source(row),
        loaded_at=row.loaded_at,
        checked_at=row.checked_at,
        next_check_at=row.next_check_at,
        valid_until=row.valid_until,
        warnings=texts_of(row.warnings),
        problem=row.problem,
        problem_since=row.problem_since,
        entity_count=row.entity_count,
        pending=_pending(row.pending),
        validators=_validators(row.validators),
        reading_key=row.reading_key,
        cache_duration=duration_of(row.cache_seconds),
        signed_by=row.signed_by,
    )


def note_row(note: SourceNote) -> dict[str, Any]:
    """Make the part of a source's row that a look without a new version changes."""
    row: dict[str, Any] = {
        "checked_at": note.at,
        "next_check_at": note.next_check_at,
        "problem": note.problem,
        "problem_since": None if note.problem is None else note.at,
    }
    if note.pending is not None:
        row["pending"] = _json(asdict(note.pending))
    elif note.problem is None:
        row["pending"] = None
    return row


def seconds_of(duration: timedelta | None) -> int | None:
    """Write a duration, if there is one, in whole seconds."""
    return None if duration is None else int(duration.total_seconds())


def duration_of(seconds: int | None) -> timedelta | None:
    """Read a duration, if there is one."""
    return None if seconds is None else timedelta(seconds=seconds)


def texts_of(text: str | None) -> tuple[str, ...]:
    """Read a list of texts; none is an empty one."""
    return () if text is None else tuple(json.loads(text))


@cache
def roles_of_text(text: str) -> frozenset[Role]:
    """Read a set of roles; there are few."""
    return frozenset(Role(word) for word in text.split())


def _source(row: Row[Any]) -> Source:
    return Source(
        name=row.name,
        kind=Kind(row.kind),
        location=row.location,
        trust=_trust(row.trust_kind, row.trust),
        roles=roles_of_text(row.roles),
        filters=_filters(row.filters),
        max_validity=timedelta(seconds=row.max_validity_seconds),
        max_shrinkage_percent=row.max_shrinkage_percent,
        refresh_every=duration_of(row.refresh_seconds),
        position=row.position,
    )


def _pending(text: str | None) -> PendingVersion | None:
    if text is None:
        return None
    found = json.loads(text)
    difference: dict[str, Any] = {
        key: tuple(value) if isinstance(value, list) else value
        for key, value in found["difference"].items()
    }
    return PendingVersion(
        sha256=found["sha256"],
        at=datetime.fromisoformat(found["at"]),
        reason=found["reason"],
        difference=Difference(**difference),
        changes=tuple(map(_entity_change, found.get("changes", ()))),
    )


def _entity_change(found: dict[str, Any]) -> EntityChange:
    facts = tuple(
        FactChange(
            kind=FactKind(one["kind"]),
            added=tuple(one["added"]),
            removed=tuple(one["removed"]),
        )
        for one in found["facts"]
    )
    return EntityChange(entity_id=found["entity_id"], facts=facts)


def _filters_text(filters: Filters) -> str:
    sets = {name: sorted(values) for name, values in asdict(filters).items() if values}
    return _json(sets)


def _filters(text: str) -> Filters:
    found = json.loads(text).items()
    return Filters(**{name: frozenset(values) for name, values in found})


def _validators_text(validators: Validators | None) -> str | None:
    return None if validators is None else _json(asdict(validators))


def _validators(text: str | None) -> Validators | None:
    return None if text is None else Validators(**json.loads(text))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=_plain)


def _plain(value: object) -> str:
    """Write what JSON has no form for.

    Raises:
        TypeError: Something else than a moment.
    """
    if isinstance(value, datetime):
        return value.isoformat()
    raise TypeError(type(value).__name__)


def _roles_text(roles: frozenset[Role]) -> str:
    return " ".join(sorted(roles))


def _trust_text(trust: Trust) -> tuple[str, str]:
    match trust:
        case PinnedFile(sha256=pin):
            return _PIN, pin
        case SignedBy(certificates=certificates):
            encoded = (base64.b64encode(key.certificate) for key in certificates)
            return _CERTIFICATE, b"\n".join(encoded).decode("ascii")


def _trust(kind: str, text: str) -> Trust:
    if kind == _PIN:
        return PinnedFile(text)
    keys = (PublicKey(base64.b64decode(line)) for line in text.split("\n"))
    return SignedBy(tuple(keys))
