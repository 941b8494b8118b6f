"""May this e-tjänst ask us? Decided before anybody is looked up."""

from dataclasses import dataclass

from authz.models import Service
from idp_bridge.errors import NotEntitledError, ServiceClosedError
from idp_bridge.login.parts import Parts
from idp_bridge.settings import DownstreamPolicy
from metadata.entities import ServiceProvider


@dataclass(frozen=True, slots=True, kw_only=True)
class Asker:
    """An e-tjänst that may ask, with what is agreed with it."""

    sp: ServiceProvider
    policy: DownstreamPolicy
    service: Service


def entitle(sp: ServiceProvider, parts: Parts) -> Asker:
    """Let an e-tjänst ask that has been given that right and is open.

    Whatever the reason against it, the answer is the same.

    Raises:
        NotEntitledError: The settings do not say that it may ask, it belongs to no
            e-tjänst of the catalogue, or that one is not open.
        StoreUnavailableError: The permission store does not answer.
    """
    policy = parts.settings.policy_for(sp.entity_id)
    if not policy.attribute_queries:
        raise NotEntitledError("attribute_queries is not set for this SP")
    try:
        service = parts.find_service(sp.entity_id)
    except ServiceClosedError as error:
        raise NotEntitledError(str(error)) from error
    if not service.validity.holds(parts.clock()):
        raise NotEntitledError(f"service {service.code} is not open")
    return Asker(sp=sp, policy=policy, service=service)
