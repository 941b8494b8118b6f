"""Under which names does an e-tjänst know a person? Never under the HSA-id.

A name belongs to the person, not to the HSA-id: somebody whose HSA-id is put right
keeps it.
"""

from dataclasses import replace
from typing import Final

from authz.models import Person
from idp_bridge.attribute_names import Fact
from idp_bridge.login import transient_names
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.login.release import KnownFacts
from idp_bridge.login.release_plan import ReleasePlan
from idp_bridge.saml.messages import AuthnRequest, NameID
from idp_bridge.settings import DownstreamPolicy
from metadata import names
from metadata.entities import ServiceProvider

ISSUED: Final = (names.NAMEID_PERSISTENT, names.NAMEID_TRANSIENT)
"""The formats that we issue."""


def make(
    request: AuthnRequest, sp: ServiceProvider, person: Person, parts: Parts
) -> NameID:
    """Make the name identifier of a person for one e-tjänst.

    Persistent names are random, kept, and different at every e-tjänst (core 8.3.7);
    transient ones are new at every login (core 8.3.8).

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    policy = parts.settings.policy_for(sp.entity_id)
    chosen = choose_format(request.name_id_format, sp, policy)
    if chosen == names.NAMEID_TRANSIENT:
        value = transient_names.make(
            person.id,
            sp_entity_id=sp.entity_id,
            settings=parts.settings,
            now=parts.clock(),
        )
    else:
        value = _pairwise_name(person, sp, parts)
    return NameID(
        value=value,
        format=chosen,
        name_qualifier=parts.settings.saml.idp_entity_id,
        sp_name_qualifier=sp.entity_id,
    )


def choose_format(
    wanted: str | None, sp: ServiceProvider, policy: DownstreamPolicy
) -> str:
    """Choose the format of a name identifier.

    What the request asks for (core 3.4.1.1); else the first that the metadata lists and
    we issue (metadata 2.4.1); else the policy's. ``AllowCreate`` limits nothing: that
    somebody may be known at an e-tjänst was decided when their organisation gave them
    the permission (core errata E14).

    Args:
        wanted: The ``Format`` of the request's NameIDPolicy.
        sp: The e-tjänst.
        policy: What is agreed with it.
    """
    if wanted in ISSUED:
        return wanted
    listed = (one for one in sp.name_id_formats if one in ISSUED)
    return next(listed, policy.name_id_format)


def with_names(
    facts: KnownFacts,
    plan: ReleasePlan,
    sp: ServiceProvider,
    parts: Parts,
    *,
    name_id: NameID,
) -> KnownFacts:
    """Add the names that some e-tjänster want as attributes; most want none.

    Args:
        facts: About whom.
        plan: What the e-tjänst is told.
        sp: The e-tjänst.
        parts: What is outside.
        name_id: The person's name identifier there; a persistent one has the same name
            as ``pairwise-id``.

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    person = facts.person
    if plan.tells(Fact.PAIRWISE_ID):
        is_known = name_id.format == names.NAMEID_PERSISTENT
        name = name_id.value if is_known else _pairwise_name(person, sp, parts)
        facts = replace(facts, pairwise_name=name)
    if plan.tells(Fact.SUBJECT_ID):
        with store_errors():
            name = parts.authz.subject_name_of(person.id, now=parts.clock())
        facts = replace(facts, subject_name=name)
    return facts


def _pairwise_name(person: Person, sp: ServiceProvider, parts: Parts) -> str:
    with store_errors():
        return parts.authz.name_id_for(person.id, sp.entity_id, now=parts.clock())
