"""What is an e-tjänst told about a person: which values has what was planned for it?"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from authz import claims
from authz.models import Decision, Organisation, Person
from idp_bridge.attribute_names import Fact
from idp_bridge.login.release_plan import ReleasePlan, refuse_missing
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import IssuedAttribute


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """What we know about somebody at the moment of issue."""

    identity: Identity
    person: Person
    organisation: Organisation
    decision: Decision
    transaction: str = ""
    """What the login is called at the identity provider; empty when there was none."""
    pairwise_name: str = ""
    """The person's name at this e-tjänst alone; empty when nobody needs it."""
    subject_name: str = ""
    """The person's name at every e-tjänst; empty when nobody needs it."""


def attributes_for(facts: KnownFacts, plan: ReleasePlan) -> tuple[IssuedAttribute, ...]:
    """Write the attributes that an e-tjänst is told, at a login or when it asks.

    Args:
        facts: About whom.
        plan: What the e-tjänst asks for and may have.

    Raises:
        MissingAttributeError: The e-tjänst requires one that we cannot deliver.
    """
    told = [
        (wish, tuple(sorted(set(filter(None, _READERS[fact](facts, plan))))))
        for wish, fact in plan.told
    ]
    empty = {wish.name for wish, values in told if not values}
    refuse_missing(
        wish
        for wish in plan.wishes
        if wish.is_required and (wish.obstacle or wish.name in empty)
    )
    return tuple(
        IssuedAttribute(name=wish.name, friendly_name=wish.friendly_name, values=values)
        for wish, values in told
        if values
    )


# --- one small function a fact --------------------------------------------------------
# Name and address are the identity provider's where it gave them, else those that the
# administrator registered; organisation and permissions are always the store's.


def _hsa_id(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.person.hsa_id,)


def _given_name(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.identity.given_name or facts.person.given_name,)


def _surname(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.identity.surname or facts.person.surname,)


def _display_name(facts: KnownFacts, plan: ReleasePlan) -> tuple[str, ...]:
    return (" ".join((*_given_name(facts, plan), *_surname(facts, plan))),)


def _mail(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.identity.mail or facts.person.email,)


def _number(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    """The main number, the same as in the permissions, whatever the card names."""
    return facts.organisation.numbers[:1]


def _organisation_name(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.organisation.name,)


def _affiliation(facts: KnownFacts, plan: ReleasePlan) -> tuple[str, ...]:
    """HSA-id and number, only of an organisation whose scope is ours to speak for."""
    (number,) = _number(facts, plan)
    return (f"{facts.person.hsa_id}@{number}",) if number in plan.scopes else ()


def _permissions(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return claims.encode(facts.decision.facts.service.claim_format, facts.decision)


def _transaction(facts: KnownFacts, _plan: ReleasePlan) -> tuple[str, ...]:
    return (facts.transaction,)


def _pairwise_id(facts: KnownFacts, plan: ReleasePlan) -> tuple[str, ...]:
    return _scoped(facts.pairwise_name, plan)


def _subject_id(facts: KnownFacts, plan: ReleasePlan) -> tuple[str, ...]:
    return _scoped(facts.subject_name, plan)


def _scoped(name: str, plan: ReleasePlan) -> tuple[str, ...]:
    """Write ``uniqueID@scope``; a uniqueID does not begin with an underscore."""
    return (f"{name.removeprefix('_')}@{plan.subject_scope}",) if name else ()


_READERS: Final[Mapping[Fact, Callable[[KnownFacts, ReleasePlan], tuple[str, ...]]]] = {
    Fact.HSA_ID: _hsa_id,
    Fact.GIVEN_NAME: _given_name,
    Fact.SURNAME: _surname,
    Fact.DISPLAY_NAME: _display_name,
    Fact.MAIL: _mail,
    Fact.ORGANISATION_NUMBER: _number,
    Fact.ORGANISATION_NAME: _organisation_name,
    Fact.AFFILIATION: _affiliation,
    Fact.PERMISSIONS: _permissions,
    Fact.TRANSACTION: _transaction,
    Fact.PAIRWISE_ID: _pairwise_id,
    Fact.SUBJECT_ID: _subject_id,
}
