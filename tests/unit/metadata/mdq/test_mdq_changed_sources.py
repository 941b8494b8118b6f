"""An answer that comes when its source is another one by now is not kept."""

from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import replace

import pytest
from sqlalchemy import Engine, func, select

from metadata.errors import UnknownEntityError
from metadata.sources import SignedBy
from metadata.tables import absent, entities
from tests.support.keys import rsa_key
from tests.support.mdq import MdqWorld, answer, loaded
from tests.support.metadata_documents import IDP
from tests.support.misbehaving_server import Behaviour, Talk

OTHER_SIGNER = SignedBy((rsa_key("other signer").public,))


def rows(engine: Engine) -> tuple[int, ...]:
    """Count what is kept of entities, and of their absence."""
    with engine.connect() as connection:
        return tuple(
            connection.execute(select(func.count()).select_from(table)).scalar() or 0
            for table in (entities, absent)
        )


def remove(world: MdqWorld) -> None:
    world.store.remove("mdq")


def trust_another(world: MdqWorld) -> None:
    source = world.store.state("mdq").source
    world.store.replace(loaded(replace(source, trust=OTHER_SIGNER)))


def meanwhile(then: Callable[[], None], body: bytes | None) -> Behaviour:
    """Let an operator do something while the server is asked."""

    def behave(talk: Talk) -> None:
        then()
        if body is None:
            talk.answer(status="404 Not Found")
        else:
            talk.answer(body)

    return behave


ENTITY = (answer(), (1, 0))
ABSENCE = (None, (0, 1))


@pytest.mark.parametrize(("body", "kept"), [ENTITY, ABSENCE])
def test_an_answer_is_kept_for_the_source_that_was_asked(
    world: MdqWorld, engine: Engine, body: bytes | None, kept: tuple[int, int]
) -> None:
    world.answers(meanwhile(lambda: None, body))
    with nullcontext() if body else pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    assert rows(engine) == kept


@pytest.mark.parametrize("change", [remove, trust_another])
@pytest.mark.parametrize("body", [answer(), None], ids=["entity", "absence"])
def test_an_answer_is_not_kept_for_a_source_that_changed_meanwhile(
    world: MdqWorld,
    engine: Engine,
    body: bytes | None,
    change: Callable[[MdqWorld], None],
) -> None:
    world.answers(meanwhile(lambda: change(world), body))
    with pytest.raises(UnknownEntityError):
        world.registry.idp(IDP)
    assert rows(engine) == (0, 0)
