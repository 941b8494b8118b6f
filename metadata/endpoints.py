"""At which addresses may we reach another party?"""

import re
from collections.abc import Iterable, Mapping
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

_FOR_RESPONSES: Final = {"SingleLogoutService": ("ResponseLocation",)}
"""Endpoints that take questions and answers, at two addresses perhaps (2.2.2)."""

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
        addresses = {
            name: attribute(element, name)
            for name in ("Location", *_FOR_RESPONSES.get(tag, ()))
        }
        fault = _fault_among(addresses, reading)
        if fault:
            reading.warn(f"{tag} left out: its {fault}")
            continue
        endpoint = Endpoint(
            binding=attribute(element, "Binding"),
            location=addresses["Location"],
            index=read_index(element, reading),
            is_default=is_true(element, "isDefault"),
            response_location=addresses.get("ResponseLocation") or None,
        )
        found.append((element.get("isDefault"), endpoint))
    if all(endpoint.index is None for _, endpoint in found):
        return tuple(endpoint for _, endpoint in found)
    return with_one_default(found)


def _fault_among(addresses: Mapping[str, str], reading: Reading) -> str | None:
    """Say which address of an endpoint is bad, and why; all but the first may lack."""
    for name, address in addresses.items():
        if address or name == "Location":
            allowed = reading.allow_loopback_http
            fault = fault_of(address, allow_loopback_http=allowed)
            if fault:
                return f"{name} {fault}"
    return None


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
