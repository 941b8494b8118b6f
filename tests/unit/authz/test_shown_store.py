"""What people have seen is remembered for each e-tjänst, by names of attributes."""

import pytest
from sqlalchemy import Engine, select

from authz.errors import StoreUnavailableError
from authz.service import AuthzService
from authz.tables import PersonRow, ShownAttributeRow
from tests.support.clock import NOW
from tests.support.databases import sqlite_engine
from tests.support.permission_world import ALICE, BOB, ERSATTNING, MELKER


def number_of(engine: Engine, hsa_id: str) -> int:
    with engine.connect() as connection:
        wanted = select(PersonRow.id).where(PersonRow.hsa_id == hsa_id)
        return connection.scalars(wanted).one()


def test_names_add_up_for_one_person_at_one_e_tjanst(
    world: AuthzService, engine: Engine
) -> None:
    alice, bob = number_of(engine, ALICE), number_of(engine, BOB)
    here, there = (world.service_for(sp).id for sp in (MELKER, ERSATTNING))
    assert world.shown_attributes(alice, here) == frozenset()
    world.remember_shown(alice, here, {"urn:a", "urn:b"}, now=NOW)
    world.remember_shown(alice, here, {"urn:b", "urn:c"}, now=NOW)
    assert world.shown_attributes(alice, here) == {"urn:a", "urn:b", "urn:c"}
    assert world.shown_attributes(alice, there) == frozenset()
    assert world.shown_attributes(bob, here) == frozenset()


def test_the_first_time_stays(world: AuthzService, engine: Engine) -> None:
    alice, here = number_of(engine, ALICE), world.service_for(MELKER).id
    world.remember_shown(alice, here, {"urn:a"}, now=NOW)
    world.remember_shown(alice, here, {"urn:a"}, now=NOW.replace(year=2027))
    with engine.connect() as connection:
        moments = connection.scalars(select(ShownAttributeRow.shown_at)).all()
    assert moments == [NOW]


def test_a_store_that_is_gone_says_neither_seen_nor_new(tmp_path: object) -> None:
    gone = AuthzService(sqlite_engine(f"{tmp_path}/missing/authz.db"))  # type: ignore[arg-type]
    with pytest.raises(StoreUnavailableError):
        gone.shown_attributes(1, 1)
    with pytest.raises(StoreUnavailableError):
        gone.remember_shown(1, 1, {"urn:a"}, now=NOW)
