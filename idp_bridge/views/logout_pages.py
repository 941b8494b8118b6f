"""Which pages does a person meet on the way out?"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from flask import Response, make_response, render_template, url_for

from idp_bridge import content_policy, pages
from idp_bridge.errors import BridgeError
from idp_bridge.login.logout_sides import name_of
from idp_bridge.login.pending import Area
from idp_bridge.login.pending_logout import Asker, OtherParty, PendingLogout
from idp_bridge.saml.upstream_request import OutboundRequest
from idp_bridge.services import services
from idp_bridge.texts import LOGOUT_OWN_PAGES
from idp_bridge.tracing.models import TraceKind
from idp_bridge.views.refusals import note_message
from metadata.entities import Role

PATIENCE_SECONDS: Final = 5
"""How long the script waits for an e-tjänst that does not answer at all."""
_WAYS_IN: Final = {
    Area.OPERATOR: "operator.show_start",
    Area.ADMIN: "administration.show_organisations",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownParty:
    """One line of the list."""

    name: str
    progress: str


def show_begun(pending: PendingLogout) -> Response:
    """Answer a form of ours: we are logged out, the others follow."""
    return _show("begun", parties=_shown(pending.parties), here_url=url_of(pending))


def show_telling(
    pending: PendingLogout, place: int, outbound: OutboundRequest
) -> Response:
    """Send the browser to the next party, with a way past it."""
    return _show_progress(pending, place, outbound)


def show_waiting(pending: PendingLogout, place: int) -> Response:
    """Say who has not answered, with a way past it."""
    return _show_progress(pending, place, None)


def _show_progress(
    pending: PendingLogout, place: int, outbound: OutboundRequest | None
) -> Response:
    logout_id = pending.logout_id
    return _show(
        "progress",
        outbound,
        parties=_shown(pending.parties),
        place=place,
        patience=PATIENCE_SECONDS,
        here_url=url_of(pending),
        again_url=url_for("logout.show_progress", logout_id=logout_id, igen=1),
        skip_url=url_for("logout.pass_over", logout_id=logout_id, place=place),
        state_url=url_for("logout.show_state", logout_id=logout_id),
        cancel_url=url_for("logout.cancel", logout_id=logout_id),
    )


def show_back(outbound: OutboundRequest, asker: Asker) -> Response:
    """Bring the answer to whoever asked."""
    return _show("back", outbound, back_name=_name(asker.entity_id, asker.role))


def show_ended(pending: PendingLogout, outbound: OutboundRequest | None) -> Response:
    """Say how it ended; the way back is a button, so that it can be read."""
    asker = pending.asker
    way_in = _WAYS_IN[pending.area] if pending.area else "portal.show_start"
    return _show(
        "ended",
        outbound,
        parties=_shown(pending.parties),
        failed=_shown(pending.failed),
        is_complete=pending.is_complete,
        is_cancelled=pending.is_cancelled,
        back_name=_name(asker.entity_id, asker.role) if asker else None,
        login_url=url_for(way_in),
    )


def show_overview(entity_ids: Sequence[str] | None, *, token: str = "") -> Response:
    """Show at which e-tjänster somebody is logged in; ``None``: at none."""
    names = None
    if entity_ids is not None:
        names = [_name_at(each) for each in dict.fromkeys(entity_ids)]
    return _show("overview", names=names, token=token)


def show_failed(
    error: BridgeError,
    *,
    asker: Asker | None = None,
    outbound: OutboundRequest | None = None,
    go_on: PendingLogout | None = None,
) -> Response:
    """Say that a message about logout was refused; what was open stays open.

    Args:
        error: Why.
        asker: Whoever asked, if that is certain.
        outbound: The error as an answer to them.
        go_on: The logout of this browser that can still go on.
    """
    error_id = pages.new_error_id()
    sp_entity_id = asker.entity_id if asker else None
    note_message(error, TraceKind.LOGOUT, error_id, sp_entity_id=sp_entity_id)
    shown = pages.ErrorPage(
        code=error.code,
        fault=error.fault,
        error_id=error_id,
        moment=services().clock(),
        service_name=_name(asker.entity_id, asker.role) if asker else None,
    )
    return _show(
        "failed",
        outbound,
        status=pages.status_of(shown),
        code=error.code,
        details=pages.details_of(shown),
        back_name=shown.service_name,
        go_on_url=url_of(go_on) if go_on else None,
    )


def _show(
    template: str,
    outbound: OutboundRequest | None = None,
    /,
    status: int = 200,
    **facts: Any,
) -> Response:
    """Show a page; its form may go to where its message is for."""
    html = render_template(
        f"logout/{template}.html", outbound=outbound, viewer=None, **facts
    )
    response = make_response(html, status)
    if outbound is not None and outbound.fields:
        policy = content_policy.for_handoff(outbound.url)
        response.headers["Content-Security-Policy"] = policy
    return pages.keep_to_ourselves(response)


def url_of(pending: PendingLogout) -> str:
    """Say where the browser of a logout finds out how far it is."""
    return url_for("logout.show_progress", logout_id=pending.logout_id)


def _shown(parties: Sequence[OtherParty]) -> list[ShownParty]:
    return [
        ShownParty(name=_name(each.entity_id, each.role), progress=each.progress)
        for each in parties
    ]


def _name_at(sp_entity_id: str) -> str:
    """Name an e-tjänst, or our own pages."""
    if sp_entity_id == services().settings.saml.sp_entity_id:
        return LOGOUT_OWN_PAGES
    return _name(sp_entity_id, Role.SP)


def _name(entity_id: str, role: Role) -> str:
    return name_of(entity_id, role, services().parts)
