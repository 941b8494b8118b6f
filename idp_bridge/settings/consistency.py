"""Do the settings fit together? Checks that look at more than one value.

They read what was written, not the finished value, so that they find their mistakes
also when other settings are wrong.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from idp_bridge.settings.model import DEFAULT_LEVELS

RESERVED_METHODS = frozenset({"avbryt"})
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
    levels = raw.get("levels", DEFAULT_LEVELS)
    if not isinstance(levels, Mapping):
        return
    web = raw.get("web")
    for name in ("operator_level", "administrator_level"):
        level = web.get(name) if isinstance(web, dict) else None
        if level is not None and level not in levels:
            yield f"web.{name}: is not among [levels]"
    for position, table in enumerate(_tables(raw, "downstream"), start=1):
        level = table.get("default_level")
        if level is not None and level not in levels:
            yield f"downstream[{position}].default_level: is not among [levels]"


def _unasked_permissions(raw: Raw) -> Iterator[str]:
    for position, table in enumerate(_tables(raw, "downstream"), start=1):
        if table.get("push_permissions", True) or table.get("attribute_queries"):
            continue
        name = f"downstream[{position}].push_permissions"
        yield f"{name}: without attribute_queries the SP gets no permissions at all"
