"""In which tables are sources and entities kept?"""

from datetime import UTC, datetime, timedelta
from typing import Final

from sqlalchemy import (
    BigInteger,
    Column,
    Dialect,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    String,
    Table,
    Text,
    TypeDecorator,
    text,
)

_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)


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
    Column("kind", String(8), nullable=False),
    Column("location", Text, nullable=False),
    Column("trust_kind", String(16), nullable=False),
    Column("trust", Text, nullable=False),
    Column("roles", String(32), nullable=False),
    Column("filters", Text, nullable=False),
    Column("max_validity_seconds", Integer, nullable=False),
    Column("max_shrinkage_percent", Integer, nullable=False),
    Column("refresh_seconds", Integer),
    Column("position", Integer, nullable=False, unique=True),
    Column("loaded_at", _Moment),
    Column("checked_at", _Moment),
    Column("next_check_at", _Moment),
    Column("cache_seconds", BigInteger),
    Column("signed_by", String(64)),
    Column("valid_until", _Moment),
    Column("warnings", Text, nullable=False),
    Column("problem", Text),
    Column("problem_since", _Moment),
    Column("pending", Text),
    Column("validators", Text),
    Column("reading_key", String(64), nullable=False),
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
    Column("entity_sha1", String(40), nullable=False),
    Column("roles", String(32), nullable=False),
    Column("sha256", String(64), nullable=False),
    Column("valid_until", _Moment),
    Column("stale_at", _Moment),
    Column("refresh_at", _Moment),
    Column("cache_seconds", BigInteger),
    Column("validators", Text),
    Column("display_name", Text),
    Column("search", Text, nullable=False),
    Column("details", Text, nullable=False),
    Column("warnings", Text),
    Column("xml", LargeBinary, nullable=False),  # last: SQLite reads rows to the left
    Index("ix_metadata_entities_entity_id", "entity_id"),
    Index("ix_metadata_entities_entity_sha1", "entity_sha1"),
)
absent: Final = Table(
    "metadata_absent",
    metadata_tables,
    Column(
        "source",
        String(64),
        ForeignKey("metadata_sources.name", ondelete="CASCADE"),
        primary_key=True,
    ),
    Column("entity_id", Text, primary_key=True),
    Column("until", _Moment, nullable=False),
)
leases: Final = Table(
    "metadata_leases",
    metadata_tables,
    Column("name", String(64), primary_key=True),
    Column("holder", String(128), nullable=False),
    Column("until", _Moment, nullable=False),
)
version: Final = Table(
    "metadata_version",
    metadata_tables,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("version", BigInteger, nullable=False),
)
orders: Final = Table(
    "metadata_orders",
    metadata_tables,
    Column("number", Integer, primary_key=True),
    Column("action", String(16), nullable=False),
    Column("source", String(64), nullable=False),
    Column("detail", Text, nullable=False),
    Column("actor", String(200), nullable=False),
    Column("ordered_at", _Moment, nullable=False),
    Column("done_at", _Moment),
    Column("problem", Text),
    Index(
        "ix_metadata_orders_open",
        "number",
        sqlite_where=text("done_at IS NULL"),
        postgresql_where=text("done_at IS NULL"),
    ),
    Index("ix_metadata_orders_source", "source", "number"),
)
