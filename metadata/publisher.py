"""What do we tell the others about us? Our metadata, signed, one role a document.

pysaml2 is the message model only: its classes know the order of the schema.
"""

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any, Final

from lxml import etree
from saml2 import ExtensionElement, SamlBase, element_to_extension_element, md, saml
from saml2 import xmldsig as ds
from saml2.extension import mdattr, mdui, shibmd

from metadata import names, safe_xml
from metadata.instants import format_instant
from metadata.our_entities import (
    ContactKind,
    OurAa,
    OurAttribute,
    OurAttributeService,
    OurContact,
    OurEntity,
    OurIdp,
    OurOrganisation,
    OurSp,
    Texts,
)
from metadata.signatures import SigningKey, sign_enveloped

_PREFIXES: Final = {
    "md": names.NS_MD,
    "mdui": names.NS_MDUI,
    "mdattr": names.NS_MDATTR,
    "mdorgext": names.NS_MDORGEXT,
    "remd": names.NS_REFEDS,
    "shibmd": names.NS_SHIBMD,
    "saml": names.NS_SAML,
    "ds": names.NS_DS,
}
_ID_DIGITS: Final = 40


def publish(
    entity: OurSp | OurIdp | OurAa,
    *,
    key: SigningKey,
    valid_until: datetime,
    cache_duration: timedelta | None = None,
) -> bytes:
    """Write and sign the metadata of one of our entities.

    The same words with the same key are the same bytes, whoever writes them: the ID
    follows from the words, and nothing in the signature is left to chance.

    Args:
        entity: What to say.
        key: What to sign the document with.
        valid_until: Until when others may use it.
        cache_duration: How soon they should look for a new one.

    Returns:
        The document, in UTF-8.
    """
    described = _describe(entity)
    described.valid_until = format_instant(valid_until)
    if cache_duration is not None:
        described.cache_duration = f"PT{int(cache_duration.total_seconds())}S"
    words = described.to_string(nspair=_PREFIXES)
    root = safe_xml.parse(words, limits=safe_xml.METADATA_LIMITS)
    root.set("ID", "_" + sha256(words).hexdigest()[:_ID_DIGITS])
    sign_enveloped(root, key, leave_nothing_to_chance=True)
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8")


def _describe(entity: OurSp | OurIdp | OurAa) -> md.EntityDescriptor:
    described = md.EntityDescriptor(
        entity_id=entity.entity_id,
        extensions=_extensions(_entity_attributes(entity)),
        organization=_organisation(entity.organisation),
        contact_person=[_contact(contact) for contact in entity.contacts],
    )
    if isinstance(entity, OurSp):
        described.spsso_descriptor = [_sp_role(entity)]
    elif isinstance(entity, OurIdp):
        described.idpsso_descriptor = [_idp_role(entity)]
    else:
        described.attribute_authority_descriptor = [_aa_role(entity)]
    return described


def _sp_role(sp: OurSp) -> md.SPSSODescriptor:
    return md.SPSSODescriptor(
        protocol_support_enumeration=names.NS_SAMLP,
        authn_requests_signed="true",
        want_assertions_signed="true",
        extensions=_extensions([_ui_info(sp)]),
        key_descriptor=[
            *(_signing_key(certificate) for certificate in sp.signing_certificates),
            *(
                _encryption_key(one, sp.encryption_methods)
                for one in sp.encryption_certificates
            ),
        ],
        single_logout_service=_logout_services(sp),
        name_id_format=_name_id_formats(sp.name_id_formats),
        assertion_consumer_service=[
            md.AssertionConsumerService(
                binding=names.BINDING_POST,
                location=sp.acs_url,
                index="0",
                is_default="true",
            )
        ],
        attribute_consuming_service=[
            _attribute_service(service) for service in sp.attribute_services
        ],
    )


def _idp_role(idp: OurIdp) -> md.IDPSSODescriptor:
    addresses = (
        (names.BINDING_REDIRECT, idp.sso_redirect_url),
        (names.BINDING_POST, idp.sso_post_url),
    )
    return md.IDPSSODescriptor(
        protocol_support_enumeration=names.NS_SAMLP,
        want_authn_requests_signed="true" if idp.wants_signed_requests else "false",
        error_url=idp.error_url or None,
        extensions=_extensions([*_scopes(idp.scopes), _ui_info(idp)]),
        key_descriptor=[
            _signing_key(certificate) for certificate in idp.signing_certificates
        ],
        single_logout_service=_logout_services(idp),
        name_id_format=_name_id_formats(idp.name_id_formats),
        single_sign_on_service=[
            md.SingleSignOnService(binding=binding, location=location)
            for binding, location in addresses
        ],
        attribute=[_attribute(one) for one in idp.attributes],
    )


def _logout_services(entity: OurEntity) -> list[md.SingleLogoutService]:
    return [
        md.SingleLogoutService(binding=binding, location=location)
        for binding, location in entity.slo_addresses
    ]


def _aa_role(aa: OurAa) -> md.AttributeAuthorityDescriptor:
    """Describe the authority; it signs with a key, and TLS may use another one."""
    certificates = dict.fromkeys([*aa.signing_certificates, *aa.tls_certificates])
    return md.AttributeAuthorityDescriptor(
        protocol_support_enumeration=names.NS_SAMLP,
        extensions=_extensions([*_scopes(aa.scopes), _ui_info(aa)]),
        key_descriptor=[
            *map(_signing_key, certificates),
            *(
                _encryption_key(one, aa.encryption_methods)
                for one in aa.encryption_certificates
            ),
        ],
        attribute_service=[
            md.AttributeService(binding=names.BINDING_SOAP, location=aa.query_url)
        ],
        name_id_format=_name_id_formats(aa.name_id_formats),
        attribute=[_attribute(one) for one in aa.attributes],
    )


def _scopes(scopes: Iterable[str]) -> list[shibmd.Scope]:
    return [shibmd.Scope(text=scope, regexp="false") for scope in scopes]


def _attribute(attribute: OurAttribute) -> saml.Attribute:
    return saml.Attribute(
        name=attribute.name,
        name_format=names.ATTRNAME_URI,
        friendly_name=attribute.friendly_name,
    )


def _name_id_formats(formats: Iterable[str]) -> list[md.NameIDFormat]:
    return [md.NameIDFormat(text=name_id_format) for name_id_format in formats]


def _signing_key(certificate: bytes) -> md.KeyDescriptor:
    return md.KeyDescriptor(use="signing", key_info=_key_info(certificate))


def _encryption_key(certificate: bytes, methods: Iterable[str]) -> md.KeyDescriptor:
    return md.KeyDescriptor(
        use="encryption",
        key_info=_key_info(certificate),
        encryption_method=[
            one for method in methods for one in _encryption_methods(method)
        ],
    )


def _encryption_methods(algorithm: str) -> Iterator[md.EncryptionMethod]:
    """Declare an algorithm; RSA-OAEP with SHA-256, too, which must be declared."""
    yield md.EncryptionMethod(algorithm=algorithm)
    if algorithm == names.KEY_TRANSPORT_OAEP:
        digest = ds.DigestMethod(algorithm=names.DIGEST_SHA256)
        yield md.EncryptionMethod(
            algorithm=algorithm,
            extension_elements=[element_to_extension_element(digest)],
        )


def _key_info(certificate: bytes) -> ds.KeyInfo:
    text = base64.b64encode(certificate).decode("ascii")
    return ds.KeyInfo(
        x509_data=ds.X509Data(x509_certificate=ds.X509Certificate(text=text))
    )


def _attribute_service(service: OurAttributeService) -> md.AttributeConsumingService:
    return md.AttributeConsumingService(
        index=str(service.index),
        is_default="true" if service.index == 0 else "false",
        service_name=_localised(md.ServiceName, service.names),
        requested_attribute=[
            md.RequestedAttribute(
                name=wish.name,
                name_format=names.ATTRNAME_URI,
                friendly_name=wish.friendly_name,
                is_required="true" if wish.is_required else "false",
            )
            for wish in service.requested
        ],
    )


def _ui_info(entity: OurEntity) -> mdui.UIInfo:
    display = entity.display
    logo = display.logo and mdui.Logo(
        text=display.logo.url,
        width=str(display.logo.width),
        height=str(display.logo.height),
    )
    return mdui.UIInfo(
        display_name=_localised(mdui.DisplayName, display.names),
        description=_localised(mdui.Description, display.descriptions),
        logo=[logo] if logo else [],
        information_url=_localised(mdui.InformationURL, display.information_urls),
        privacy_statement_url=_localised(
            mdui.PrivacyStatementURL, display.privacy_urls
        ),
    )


def _entity_attributes(entity: OurEntity) -> list[mdattr.EntityAttributes]:
    """Say which levels and categories we have been given, if any."""
    said = (
        (names.ASSURANCE_CERTIFICATION, entity.assurance_certifications),
        (names.ENTITY_CATEGORY, entity.entity_categories),
        (names.ENTITY_CATEGORY_SUPPORT, _supported_categories(entity)),
    )
    attributes = [
        saml.Attribute(
            name=name,
            name_format=names.ATTRNAME_URI,
            attribute_value=[_value(value) for value in values],
        )
        for name, values in said
        if values
    ]
    return [mdattr.EntityAttributes(attribute=attributes)] if attributes else []


def _supported_categories(entity: OurEntity) -> tuple[str, ...]:
    return entity.supported_categories if isinstance(entity, OurIdp) else ()


def _value(text: str) -> saml.AttributeValue:
    """Make a value without the type that pysaml2 would add."""
    value = saml.AttributeValue()
    value.text = text
    value.extension_attributes = {}
    return value


def _organisation(organisation: OurOrganisation) -> md.Organization:
    number = (
        [
            ExtensionElement(
                "OrganizationNumber",
                namespace=names.NS_MDORGEXT,
                text=organisation.number,
            )
        ]
        if organisation.number
        else []
    )
    return md.Organization(
        extensions=md.Extensions(extension_elements=number) if number else None,
        organization_name=_localised(md.OrganizationName, organisation.names),
        organization_display_name=_localised(
            md.OrganizationDisplayName, organisation.display_names
        ),
        organization_url=_localised(md.OrganizationURL, organisation.urls),
    )


def _contact(contact: OurContact) -> md.ContactPerson:
    """Describe a contact; one for security is of type "other" (REFEDS)."""
    is_security = contact.kind is ContactKind.SECURITY
    mark = {f"{{{names.NS_REFEDS}}}contactType": names.CONTACT_SECURITY}
    address = contact.email.removeprefix("mailto:")
    return md.ContactPerson(
        contact_type="other" if is_security else contact.kind.value,
        extension_attributes=mark if is_security else None,
        company=_optional(md.Company, contact.company),
        given_name=_optional(md.GivenName, contact.given_name),
        sur_name=_optional(md.SurName, contact.surname),
        email_address=[md.EmailAddress(text=f"mailto:{address}")],
        telephone_number=[
            md.TelephoneNumber(text=number) for number in [contact.telephone] if number
        ],
    )


def _optional(kind: type[SamlBase], text: str) -> Any:
    return kind(text=text) if text else None


def _localised(kind: type[SamlBase], texts: Texts) -> list[Any]:
    return [kind(text=text, lang=language) for language, text in texts.items()]


def _extensions(elements: Iterable[SamlBase]) -> md.Extensions | None:
    """Put elements of other schemas where metadata allows them."""
    extended = [element_to_extension_element(element) for element in elements]
    return md.Extensions(extension_elements=extended) if extended else None
