"""At which addresses may we reach another party?"""

import re
from collections.abc import Iterable
from dataclasses import replace
from ipaddress import ip_address
from typing import Final, TypeVar
from urllib.parse import SplitResult, urlsplit

from lxml import etree

from metadata.elements import MD, Reading, attribute, children, is_true, local_name
from metadata.entities import AttributeService, Endpoint

_UNSAFE: Final = re.compile(r"[^\x21-\x7e]|[\\<>\"{}|^`]")
"""What has no place in a URL; some parsers drop it silently, others do not."""

_PLAIN: Final = re.compile(
    r"https://[A-Za-z0-9-]+(?:\.[A-Za-z0-9-]+)*(?:/[!$-;=?-\[\]_a-z~]*)?", re.ASCII
)
"""Nearly every address: nothing is wrong with it, and no parser needs to be asked."""

Indexed = TypeVar("Indexed", Endpoint, AttributeService)


def fault_of(location: str, *, allow_loopback_http: bool) -> str | None:
    """Say what is wrong with an address, or nothing when it may be used."""
    if _PLAIN.fullmatch(location):
        return None
    if _UNSAFE.search(location):
        return "has characters that no address has"
    try:
        url = urlsplit(location)
        is_address = bool(url.hostname) and url.port != 0
    except ValueError:
        return "is no address"
    faults = {
        "is not https": url.scheme != "https"
        and not (allow_loopback_http and _is_loopback(url)),
        "is no address": not is_address,
        "has a user name in it": "@" in url.netloc,
        "has a fragment": bool(url.fragment),
    }
    return next((fault for fault, is_so in faults.items() if is_so), None)


def _is_loopback(url: SplitResult) -> bool:
    """Tell whether a plain http address stays on this machine."""
    host = url.hostname or ""
    if url.scheme != "http":
        return False
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def read_endpoints(
    role: etree._Element, tag: str, reading: Reading
) -> tuple[Endpoint, ...]:
    """Read the endpoints of one kind; those with a bad address are left out.

    Among those with an index one is the default.
    """
    found = []
    for element in children(role, MD + tag):
        location = attribute(element, "Location")
        fault = fault_of(location, allow_loopback_http=reading.allow_loopback_http)
        if fault:
            reading.warn(f"{tag} left out: its Location {fault}")
            continue
        endpoint = Endpoint(
            binding=attribute(element, "Binding"),
            location=location,
            index=read_index(element, reading),
            is_default=is_true(element, "isDefault"),
        )
        found.append((element.get("isDefault"), endpoint))
    if all(endpoint.index is None for _, endpoint in found):
        return tuple(endpoint for _, endpoint in found)
    return with_one_default(found)


def read_index(element: etree._Element, reading: Reading) -> int | None:
    """Read the index of an endpoint or an attribute service, if it has one."""
    text = attribute(element, "index")
    if re.fullmatch(r"\d{1,5}", text, re.ASCII):
        return int(text)
    if text:
        reading.warn(f"{local_name(element)}: its index is no number")
    return None


def with_one_default(
    found: Iterable[tuple[str | None, Indexed]],
) -> tuple[Indexed, ...]:
    """Mark the default among things with an index (SAML metadata 2.2.3).

    The first that says so; else the first that does not deny it; else the first.

    Args:
        found: Each thing with its ``isDefault`` attribute as it stands.
    """
    pairs: list[tuple[str | None, Indexed]] = list(found)
    ranked = [
        *(thing for _, thing in pairs if thing.is_default),
        *(thing for said, thing in pairs if said is None),
        *(thing for _, thing in pairs),
    ]
    chosen = ranked[0] if ranked else None
    return tuple(
        thing
        if thing.is_default is (thing is chosen)
        else replace(thing, is_default=thing is chosen)
        for _, thing in pairs
    )
