"""How long is the answer of an MDQ server fresh?"""

from datetime import timedelta

from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.mdq import DAY, MdqWorld
from tests.support.metadata_documents import IDP, idp, signed
from tests.support.misbehaving_server import Talk

INSTANT = timedelta(microseconds=1)
TEN_MINUTES = timedelta(minutes=10)


def for_ten_minutes() -> bytes:
    xml = idp(valid_until=NOW + DAY).replace(
        "<md:EntityDescriptor ", '<md:EntityDescriptor cacheDuration="PT10M" '
    )
    return signed(xml, rsa_key("signer"))


def test_the_document_says_how_long_it_is_fresh(world: MdqWorld) -> None:
    world.answers(for_ten_minutes())
    world.registry.idp(IDP)
    world.clock.now = NOW + TEN_MINUTES - INSTANT
    world.registry.idp(IDP)
    assert world.asked == 1
    world.clock.now = NOW + TEN_MINUTES
    world.registry.idp(IDP)
    assert world.asked == 2


def test_what_the_document_said_counts_on_when_nothing_has_changed(
    world: MdqWorld,
) -> None:
    def conditional(talk: Talk) -> None:
        if talk.asked.headers.get("if-none-match") == '"1"':
            talk.answer(status="304 Not Modified")
        else:
            talk.answer(for_ten_minutes(), etag='"1"')

    world.answers(conditional)
    world.registry.idp(IDP)
    for turn in (1, 2, 3):
        world.clock.now = NOW + turn * TEN_MINUTES - INSTANT
        world.another_process().idp(IDP)
        assert world.asked == turn
        world.clock.now = NOW + turn * TEN_MINUTES
        world.another_process().idp(IDP)
        assert world.asked == turn + 1
