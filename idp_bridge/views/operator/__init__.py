"""What do operators see and do? Pages under ``/operator/``."""

from idp_bridge.views.operator import (
    administrators,
    agreements,
    catalogue,
    entities,
    look_up,
    new_source,
    notices,
    operators,
    organisation_forms,
    organisations,
    outbox,
    permissions,
    service_entities,
    sources,
    start,
    trail,
)
from idp_bridge.views.operator.frame import bp

__all__ = [
    "administrators",
    "agreements",
    "bp",
    "catalogue",
    "entities",
    "look_up",
    "new_source",
    "notices",
    "operators",
    "organisation_forms",
    "organisations",
    "outbox",
    "permissions",
    "service_entities",
    "sources",
    "start",
    "trail",
]
