"""What may the asker be told about a person? What a login would tell, no more."""

from collections.abc import Iterator, Sequence

from authz.models import Decision, Outcome
from idp_bridge.attribute_authority.entitlement import Asker
from idp_bridge.login import name_ids, release, release_plan
from idp_bridge.login.parts import Parts
from idp_bridge.login.release import KnownFacts
from idp_bridge.login.release_plan import ReleasePlan
from idp_bridge.saml.attributes import Identity
from idp_bridge.saml.messages import AskedAttribute, IssuedAttribute, Question
from metadata import names


def attributes_for(
    decision: Decision, question: Question, asker: Asker, parts: Parts
) -> tuple[IssuedAttribute, ...]:
    """Choose what to tell; nothing about somebody who has no rights here.

    Args:
        decision: What the person may do at the e-tjänst now.
        question: What is asked about them.
        asker: Who asks.
        parts: What is outside.

    Raises:
        StoreUnavailableError: The permission store does not answer.
    """
    person, organisation = decision.facts.person, decision.facts.organisation
    if decision.outcome is not Outcome.ALLOWED or not (person and organisation):
        return ()
    facts = KnownFacts(
        identity=Identity(
            hsa_id=person.hsa_id,
            given_name=None,
            surname=None,
            mail=None,
            organisation_numbers=(),
        ),
        person=person,
        organisation=organisation,
        decision=decision,
    )
    asked = question.attributes
    plan = _plan_for(asker, asked, parts)
    named = name_ids.with_names(facts, plan, asker.sp, parts, name_id=question.name_id)
    allowed = release.attributes_for(named, plan)
    return tuple(_chosen(allowed, asked)) if asked else allowed


def _plan_for(
    asker: Asker, asked: Sequence[AskedAttribute], parts: Parts
) -> ReleasePlan:
    """Plan what the asker may have of what it asks for."""
    wanted = dict.fromkeys(each.name for each in asked)
    return release_plan.plan_for_query(asker.sp, parts.settings, wanted)


def _chosen(
    allowed: Sequence[IssuedAttribute], asked: Sequence[AskedAttribute]
) -> Iterator[IssuedAttribute]:
    """Keep what is asked for; names that we do not know are ignored (core 3.3.2.3)."""
    for attribute in allowed:
        for wish in asked:
            if _means(wish, attribute):
                values = _wanted(wish, attribute)
                if values:
                    yield IssuedAttribute(
                        name=attribute.name,
                        friendly_name=attribute.friendly_name,
                        values=values,
                    )
                break


def _means(wish: AskedAttribute, attribute: IssuedAttribute) -> bool:
    formats = {names.ATTRNAME_URI, names.ATTRNAME_UNSPECIFIED}
    return wish.name == attribute.name and wish.name_format in formats


def _wanted(wish: AskedAttribute, attribute: IssuedAttribute) -> tuple[str, ...]:
    if not wish.values:
        return attribute.values
    return tuple(value for value in attribute.values if value in wish.values)
