"""The page *Logga in*: which ways are there, and is somebody logged in already?"""

from typing import Final

from flask import Response, url_for

from authz.office.models import NoticePlace
from idp_bridge import pages
from idp_bridge.login import answer, begin, seals
from idp_bridge.login.pending import PendingLogin
from idp_bridge.login.single_sign_on import LiveLogin
from idp_bridge.pages import LoggedIn, Method, MethodGroup, MethodsPage
from idp_bridge.saml.attributes import Identity
from idp_bridge.services import services
from idp_bridge.settings import LoginGroup, Upstream
from idp_bridge.texts import GROUP_HEADINGS, METHOD_DESCRIPTIONS, OWN_PAGES
from idp_bridge.web.notices import notices_at

_CONTINUE: Final = "continue as somebody who is logged in"


def show(pending: PendingLogin, live: LiveLogin | None, secret: str) -> Response:
    """Show the ways to log in for a login in progress.

    Args:
        pending: The login.
        live: The login of earlier that could answer it, if there is one.
        secret: What this browser holds for the login.

    Raises:
        BridgeError: No method fits any more, or the e-tjänst has gone.
    """
    methods = begin.fitting_methods(pending.request, services().parts)
    service_name, description = _names_of(pending)
    return pages.show_methods(
        MethodsPage(
            service_name=service_name,
            service_description=description,
            groups=_groups(methods, pending.login_id, afresh=live is not None),
            cancel_url=url_for("idp.cancel", login_id=pending.login_id),
            notices=notices_at(NoticePlace.LOGIN),
            logged_in=_logged_in(pending, live, secret) if live else None,
        )
    )


def seal_of(live: LiveLogin, secret: str) -> str:
    """Seal the button *Fortsätt*, for the one who is named above it."""
    return seals.make(secret, _CONTINUE, [live.login.number_hash])


def name_of(identity: Identity) -> str:
    """Say who somebody is: the name that the identity provider gave, and the HSA-id."""
    names = (identity.given_name, identity.surname)
    name = " ".join(each for each in names if each)
    return f"{name} ({identity.hsa_id})" if name else identity.hsa_id


def _logged_in(pending: PendingLogin, live: LiveLogin, secret: str) -> LoggedIn:
    return LoggedIn(
        name=name_of(live.authentication.identity),
        action=url_for("continuing.go_on", login_id=pending.login_id),
        seal=seal_of(live, secret),
    )


def _names_of(pending: PendingLogin) -> tuple[str, str | None]:
    """Say what the login is for: an e-tjänst, or pages of ours."""
    if pending.own_pages is not None:
        return OWN_PAGES[pending.own_pages.area]
    sp = answer.sp_that_may_be_answered(pending.request, services().parts)
    return answer.display_name(sp), answer.localised(sp.display.descriptions)


def _groups(
    methods: tuple[Upstream, ...], login_id: str, *, afresh: bool
) -> tuple[MethodGroup, ...]:
    """Put methods under their headings, in the order of the manual."""
    groups = []
    for group in LoginGroup:
        members = tuple(
            _method(each, login_id, afresh=afresh)
            for each in methods
            if each.group is group
        )
        if members:
            groups.append(
                MethodGroup(heading=GROUP_HEADINGS[group.value], methods=members)
            )
    return tuple(groups)


def _method(upstream: Upstream, login_id: str, *, afresh: bool) -> Method:
    return Method(
        title=upstream.title,
        url=url_for(
            "idp.send_to_method",
            login_id=login_id,
            method=upstream.method,
            ny="1" if afresh else None,
        ),
        description=METHOD_DESCRIPTIONS.get(upstream.method),
        available=begin.is_available(upstream, services().parts),
    )
