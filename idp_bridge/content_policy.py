"""What may a page of ours load, and where may its forms go?"""

from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from idp_bridge.errors import MisconfiguredError

_DIRECTIVES: Final = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "font-src 'self'; connect-src 'self'; form-action {form_action}; base-uri 'none'; "
    "frame-ancestors 'none'"
)


def _policy(form_action: str) -> str:
    return _DIRECTIVES.format(form_action=form_action)


ORDINARY: Final = _policy("'self'")
"""The policy of every page whose forms come back to us."""


def for_handoff(action: str) -> str:
    """Make the policy of a page whose form goes to another origin.

    Only the scheme is named: Chromium also applies ``form-action`` to the redirects
    that follow, and a receiver may well redirect to a third origin.

    Args:
        action: The address of the form.

    Raises:
        MisconfiguredError: It is neither https nor plain http on loopback.
    """
    return _policy(f"{_safe_scheme(action)}:")


def _safe_scheme(action: str) -> str:
    parts = urlsplit(action)
    if parts.scheme == "https" and parts.hostname:
        return "https"
    if parts.scheme == "http" and _is_loopback(parts.hostname or ""):
        return "http"
    raise MisconfiguredError("a form may only go to https, or to http on loopback")


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
