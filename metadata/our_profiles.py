"""By whose rules do we describe ourselves, where the federations disagree?

Everything that no federation objects to is said under every profile. What is left is
one small rule each.
"""

from collections.abc import Iterator
from enum import StrEnum
from typing import Final

from metadata import names
from metadata.our_entities import (
    ENCRYPTION_METHODS,
    IDP_NAME_ID_FORMATS,
    ContactKind,
    OurEntity,
    OurIdp,
)


class Profile(StrEnum):
    """Whose rules hold."""

    SAML2INT = "saml2int"
    SWEDEN_CONNECT = "sweden-connect"
    SWAMID = "swamid"


_CONTACTS: Final = {
    Profile.SAML2INT: (ContactKind.TECHNICAL,),
    Profile.SWEDEN_CONNECT: (ContactKind.TECHNICAL, ContactKind.SUPPORT),
    Profile.SWAMID: tuple(ContactKind),
}


def encryption_methods(profile: Profile) -> tuple[str, ...]:
    """Say what others may encrypt to us with.

    Sweden Connect makes AES-CBC mandatory and AES-GCM optional (deployment profile 8);
    saml2int lists AES-GCM alone (SDP-ALG01). We open AES-CBC in a signed Response.
    """
    if profile is not Profile.SWEDEN_CONNECT:
        return ENCRYPTION_METHODS
    *ciphers, key_transport = ENCRYPTION_METHODS
    cbc = (names.ENCRYPTION_AES256_CBC, names.ENCRYPTION_AES128_CBC)
    return (*ciphers, *cbc, key_transport)


def idp_name_id_formats(profile: Profile) -> tuple[str, ...]:
    """List the formats of our IdP, the usual one first.

    Sweden Connect expects persistent (deployment profile 6.2), saml2int and SWAMID
    transient (SDP-IDP12).
    """
    if profile is Profile.SWEDEN_CONNECT:
        return IDP_NAME_ID_FORMATS
    return tuple(reversed(IDP_NAME_ID_FORMATS))


def lists_attributes(profile: Profile) -> bool:
    """Tell whether our IdP lists the attributes that it knows (metadata 2.4.3).

    Sweden Connect recommends it, SWAMID forbids it (5.1.31).
    """
    return profile is Profile.SWEDEN_CONNECT


def shortcomings(profile: Profile, entity: OurEntity) -> Iterator[str]:
    """Name what the profile demands of an entity of ours and the settings lack."""
    present = {contact.kind for contact in entity.contacts}
    for kind in _CONTACTS[profile]:
        if kind not in present:
            yield f"contacts: {profile} wants a contact of type {kind}"
    if isinstance(entity, OurIdp):
        yield from _shortcomings_of_idp(profile, entity)


def _shortcomings_of_idp(profile: Profile, idp: OurIdp) -> Iterator[str]:
    certified = idp.assurance_certifications
    levels = f"published.idp_assurance_certifications: {profile} wants"
    if profile is Profile.SWEDEN_CONNECT and not certified:
        yield f"{levels} the level that it is approved for (2.1.3)"
    if profile is Profile.SWAMID and names.SWAMID_AL1 not in certified:
        yield f"{levels} {names.SWAMID_AL1} (5.1.9)"
    if profile is Profile.SWAMID and not idp.scopes:
        yield f"published.scopes: {profile} wants one at least (5.1.15)"
