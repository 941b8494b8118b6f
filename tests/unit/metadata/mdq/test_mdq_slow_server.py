"""While one server makes somebody wait, everybody else goes on."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest

from metadata import mdq_asking
from metadata.entities import IdentityProvider, Role
from metadata.errors import MetadataUnavailableError
from metadata.fetching import FetchLimits
from metadata.records import EntityRecord
from metadata.registry import Registry
from tests.support.mdq import MdqWorld, answer, loaded, pinned
from tests.support.metadata_documents import IDP, idp
from tests.support.misbehaving_server import PATIENCE, Talk

OF_A_FILE = "https://file.example.se/saml"
HAD = "https://had.example.se/saml"
OTHER = "https://other.example.se/saml"


@pytest.fixture(autouse=True)
def patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the one who waits do so for as long as the others need on this machine."""
    limits = FetchLimits(read_seconds=PATIENCE, total_seconds=PATIENCE)
    monkeypatch.setattr(mdq_asking, "LIMITS", limits)


@contextmanager
def somebody_waits(world: MdqWorld, process: Registry) -> Iterator[None]:
    """Hold a question about ``IDP`` at the server until the block ends."""
    arrived, goes_on = Event(), Event()

    def slow(talk: Talk) -> None:
        arrived.set()
        goes_on.wait(PATIENCE)
        talk.answer(answer())

    world.answers(slow)
    with ThreadPoolExecutor(1) as threads:
        waiting: Future[IdentityProvider] = threads.submit(process.idp, IDP)
        assert arrived.wait(PATIENCE)
        try:
            yield
        finally:
            goes_on.set()
        assert waiting.result().entity_id == IDP


@pytest.mark.parametrize("is_same_process", [True, False])
def test_logins_with_all_others_go_on(
    world: MdqWorld, *, is_same_process: bool
) -> None:
    """From files, from copies, and from the very server for another entity."""
    xml = idp(OF_A_FILE)
    world.store.add(
        loaded(
            pinned("file"),
            EntityRecord(
                entity_id=OF_A_FILE,
                roles=frozenset({Role.IDP}),
                xml=xml.encode(),
                sha256=str(hash(xml)),
                valid_until=None,
                display_name=None,
            ),
        )
    )
    world.store.move("file", "mdq")
    world.answers(answer(HAD), HAD)
    world.answers(answer(OTHER), OTHER)
    ours = world.another_process()
    ours.idp(HAD)
    others = ours if is_same_process else world.another_process()
    with somebody_waits(world, ours):
        for entity_id in (OF_A_FILE, HAD, OTHER):
            assert others.idp(entity_id).entity_id == entity_id
        assert world.waited == []


def test_a_second_login_with_the_same_entity_is_not_held_for_long(
    world: MdqWorld,
) -> None:
    with somebody_waits(world, world.another_process()):
        with pytest.raises(MetadataUnavailableError, match="others are asking"):
            world.another_process().idp(IDP)
        assert 0 < sum(world.waited) < 0.5
        assert world.asked == 1
