"""What an e-tjänst is told about a person: what it asked for and may have, no more."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from authz import claims
from authz.models import Decision, Organisation, Person
from idp_bridge.errors import MissingAttributeError
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import IssuedAttribute
from idp_bridge.settings import DownstreamPolicy
from metadata import names
from metadata.entities import AttributeService, RequestedAttribute, ServiceProvider

FRIENDLY_NAMES: Final[Mapping[str, str]] = {
    names.ATTR_HSA_ID: "employeeHsaId",
    names.SAMBI_HSA_ID: "employeeHsaId",
    names.ATTR_GIVEN_NAME: "givenName",
    names.SAMBI_GIVEN_NAME: "givenName",
    names.ATTR_SURNAME: "sn",
    names.SAMBI_SURNAME: "surname",
    names.ATTR_DISPLAY_NAME: "displayName",
    names.ATTR_MAIL: "mail",
    names.SAMBI_MAIL: "mail",
    names.ATTR_ORGANISATION_NUMBER: "organizationIdentifier",
    names.SAMBI_ORGANISATION_NUMBER: "organizationIdentifier",
    names.ATTR_ORGANISATION_NAME: "o",
}
_PERMISSIONS: Final = "behorighet"
_DEFAULT_SET: Final = (
    names.ATTR_GIVEN_NAME,
    names.ATTR_SURNAME,
    names.ATTR_ORGANISATION_NUMBER,
    names.ATTR_ORGANISATION_NAME,
)
"""For an SP whose metadata has no AttributeConsumingService, with HSA-id and claims."""


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownFacts:
    """What we know about somebody at the moment of issue."""

    identity: Identity
    person: Person
    organisation: Organisation
    decision: Decision


def attributes_for(
    facts: KnownFacts,
    *,
    sp: ServiceProvider,
    policy: DownstreamPolicy,
    attribute_index: int | None,
) -> tuple[IssuedAttribute, ...]:
    """Choose and write the attributes for an e-tjänst.

    Raises:
        MissingAttributeError: The e-tjänst requires one that we cannot deliver.
    """
    known = _known_values(facts, policy)
    asked = _asked_for(sp, policy, attribute_index)
    missing = [
        attribute.name
        for attribute in asked
        if attribute.is_required and not known.get(attribute.name)
    ]
    if missing:
        raise MissingAttributeError(f"cannot deliver {', '.join(sorted(missing))}")
    wanted = {attribute.name for attribute in asked} | set(policy.release)
    return tuple(
        IssuedAttribute(
            name=name,
            friendly_name=FRIENDLY_NAMES.get(name, _PERMISSIONS),
            values=tuple(sorted(set(values))),
        )
        for name, values in known.items()
        if name in wanted and values
    )


def _asked_for(
    sp: ServiceProvider, policy: DownstreamPolicy, index: int | None
) -> tuple[RequestedAttribute, ...]:
    """Find the attribute set that the SP's metadata and its request choose."""
    if not sp.attribute_services:
        default = (*policy.hsa_id_attributes, *_DEFAULT_SET)
        return tuple(
            RequestedAttribute(name=name)
            for name in (*default, policy.permission_attribute)
        )
    by_index = {service.index: service for service in sp.attribute_services}
    if index is not None and index not in by_index:
        raise MissingAttributeError("an AttributeConsumingService that is not there")
    chosen = _default_of(sp.attribute_services) if index is None else by_index[index]
    return chosen.requested


def _default_of(services: tuple[AttributeService, ...]) -> AttributeService:
    """Find the default set: the marked one, else that with the lowest index."""
    marked = [service for service in services if service.is_default]
    return marked[0] if marked else min(services, key=lambda each: each.index)


def _known_values(
    facts: KnownFacts, policy: DownstreamPolicy
) -> dict[str, tuple[str, ...]]:
    """Write everything that we could tell, under every name that we know.

    Name and address are the identity provider's where it gave them, else those that the
    administrator registered; organisation and permissions are always the store's.
    """
    person, organisation = facts.person, facts.organisation
    given_name = facts.identity.given_name or person.given_name
    surname = facts.identity.surname or person.surname
    mail = facts.identity.mail or person.email
    number = _number(facts)
    hsa_ids = dict.fromkeys(policy.hsa_id_attributes, (person.hsa_id,))
    return hsa_ids | {
        names.ATTR_GIVEN_NAME: (given_name,),
        names.SAMBI_GIVEN_NAME: (given_name,),
        names.ATTR_SURNAME: (surname,),
        names.SAMBI_SURNAME: (surname,),
        names.ATTR_DISPLAY_NAME: (f"{given_name} {surname}",),
        names.ATTR_MAIL: (mail,),
        names.SAMBI_MAIL: (mail,),
        names.ATTR_ORGANISATION_NUMBER: (number,),
        names.SAMBI_ORGANISATION_NUMBER: (number,),
        names.ATTR_ORGANISATION_NAME: (organisation.name,),
        policy.permission_attribute: claims.encode(
            facts.decision.facts.service.claim_format, facts.decision
        ),
    }


def _number(facts: KnownFacts) -> str:
    """Choose the number that the card names, if it is the organisation's."""
    stated = [
        number
        for number in facts.identity.organisation_numbers
        if number in facts.organisation.numbers
    ]
    return stated[0] if len(stated) == 1 else facts.organisation.numbers[0]
