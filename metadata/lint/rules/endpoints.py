"""Are the addresses such that others can and should send people there?"""

from collections import Counter
from collections.abc import Iterator
from ipaddress import ip_address
from typing import Final
from urllib.parse import urlsplit

from lxml import etree

from metadata.elements import MD, attribute
from metadata.endpoints import fault_of
from metadata.lint.levels import ERROR, WARNING, saml, swamid, sweden
from metadata.lint.registry import Flaw, entity_rule
from metadata.lint.subjects import Entity, local_name, quoted

_LOCATIONS: Final = ("Location", "ResponseLocation")
_NEVER_ANSWERED: Final = (
    MD + "SingleSignOnService",
    MD + "AssertionConsumerService",
    MD + "ArtifactResolutionService",
    MD + "NameIDMappingService",
)


def _addresses(entity: Entity) -> Iterator[tuple[etree._Element, str, str]]:
    """Walk through the addresses of all endpoints: element, attribute, value."""
    for role in entity.roles:
        for endpoint in role.all_endpoints:
            for name in _LOCATIONS:
                if endpoint.get(name) is not None:
                    yield endpoint, name, attribute(endpoint, name)


def _is_plain_http(address: str) -> bool:
    return address.lower().startswith("http://")


@entity_rule(
    "endpoint-http",
    saml(ERROR, "bridge: left out"),
    sweden(ERROR, "5.2"),
    swamid(ERROR, "endpoints"),
)
def endpoint_http(entity: Entity) -> Iterator[Flaw]:
    """Every endpoint is https."""
    for endpoint, name, address in _addresses(entity):
        if _is_plain_http(address):
            text = f"{name} of {local_name(endpoint)} is plain http: use https."
            yield Flaw(endpoint, text)


@entity_rule("endpoint-address", saml(ERROR, "SAML metadata 2.2.2; bridge: left out"))
def endpoint_address(entity: Entity) -> Iterator[Flaw]:
    """Every endpoint is an address: no javascript:, user name or fragment in it."""
    for endpoint, name, address in _addresses(entity):
        fault = fault_of(address, allow_loopback_http=False)
        if fault and not _is_plain_http(address):
            said = f"{name} of {local_name(endpoint)} {fault}: {quoted(address)}"
            yield Flaw(endpoint, f"{said}. Write an https address.")


@entity_rule("endpoint-private", saml(WARNING, "bridge: never fetched from"))
def endpoint_private(entity: Entity) -> Iterator[Flaw]:
    """No endpoint is on a machine that others cannot reach."""
    for endpoint, _, address in _addresses(entity):
        if _is_private(address):
            text = f"{quoted(address)} is no place for others: publish a public address"
            yield Flaw(endpoint, f"{text}.")


def _is_private(address: str) -> bool:
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        return False
    try:
        return not ip_address(host).is_global
    except ValueError:
        return host == "localhost" or host.endswith((".local", ".localhost"))


@entity_rule("endpoint-response-location", saml(ERROR, "SAML metadata 2.4.3, 2.4.4"))
def endpoint_response_location(entity: Entity) -> Iterator[Flaw]:
    """No ResponseLocation stands where nothing is answered."""
    for role in entity.roles:
        for endpoint in role.element.iterchildren(*_NEVER_ANSWERED):
            if endpoint.get("ResponseLocation") is not None:
                text = f"ResponseLocation has no meaning on {local_name(endpoint)}"
                yield Flaw(endpoint, f"{text}: take it out.")


@entity_rule("endpoint-repeated", saml(WARNING, "SAML metadata 2.2.2"))
def endpoint_repeated(entity: Entity) -> Iterator[Flaw]:
    """An endpoint is listed once."""
    for role in entity.roles:
        counted: Counter[tuple[str, str, str]] = Counter()
        for endpoint in role.all_endpoints:
            binding = attribute(endpoint, "Binding")
            place = (str(endpoint.tag), binding, attribute(endpoint, "Location"))
            counted[place] += 1
            if counted[place] > 1:
                text = f"{local_name(endpoint)} at the same place again: take it out."
                yield Flaw(endpoint, text)
