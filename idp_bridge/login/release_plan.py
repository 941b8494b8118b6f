"""What is one e-tjänst told at a login, and why? Its metadata and our policy decide.

Nothing here is about a person, so a plan is made once and holds for every login until
the e-tjänst's metadata or our settings change. Asked for is what the metadata requests
by name, by entity category or by ``subject-id:req``; told is what was asked for *and*
may be had.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from idp_bridge.attribute_names import (
    CATEGORIES,
    FACTS,
    USUAL,
    Fact,
    friendly_name_of,
    name_of,
)
from idp_bridge.errors import MissingAttributeError, UnsupportedRequestError
from idp_bridge.settings import DownstreamPolicy, Settings
from metadata.entities import AttributeService, RequestedAttribute, ServiceProvider

MAX_PLANS: Final = 1024
"""How many plans one process remembers."""

_SUBJECT_IDS: Final = {
    "subject-id": Fact.SUBJECT_ID,
    "pairwise-id": Fact.PAIRWISE_ID,
    "any": Fact.PAIRWISE_ID,
}
"""What a ``subject-id:req`` gets (SAML subject identifiers 2.5); of ``any``, the one
by which two e-tjänster cannot compare notes."""


class Why(StrEnum):
    """Why an e-tjänst would be told something."""

    REQUESTED = "requested"
    """Its metadata requests the attribute by name."""
    CATEGORY = "category"
    """An entity category of Sweden Connect asks for it."""
    SIGNAL = "signal"
    """Its metadata has ``subject-id:req``."""
    USUAL = "usual"
    """Its metadata asks for nothing, so it gets what everybody needs."""
    OPERATOR = "operator"
    """The operator gives it unasked (``release``)."""
    QUERY = "query"
    """It asked just now, in an AttributeQuery."""


class Obstacle(StrEnum):
    """Why it is nevertheless not told."""

    UNKNOWN = "unknown"
    """We know no attribute of this name."""
    NOT_ALLOWED = "not-allowed"
    """Our policy does not let it have this (``may_have``)."""
    OTHER_NAME = "other-name"
    """Another name for the HSA-id was agreed (``hsa_id_attributes``)."""
    NO_SCOPE = "no-scope"
    """We have no scope to say it in (``subject_scope``, ``scopes``)."""
    ASKED_LATER = "asked-later"
    """Permissions do not come with a login here (``push_permissions``)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """An attribute that an e-tjänst would be told, or why it is not."""

    name: str
    friendly_name: str
    fact: Fact | None
    why: Why
    is_required: bool = False
    obstacle: Obstacle | None = None

    @property
    def word(self) -> str:
        """What the attribute is called where people read about it."""
        return self.fact or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePlan:
    """Everything that one e-tjänst asks for, and what becomes of it."""

    wishes: tuple[Wish, ...]
    """Each name once, in the order in which it was asked for."""
    told: tuple[tuple[Wish, Fact], ...]
    """Those of the wishes that it is told, if the person has it."""
    subject_scope: str
    scopes: frozenset[str]
    """The scopes that we speak for."""

    def tells(self, fact: Fact) -> bool:
        """Tell whether a fact is among what it is told."""
        return any(one is fact for _, one in self.told)


class ReleasePlans:
    """The plans of the e-tjänster that ask, made once per version of their metadata.

    The registry hands out the same value as long as an entity stays the same, and
    settings never change, so that looking whether they are the very same is enough.
    """

    def __init__(self) -> None:
        self._kept: dict[tuple[str, int | None], _Kept] = {}

    def __len__(self) -> int:
        """Count the plans that are remembered."""
        return len(self._kept)

    def of(
        self, sp: ServiceProvider, settings: Settings, index: int | None
    ) -> ReleasePlan:
        """Hand on the plan for one set of attributes of an e-tjänst.

        Raises:
            UnsupportedRequestError: Its metadata has no set with this index.
        """
        key = sp.entity_id, index
        kept = self._kept.get(key)
        if kept and kept.sp is sp and kept.settings is settings:
            return kept.plan
        plan = plan_for(sp, settings, index)
        if len(self._kept) >= MAX_PLANS:
            self._kept.clear()
        self._kept[key] = _Kept(sp, settings, plan)
        return plan


@dataclass(frozen=True, slots=True)
class _Kept:
    sp: ServiceProvider
    settings: Settings
    plan: ReleasePlan


def plan_for(sp: ServiceProvider, settings: Settings, index: int | None) -> ReleasePlan:
    """Plan what an e-tjänst is told when somebody logs in.

    Args:
        sp: The e-tjänst.
        settings: What the operator decided.
        index: The set of attributes that its request chooses; ``None`` the default.

    Raises:
        UnsupportedRequestError: Its metadata has no set with this index.
    """
    policy = settings.policy_for(sp.entity_id)
    made = _plan(_asked(sp, policy, index), policy, settings)
    return made if policy.push_permissions else _without_permissions(made)


def plan_for_query(
    sp: ServiceProvider, settings: Settings, wanted: Iterable[str] = ()
) -> ReleasePlan:
    """Plan what an e-tjänst is told that asks by an AttributeQuery, at any time.

    Args:
        sp: The e-tjänst.
        settings: What the operator decided.
        wanted: The names in its query; without any, it gets what all its sets of
            attributes together ask for, and permissions.
    """
    policy = settings.policy_for(sp.entity_id)
    named: list[tuple[str, Why, bool]] = [(one, Why.QUERY, False) for one in wanted]
    indexes: list[int | None] = [one.index for one in sp.attribute_services]
    usual = (one for index in indexes or [None] for one in _asked(sp, policy, index))
    permissions = _named(Fact.PERMISSIONS, policy, Why.QUERY)
    asked = named or ((name, why, False) for name, why, _ in (*usual, *permissions))
    return _plan(asked, policy, settings)


def _without_permissions(plan: ReleasePlan) -> ReleasePlan:
    """Leave permissions to a query; that a login needs them is then no hindrance."""
    later = Obstacle.ASKED_LATER
    return replace(
        plan,
        wishes=tuple(
            replace(wish, obstacle=later, is_required=False)
            if wish.fact is Fact.PERMISSIONS
            else wish
            for wish in plan.wishes
        ),
        told=tuple(one for one in plan.told if one[1] is not Fact.PERMISSIONS),
    )


def check_deliverable(plan: ReleasePlan) -> None:
    """Refuse before anybody logs in what no login could give (``isRequired``).

    Raises:
        MissingAttributeError: The e-tjänst requires what it may not have, or what we
            do not know.
    """
    refuse_missing(
        wish for wish in plan.wishes if wish.is_required and wish.obstacle is not None
    )


def refuse_missing(missing: Iterable[Wish]) -> None:
    """Refuse if anything is missing that the e-tjänst requires.

    Raises:
        MissingAttributeError: Something is.
    """
    found = tuple(missing)
    if found:
        reasons = (f"{wish.name} ({wish.obstacle or 'no value'})" for wish in found)
        raise MissingAttributeError(
            f"cannot deliver {', '.join(sorted(reasons))}",
            missing=tuple(dict.fromkeys(wish.word for wish in found)),
        )


# --- what is asked for ----------------------------------------------------------------

_Asked = Iterable[tuple[str, Why, bool]]
"""Names, why, and whether the login is worth nothing without it."""


def _asked(sp: ServiceProvider, policy: DownstreamPolicy, index: int | None) -> _Asked:
    requested = _requested(sp.attribute_services, index)
    for one in requested:
        yield one.name, Why.REQUESTED, one.is_required
    categories = [CATEGORIES[one] for one in sp.entity_categories if one in CATEGORIES]
    for fact in (fact for category in categories for fact in category):
        yield from _named(fact, policy, Why.CATEGORY)
    if not sp.attribute_services:
        # A category says nothing about permissions, for which everybody comes.
        for fact in (Fact.PERMISSIONS,) if categories else USUAL:
            yield from _named(fact, policy, Why.USUAL)
    for word in sp.wanted_subject_ids:
        if word in _SUBJECT_IDS:
            yield from _named(_SUBJECT_IDS[word], policy, Why.SIGNAL)
    for name in policy.release:
        yield name, Why.OPERATOR, False


def _requested(
    services: tuple[AttributeService, ...], index: int | None
) -> tuple[RequestedAttribute, ...]:
    """Find the set that the request chooses, else the marked one, else the lowest."""
    if not services:
        return ()
    by_index = {service.index: service for service in services}
    if index is not None and index not in by_index:
        raise UnsupportedRequestError("an AttributeConsumingService that is not there")
    if index is not None:
        return by_index[index].requested
    marked = [service for service in services if service.is_default]
    return min(marked or services, key=lambda each: each.index).requested


def _named(
    fact: Fact, policy: DownstreamPolicy, why: Why
) -> Iterator[tuple[str, Why, bool]]:
    """Ask for a fact under the names that were agreed."""
    if fact is Fact.PERMISSIONS:
        yield policy.permission_attribute, why, False
    elif fact is Fact.HSA_ID:
        yield from ((name, why, False) for name in policy.hsa_id_attributes)
    else:
        yield name_of(fact, policy.attribute_names), why, False


# --- what may be had ------------------------------------------------------------------


def _plan(asked: _Asked, policy: DownstreamPolicy, settings: Settings) -> ReleasePlan:
    wishes: dict[str, Wish] = {}
    for name, why, is_required in asked:
        fact, earlier = _fact_of(name, policy), wishes.get(name)
        wishes[name] = Wish(
            name=name,
            friendly_name=friendly_name_of(name, fact) if fact else "",
            fact=fact,
            why=earlier.why if earlier else why,
            is_required=is_required or bool(earlier and earlier.is_required),
            obstacle=_obstacle(name, fact, policy, settings),
        )
    return ReleasePlan(
        wishes=tuple(wishes.values()),
        told=tuple(
            (wish, wish.fact)
            for wish in wishes.values()
            if wish.fact is not None and wish.obstacle is None
        ),
        subject_scope=settings.saml.subject_scope,
        scopes=frozenset(settings.published.scopes),
    )


def _fact_of(name: str, policy: DownstreamPolicy) -> Fact | None:
    if name == policy.permission_attribute:
        return Fact.PERMISSIONS
    if name in policy.hsa_id_attributes:
        return Fact.HSA_ID
    return FACTS.get(name)


def _obstacle(
    name: str, fact: Fact | None, policy: DownstreamPolicy, settings: Settings
) -> Obstacle | None:
    """Say why an attribute is kept back, if it is."""
    if fact is None:
        return Obstacle.UNKNOWN
    if fact is Fact.HSA_ID and name not in policy.hsa_id_attributes:
        return Obstacle.OTHER_NAME
    carried = {fact, Fact.HSA_ID} if fact is Fact.AFFILIATION else {fact}
    if name not in policy.release and not carried <= set(policy.may_have):
        return Obstacle.NOT_ALLOWED
    return None if settings.has_scope_for(fact) else Obstacle.NO_SCOPE
