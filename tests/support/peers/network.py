"""Which real servers stand around the bridge, and who trusts whom?

SimpleSAMLphp twice (a login method each), mod_auth_mellon twice (an e-tjänst each), and
in the middle two bridges that differ in where they keep what they know.
"""

from collections.abc import Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass

from metadata.names import LOA_SAMBI_3
from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge, Stores, bridge, node
from tests.support.peers.browser import Browser
from tests.support.peers.mellon import Mellon, mellon, serving
from tests.support.peers.simplesamlphp import Profile, SimpleSamlPhp, simplesamlphp
from tests.support.peers.tls import Authority

# Cookies belong to a host, not to a port: each server has an address of its own.
IDP_ADDRESSES = {Profile.SIGNED: "127.0.0.11", Profile.ENCRYPTED: "127.0.0.14"}
REFUSING_ADDRESS = "127.0.0.12"
RELEASING_ADDRESS = "127.0.0.15"
TITLES = {Profile.SIGNED: "Underskrivet", Profile.ENCRYPTED: "Krypterat"}
"""How the bridge calls the login methods."""

Metadata = dict[str, bytes]


@dataclass(frozen=True, slots=True)
class Network:
    """All servers, running."""

    idps: Mapping[Profile, SimpleSamlPhp]
    refusing: Mellon
    """The e-tjänst that wants nobody without permissions."""
    releasing: Mellon
    """The e-tjänst that decides for itself."""
    bridges: Mapping[str, Bridge]


@contextmanager
def network(authority: Authority, stores: Mapping[str, Stores]) -> Iterator[Network]:
    """Start everything, make it known to each other, and stop it at the end.

    Args:
        authority: Who certifies the TLS keys.
        stores: Where each bridge keeps what it knows, by its name.
    """
    with ExitStack() as stack:
        idps = {
            profile: stack.enter_context(
                simplesamlphp(authority, story.PEOPLE, profile, address)
            )
            for profile, address in IDP_ADDRESSES.items()
        }
        refusing = stack.enter_context(mellon("refusing", REFUSING_ADDRESS))
        releasing = stack.enter_context(mellon("releasing", RELEASING_ADDRESS))
        bridges = {
            name: stack.enter_context(
                bridge(name, where, _methods(idps), _policies(refusing, releasing))
            )
            for name, where in stores.items()
        }
        made = Network(idps, refusing, releasing, bridges)
        known = _introduce(made, Browser(authority.trust))
        for sp in (refusing, releasing):
            stack.enter_context(serving(sp, authority, known, story.SHOWN))
        for one in bridges.values():
            stack.enter_context(node(one, authority))
        yield made


def _methods(
    idps: Mapping[Profile, SimpleSamlPhp],
) -> list[dict[str, str | list[str]]]:
    return [
        {
            "entity_id": idp.entity_id,
            "method": profile.value,
            "title": TITLES[profile],
            "levels": [LOA_SAMBI_3],
        }
        for profile, idp in idps.items()
    ]


def _policies(*sps: Mellon) -> list[dict[str, str]]:
    return [
        {"entity_id": sp.entity_id, "permission_attribute": story.PERMISSIONS}
        for sp in sps
    ]


def _introduce(made: Network, browser: Browser) -> Metadata:
    """Install the bridges, and give everybody the metadata of those it shall trust.

    Returns:
        The metadata of the bridges' identity providers, for the e-tjänster.
    """
    idps = {profile: idp.metadata(browser) for profile, idp in made.idps.items()}
    with ThreadPoolExecutor() as pool:  # starting a command is slow
        published = pool.map(lambda one: _feed(one, made, idps), made.bridges.values())
    known: Metadata = {}
    for name, (as_sp, as_idp) in zip(made.bridges, published, strict=True):
        known[name] = as_idp
        for idp in made.idps.values():
            idp.trust(name, as_sp)
    return known


def _feed(
    one: Bridge, made: Network, idps: Mapping[Profile, bytes]
) -> tuple[bytes, bytes]:
    """Install a bridge, tell it whom to trust, and let it describe itself."""
    one.install()
    for profile, metadata in idps.items():
        one.learn(profile.value, metadata, "idp")
    one.learn("refusing", made.refusing.metadata, "sp")
    one.learn("releasing", made.releasing.metadata, "sp")
    one.load_catalogue(
        story.catalogue(
            refusing=made.refusing.entity_id, releasing=made.releasing.entity_id
        )
    )
    return one.published("sp"), one.published("idp")
