"""What was asked for one by one goes some time after its end, and nothing else does."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import Engine, func, select

from metadata.entities import Role
from metadata.errors import UnknownEntityError
from metadata.lease_store import LeaseStore
from metadata.loader import MetadataAdmin
from metadata.records import EntityRecord
from metadata.refreshing import KEPT_AFTER_END, TIDY_EVERY, Errands, Refresher
from metadata.tables import absent
from tests.support.clock import NOW
from tests.support.mdq import DAY, MdqWorld, answer, loaded, pinned
from tests.support.metadata_documents import IDP

INSTANT = timedelta(microseconds=1)
OLD = "urn:of-a-file"


def absences(engine: Engine) -> int:
    with engine.connect() as connection:
        count = connection.execute(select(func.count()).select_from(absent)).scalar()
    return count or 0


def test_an_answer_is_forgotten_after_its_end_and_a_file_is_not(
    world: MdqWorld,
) -> None:
    world.answers(answer(valid_until=NOW + DAY))
    world.registry.idp(IDP)
    ended = EntityRecord(
        entity_id=OLD,
        roles=frozenset({Role.IDP}),
        xml=b"",
        sha256="0" * 64,
        valid_until=NOW - DAY,
        display_name=None,
    )
    world.store.add(loaded(pinned("file"), ended))
    world.mdq_store.forget(ended_before=NOW + DAY)
    assert world.store.find(IDP, Role.IDP) is not None
    world.mdq_store.forget(ended_before=NOW + DAY + INSTANT)
    assert world.store.find(IDP, Role.IDP) is None
    assert world.store.find(OLD, Role.IDP) is not None


def test_an_absence_is_forgotten_after_its_end(world: MdqWorld, engine: Engine) -> None:
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    assert absences(engine) == 1
    world.mdq_store.forget(ended_before=NOW)
    assert absences(engine) == 1
    world.mdq_store.forget(ended_before=NOW + DAY)
    assert absences(engine) == 0


def test_whoever_refreshes_tidies_once_an_hour(world: MdqWorld, engine: Engine) -> None:
    told: list[datetime] = []
    refresher = Refresher(
        MetadataAdmin(world.store, world.clock, own_entity_ids=()),
        world.store,
        LeaseStore(engine),
        world.clock,
        errands=Errands(
            are_waiting=lambda: False, carry_out=lambda _: None, tidy=told.append
        ),
    )
    for step in (timedelta(0), TIDY_EVERY - INSTANT, INSTANT):
        world.clock.advance(step)
        assert refresher.run_due() == ()
    assert told == [NOW - KEPT_AFTER_END, NOW + TIDY_EVERY - KEPT_AFTER_END]
