"""What is each entity of an e-tjänst told at a login, and why?"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from idp_bridge.errors import UnknownPartnerError
from idp_bridge.login.name_ids import choose_format
from idp_bridge.login.release_plan import Wish, plan_for
from idp_bridge.settings import Settings
from metadata.entities import ServiceProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldSet:
    """One set of attributes that an e-tjänst can ask for."""

    index: int | None
    """Its number in the metadata; ``None`` when there is only one."""
    is_default: bool
    wishes: tuple[Wish, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Telling:
    """What one entity is told."""

    entity_id: str
    name_id_format: str = ""
    """The last part of its format; empty when we have no metadata of the entity."""
    sets: tuple[ToldSet, ...] = ()


def tellings_of(
    entity_ids: Iterable[str],
    find_sp: Callable[[str], ServiceProvider],
    settings: Settings,
) -> tuple[Telling, ...]:
    """Say for each entity what it is told.

    Args:
        entity_ids: The entities.
        find_sp: Finds one in the metadata, or raises ``UnknownPartnerError``.
        settings: What the operator decided.
    """
    return tuple(_telling_of(one, find_sp, settings) for one in entity_ids)


def _telling_of(
    entity_id: str, find_sp: Callable[[str], ServiceProvider], settings: Settings
) -> Telling:
    try:
        sp = find_sp(entity_id)
    except UnknownPartnerError:
        return Telling(entity_id=entity_id)
    chosen = choose_format(None, sp, settings.policy_for(entity_id))
    return Telling(
        entity_id=entity_id,
        name_id_format=chosen.rpartition(":")[2],
        sets=_sets_of(sp, settings),
    )


def _sets_of(sp: ServiceProvider, settings: Settings) -> tuple[ToldSet, ...]:
    default = plan_for(sp, settings, None)
    if len(sp.attribute_services) < 2:  # noqa: PLR2004  # nothing to choose from
        return (ToldSet(index=None, is_default=True, wishes=default.wishes),)
    plans = (
        (one.index, plan_for(sp, settings, one.index)) for one in sp.attribute_services
    )
    return tuple(
        ToldSet(index=index, is_default=plan == default, wishes=plan.wishes)
        for index, plan in plans
    )
