"""What do we tell partners about ourselves? Our metadata, made from the settings.

Every node of the bridge gives the same bytes for a whole day: what differs from day to
day follows from the date, and nothing is left to chance. So an operator can tell a
partner the SHA-256 of a document, and it holds whichever node the partner asks.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificate

from idp_bridge.attribute_names import SWEDEN_CONNECT_NAMES, Fact
from idp_bridge.error_urls import OUR_QUERY
from idp_bridge.errors import MisconfiguredError
from idp_bridge.keys import KeySet, Purpose, StoredKey
from idp_bridge.settings import Settings
from idp_bridge.settings.texts import DisplaySettings, Organisation
from metadata import names, our_profiles
from metadata.clock import Clock
from metadata.our_entities import (
    ContactKind,
    OurAa,
    OurAttribute,
    OurContact,
    OurDisplay,
    OurIdp,
    OurLogo,
    OurOrganisation,
    OurSp,
    Texts,
    inera_attribute_services,
)
from metadata.publisher import publish

CACHE_DURATION: Final = timedelta(hours=6)
"""How often partners that read our metadata by themselves should look again."""
VALIDITY_STEP: Final = timedelta(days=1)
"""How long a document stays the same; until its end the validity only counts down."""
_FULL_SET: Final = {
    "sv": "HSA-id, namn, e-post och organisation",
    "en": "HSA-id, name, e-mail and organisation",
}
_ID_ONLY_SET: Final = {"sv": "HSA-id", "en": "HSA-id"}
_LOGOUT_BINDINGS: Final = (
    names.BINDING_REDIRECT,
    names.BINDING_POST,
    names.BINDING_SOAP,
)


OUR_ERROR_PAGE: Final = f"/inloggningsfel?{OUR_QUERY}"
"""Where services send people, with what they may say about the reason."""


class OurRole(StrEnum):
    """Which of our entities a document is about."""

    SP = "sp"
    IDP = "idp"
    AA = "aa"


@dataclass(frozen=True, slots=True, kw_only=True)
class OurDocument:
    """Our metadata in one role, as it is today."""

    role: OurRole
    entity_id: str
    xml: bytes = field(repr=False)
    made_at: datetime
    """When this process made it."""
    valid_until: datetime
    keys: tuple[StoredKey, ...] = field(repr=False)
    """The keys that it names."""

    @property
    def sha256(self) -> str:
        """The SHA-256 of the document, in hexadecimal."""
        return sha256(self.xml).hexdigest()


@dataclass(frozen=True, slots=True)
class OurMetadata:
    """Our metadata: signed once a day, and when keys change."""

    settings: Settings
    keys: Callable[[], KeySet] = field(repr=False)
    clock: Clock
    _made: dict[OurRole, tuple[KeySet, OurDocument]] = field(
        default_factory=dict, repr=False
    )

    def sp(self) -> bytes:
        """Describe our service provider, for the identity providers."""
        return self.document(OurRole.SP).xml

    def idp(self) -> bytes:
        """Describe our identity provider, for the services that ask us."""
        return self.document(OurRole.IDP).xml

    def document(self, role: OurRole) -> OurDocument:
        """Hand out today's document, signed with the present key."""
        now = self.clock()
        keys, valid_until = self.keys().published(now), self._valid_until(now)
        made = self._made.get(role)
        if made and made[0] == keys and made[1].valid_until == valid_until:
            return made[1]
        document = self._make(role, keys, now)
        self._made[role] = (keys, document)
        return document

    def documents(self) -> tuple[OurDocument, ...]:
        """Hand out today's documents in all roles."""
        return tuple(map(self.document, OurRole))

    def _make(self, role: OurRole, keys: KeySet, now: datetime) -> OurDocument:
        entity = _DESCRIPTIONS[role](self.settings, keys)
        valid_until = self._valid_until(now)
        xml = publish(
            entity,
            key=keys.signing,
            valid_until=valid_until,
            cache_duration=CACHE_DURATION,
        )
        return OurDocument(
            role=role,
            entity_id=entity.entity_id,
            xml=xml,
            made_at=now,
            valid_until=valid_until,
            keys=tuple(
                key
                for key in keys.keys
                if role is not OurRole.IDP or key.purpose is Purpose.SIGNING
            ),
        )

    def _valid_until(self, now: datetime) -> datetime:
        """Count from the end of the day (UTC), so that all nodes say the same."""
        today = now.replace(hour=0, minute=0, second=0, microsecond=0)
        return today + VALIDITY_STEP + self.settings.saml.metadata_validity


def shortcomings(settings: Settings) -> list[str]:
    """Name what the profile of our metadata demands and the settings lack."""
    keyless = KeySet(())
    found = [
        one
        for entity in (our_sp(settings, keyless), our_idp(settings, keyless))
        for one in our_profiles.shortcomings(settings.published.profile, entity)
    ]
    return list(dict.fromkeys([*found, *_unseen_certificates(settings)]))


def _unseen_certificates(settings: Settings) -> Iterator[str]:
    """Say when a Shibboleth SP would not believe what it meets at our address."""
    is_asked = any(policy.attribute_queries for policy in settings.downstream)
    if is_asked and settings.is_secure and not settings.published.aa_tls_certificates:
        yield (
            "published.aa_tls_certificates: is empty, so a Shibboleth SP does not"
            " believe our TLS key and logs people in without permissions"
        )
    for path in settings.published.aa_tls_certificates:
        try:
            read_certificate(path)
        except MisconfiguredError as error:
            yield f"published.aa_tls_certificates: {error}"


def our_sp(settings: Settings, keys: KeySet) -> OurSp:
    """Describe our service provider, with the keys that it names."""
    published = settings.published
    return OurSp(
        entity_id=settings.saml.sp_entity_id,
        signing_certificates=keys.certificates(Purpose.SIGNING),
        encryption_certificates=keys.certificates(Purpose.ENCRYPTION),
        encryption_methods=our_profiles.encryption_methods(published.profile),
        acs_url=f"{settings.base_url}/saml/sp/acs",
        attribute_services=inera_attribute_services(
            full=_FULL_SET, id_only=_ID_ONLY_SET
        ),
        display=_display(settings.display, settings.base_url),
        organisation=_organisation(settings.organisation),
        contacts=_contacts(settings),
        entity_categories=published.sp_entity_categories,
        slo_addresses=_slo_addresses(f"{settings.base_url}/saml/sp/slo"),
    )


def our_idp(settings: Settings, keys: KeySet) -> OurIdp:
    """Describe our identity provider, with the keys that it names."""
    published = settings.published
    sso_url = f"{settings.base_url}/saml/idp/sso"
    return OurIdp(
        entity_id=settings.saml.idp_entity_id,
        signing_certificates=keys.certificates(Purpose.SIGNING),
        sso_redirect_url=sso_url,
        sso_post_url=sso_url,
        wants_signed_requests=settings.saml.require_signed_requests,
        display=_display(settings.display, settings.base_url),
        organisation=_organisation(settings.organisation),
        contacts=_contacts(settings),
        entity_categories=published.idp_entity_categories,
        supported_categories=published.idp_supported_categories,
        assurance_certifications=published.idp_assurance_certifications,
        scopes=settings.scopes,
        error_url=published.error_url or f"{settings.base_url}{OUR_ERROR_PAGE}",
        name_id_formats=our_profiles.idp_name_id_formats(published.profile),
        attributes=_attributes(settings),
        slo_addresses=_slo_addresses(f"{settings.base_url}/saml/idp/slo"),
    )


def our_aa(settings: Settings, keys: KeySet) -> OurAa:
    """Describe our attribute authority, with the keys that it names.

    Raises:
        MisconfiguredError: A certificate of our address cannot be read.
    """
    published = settings.published
    return OurAa(
        entity_id=settings.saml.aa_entity_id,
        signing_certificates=keys.certificates(Purpose.SIGNING),
        encryption_certificates=keys.certificates(Purpose.ENCRYPTION),
        tls_certificates=tuple(map(read_certificate, published.aa_tls_certificates)),
        query_url=f"{settings.base_url}/saml/aa/query",
        display=_display(settings.display, settings.base_url),
        organisation=_organisation(settings.organisation),
        contacts=_contacts(settings),
        scopes=settings.scopes,
        attributes=_known_attributes(settings),
    )


def read_certificate(path: Path) -> bytes:
    """Read the first certificate of a PEM file: that of the server, not of issuers.

    Returns:
        DER.

    Raises:
        MisconfiguredError: The file cannot be read, or has none.
    """
    try:
        certificate = load_pem_x509_certificate(path.read_bytes())
    except (OSError, ValueError) as error:
        raise MisconfiguredError(f"{path} has no certificate in PEM") from error
    return certificate.public_bytes(Encoding.DER)


_DESCRIPTIONS: Final[
    Mapping[OurRole, Callable[[Settings, KeySet], OurSp | OurIdp | OurAa]]
] = {OurRole.SP: our_sp, OurRole.IDP: our_idp, OurRole.AA: our_aa}
"""How each of our entities is described."""


def _slo_addresses(url: str) -> tuple[tuple[str, str], ...]:
    """Take logout in every binding at one address."""
    return tuple((binding, url) for binding in _LOGOUT_BINDINGS)


def _attributes(settings: Settings) -> tuple[OurAttribute, ...]:
    """List what our IdP can tell, where the profile wants that said."""
    if not our_profiles.lists_attributes(settings.published.profile):
        return ()
    return _known_attributes(settings)


def _known_attributes(settings: Settings) -> tuple[OurAttribute, ...]:
    known = {name: fact for fact, name in SWEDEN_CONNECT_NAMES.items()}
    known[settings.saml.permission_attribute] = Fact.PERMISSIONS
    return tuple(
        OurAttribute(name=name, friendly_name=fact.value)
        for name, fact in known.items()
        if settings.has_scope_for(fact)
    )


def _display(display: DisplaySettings, base_url: str) -> OurDisplay:
    own_logo = OurLogo(url=f"{base_url}/static/icon.svg", width=64, height=64)
    logo = OurLogo(
        url=display.logo_url, width=display.logo_width, height=display.logo_height
    )
    privacy_url = display.privacy_url or f"{base_url}/personuppgifter"
    return OurDisplay(
        names=display.names.model_dump(),
        descriptions=display.descriptions.model_dump(),
        information_urls=_for_all(display.information_url),
        privacy_urls=_for_all(privacy_url),
        logo=logo if display.logo_url else own_logo,
    )


def _organisation(organisation: Organisation) -> OurOrganisation:
    return OurOrganisation(
        names=organisation.names.model_dump(),
        display_names=organisation.display_names.model_dump(),
        urls=_for_all(organisation.url),
        number=organisation.number,
    )


def _contacts(settings: Settings) -> tuple[OurContact, ...]:
    """Name each contact; one without a name of its own answers for the agency."""
    return tuple(
        OurContact(
            kind=ContactKind(contact.type),
            email=contact.email,
            given_name=contact.given_name or settings.organisation.display_names.sv,
            surname=contact.surname,
            telephone=contact.phone,
        )
        for contact in settings.contacts
    )


def _for_all(url: str) -> Texts:
    return {"sv": url, "en": url} if url else {}
