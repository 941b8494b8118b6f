"""In which tables are sources and entities kept, and how is a value a row?"""

import base64
import json
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Row,
    String,
    Table,
    Text,
    TypeDecorator,
)

from metadata.entities import PublicKey, Role
from metadata.records import EntityRecord, Loaded, SourceState
from metadata.sources import PinnedFile, SignedBy, Source, Trust

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_PIN: Final = "pin"
_CERTIFICATE: Final = "certificate"


class _Moment(TypeDecorator[datetime]):
    """A moment as microseconds since 1970 in UTC, alike in every database."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(
        self, value: datetime | None, dialect: Dialect
    ) -> int | None:
        del dialect
        return None if value is None else (value - _EPOCH) // _MICROSECOND

    def process_result_value(
        self, value: int | None, dialect: Dialect
    ) -> datetime | None:
        del dialect
        return None if value is None else _EPOCH + value * _MICROSECOND


metadata_tables: Final = MetaData()
"""The tables of this package, for whoever makes the migrations."""

sources: Final = Table(
    "metadata_sources",
    metadata_tables,
    Column("name", String(64), primary_key=True),
    Column("location", Text, nullable=False),
    Column("trust_kind", String(16), nullable=False),
    Column("trust", Text, nullable=False),
    Column("roles", String(32), nullable=False),
    Column("max_validity_seconds", Integer, nullable=False),
    Column("position", Integer, nullable=False, unique=True),
    Column("loaded_at", _Moment, nullable=False),
    Column("valid_until", _Moment),
    Column("warnings", Text, nullable=False),
    Column("problem", Text),
)
entities: Final = Table(
    "metadata_entities",
    metadata_tables,
    Column(
        "source",
        String(64),
        ForeignKey("metadata_sources.name", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("entity_id", Text, primary_key=True),
    Column("roles", String(32), nullable=False),
    Column("xml", LargeBinary, nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("valid_until", _Moment),
    Column("display_name", Text),
    Index("ix_metadata_entities_entity_id", "entity_id"),
)
version: Final = Table(
    "metadata_version",
    metadata_tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)


def entity_row(record: EntityRecord, *, source: str) -> dict[str, Any]:
    """Make the row of an entity."""
    return {
        "source": source,
        "entity_id": record.entity_id,
        "roles": _roles_text(record.roles),
        "xml": record.xml,
        "sha256": record.sha256,
        "valid_until": record.valid_until,
        "display_name": record.display_name,
    }


def entity_record(row: Row[Any]) -> EntityRecord:
    """Make the value of an entity's row."""
    return EntityRecord(
        entity_id=row.entity_id,
        roles=_roles(row.roles),
        xml=row.xml,
        sha256=row.sha256,
        valid_until=row.valid_until,
        display_name=row.display_name,
    )


def source_row(loaded: Loaded) -> dict[str, Any]:
    """Make the row of a source that was just loaded, without its position."""
    source = loaded.source
    kind, trust = _trust_text(source.trust)
    return {
        "name": source.name,
        "location": source.location,
        "trust_kind": kind,
        "trust": trust,
        "roles": _roles_text(source.roles),
        "max_validity_seconds": int(source.max_validity.total_seconds()),
        "loaded_at": loaded.at,
        "valid_until": loaded.valid_until,
        "warnings": json.dumps(loaded.warnings),
        "problem": None,
    }


def source_state(row: Row[Any]) -> SourceState:
    """Make the value of a source's row, which also counts its entities."""
    return SourceState(
        source=Source(
            name=row.name,
            location=row.location,
            trust=_trust(row.trust_kind, row.trust),
            roles=_roles(row.roles),
            max_validity=timedelta(seconds=row.max_validity_seconds),
            position=row.position,
        ),
        loaded_at=row.loaded_at,
        valid_until=row.valid_until,
        warnings=tuple(json.loads(row.warnings)),
        problem=row.problem,
        entity_count=row.entity_count,
    )


def _roles_text(roles: frozenset[Role]) -> str:
    return " ".join(sorted(roles))


def _roles(text: str) -> frozenset[Role]:
    return frozenset(Role(word) for word in text.split())


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
