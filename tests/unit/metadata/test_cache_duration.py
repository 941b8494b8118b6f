"""A publisher says how often it wants to be asked; that counts as long as its words do.

That is until another document comes: not only until somebody has asked once.
"""

from collections.abc import Iterator
from datetime import timedelta

import pytest

from metadata.fetching import FetchPolicy
from metadata.loader import MetadataAdmin
from metadata.reports import NewSource, Outcome
from metadata.schedule import DEFAULT_REFRESH
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import group, idp, signed
from tests.support.misbehaving_server import MisbehavingServer, Talk, misbehaving_server

SIGNER = rsa_key("federation")
SIX_HOURS = timedelta(hours=6)
NAME = "federation"


def document(duration: str | None) -> bytes:
    whole = group(idp(), valid_until=NOW + timedelta(days=14))
    if duration is not None:
        whole = whole.replace(
            "<md:EntitiesDescriptor ",
            f'<md:EntitiesDescriptor cacheDuration="{duration}" ',
        )
    return signed(whole, SIGNER)


@pytest.fixture
def server() -> Iterator[MisbehavingServer]:
    with misbehaving_server(None) as running:
        yield running


@pytest.fixture
def admin(store: EntityStore, clock: FrozenClock) -> MetadataAdmin:
    return MetadataAdmin(
        store,
        clock,
        own_entity_ids=(),
        fetching=FetchPolicy(allow_loopback_http=True),
    )


def serve(server: MisbehavingServer, body: bytes, etag: str) -> None:
    def conditional(talk: Talk) -> None:
        if talk.asked.headers.get("if-none-match") == etag:
            talk.answer(status="304 Not Modified")
        else:
            talk.answer(body, etag=etag)

    server.does("/feed", conditional)


def add(admin: MetadataAdmin, server: MisbehavingServer) -> None:
    admin.add(
        NewSource(
            name=NAME,
            location=server.url("/feed"),
            certificate_pem=SIGNER.certificate_pem,
        )
    )


def wait(admin: MetadataAdmin, clock: FrozenClock) -> timedelta:
    """Say how long nobody will ask from now on."""
    asked_again_at = admin.state(NAME).next_check_at
    assert asked_again_at is not None
    return asked_again_at - clock()


def test_it_counts_while_nothing_changes(
    admin: MetadataAdmin, server: MisbehavingServer, clock: FrozenClock
) -> None:
    serve(server, document("PT6H"), '"1"')
    add(admin, server)
    for _ in range(4):
        assert wait(admin, clock) == SIX_HOURS
        clock.advance(SIX_HOURS)
        assert admin.refresh(NAME).outcome is Outcome.SAME


def test_it_counts_again_after_the_server_has_failed(
    admin: MetadataAdmin, server: MisbehavingServer, clock: FrozenClock
) -> None:
    serve(server, document("PT6H"), '"1"')
    add(admin, server)
    server.does("/feed", lambda talk: talk.answer(status="500 Oops"))
    assert admin.refresh(NAME).outcome is Outcome.REFUSED
    assert wait(admin, clock) < timedelta(minutes=2)
    serve(server, document("PT6H"), '"1"')
    assert admin.refresh(NAME).outcome is Outcome.SAME
    assert wait(admin, clock) == SIX_HOURS


def test_only_the_latest_document_counts(
    admin: MetadataAdmin, server: MisbehavingServer, clock: FrozenClock
) -> None:
    serve(server, document("PT6H"), '"1"')
    add(admin, server)
    serve(server, document(None), '"2"')
    assert admin.refresh(NAME).outcome is Outcome.TAKEN
    assert admin.refresh(NAME).outcome is Outcome.SAME
    assert wait(admin, clock) == DEFAULT_REFRESH


@pytest.mark.parametrize("duration", ["P9999Y", "P99999D"])
def test_an_absurd_wish_stops_nobody(
    admin: MetadataAdmin, server: MisbehavingServer, clock: FrozenClock, duration: str
) -> None:
    serve(server, document(duration), '"1"')
    add(admin, server)
    assert wait(admin, clock) == timedelta(days=1)
    assert admin.refresh(NAME).outcome is Outcome.SAME
    assert wait(admin, clock) == timedelta(days=1)
