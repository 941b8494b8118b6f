"""PostgreSQL that ends in the middle of a swap leaves the old version whole.

The connection is ended by the server itself, as when it stops or its machine is gone.
"""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, event

from metadata.entities import Role
from metadata.errors import MetadataUnavailableError
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource, Outcome
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed, sp

pytestmark = pytest.mark.peers
SIGNER = rsa_key("federation")
TEN = [f"urn:sp:{number}" for number in range(10)]


def document(*members: str) -> bytes:
    return signed(group(*members, valid_until=NOW + timedelta(days=7)), SIGNER)


def end_connection(engine: Engine, pid: int) -> None:
    """Do what an administrator of the server does."""
    with engine.connect() as connection:
        connection.exec_driver_sql("SELECT pg_terminate_backend(%s)", (pid,))


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE metadata_version",
        "UPDATE metadata_sources",
        "INSERT INTO metadata_entities",
        "UPDATE metadata_entities",
        "DELETE FROM metadata_entities",
    ],
)
def test_a_connection_that_ends_at_any_step_of_a_swap_changes_nothing(
    postgres_url: str, tmp_path: Path, clock: FrozenClock, statement: str
) -> None:
    engine, other = create_engine(postgres_url), create_engine(postgres_url)
    store = EntityStore(engine)
    store.create_tables()
    admin = MetadataAdmin(store, clock, own_entity_ids=())
    file = tmp_path / "federation.xml"
    file.write_bytes(document(*map(sp, TEN)))
    admin.add(
        NewSource(
            name="federation",
            location=str(file),
            certificate_pem=SIGNER.certificate_pem,
        )
    )
    before = store.version(), store.seen("federation").marks, admin.list()
    # one is changed, one is new, one is gone
    changed = sp(TEN[0]).replace("</md:Ent", "\n</md:Ent")
    file.write_bytes(document(changed, *map(sp, TEN[2:]), idp()))
    ended: list[str] = []

    def end(connection: Any, _cursor: object, sql: str, *_: object) -> None:
        if sql.startswith(statement) and not ended:
            ended.append(sql)
            end_connection(
                other, connection.connection.dbapi_connection.info.backend_pid
            )

    event.listen(engine, "before_cursor_execute", end)
    with pytest.raises(MetadataUnavailableError):
        admin.refresh("federation")
    event.remove(engine, "before_cursor_execute", end)
    assert len(ended) == 1
    assert (store.version(), store.seen("federation").marks, admin.list()) == before
    assert admin.refresh("federation").outcome is Outcome.TAKEN
    assert store.find(TEN[1], Role.SP) is None
    engine.dispose()
    other.dispose()
