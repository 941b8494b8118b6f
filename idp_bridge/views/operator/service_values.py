"""How is what is registered about an e-tjänst said anew, with one thing changed?"""

from authz.models import Service, Validity
from authz.office.models import NewPermission, NewService, PermissionView
from idp_bridge.views.operator.typed import Typed


def as_new(service: Service) -> NewService:
    """Say of an e-tjänst what is registered."""
    return NewService(
        name=service.name,
        name_en=service.name_en,
        description=service.description,
        kind=service.kind,
        start_url=service.start_url,
        claim_format=service.claim_format,
        without_grant=service.without_grant,
        needs_reason=service.needs_reason,
        entity_ids=service.entity_ids,
        validity=service.validity,
    )


def as_new_permission(view: PermissionView) -> NewPermission:
    """Say of a permission what is registered."""
    return NewPermission(
        name=view.permission.name,
        name_en=view.name_en,
        description=view.description,
        validity=view.permission.validity,
    )


def refuse_shorter(typed: Typed, before: Validity, after: Validity) -> None:
    """Refuse an earlier end: who loses what stands on another page."""
    if after.valid_until is None or after.valid_until == before.valid_until:
        return
    if before.valid_until is None or after.valid_until < before.valid_until:
        typed.refuse("last_day", "shorter")
