"""The page *Uppgifter som lämnas*: what will an e-tjänst be told, in words?"""

from flask import Response, url_for

from idp_bridge import pages
from idp_bridge.login import answer, showing
from idp_bridge.login.issue import DecidedAnswer
from idp_bridge.login.pending import PendingLogin
from idp_bridge.pages import ReleasedLine, ReleasePage
from idp_bridge.services import services
from idp_bridge.settings import ShowRelease
from idp_bridge.texts import ATTRIBUTES


def show(
    decided: DecidedAnswer,
    pending: PendingLogin,
    secret: str,
    *,
    has_changed: bool = False,
) -> Response:
    """Show what an e-tjänst will be told when the person presses *Fortsätt*.

    Args:
        decided: What it will be told.
        pending: The login.
        secret: What this browser holds for the login.
        has_changed: Whether the person has seen something else before.
    """
    policy = services().settings.policy_for(decided.sp.entity_id)
    return pages.show_release(
        ReleasePage(
            service_name=answer.display_name(decided.sp),
            lines=tuple(_lines(decided, policy.permission_attribute)),
            permissions=_permissions(decided, policy.permission_attribute),
            action=url_for("continuing.send_shown", login_id=pending.login_id),
            cancel_url=url_for("idp.cancel", login_id=pending.login_id),
            seal=showing.seal(decided, secret),
            has_changed=has_changed,
            is_first_time=policy.show_release is ShowRelease.FIRST_TIME,
        )
    )


def _lines(decided: DecidedAnswer, permission_attribute: str) -> list[ReleasedLine]:
    return [
        ReleasedLine(label=_label(each.friendly_name), values=each.values)
        for each in decided.release.attributes
        if each.name != permission_attribute
    ]


def _permissions(decided: DecidedAnswer, permission_attribute: str) -> tuple[str, ...]:
    """Name the permissions that are told, as administrators know them."""
    told = {each.name for each in decided.release.attributes}
    if permission_attribute not in told:
        return ()
    granted = decided.facts.decision.released
    return tuple(sorted({grant.permission.name for grant in granted}))


def _label(friendly_name: str) -> str:
    """Name an attribute in words; one that has none by its technical name."""
    words, _ = ATTRIBUTES.get(friendly_name, (friendly_name, ""))
    return words[:1].upper() + words[1:]
