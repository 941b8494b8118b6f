"""Which level do we ask upstream, and what do we answer downstream?

The configuration says for each level that an e-tjänst may ask for which level the
identity provider must assert. We never answer a level that was not asked for literally,
never one whose counterpart upstream was not asserted, and none of Digg's unless we are
approved for it.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from idp_bridge.errors import AuthnContextError
from idp_bridge.saml.messages import Comparison
from idp_bridge.settings.levels import is_certified


@dataclass(frozen=True, slots=True)
class Level:
    """A level downstream with its counterpart upstream."""

    downstream: str
    upstream: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LevelRules:
    """What holds between one e-tjänst and one identity provider."""

    mapping: Mapping[str, Sequence[str]]
    """Level downstream → levels upstream, of which any one will do."""
    ladders: Collection[Sequence[str]]
    """The families of levels, each weakest first."""
    assertable: Collection[str]
    """What the identity provider may assert."""
    owned: Collection[str]
    """What our own identity provider is approved for."""
    default: str | None
    """What to answer when the e-tjänst does not care; ``None`` for whatever the mapping
    names, the first one preferred."""


def fitting(
    requested: Sequence[str], comparison: Comparison, rules: LevelRules
) -> tuple[Level, ...]:
    """Find the levels that would answer a request, in the order of preference.

    Args:
        requested: What the e-tjänst asks for; empty when it does not care.
        comparison: How its levels are meant (core 3.3.2.2.1).
        rules: What holds between the two.
    """
    if requested and comparison is Comparison.EXACT:
        wanted = requested
    elif requested:
        wanted = _compared(requested, comparison, rules.ladders)
    else:
        wanted = list(rules.mapping) if rules.default is None else [rules.default]
    return tuple(
        Level(uri, upstream)
        for uri in wanted
        if not is_certified(uri) or uri in rules.owned
        for upstream in rules.mapping.get(uri, ())
        if upstream in rules.assertable
    )


def _compared(
    requested: Sequence[str], comparison: Comparison, ladders: Collection[Sequence[str]]
) -> list[str]:
    """List the levels that stand right on the ladders of what was requested.

    A level on no ladder is a family of its own. Two families are never compared.
    """
    climbed = {uri for ladder in ladders for uri in ladder}
    alone = [(uri,) for uri in requested if uri not in climbed]
    return [
        uri
        for ladder in (*ladders, *alone)
        for uri in _right_on(ladder, requested, comparison)
    ]


def _right_on(
    ladder: Sequence[str], requested: Sequence[str], comparison: Comparison
) -> Sequence[str]:
    """Cut a ladder; ``maximum`` means as strong as allowed, so it comes down."""
    asked = [rank for rank, uri in enumerate(ladder) if uri in requested]
    if not asked:
        return ()
    if comparison is Comparison.MINIMUM:
        return ladder[min(asked) :]
    if comparison is Comparison.BETTER:
        return ladder[max(asked) + 1 :]
    return ladder[max(asked) :: -1]


def assertable(
    configured: Sequence[str],
    *,
    certified: Collection[str],
    ladders: Collection[Sequence[str]],
) -> tuple[str, ...]:
    """Say which levels an identity provider may assert: both sides can only narrow.

    Args:
        configured: What the operator lets it assert.
        certified: Its ``assurance-certification``. Values that are no levels, such as
            those of Sirtfi, say nothing about levels.
        ladders: The levels that are known.
    """
    known = {uri for ladder in ladders for uri in ladder}.union(configured)
    says = known.intersection(certified)
    return tuple(uri for uri in configured if not says or uri in says)


def answer(levels: Sequence[Level], *, asserted: str) -> str:
    """Choose what to answer for the level that was asserted upstream.

    Raises:
        AuthnContextError: Nothing that was asked for corresponds to it.
    """
    for level in levels:
        if level.upstream == asserted:
            return level.downstream
    raise AuthnContextError("the asserted level answers nothing that was asked for")
