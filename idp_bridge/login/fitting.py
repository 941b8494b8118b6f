"""Which levels of a login method would answer a request? Found once, then remembered.

A login asks several times, and all logins of an e-tjänst ask the same. Nothing here is
about a person, and settings never change while a process runs.
"""

from dataclasses import dataclass
from typing import Final

from idp_bridge.login import levels
from idp_bridge.login.levels import Level, LevelRules
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.settings import Settings, Upstream

MAX_KEPT: Final = 1024
"""How many answers one process remembers; requests choose what they ask for."""

_Asked = tuple[object, ...]


class FittingLevels:
    """What would answer requests that came before."""

    def __init__(self) -> None:
        self._kept: dict[_Asked, _Kept] = {}

    def __len__(self) -> int:
        """Count the answers that are remembered."""
        return len(self._kept)

    def of(
        self,
        request: AuthnRequest,
        upstream: Upstream,
        settings: Settings,
        *,
        certified: tuple[str, ...],
    ) -> tuple[Level, ...]:
        """Find the levels of one method that would answer a request.

        Args:
            request: What the e-tjänst asks for.
            upstream: The method.
            settings: What the operator decided.
            certified: What the method's identity provider is certified for.
        """
        asked = (
            request.sp_entity_id,
            request.levels,
            request.comparison,
            upstream.method,
            certified,
        )
        kept = self._kept.get(asked)
        if kept and kept.settings is settings and kept.upstream is upstream:
            return kept.found
        rules = _rules(request.sp_entity_id, upstream, settings, certified)
        found = levels.fitting(request.levels, request.comparison, rules)
        if len(self._kept) >= MAX_KEPT:
            self._kept.clear()
        self._kept[asked] = _Kept(settings, upstream, found)
        return found


@dataclass(frozen=True, slots=True)
class _Kept:
    settings: Settings
    upstream: Upstream
    found: tuple[Level, ...]


def _rules(
    sp_entity_id: str,
    upstream: Upstream,
    settings: Settings,
    certified: tuple[str, ...],
) -> LevelRules:
    policy = settings.policy_for(sp_entity_id)
    ladders = settings.ladders.values()
    return LevelRules(
        mapping=settings.levels if policy.levels is None else policy.levels,
        ladders=ladders,
        assertable=levels.assertable(
            upstream.levels, certified=certified, ladders=ladders
        ),
        owned=settings.published.idp_assurance_certifications,
        default=policy.default_level,
    )
