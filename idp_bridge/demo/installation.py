"""How is the demonstration set up? As an operator would do it, with the same code.

The configuration is written once, by ``idp-bridge init``, and extended. What depends on
the ports is brought up to date at every start; everything else in the folder stays.
"""

import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from authz.office.models import NewNotice, NoticePlace
from authz.office.service import OfficeService
from authz.service import AuthzService
from idp_bridge import database, keys, services
from idp_bridge.demo import catalogue
from idp_bridge.demo.e_services import ANSVAR, LANDSTING, SERVICES
from idp_bridge.demo.places import Places
from idp_bridge.demo.provider import (
    DEMO_ACCOUNT,
    LEVELS,
    PROFILES,
    SITHS,
    Provider,
    metadata_of,
)
from idp_bridge.demo.service_login import ServiceLogin
from idp_bridge.errors import SetupError
from idp_bridge.keys import KeySet, Purpose, Slot, load_keys
from idp_bridge.new_keys import KeyKind, make_key
from idp_bridge.order_desk import witness
from idp_bridge.our_metadata import OurMetadata, OurRole
from idp_bridge.settings import LoginGroup, Settings, load_settings
from idp_bridge.texts.mail_texts import reminder_writer
from metadata.clock import Clock
from metadata.entities import AttributeAuthority, Role
from metadata.loader import MetadataAdmin
from metadata.reader import (
    read_identity_provider,
    read_party,
    read_service_provider,
)
from metadata.reports import NewSource
from metadata.sources import PinnedFile
from metadata.store import EntityStore

ACTOR: Final = "operator:demo"
PROGRAM: Final = (sys.executable, "-m", "idp_bridge")
_OUR_VARIABLES: Final = "IDP_BRIDGE_"
_MANUAL: Final = "https://www.migrationsverket.se/"
"""Where the links of the start pages lead that an agency has pages of its own for."""
_NEWS: Final = (
    "Ny behörighet: Asylsökande i gymnasieskola\n"
    "Administratören ger den till de användare som ska ha den."
)
_BASE_URL: Final = re.compile(r"^base_url = .*$", re.MULTILINE)
_SOON: Final = timedelta(days=20)
"""When a permission ends of which there is a reminder."""
_GROUPS: Final = {
    SITHS.method: LoginGroup.E_SERVICE_LEGITIMATION,
    DEMO_ACCOUNT.method: LoginGroup.ACCOUNT,
}
_KIND: Final = KeyKind.RSA_2048
"""Of the partners' keys: strong enough, and quickly made."""
_HEAD: Final = """\
# A demonstration: fictitious people, a stand-in for the portal, error pages on purpose.
demo = true

"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Everything that was set up, ready to be served."""

    config: Path
    providers: tuple[Provider, ...]
    logins: tuple[ServiceLogin, ...]


def environment() -> dict[str, str]:
    """Give the bridge an environment without settings of another installation."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(_OUR_VARIABLES)
    }


def install(folder: Path, places: Places, clock: Clock) -> Installation:
    """Set everything up in a folder, or bring it up to date.

    Raises:
        SetupError: Something cannot be set up.
    """
    config = folder / "bridge.toml"
    if not config.exists():
        _initialise(folder, places)
    _check_is_demo(config)
    _set_base_url(config, places)
    settings = load_settings(config, {})
    our_keys = load_keys(settings.key_dir)
    ours = OurMetadata(settings, lambda: our_keys, clock)
    providers = tuple(_providers(folder, places, ours, clock))
    logins = tuple(_logins(folder, places, ours, clock))
    _fill_database(folder, settings, places, _documents(providers, logins), clock)
    return Installation(config=config, providers=providers, logins=logins)


def _initialise(folder: Path, places: Places) -> None:
    """Let the command make keys, a secret and settings, and add our own settings."""
    done = subprocess.run(  # noqa: S603  # our own command
        [*PROGRAM, "init", str(folder), "--base-url", places.bridge],
        env=environment(),
        check=False,
        capture_output=True,
        text=True,
    )
    if done.returncode:
        raise SetupError(done.stderr.strip())
    config = folder / "bridge.toml"
    written = config.read_text(encoding="utf-8")
    more = partner_settings()
    config.write_text(f"{_HEAD}{written}\n{more}\n", encoding="utf-8")


def partner_settings() -> str:
    """Write what the demonstration adds to the settings of a new installation."""
    return "\n".join(_partners())


def _partners() -> Iterator[str]:
    for profile in PROFILES:
        group = _GROUPS.get(profile.method, LoginGroup.E_LEGITIMATION)
        yield "[[upstream]]"
        yield f"entity_id = {json.dumps(profile.entity_id)}"
        yield f"method = {json.dumps(profile.method)}"
        yield f"group = {json.dumps(group.value)}"
        yield f"title = {json.dumps(profile.name)}"
        yield f"levels = {json.dumps(LEVELS)}\n"
    yield "[[downstream]]"
    yield f"entity_id = {json.dumps(LANDSTING.entity_id)}"
    yield f"methods = {json.dumps([SITHS.method])}\n"
    yield "[[downstream]]"
    yield f"entity_id = {json.dumps(ANSVAR.entity_id)}"
    yield "attribute_queries = true"
    yield "push_permissions = false\n"
    yield "[agency]"
    yield f"manual_url = {json.dumps(_MANUAL)}"
    yield f"questions_url = {json.dumps(_MANUAL)}\n"
    yield "[[contacts]]"
    yield 'type = "technical"'
    yield 'given_name = "Demo"'
    yield 'email = "demo@example.se"'


def _check_is_demo(config: Path) -> None:
    """Leave a real installation alone.

    Raises:
        SetupError: The folder belongs to one.
    """
    if not load_settings(config, {}).demo:
        raise SetupError(f"{config} is not of a demonstration; choose another folder.")


def _set_base_url(config: Path, places: Places) -> None:
    """Follow the ports, which may be others than last time."""
    text = config.read_text(encoding="utf-8")
    line = f"base_url = {json.dumps(places.bridge)}"
    changed = _BASE_URL.sub(lambda _: line, text, count=1)
    if changed != text:
        config.write_text(changed, encoding="utf-8")


def _providers(
    folder: Path, places: Places, ours: OurMetadata, clock: Clock
) -> Iterator[Provider]:
    bridge = read_service_provider(ours.sp(), allow_loopback_http=True)
    for profile in PROFILES:
        yield Provider(
            profile=profile,
            key=_keys_of(folder, profile.method, clock).signing,
            bridge=bridge,
            base_url=places.portal,
            clock=clock,
        )


def _logins(
    folder: Path, places: Places, ours: OurMetadata, clock: Clock
) -> Iterator[ServiceLogin]:
    bridge = read_identity_provider(ours.idp(), allow_loopback_http=True)
    authority = authority_of(ours)
    for number, service in enumerate(SERVICES):
        yield ServiceLogin(
            service=service,
            keys=_keys_of(folder, service.code, clock),
            idp=bridge,
            authority=authority,
            base_url=places.service(number),
            permission_attribute=ours.settings.saml.permission_attribute,
            clock=clock,
        )


def authority_of(ours: OurMetadata) -> AttributeAuthority:
    """Read the bridge's attribute authority from its metadata.

    Raises:
        SetupError: It is something else.
    """
    xml = ours.document(OurRole.AA).xml
    party = read_party(xml, Role.AA, allow_loopback_http=True)
    if not isinstance(party, AttributeAuthority):
        raise SetupError("The bridge does not describe an attribute authority.")
    return party


def _keys_of(folder: Path, name: str, clock: Clock) -> KeySet:
    """Read the keys of a partner, which are made at the first start."""
    place = folder / "partners" / name
    if not place.exists():
        for purpose in Purpose:
            key = make_key(name, now=clock(), kind=_KIND)
            keys.add_key(place, purpose, Slot.CURRENT, key)
    return load_keys(place)


def _documents(
    providers: tuple[Provider, ...], logins: tuple[ServiceLogin, ...]
) -> Mapping[str, tuple[bytes, Role]]:
    """Write every partner's metadata."""
    found = {
        one.profile.method: (metadata_of(one.profile, one.key, one.base_url), Role.IDP)
        for one in providers
    }
    return found | {one.service.code: (one.metadata(), Role.SP) for one in logins}


def _fill_database(
    folder: Path,
    settings: Settings,
    places: Places,
    documents: Mapping[str, tuple[bytes, Role]],
    clock: Clock,
) -> None:
    engine = database.open_engine(settings)
    try:
        database.upgrade(engine)
        store = EntityStore(database.deferring(engine))
        admin = services.metadata_admin(
            settings, store, clock, witness=witness(ACTOR, clock)
        )
        for name, (xml, role) in documents.items():
            _trust(admin, folder / "partners" / f"{name}.xml", xml, role)
        authz = AuthzService(engine)
        authz.load_catalogue(
            catalogue.write(places), dry_run=False, actor=ACTOR, now=clock()
        )
        office = OfficeService(engine)
        _remind(office, authz, settings, clock)
        _announce(office, clock)
    finally:
        engine.dispose()


def _remind(
    office: OfficeService, authz: AuthzService, settings: Settings, clock: Clock
) -> None:
    """Let something end soon, once, so that there is mail in the outbox to look at."""
    if office.outbox.list(limit=1):
        return
    ending = catalogue.write_ending((clock() + _SOON).date())
    authz.load_catalogue(ending, dry_run=False, actor=ACTOR, now=clock())
    office.reminders.make(
        reminder_writer(settings.base_url, settings.agency.name),
        domain=settings.host,
        actor=ACTOR,
        now=clock(),
    )


def _announce(office: OfficeService, clock: Clock) -> None:
    """Tell something on the start pages, once."""
    if not office.notices.list():
        new = NewNotice(text=_NEWS, place=NoticePlace.NEWS, valid_from=clock())
        office.notices.add(new, actor=ACTOR, now=clock())


def _trust(admin: MetadataAdmin, file: Path, xml: bytes, role: Role) -> None:
    """Pin a partner's metadata, or approve it when the ports have changed it."""
    file.write_bytes(xml)
    known = {state.source.name: state.source for state in admin.list()}
    source = known.get(file.stem)
    if source is None:
        location = str(file.resolve())
        admin.add(NewSource(name=file.stem, location=location, roles=frozenset({role})))
    elif isinstance(source.trust, PinnedFile):
        admin.approve(file.stem)
