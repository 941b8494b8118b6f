"""What do we tell partners about ourselves? Our metadata, made from the settings."""

from dataclasses import dataclass, field
from typing import Final

from idp_bridge.keys import KeySet, Purpose
from idp_bridge.settings import Contact, DisplaySettings, Organisation, Settings
from metadata.clock import Clock
from metadata.our_entities import (
    ContactKind,
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

_FULL_SET: Final = {
    "sv": "HSA-id, namn, e-post och organisation",
    "en": "HSA-id, name, e-mail and organisation",
}
_ID_ONLY_SET: Final = {"sv": "HSA-id", "en": "HSA-id"}


@dataclass(frozen=True, slots=True)
class OurMetadata:
    """Our metadata, signed anew at every call."""

    settings: Settings
    keys: KeySet = field(repr=False)
    clock: Clock

    def sp(self) -> bytes:
        """Describe our service provider, for the identity providers."""
        return self._signed(our_sp(self.settings, self.keys))

    def idp(self) -> bytes:
        """Describe our identity provider, for the services that ask us."""
        return self._signed(our_idp(self.settings, self.keys))

    def _signed(self, entity: OurSp | OurIdp) -> bytes:
        valid_until = self.clock() + self.settings.saml.metadata_validity
        return publish(entity, key=self.keys.signing, valid_until=valid_until)


def our_sp(settings: Settings, keys: KeySet) -> OurSp:
    """Describe our service provider."""
    return OurSp(
        entity_id=settings.saml.sp_entity_id,
        signing_certificates=keys.published(Purpose.SIGNING),
        encryption_certificates=keys.published(Purpose.ENCRYPTION),
        acs_url=f"{settings.base_url}/saml/sp/acs",
        attribute_services=inera_attribute_services(
            full=_FULL_SET, id_only=_ID_ONLY_SET
        ),
        display=_display(settings.display, settings.base_url),
        organisation=_organisation(settings.organisation),
        contacts=tuple(map(_contact, settings.contacts)),
    )


def our_idp(settings: Settings, keys: KeySet) -> OurIdp:
    """Describe our identity provider."""
    sso_url = f"{settings.base_url}/saml/idp/sso"
    return OurIdp(
        entity_id=settings.saml.idp_entity_id,
        signing_certificates=keys.published(Purpose.SIGNING),
        sso_redirect_url=sso_url,
        sso_post_url=sso_url,
        wants_signed_requests=settings.saml.require_signed_requests,
        display=_display(settings.display, settings.base_url),
        organisation=_organisation(settings.organisation),
        contacts=tuple(map(_contact, settings.contacts)),
    )


def _display(display: DisplaySettings, base_url: str) -> OurDisplay:
    logo = OurLogo(
        url=display.logo_url, width=display.logo_width, height=display.logo_height
    )
    privacy_url = display.privacy_url or f"{base_url}/personuppgifter"
    return OurDisplay(
        names=display.names.model_dump(),
        descriptions=display.descriptions.model_dump(),
        information_urls=_for_all(display.information_url),
        privacy_urls=_for_all(privacy_url),
        logo=logo if display.logo_url else None,
    )


def _organisation(organisation: Organisation) -> OurOrganisation:
    return OurOrganisation(
        names=organisation.names.model_dump(),
        display_names=organisation.display_names.model_dump(),
        urls=_for_all(organisation.url),
        number=organisation.number,
    )


def _contact(contact: Contact) -> OurContact:
    return OurContact(
        kind=ContactKind(contact.type),
        email=contact.email,
        given_name=contact.given_name,
        surname=contact.surname,
        telephone=contact.phone,
    )


def _for_all(url: str) -> Texts:
    return {"sv": url, "en": url} if url else {}
