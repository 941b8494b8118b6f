"""Who asked what about whom? The entry that every answered query leaves.

Names of attributes stand in it, values never do.
"""

from collections.abc import Sequence

from authz import audit
from authz.audit import SYSTEM_CHAIN, Action, Event, organisation_chain
from authz.models import Decision
from authz.service import BRIDGE
from idp_bridge.attribute_authority.entitlement import Asker
from idp_bridge.login.parts import Parts, store_errors
from idp_bridge.saml.messages import AskedAttribute, IssuedAttribute


def note(
    asker: Asker,
    decision: Decision | None,
    *,
    asked: Sequence[AskedAttribute],
    told: Sequence[IssuedAttribute],
    parts: Parts,
) -> None:
    """Write down a query, in the trail of the person's organisation.

    A query about nobody stands in the trail of what belongs to no organisation.

    Args:
        asker: Who asked.
        decision: About whom; ``None`` when nobody is known by that name.
        asked: The attributes that the query names.
        told: What the answer says.
        parts: What is outside.

    Raises:
        StoreUnavailableError: It was not written, so nothing may be told.
    """
    facts = decision.facts if decision else None
    organisation = facts.organisation if facts else None
    person = facts.person if facts else None
    event = Event(
        chain=organisation_chain(organisation.id) if organisation else SYSTEM_CHAIN,
        at=parts.clock(),
        actor=BRIDGE,
        action=Action.ATTRIBUTE_QUERY,
        subject=f"person:{person.id}" if person else f"service:{asker.service.code}",
        detail=audit.canonical(
            {
                "service": asker.service.code,
                "sp_entity_id": asker.sp.entity_id,
                "asked": sorted({each.name for each in asked}),
                "told": sorted(each.name for each in told),
            }
        ),
    )
    with store_errors():
        parts.authz.record(event)
