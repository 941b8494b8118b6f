"""Which level do we ask upstream, and what do we answer downstream?

The configuration says for each level that an e-tjänst may ask for which level the
identity provider must assert. We never answer a level that was not asked for literally,
and never one whose counterpart upstream was not asserted.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from idp_bridge.errors import AuthnContextError
from idp_bridge.saml.messages import Comparison


@dataclass(frozen=True, slots=True)
class Level:
    """A level downstream with its counterpart upstream."""

    downstream: str
    upstream: str


def fitting(
    requested: Sequence[str],
    comparison: Comparison,
    *,
    mapping: Mapping[str, str],
    upstream_levels: Sequence[str],
    default: str | None,
) -> tuple[Level, ...]:
    """Find the levels that would answer a request, in the order of preference.

    Args:
        requested: What the e-tjänst asks for; empty when it does not care.
        comparison: How its levels are meant (core 3.3.2.2.1).
        mapping: Level downstream → level upstream.
        upstream_levels: What the identity provider may assert, weakest first.
        default: What to answer when the e-tjänst does not care; ``None`` for whatever
            the mapping names first.
    """
    ladder = {uri: rank for rank, uri in enumerate(upstream_levels)}
    known = {
        downstream: ladder[upstream]
        for downstream, upstream in mapping.items()
        if upstream in ladder
    }
    if not requested:
        wanted = [default] if default is not None else list(known)
    elif comparison is Comparison.EXACT:
        wanted = list(requested)
    else:
        wanted = _compared(requested, comparison, known)
    return tuple(Level(uri, mapping[uri]) for uri in wanted if uri in known)


def _compared(
    requested: Sequence[str], comparison: Comparison, known: Mapping[str, int]
) -> list[str]:
    """List the levels of the requested families that stand right on the ladder."""
    asked = [uri for uri in requested if uri in known]
    if not asked:
        return []
    families = {_family(uri) for uri in asked}
    ranks = [known[uri] for uri in asked]
    candidates = [uri for uri in known if _family(uri) in families]
    if comparison is Comparison.MINIMUM:
        return [uri for uri in candidates if known[uri] >= min(ranks)]
    if comparison is Comparison.BETTER:
        return [uri for uri in candidates if known[uri] > max(ranks)]
    return [uri for uri in candidates if known[uri] <= max(ranks)]


def _family(uri: str) -> str:
    """Name the family of a level: its URI without the number at the end."""
    return uri.rstrip("0123456789")


def answer(levels: Sequence[Level], *, asserted: str) -> str:
    """Choose what to answer for the level that was asserted upstream.

    Raises:
        AuthnContextError: Nothing that was asked for corresponds to it.
    """
    for level in levels:
        if level.upstream == asserted:
            return level.downstream
    raise AuthnContextError("the asserted level answers nothing that was asked for")
