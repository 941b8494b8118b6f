"""A Shibboleth SP logs people in through the bridge, and asks what they may do.

The bridge serves TLS with a key of its own, as behind a terminator; whether Shibboleth
believes that key depends on whether our metadata has it.
"""

import json
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass

import pytest

from metadata.names import ATTR_HSA_ID, LOA_SAMBI_3
from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge, Stores, bridge, node
from tests.support.peers.browser import Browser, Page
from tests.support.peers.shibboleth import (
    Partner,
    Shibboleth,
    read_attributes,
    serving,
    shibboleth,
)
from tests.support.peers.simplesamlphp import SimpleSamlPhp, log_in, simplesamlphp
from tests.support.peers.tls import Authority

pytestmark = pytest.mark.peers

KNOWING_ADDRESS = "127.0.0.16"
UNKNOWING_ADDRESS = "127.0.0.17"
IDP_ADDRESS = "127.0.0.19"
SHOWN = {"HSA": ATTR_HSA_ID, "MAY": story.PERMISSIONS}
MAY = ("ansoka",)


@dataclass(frozen=True, slots=True)
class World:
    """Everything, running."""

    idp: SimpleSamlPhp
    bridge: Bridge
    knowing: Shibboleth
    """The SP that has our TLS key from our metadata."""
    unknowing: Shibboleth
    """The SP whose copy of our metadata does not have it."""


@pytest.fixture(scope="module")
def world(authority: Authority) -> Iterator[World]:
    with ExitStack() as stack:
        enter = stack.enter_context
        idp = enter(simplesamlphp(authority, story.PEOPLE, address=IDP_ADDRESS))
        knowing = enter(shibboleth("knowing", KNOWING_ADDRESS))
        unknowing = enter(shibboleth("unknowing", UNKNOWING_ADDRESS))
        asked = enter(
            bridge(
                "asked",
                Stores("sqlite:///bridge.db"),
                [_method(idp)],
                [story.asking_later(sp.entity_id) for sp in (knowing, unknowing)],
            )
        )
        made = World(idp, asked, knowing, unknowing)
        tls = asked.certify(authority)
        _install(made, authority)
        enter(serving(knowing, authority, Partner.of(asked, tls), SHOWN))
        enter(serving(unknowing, authority, Partner.of(asked), SHOWN))
        enter(node(asked, authority, tls=tls))
        yield made


def _method(idp: SimpleSamlPhp) -> dict[str, object]:
    return {
        "entity_id": idp.entity_id,
        "method": "siths",
        "title": "SITHS",
        "levels": [LOA_SAMBI_3],
    }


def _install(made: World, authority: Authority) -> None:
    made.bridge.install()
    made.bridge.learn("idp", made.idp.metadata(Browser(authority.trust)), "idp")
    for sp in (made.knowing, made.unknowing):
        made.bridge.learn(sp.at.folder.name, sp.metadata, "sp")
    made.bridge.load_catalogue(
        story.catalogue(
            refusing="https://nobody.example.se", releasing=made.knowing.entity_id
        )
    )
    made.idp.trust("bridge", made.bridge.published("sp"))


def arrive(sp: Shibboleth, visitor: Browser, user: str) -> Page:
    """Log somebody in at an e-tjänst."""
    page = visitor.hand_over(visitor.open(sp.private))
    page = log_in(visitor, page, user=user, password=story.PASSWORD)
    page = visitor.hand_over(page)
    if page.url != sp.private:
        raise AssertionError(f"The login ended at {page.summary}\n{sp.log()}")
    return page


def queries(world: World) -> list[dict[str, object]]:
    """Read what the trail says of queries."""
    lines = world.bridge.command("audit", "export").splitlines()
    entries = [json.loads(line) for line in lines]
    return [each for each in entries if each["action"] == "attribute:query"]


def test_permissions_are_asked_for_after_the_login(
    world: World, visitor: Browser
) -> None:
    before = len(queries(world))
    page = arrive(world.knowing, visitor, story.ASA.user)
    assert read_attributes(page) == {"HSA": (story.hsa_id(story.ASA),), "MAY": MAY}
    (query,) = queries(world)[before:]
    detail = json.loads(str(query["detail"]))
    assert detail["sp_entity_id"] == world.knowing.entity_id
    assert detail["asked"] == detail["told"] == [story.PERMISSIONS]
    assert MAY[0] not in str(query)


def test_somebody_without_permissions_has_none(world: World, visitor: Browser) -> None:
    page = arrive(world.knowing, visitor, story.CIA.user)
    assert read_attributes(page) == {"HSA": (story.hsa_id(story.CIA),)}


def test_who_does_not_know_our_tls_key_logs_in_without_permissions(
    world: World, visitor: Browser
) -> None:
    """The trap that the setting is for: everything looks well, and nobody may work."""
    before = len(queries(world))
    page = arrive(world.unknowing, visitor, story.ASA.user)
    assert read_attributes(page) == {"HSA": (story.hsa_id(story.ASA),)}
    assert queries(world)[before:] == []
    assert "SSL" in world.unknowing.log()


def test_check_tells_of_the_trap(world: World) -> None:
    assert "published.aa_tls_certificates" in world.bridge.complaints()
