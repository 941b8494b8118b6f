"""Do the settings fit together? Checks that look at more than one value.

They read what was written, not the finished value, so that they find their mistakes
also when other settings are wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from idp_bridge.settings.levels import (
    DEFAULT_LADDERS,
    DEFAULT_LEVELS,
    is_certified,
    is_raised,
)

RESERVED_METHODS = frozenset({"avbryt", "fortsatt", "uppgifter"})
"""What stands in the place of a method in addresses of other pages."""

Raw = Mapping[str, Any]


def contradictions(raw: Raw) -> Iterator[str]:
    """Name every pair of settings that cannot both be meant."""
    yield from _repeated(raw, "upstream", "method")
    yield from _repeated(raw, "downstream", "entity_id")
    yield from _same_entity(raw)
    yield from _reserved_methods(raw)
    yield from _unknown_methods(raw)
    yield from _unknown_levels(raw)
    yield from _unasked_permissions(raw)
    yield from _repeated_rungs(raw)
    for name, levels in _level_maps(raw):
        yield from _dishonest_levels(raw, name, levels)


def _tables(raw: Raw, name: str) -> list[Raw]:
    tables = raw.get(name)
    if not isinstance(tables, list):
        return []
    return [one if isinstance(one, dict) else {} for one in tables]


def _words(value: object) -> list[str]:
    if not isinstance(value, list | tuple):
        return []
    return [one for one in value if isinstance(one, str)]


def _repeated(raw: Raw, table: str, name: str) -> Iterator[str]:
    values = (one.get(name) for one in _tables(raw, table))
    counted = Counter(one for one in values if isinstance(one, str))
    for value, times in counted.items():
        if times > 1:
            yield f"{table}.{name}: {value!r} stands in {times} tables"


def _same_entity(raw: Raw) -> Iterator[str]:
    saml = raw.get("saml")
    if isinstance(saml, dict):
        identity_provider = saml.get("idp_entity_id")
        if identity_provider and identity_provider == saml.get("aa_entity_id"):
            yield "saml.aa_entity_id: must differ from saml.idp_entity_id"


def _reserved_methods(raw: Raw) -> Iterator[str]:
    for position, table in enumerate(_tables(raw, "upstream"), start=1):
        if table.get("method") in RESERVED_METHODS:
            yield f"upstream[{position}].method: is the address of another page"


def _unknown_methods(raw: Raw) -> Iterator[str]:
    known = {one.get("method") for one in _tables(raw, "upstream")}
    for position, table in enumerate(_tables(raw, "downstream"), start=1):
        for method in _words(table.get("methods")):
            if method not in known:
                name = f"downstream[{position}].methods"
                yield f"{name}: no [[upstream]] has the method {method!r}"


def _unknown_levels(raw: Raw) -> Iterator[str]:
    maps = dict(_level_maps(raw))
    general = maps.get("levels", {})
    web = raw.get("web")
    for name in ("operator_level", "administrator_level"):
        level = web.get(name) if isinstance(web, dict) else None
        if level is not None and level not in general:
            yield f"web.{name}: is not among [levels]"
    for position, table in enumerate(_tables(raw, "downstream"), start=1):
        level = table.get("default_level")
        known = maps.get(f"downstream[{position}].levels", general)
        if level is not None and level not in known:
            yield f"downstream[{position}].default_level: is not among [levels]"


def _unasked_permissions(raw: Raw) -> Iterator[str]:
    for position, table in enumerate(_tables(raw, "downstream"), start=1):
        if table.get("push_permissions", True) or table.get("attribute_queries"):
            continue
        name = f"downstream[{position}].push_permissions"
        yield f"{name}: without attribute_queries the SP gets no permissions at all"


def _level_maps(raw: Raw) -> Iterator[tuple[str, Raw]]:
    """Walk through the general map of levels and those of single SPs."""
    named = [("levels", raw.get("levels", DEFAULT_LEVELS))]
    named += [
        (f"downstream[{position}].levels", table.get("levels"))
        for position, table in enumerate(_tables(raw, "downstream"), start=1)
    ]
    for name, levels in named:
        if isinstance(levels, Mapping):
            yield name, levels


def _dishonest_levels(raw: Raw, name: str, levels: Raw) -> Iterator[str]:
    """Name levels that we do not own, and those that would be raised."""
    published = raw.get("published")
    owned: object = ()
    if isinstance(published, Mapping):
        owned = published.get("idp_assurance_certifications")
    for level, counterparts in levels.items():
        if is_certified(level) and level not in _words(owned):
            yield (
                f"{name}: {level} is Digg's; only an identity provider that has it in "
                "published.idp_assurance_certifications may say it"
            )
        for upstream in _words(
            [counterparts] if isinstance(counterparts, str) else counterparts
        ):
            if is_raised(level, upstream=upstream, ladders=_ladders(raw)):
                yield f"{name}: {level} says more than {upstream}"


def _ladders(raw: Raw) -> list[list[str]]:
    ladders = raw.get("ladders", DEFAULT_LADDERS)
    if not isinstance(ladders, Mapping):
        return []
    return [_words(ladder) for ladder in ladders.values()]


def _repeated_rungs(raw: Raw) -> Iterator[str]:
    counted = Counter(level for ladder in _ladders(raw) for level in ladder)
    for level, times in counted.items():
        if times > 1:
            yield f"ladders: {level} stands on {times} rungs"
