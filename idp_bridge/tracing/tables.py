"""Which table holds the traces of refusals?"""

from sqlalchemy import Column, Index, MetaData, String, Table, Text

from authz.database import NAMING_CONVENTION, UtcDateTime

trace_tables = MetaData(naming_convention=NAMING_CONVENTION)
"""The one table of this package, for the migrations."""

login_traces = Table(
    "login_traces",
    trace_tables,
    Column("reference", String(16), primary_key=True),
    Column("kind", String(10), nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("code", String(64), nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_login_traces_found", "kind", "at", "code"),
)
"""``facts``: the rest of a :class:`~idp_bridge.tracing.models.Trace` as JSON."""
