"""How is a filled database opened for a measurement?"""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from sqlalchemy import Engine, create_engine

from benchmarks.administration.meter import Meter
from idp_bridge.database import prepare, prepare_reader


@dataclass(frozen=True, kw_only=True)
class Store:
    """A filled database with the two engines of the bridge, both counted."""

    engine: Engine
    reader: Engine
    meter: Meter


@contextmanager
def opened(url: str) -> Iterator[Store]:
    """Open a database as the bridge opens it."""
    meter = Meter()
    counted = meter.connect_args(url)
    with ExitStack() as stack:
        engine = prepare(create_engine(url, connect_args=counted))
        stack.callback(engine.dispose)
        reader = create_engine(url, connect_args=counted, isolation_level="AUTOCOMMIT")
        stack.callback(reader.dispose)
        yield Store(engine=engine, reader=prepare_reader(reader), meter=meter)
