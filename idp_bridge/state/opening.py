"""Which state store does an installation use?"""

from sqlalchemy import Engine

from idp_bridge.errors import MisconfiguredError
from idp_bridge.state.port import StateStore
from idp_bridge.state.sql import SqlStateStore
from metadata.clock import Clock


def open_state(state_url: str, *, engine: Engine, clock: Clock) -> StateStore:
    """Open the store that the settings name; nothing is connected yet.

    On PostgreSQL the store has connections of its own to the same database, which give
    up on a silent server. SQLite shares those of the engine.

    Args:
        state_url: Empty for the database, or the URL of a Redis.
        engine: The database.
        clock: Says what is too old in the database; Redis has its own clock.

    Raises:
        MisconfiguredError: The URL is of no known kind; it may hold a password, so the
            text does not repeat it.
    """
    if state_url:
        from idp_bridge.state.redis import RedisStateStore  # noqa: PLC0415  # large

        try:
            return RedisStateStore(state_url)
        except ValueError as error:
            raise MisconfiguredError("state_url is no Redis URL") from error
    if engine.dialect.name == "postgresql":
        from idp_bridge.state.patience import patient_engine  # noqa: PLC0415  # large

        engine = patient_engine(engine.url)
    return SqlStateStore(engine, clock)
