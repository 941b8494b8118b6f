"""Which entities may a source bring, beside the roles that it may bring?"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Filters:
    """What is allowed and what is denied.

    Denied is denied, whatever is allowed. A set of what is allowed that is empty allows
    everything; of several sets that are not, each must allow.
    """

    allow_entity_ids: frozenset[str] = frozenset()
    deny_entity_ids: frozenset[str] = frozenset()
    allow_authorities: frozenset[str] = frozenset()
    """Registration authorities (``mdrpi:RegistrationInfo``)."""
    deny_authorities: frozenset[str] = frozenset()
    allow_categories: frozenset[str] = frozenset()
    """Entity categories, of which an entity needs one."""
    deny_categories: frozenset[str] = frozenset()

    def admits(
        self, entity_id: str, *, authority: str | None, categories: Iterable[str]
    ) -> bool:
        """Tell whether an entity passes every filter."""
        authorities = frozenset(filter(None, [authority]))
        return (
            _passes([entity_id], self.allow_entity_ids, self.deny_entity_ids)
            and _passes(authorities, self.allow_authorities, self.deny_authorities)
            and _passes(categories, self.allow_categories, self.deny_categories)
        )


NO_FILTERS: Final = Filters()


def _passes(
    values: Iterable[str], allowed: frozenset[str], denied: frozenset[str]
) -> bool:
    found = frozenset(values)
    return not found & denied and (not allowed or bool(found & allowed))
