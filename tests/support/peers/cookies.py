"""Which cookies does a browser keep, and which of them does it send where?

The rules that matter for logins across sites: one jar per host (not per port),
``Secure``, ``Path``, the ``__Host-`` prefix and ``SameSite`` (RFC 6265bis).
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

HOST_PREFIX = "__Host-"


@dataclass(frozen=True, slots=True)
class Cookie:
    """One cookie as a browser keeps it."""

    host: str
    name: str
    value: str
    path: str
    same_site: str
    """``none``, ``lax`` or ``strict``; a browser takes ``lax`` when nothing is said."""


class CookieJar:
    """The cookies of one browser."""

    def __init__(self) -> None:
        self._cookies: dict[tuple[str, str, str], Cookie] = {}

    def keep(self, url: str, header: str) -> None:
        """Keep what a ``Set-Cookie`` header says, or forget what it ends.

        Raises:
            ValueError: A browser would not accept the cookie.
        """
        pair, _, rest = header.partition(";")
        name, _, value = pair.strip().partition("=")
        said = _attributes(rest)
        _refuse(name, said)
        cookie = Cookie(
            host=urlsplit(url).hostname or "",
            name=name,
            value=value,
            path=said.get("path") or "/",
            same_site=said.get("samesite", "lax").lower(),
        )
        key = (cookie.host, cookie.path, name)
        if _is_over(said):
            self._cookies.pop(key, None)
        else:
            self._cookies[key] = cookie

    def header(self, url: str, *, method: str, from_site: str | None) -> str:
        """Write the ``Cookie`` header of a request.

        Args:
            url: Where the request goes.
            method: How.
            from_site: The host of the page that it comes from, if any.
        """
        parts = urlsplit(url)
        crossing = from_site is not None and from_site != parts.hostname
        return "; ".join(
            f"{cookie.name}={cookie.value}"
            for cookie in self._cookies.values()
            if cookie.host == parts.hostname
            and _is_below(parts.path or "/", cookie.path)
            and not (crossing and _stays(cookie, method))
        )

    def of(self, host: str) -> dict[str, str]:
        """Say which cookies are kept for a host."""
        return {
            one.name: one.value for one in self._cookies.values() if one.host == host
        }


def _attributes(text: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in text.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _refuse(name: str, said: Mapping[str, str]) -> None:
    if said.get("samesite", "").lower() == "none" and "secure" not in said:
        raise ValueError(f"{name}: SameSite=None without Secure")
    if name.startswith(HOST_PREFIX) and (
        "secure" not in said or "domain" in said or said.get("path") != "/"
    ):
        raise ValueError(f"{name}: {HOST_PREFIX} needs Secure, Path=/ and no Domain")


def _is_over(said: Mapping[str, str]) -> bool:
    if "max-age" in said:
        return int(said["max-age"]) <= 0
    if "expires" in said:
        return parsedate_to_datetime(said["expires"]).timestamp() <= time.time()
    return False


def _is_below(path: str, folder: str) -> bool:
    return path == folder or path.startswith(folder.rstrip("/") + "/")


def _stays(cookie: Cookie, method: str) -> bool:
    lax_goes = method == "GET"
    return cookie.same_site == "strict" or (cookie.same_site == "lax" and not lax_goes)
