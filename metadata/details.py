"""What do operators want to see of an entity, and what do filters look at?"""

import base64
import binascii
from collections.abc import Iterable, Iterator
from functools import lru_cache
from hashlib import sha256
from typing import Final

from cryptography import x509
from lxml import etree

from metadata import names
from metadata.elements import MD, attribute, children, text_of
from metadata.entities import AnyParty, Role, ServiceProvider
from metadata.reader import descriptors_of, entity_attribute
from metadata.records import CertificateDetails, EntityDetails

_DS: Final = f"{{{names.NS_DS}}}"
_CERTIFICATE: Final = (_DS + "KeyInfo", _DS + "X509Data", _DS + "X509Certificate")


def details_of(
    entity: etree._Element,
    parties: Iterable[AnyParty],
    *,
    authority: str | None,
) -> EntityDetails:
    """Collect what is worth a look.

    Args:
        entity: The ``EntityDescriptor``.
        parties: The entity in each of its usable roles.
        authority: Who registered it.
    """
    displays = [party.display for party in parties]
    found = {
        language: name
        for display in reversed(displays)
        for language, name in display.names.items()
    }
    logos = (display.logo_url for display in displays)
    return EntityDetails(
        names=found,
        logo_url=next(filter(None, logos), None),
        categories=categories_of(entity),
        scopes=tuple(
            dict.fromkeys(
                scope
                for party in parties
                if not isinstance(party, ServiceProvider)
                for scope in party.scopes
            )
        ),
        registration_authority=authority,
        certificates=tuple(dict.fromkeys(_certificates(entity))),
    )


def categories_of(entity: etree._Element) -> tuple[str, ...]:
    """Read the entity categories (RFC 8409)."""
    return entity_attribute(entity, names.ENTITY_CATEGORY)


def _certificates(entity: etree._Element) -> Iterator[CertificateDetails]:
    for descriptor in descriptors_of(entity, *Role):
        for key in descriptor.iterchildren(MD + "KeyDescriptor"):
            for element in children(key, *_CERTIFICATE):
                found = _certificate(text_of(element), attribute(key, "use"))
                if found is not None:
                    yield found


@lru_cache(maxsize=1024)
def _certificate(text: str, use: str) -> CertificateDetails | None:
    """Look at a certificate; one that cannot be read is told elsewhere."""
    try:
        der = base64.b64decode("".join(text.split()), validate=True)
        not_after = x509.load_der_x509_certificate(der).not_valid_after_utc
    except (binascii.Error, ValueError):
        return None
    return CertificateDetails(
        use=use, sha256=sha256(der).hexdigest(), not_after=not_after
    )
