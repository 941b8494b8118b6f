"""Which answers of an MDQ server are believed?"""

from collections.abc import Callable
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest
from lxml import etree

from metadata import safe_xml
from metadata.entities import Role
from metadata.errors import MetadataUnavailableError, UnknownEntityError
from metadata.filters import Filters
from metadata.sources import PinnedFile
from tests.support.clock import NOW
from tests.support.keys import rsa_key
from tests.support.mdq import DAY, OWN, MdqWorld, answer
from tests.support.metadata_documents import (
    IDP,
    SP,
    entity,
    group,
    idp,
    idp_role,
    signed,
    sp,
)
from tests.support.misbehaving_server import Talk

SIGNER = rsa_key("signer")


def wrapped() -> bytes:
    """Hide a signed entity in an unsigned one of the same name."""
    inner = safe_xml.parse(answer())
    outer = safe_xml.parse(idp(valid_until=NOW + DAY).encode())
    outer.set("ID", "_other")
    outer.append(inner)
    return etree.tostring(outer)


def changed() -> bytes:
    return answer().replace(b"https://idp.example.se/sso", b"https://evil.example/sso")


def test_an_entity_is_asked_for_and_used(world: MdqWorld) -> None:
    world.answers(answer())
    found = world.registry.idp(IDP)
    assert found.signing_keys == (rsa_key("idp").public,)
    assert found.valid_until == NOW + DAY
    assert world.problem() is None
    [asked] = world.server.asked
    assert asked.path == "/mdq/entities/https%3A%2F%2Fidp.example.se%2Fsaml"
    assert asked.headers["accept"] == "application/samlmetadata+xml"


def test_a_group_of_one_is_read_as_the_one(world: MdqWorld) -> None:
    one = group(idp(), valid_until=NOW + DAY)
    world.answers(signed(one, SIGNER))
    assert world.registry.idp(IDP).valid_until == NOW + DAY


@pytest.mark.parametrize(
    "make",
    [
        pytest.param(lambda: answer("https://other.example.se"), id="another entity"),
        pytest.param(lambda: answer(IDP + "/"), id="a slash more"),
        pytest.param(lambda: answer(IDP.upper()), id="other letters"),
        pytest.param(lambda: answer(f" {IDP} "), id="blanks around it"),
        pytest.param(lambda: idp(valid_until=NOW + DAY).encode(), id="unsigned"),
        pytest.param(lambda: answer(key="another signer"), id="foreign key"),
        pytest.param(lambda: answer(valid_until=NOW), id="expired"),
        pytest.param(lambda: answer(valid_until=None), id="endless"),
        pytest.param(lambda: answer(valid_until=NOW + 31 * DAY), id="too long"),
        pytest.param(wrapped, id="wrapped"),
        pytest.param(changed, id="changed"),
        pytest.param(lambda: b"<html/>", id="html"),
        pytest.param(lambda: answer()[:-20], id="cut off"),
        pytest.param(
            lambda: signed(group(idp(), sp(), valid_until=NOW + DAY), SIGNER),
            id="two entities",
        ),
        pytest.param(
            lambda: signed(group(valid_until=NOW + DAY), SIGNER), id="no entity"
        ),
    ],
)
def test_an_answer_that_cannot_be_believed_is_a_failure_and_not_an_absence(
    world: MdqWorld, make: Callable[[], bytes]
) -> None:
    world.answers(make())
    with pytest.raises(MetadataUnavailableError):
        world.registry.idp(IDP)
    assert world.problem() is not None
    world.clock.advance(timedelta(seconds=30))
    world.answers(answer(valid_until=NOW + DAY))
    assert world.registry.idp(IDP).entity_id == IDP
    assert world.problem() is None


@pytest.mark.parametrize(
    ("more", "good"),
    [
        ({"roles": frozenset({Role.SP})}, {"roles": frozenset({Role.IDP})}),
        (
            {"filters": Filters(deny_entity_ids=frozenset({IDP}))},
            {"filters": Filters(deny_entity_ids=frozenset({SP}))},
        ),
        (
            {"filters": Filters(allow_entity_ids=frozenset({SP}))},
            {"filters": Filters(allow_entity_ids=frozenset({IDP}))},
        ),
    ],
)
def test_a_server_brings_only_what_its_source_may(
    world: MdqWorld, more: dict[str, Any], good: dict[str, Any]
) -> None:
    world.store.remove("mdq")
    world.add_source("narrow", **more)
    world.answers(answer())
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    assert world.problem("narrow") is None
    world.add_source("wide", **good)
    assert world.another_process().idp(IDP).entity_id == IDP


def test_an_entity_without_a_usable_key_is_not_taken(world: MdqWorld) -> None:
    world.answers(signed(entity(IDP, idp_role(""), valid_until=NOW + DAY), SIGNER))
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)


def test_nobody_is_asked_about_ourselves(world: MdqWorld) -> None:
    world.answers(signed(sp(OWN, valid_until=NOW + DAY), SIGNER), OWN)
    with pytest.raises(UnknownEntityError):
        world.registry.sp(OWN)
    assert world.asked == 0


def test_a_server_cannot_be_trusted_by_a_pin(world: MdqWorld) -> None:
    world.store.remove("mdq")
    document = idp(valid_until=NOW + DAY).encode()
    world.add_source("pinned", trust=PinnedFile(sha256(document).hexdigest()))
    world.answers(document)
    with pytest.raises(MetadataUnavailableError):
        world.registry.idp(IDP)
    assert "pinned" in (world.problem("pinned") or "")


def test_an_entity_may_be_asked_for_by_its_sha1(world: MdqWorld) -> None:
    world.store.remove("mdq")
    world.add_source("hashed", location=world.server.url("/mdq#sha1"))
    world.server.does(
        world.path_of(fragment="#sha1"), lambda talk: Talk.answer(talk, answer())
    )
    assert world.registry.idp(IDP).entity_id == IDP
    assert world.server.asked[0].path.startswith("/mdq/entities/%7Bsha1%7D")
