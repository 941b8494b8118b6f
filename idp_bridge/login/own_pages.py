"""Somebody opens a page of ours that needs a login: the same login, for ourselves.

We ask ourselves as an e-tjänst would ask us. Our own entityID is never in the metadata
that we trust, so no answer to an e-tjänst can come of such a login.
"""

from idp_bridge.errors import AuthnContextError
from idp_bridge.login import kept_sessions
from idp_bridge.login.authentication import Authentication
from idp_bridge.login.begin import BegunLogin, fitting_methods
from idp_bridge.login.kept_sessions import Joined, Told
from idp_bridge.login.parts import Parts
from idp_bridge.login.pending import (
    OwnPages,
    PendingLogin,
    new_login_id,
    new_secret,
)
from idp_bridge.login.session import BrowserSession
from idp_bridge.saml.messages import AuthnRequest, NameID
from idp_bridge.saml.upstream_request import new_id
from metadata import names


def begin(
    wanted: OwnPages, parts: Parts, *, level: str, afresh: bool = False
) -> BegunLogin:
    """Begin a login for pages of our own.

    Args:
        wanted: Which pages.
        parts: What is outside.
        level: The level that the login must have.
        afresh: Whether the person must show who they are, also if they just did.

    Raises:
        AuthnContextError: No login method reaches the level.
        StoreUnavailableError: The permission store does not answer.
    """
    request = AuthnRequest(
        id=new_id(),
        sp_entity_id=parts.settings.saml.sp_entity_id,
        acs_url=parts.acs_url,
        relay_state=None,
        binding=names.BINDING_REDIRECT,
        levels=(level,),
        force_authn=afresh,
    )
    methods = fitting_methods(request, parts)
    if not methods:
        raise AuthnContextError("no method reaches the level of our own pages")
    secret, secret_hash = new_secret()
    return BegunLogin(
        pending=PendingLogin(
            login_id=new_login_id(parts.clock()),
            secret_hash=secret_hash,
            request=request,
            own_pages=wanted,
        ),
        secret=secret,
        methods=methods,
    )


def join(
    authentication: Authentication, browser: BrowserSession | None, parts: Parts
) -> Joined:
    """Let a login at our own pages belong to the login session of the browser.

    So it ends when the person logs out anywhere, and logging out here ends the rest.

    Raises:
        StoreUnavailableError: The store does not answer.
    """
    ours = parts.settings.saml.sp_entity_id
    told = Told(sp_entity_id=ours, name_id=NameID(value=new_id()))
    return kept_sessions.log_in(authentication, told, browser, parts)
