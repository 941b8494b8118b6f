"""The SAML names and URIs that we use, each written once."""

from typing import Final

# Namespaces
NS_SAML: Final = "urn:oasis:names:tc:SAML:2.0:assertion"
NS_SAMLP: Final = "urn:oasis:names:tc:SAML:2.0:protocol"
NS_MD: Final = "urn:oasis:names:tc:SAML:2.0:metadata"
NS_MDUI: Final = "urn:oasis:names:tc:SAML:metadata:ui"
NS_MDATTR: Final = "urn:oasis:names:tc:SAML:metadata:attribute"
NS_MDRPI: Final = "urn:oasis:names:tc:SAML:metadata:rpi"
NS_ALGORITHMS: Final = "urn:oasis:names:tc:SAML:metadata:algsupport"
NS_SHIBMD: Final = "urn:mace:shibboleth:metadata:1.0"
NS_MDORGEXT: Final = "http://id.swedenconnect.se/authn/1.0/md-org-ext/ns"
NS_REFEDS: Final = "http://refeds.org/metadata"
NS_SOAP: Final = "http://schemas.xmlsoap.org/soap/envelope/"
NS_DS: Final = "http://www.w3.org/2000/09/xmldsig#"
NS_XENC: Final = "http://www.w3.org/2001/04/xmlenc#"
NS_XENC11: Final = "http://www.w3.org/2009/xmlenc11#"
NS_XS: Final = "http://www.w3.org/2001/XMLSchema"
NS_XSI: Final = "http://www.w3.org/2001/XMLSchema-instance"
NS_PRINCIPAL_SELECTION: Final = (
    "http://id.swedenconnect.se/authn/1.0/principal-selection/ns"
)

# Bindings
BINDING_REDIRECT: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-Redirect"
BINDING_POST: Final = "urn:oasis:names:tc:SAML:2.0:bindings:HTTP-POST"
BINDING_SOAP: Final = "urn:oasis:names:tc:SAML:2.0:bindings:SOAP"

# Name identifier formats
NAMEID_TRANSIENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:transient"
NAMEID_PERSISTENT: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent"
NAMEID_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"
NAMEID_ENTITY: Final = "urn:oasis:names:tc:SAML:2.0:nameid-format:entity"

# Attribute names
ATTRNAME_URI: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:uri"
ATTRNAME_UNSPECIFIED: Final = "urn:oasis:names:tc:SAML:2.0:attrname-format:unspecified"
ATTR_GIVEN_NAME: Final = "urn:oid:2.5.4.42"
ATTR_SURNAME: Final = "urn:oid:2.5.4.4"
ATTR_DISPLAY_NAME: Final = "urn:oid:2.16.840.1.113730.3.1.241"
ATTR_MAIL: Final = "urn:oid:0.9.2342.19200300.100.1.3"
ATTR_HSA_ID: Final = "urn:oid:1.2.752.29.6.2.1"
ATTR_ORGANISATION_NUMBER: Final = "urn:oid:2.5.4.97"
ATTR_ORGANISATION_NAME: Final = "urn:oid:2.5.4.10"
ATTR_AFFILIATION: Final = "urn:oid:1.2.752.201.3.1"
ATTR_TRANSACTION: Final = "urn:oid:1.2.752.201.3.2"
ATTR_SUBJECT_ID: Final = "urn:oasis:names:tc:SAML:attribute:subject-id"
ATTR_PAIRWISE_ID: Final = "urn:oasis:names:tc:SAML:attribute:pairwise-id"
SAMBI: Final = "http://sambi.se/attributes/1/"
SAMBI_HSA_ID: Final = SAMBI + "employeeHsaId"
SAMBI_GIVEN_NAME: Final = SAMBI + "givenName"
SAMBI_SURNAME: Final = SAMBI + "surname"
SAMBI_MAIL: Final = SAMBI + "mail"
SAMBI_ORGANISATION_NUMBER: Final = SAMBI + "organizationIdentifier"
SAMBI_ORGANISATION_NAME: Final = SAMBI + "organizationName"
SAMBI_SYSTEM_ROLE: Final = SAMBI + "systemRole"
INERA_AUTHORIZATION_SCOPE: Final = "urn:authorizationScope"
INERA_LEVEL_OF_ASSURANCE: Final = "urn:sambi:names:attribute:levelOfAssurance"

# Reasons for a logout, SAML core 3.7.3
LOGOUT_BY_USER: Final = "urn:oasis:names:tc:SAML:2.0:logout:user"

# Subject confirmation
CONFIRMATION_BEARER: Final = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
CONFIRMATION_SENDER_VOUCHES: Final = "urn:oasis:names:tc:SAML:2.0:cm:sender-vouches"

# Status codes, SAML core 3.2.2.2
_STATUS: Final = "urn:oasis:names:tc:SAML:2.0:status:"
STATUS_SUCCESS: Final = _STATUS + "Success"
STATUS_REQUESTER: Final = _STATUS + "Requester"
STATUS_RESPONDER: Final = _STATUS + "Responder"
STATUS_VERSION_MISMATCH: Final = _STATUS + "VersionMismatch"
STATUS_AUTHN_FAILED: Final = _STATUS + "AuthnFailed"
STATUS_INVALID_ATTRIBUTE: Final = _STATUS + "InvalidAttrNameOrValue"
STATUS_INVALID_NAMEID_POLICY: Final = _STATUS + "InvalidNameIDPolicy"
STATUS_NO_AUTHN_CONTEXT: Final = _STATUS + "NoAuthnContext"
STATUS_NO_AVAILABLE_IDP: Final = _STATUS + "NoAvailableIDP"
STATUS_NO_PASSIVE: Final = _STATUS + "NoPassive"
STATUS_NO_SUPPORTED_IDP: Final = _STATUS + "NoSupportedIDP"
STATUS_PARTIAL_LOGOUT: Final = _STATUS + "PartialLogout"
STATUS_PROXY_COUNT_EXCEEDED: Final = _STATUS + "ProxyCountExceeded"
STATUS_REQUEST_DENIED: Final = _STATUS + "RequestDenied"
STATUS_REQUEST_UNSUPPORTED: Final = _STATUS + "RequestUnsupported"
STATUS_RESOURCE_NOT_RECOGNIZED: Final = _STATUS + "ResourceNotRecognized"
STATUS_TOO_MANY_RESPONSES: Final = _STATUS + "TooManyResponses"
STATUS_UNKNOWN_ATTRIBUTE_PROFILE: Final = _STATUS + "UnknownAttrProfile"
STATUS_UNKNOWN_PRINCIPAL: Final = _STATUS + "UnknownPrincipal"
STATUS_UNSUPPORTED_BINDING: Final = _STATUS + "UnsupportedBinding"
STATUS_VERSION_TOO_HIGH: Final = _STATUS + "RequestVersionTooHigh"
STATUS_VERSION_TOO_LOW: Final = _STATUS + "RequestVersionTooLow"
STATUS_VERSION_DEPRECATED: Final = _STATUS + "RequestVersionDeprecated"

# Status codes of the Swedish eID framework
STATUS_CANCEL: Final = "http://id.elegnamnden.se/status/1.0/cancel"
STATUS_FRAUD: Final = "http://id.elegnamnden.se/status/1.0/fraud"
STATUS_POSSIBLE_FRAUD: Final = "http://id.elegnamnden.se/status/1.0/possibleFraud"

# Levels of assurance
LOA_SAMBI_2: Final = "http://id.sambi.se/loa/loa2"
LOA_SAMBI_3: Final = "http://id.sambi.se/loa/loa3"
LOA_DIGG_2: Final = "http://id.elegnamnden.se/loa/1.0/loa2"
LOA_DIGG_3: Final = "http://id.elegnamnden.se/loa/1.0/loa3"
LOA_UNCERTIFIED_2: Final = "http://id.swedenconnect.se/loa/1.0/uncertified-loa2"
LOA_UNCERTIFIED_3: Final = "http://id.swedenconnect.se/loa/1.0/uncertified-loa3"

# Entity attributes
ASSURANCE_CERTIFICATION: Final = (
    "urn:oasis:names:tc:SAML:attribute:assurance-certification"
)
SWAMID_AL1: Final = "http://www.swamid.se/policy/assurance/al1"
ENTITY_CATEGORY: Final = "http://macedir.org/entity-category"
SUBJECT_ID_SIGNAL: Final = "urn:oasis:names:tc:SAML:profiles:subject-id:req"
ENTITY_CATEGORY_SUPPORT: Final = "http://macedir.org/entity-category-support"
CONTACT_SECURITY: Final = "http://refeds.org/metadata/contactType/security"

# XML signature and encryption algorithms
C14N_EXCLUSIVE: Final = "http://www.w3.org/2001/10/xml-exc-c14n#"
TRANSFORM_ENVELOPED: Final = "http://www.w3.org/2000/09/xmldsig#enveloped-signature"
DIGEST_SHA1: Final = "http://www.w3.org/2000/09/xmldsig#sha1"
DIGEST_SHA256: Final = "http://www.w3.org/2001/04/xmlenc#sha256"
DIGEST_SHA384: Final = "http://www.w3.org/2001/04/xmldsig-more#sha384"
DIGEST_SHA512: Final = "http://www.w3.org/2001/04/xmlenc#sha512"
_DSIG_MORE: Final = "http://www.w3.org/2001/04/xmldsig-more#"
SIGNATURE_RSA_SHA256: Final = _DSIG_MORE + "rsa-sha256"
SIGNATURE_RSA_SHA384: Final = _DSIG_MORE + "rsa-sha384"
SIGNATURE_RSA_SHA512: Final = _DSIG_MORE + "rsa-sha512"
SIGNATURE_ECDSA_SHA256: Final = _DSIG_MORE + "ecdsa-sha256"
SIGNATURE_ECDSA_SHA384: Final = _DSIG_MORE + "ecdsa-sha384"
SIGNATURE_ECDSA_SHA512: Final = _DSIG_MORE + "ecdsa-sha512"
ENCRYPTION_AES128_CBC: Final = NS_XENC + "aes128-cbc"
ENCRYPTION_AES192_CBC: Final = NS_XENC + "aes192-cbc"
ENCRYPTION_AES256_CBC: Final = NS_XENC + "aes256-cbc"
ENCRYPTION_AES128_GCM: Final = NS_XENC11 + "aes128-gcm"
ENCRYPTION_AES192_GCM: Final = NS_XENC11 + "aes192-gcm"
ENCRYPTION_AES256_GCM: Final = NS_XENC11 + "aes256-gcm"
KEY_TRANSPORT_OAEP: Final = NS_XENC + "rsa-oaep-mgf1p"
KEY_TRANSPORT_OAEP_11: Final = NS_XENC11 + "rsa-oaep"
MASK_SHA1: Final = NS_XENC11 + "mgf1sha1"
MASK_SHA256: Final = NS_XENC11 + "mgf1sha256"
MASK_SHA384: Final = NS_XENC11 + "mgf1sha384"
MASK_SHA512: Final = NS_XENC11 + "mgf1sha512"
