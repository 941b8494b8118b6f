"""Must somebody see what an e-tjänst will be told, before it is told?

The policy of the e-tjänst says never, always, or the first time: then we remember which
kinds of attributes somebody has seen, never their values, and ask again for more.
"""

from typing import Final

from idp_bridge.errors import PassiveError
from idp_bridge.login import seals
from idp_bridge.login.issue import DecidedAnswer
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.settings import ShowRelease

_PURPOSE: Final = "send what was shown"


def is_needed(decided: DecidedAnswer, parts: Parts) -> bool:
    """Tell whether the person must see it first.

    Raises:
        PassiveError: They must, and the request forbids pages (core 3.4.1).
        StoreUnavailableError: The permission store does not answer.
    """
    is_new = _is_new(decided, parts)
    if is_new and decided.request.is_passive:
        raise PassiveError("a person would have to see what is sent")
    return is_new


def _is_new(decided: DecidedAnswer, parts: Parts) -> bool:
    policy = parts.settings.policy_for(decided.sp.entity_id)
    if policy.show_release is not ShowRelease.FIRST_TIME:
        return policy.show_release is ShowRelease.ALWAYS
    with store_errors():
        seen = parts.authz.shown_attributes(
            decided.facts.person.id, _service_id(decided)
        )
    return not _names(decided) <= seen


def remember(decided: DecidedAnswer, parts: Parts) -> None:
    """Remember what kinds of attributes the person has seen, if that matters.

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    policy = parts.settings.policy_for(decided.sp.entity_id)
    if policy.show_release is ShowRelease.FIRST_TIME:
        with store_errors():
            parts.authz.remember_shown(
                decided.facts.person.id,
                _service_id(decided),
                _names(decided),
                now=parts.clock(),
            )


def seal(decided: DecidedAnswer, secret: str) -> str:
    """Seal the page that shows it: any change of a value makes another seal."""
    shown = [
        part
        for attribute in decided.release.attributes
        for part in (attribute.name, str(len(attribute.values)), *attribute.values)
    ]
    return seals.make(secret, _PURPOSE, [decided.facts.person.hsa_id, *shown])


def _names(decided: DecidedAnswer) -> frozenset[str]:
    return frozenset(each.name for each in decided.release.attributes)


def _service_id(decided: DecidedAnswer) -> int:
    return decided.facts.decision.facts.service.id
