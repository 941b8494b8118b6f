"""The members of an invented federation: e-services and identity providers as text.

Modelled on what the feeds of Nordic federations carry: names and descriptions in two
languages, logos, contacts, organisations, wished attributes, categories, scopes, and
one or two keys, in about eight kilobytes. Every third is an identity provider.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Final

from benchmarks.certificates import certificate
from metadata import names

NAMESPACES: Final = {
    "alg": "urn:oasis:names:tc:SAML:metadata:algsupport",
    "ds": names.NS_DS,
    "md": names.NS_MD,
    "mdattr": names.NS_MDATTR,
    "mdrpi": "urn:oasis:names:tc:SAML:metadata:rpi",
    "mdui": names.NS_MDUI,
    "remd": names.NS_REFEDS,
    "saml": names.NS_SAML,
    "shibmd": names.NS_SHIBMD,
}
_PLACES: Final = (
    "Arboga",
    "Båstad",
    "Eda",
    "Gällivare",
    "Jönköping",
    "Landskrona",
    "Malå",
    "Orsa",
)
_KINDS: Final = ("region", "kommun", "högskola", "museum", "sjukhus", "apotek", "bolag")
_SERVICES: Final = (
    ("Journalen", "medical records"),
    ("Remissportalen", "referrals"),
    ("Lärplattformen", "the learning platform"),
    ("Biblioteket", "the library"),
    ("Tidbokningen", "appointments"),
    ("Beställningsstödet", "orders of supplies"),
)
_CATEGORIES: Final = (
    "http://refeds.org/category/research-and-scholarship",
    "http://www.geant.net/uri/dataprotection-code-of-conduct/v1",
    "http://id.swedenconnect.se/contract/sc/sweden-connect",
    "http://id.elegnamnden.se/ec/1.0/loa3-pnr",
    "https://refeds.org/category/code-of-conduct/v2",
)
_WISHES: Final = (
    (names.ATTR_GIVEN_NAME, "givenName"),
    (names.ATTR_SURNAME, "sn"),
    (names.ATTR_DISPLAY_NAME, "displayName"),
    (names.ATTR_MAIL, "mail"),
    (names.ATTR_HSA_ID, "employeeHsaId"),
    (names.ATTR_ORGANISATION_NUMBER, "organizationIdentifier"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.6", "eduPersonPrincipalName"),
    ("urn:oid:1.3.6.1.4.1.5923.1.1.1.9", "eduPersonScopedAffiliation"),
)
_DIGESTS: Final = (names.DIGEST_SHA512, names.DIGEST_SHA384, names.DIGEST_SHA256)
_SIGNATURES: Final = (names.SIGNATURE_RSA_SHA512, names.SIGNATURE_RSA_SHA256)
_CIPHERS: Final = (
    names.ENCRYPTION_AES256_GCM,
    names.ENCRYPTION_AES128_GCM,
    names.ENCRYPTION_AES256_CBC,
    names.KEY_TRANSPORT_OAEP,
)
_SHARE_OF_IDPS: Final = 0.3
_SHARE_WITH_TWO_KEYS: Final = 0.3
_BEGIN: Final = datetime(2024, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, kw_only=True)
class Member:
    """One member; the same seed, number and revision write the same text."""

    seed: int
    number: int
    revision: int = 0

    @property
    def is_idp(self) -> bool:
        """Whether it is an identity provider; the others are e-services."""
        return self._random("role").random() < _SHARE_OF_IDPS

    @property
    def host(self) -> str:
        """Its name in DNS."""
        return f"{'idp' if self.is_idp else 'sp'}-{self.number:05}.example.se"

    @property
    def entity_id(self) -> str:
        """What it calls itself; it keeps this in all revisions."""
        path = "idp/shibboleth" if self.is_idp else "Shibboleth.sso/Metadata"
        return f"https://{self.host}/{path}"

    def xml(self) -> str:
        """Write its ``EntityDescriptor``, with the prefixes of ``NAMESPACES``."""
        random = self._random("text")
        who = random.choice(_PLACES) + " " + random.choice(_KINDS)
        write = _Writer(random=random, host=self.host, who=who, keys=self._keys(who))
        role = write.idp_role() if self.is_idp else write.sp_role()
        return (
            f'<md:EntityDescriptor entityID="{self.entity_id}">\n'
            f"{write.entity_extensions()}{role}{write.organisation()}"
            f"{write.contacts()}</md:EntityDescriptor>\n"
        )

    def _keys(self, who: str) -> tuple[str, ...]:
        """Make its certificates; each revision is a step of a rollover.

        The new certificate comes before the one that every revision keeps.
        """
        steps = (0,) if not self.revision else (self.revision, 0)
        if self._random("keys").random() < _SHARE_WITH_TWO_KEYS:
            steps = (-1, *steps)
        return tuple(self._certificate(step, who) for step in steps)

    def _certificate(self, step: int, who: str) -> str:
        random = self._random(f"key {step}")
        begin = _BEGIN + timedelta(minutes=random.randrange(1_000_000))
        end = begin + timedelta(days=random.choice((1095, 3650, 7300)))
        return certificate(
            random, name=self.host, organisation=who, begin=begin, end=end
        )

    def _random(self, purpose: str) -> Random:
        return Random(f"{self.seed}/{self.number}/{purpose}")  # noqa: S311  # no secret


@dataclass(frozen=True, kw_only=True)
class _Writer:
    """Writes the parts of one member."""

    random: Random
    host: str
    who: str
    keys: tuple[str, ...]

    def entity_extensions(self) -> str:
        """Write who registered it, what it can, and of which kind it is."""
        count = self.random.randint(1, 3)
        categories = "".join(
            f"<saml:AttributeValue>{one}</saml:AttributeValue>\n"
            for one in self.random.sample(_CATEGORIES, count)
        )
        able = "".join(f'<alg:DigestMethod Algorithm="{one}"/>\n' for one in _DIGESTS)
        able += "".join(
            f'<alg:SigningMethod Algorithm="{one}"/>\n' for one in _SIGNATURES
        )
        support = ""
        if self.host.startswith("idp"):
            support = self._attribute(
                names.ASSURANCE_CERTIFICATION,
                "<saml:AttributeValue>http://www.swamid.se/policy/assurance/al2"
                "</saml:AttributeValue>\n",
            )
        return (
            "<md:Extensions>\n"
            '<mdrpi:RegistrationInfo registrationAuthority="http://www.example.se/" '
            f'registrationInstant="20{self.random.randint(12, 25)}-03-0'
            f'{self.random.randint(1, 9)}T09:00:00Z">\n'
            '<mdrpi:RegistrationPolicy xml:lang="en">https://www.example.se/policy'
            "/mdrps</mdrpi:RegistrationPolicy>\n</mdrpi:RegistrationInfo>\n"
            f"<mdattr:EntityAttributes>\n"
            f"{self._attribute(names.ENTITY_CATEGORY, categories)}{support}"
            f"</mdattr:EntityAttributes>\n{able}</md:Extensions>\n"
        )

    @staticmethod
    def _attribute(name: str, values: str) -> str:
        return (
            f'<saml:Attribute Name="{name}" NameFormat="{names.ATTRNAME_URI}">\n'
            f"{values}</saml:Attribute>\n"
        )

    def idp_role(self) -> str:
        """Write how people log in with it."""
        base = f"https://{self.host}/idp/profile/SAML2"
        scope = self.host.partition("-")[2]
        keys = "".join(self._key(one, "signing") for one in self.keys)
        return (
            f'<md:IDPSSODescriptor protocolSupportEnumeration="{names.NS_SAMLP}">\n'
            f'<md:Extensions>\n<shibmd:Scope regexp="false">{scope}</shibmd:Scope>\n'
            f"{self._ui_info(self.who, 'the login of ' + self.who)}"
            f"</md:Extensions>\n{keys}{self._key(self.keys[-1], 'encryption')}"
            f"{self._places('SingleLogoutService', f'{base}/{{}}/SLO')}"
            f"<md:NameIDFormat>{names.NAMEID_TRANSIENT}</md:NameIDFormat>\n"
            f"<md:NameIDFormat>{names.NAMEID_PERSISTENT}</md:NameIDFormat>\n"
            f"{self._places('SingleSignOnService', f'{base}/{{}}/SSO')}"
            "</md:IDPSSODescriptor>\n"
        )

    def sp_role(self) -> str:
        """Write how an e-service is answered, and what it wants to know."""
        name, english = self.random.choice(_SERVICES)
        base = f"https://{self.host}/Shibboleth.sso/SAML2"
        keys = "".join(
            self._key(one, use)
            for one in self.keys
            for use in (("signing", "encryption") if len(self.keys) == 1 else ("",))
        )
        acs = "".join(
            f'<md:AssertionConsumerService Binding="{names.BINDING_POST}" '
            f'Location="{base}/POST/{index}" index="{index}"/>\n'
            for index in range(1, self.random.randint(2, 5))
        )
        return (
            '<md:SPSSODescriptor AuthnRequestsSigned="true" '
            f'protocolSupportEnumeration="{names.NS_SAMLP}">\n<md:Extensions>\n'
            f"{self._ui_info(f'{name} i {self.who}', f'{english} of {self.who}')}"
            f"</md:Extensions>\n{keys}"
            f"{self._places('SingleLogoutService', f'{base}/{{}}/SLO')}"
            f"<md:NameIDFormat>{names.NAMEID_TRANSIENT}</md:NameIDFormat>\n{acs}"
            f"{self._wishes(name, english)}</md:SPSSODescriptor>\n"
        )

    def _ui_info(self, name: str, english: str) -> str:
        size = self.random.choice((64, 80, 120))
        return (
            "<mdui:UIInfo>\n"
            f'<mdui:DisplayName xml:lang="sv">{name}</mdui:DisplayName>\n'
            f'<mdui:DisplayName xml:lang="en">{english.capitalize()}'
            "</mdui:DisplayName>\n"
            f'<mdui:Description xml:lang="sv">{name}: här loggar du som arbetar inom '
            "vård, skola och omsorg in med den e-legitimation som du har i tjänsten."
            "</mdui:Description>\n"
            f'<mdui:Description xml:lang="en">Here people who work within health, '
            f"education and social care log in to {english}.</mdui:Description>\n"
            f'<mdui:InformationURL xml:lang="sv">https://{self.host}/om'
            "</mdui:InformationURL>\n"
            f'<mdui:InformationURL xml:lang="en">https://{self.host}/en/about'
            "</mdui:InformationURL>\n"
            f'<mdui:PrivacyStatementURL xml:lang="sv">https://{self.host}/om/'
            "personuppgifter</mdui:PrivacyStatementURL>\n"
            f'<mdui:Logo height="{size}" width="{size * 2}">https://{self.host}/static/'
            f"logo-{size}.png</mdui:Logo>\n</mdui:UIInfo>\n"
        )

    @staticmethod
    def _key(key: str, use: str) -> str:
        is_for = f' use="{use}"' if use else ""
        methods = "".join(
            f'<md:EncryptionMethod Algorithm="{one}"/>\n' for one in _CIPHERS
        )
        return (
            f"<md:KeyDescriptor{is_for}>\n<ds:KeyInfo>\n<ds:X509Data>\n"
            f"<ds:X509Certificate>\n{key}\n</ds:X509Certificate>\n</ds:X509Data>\n"
            f"</ds:KeyInfo>\n{'' if use == 'signing' else methods}"
            "</md:KeyDescriptor>\n"
        )

    @staticmethod
    def _places(tag: str, address: str) -> str:
        kinds = ((names.BINDING_REDIRECT, "Redirect"), (names.BINDING_POST, "POST"))
        return "".join(
            f'<md:{tag} Binding="{binding}" Location="{address.format(kind)}"/>\n'
            for binding, kind in kinds
        )

    def _wishes(self, name: str, english: str) -> str:
        wishes = "".join(
            f'<md:RequestedAttribute FriendlyName="{friendly}" Name="{wish}" '
            f'NameFormat="{names.ATTRNAME_URI}" '
            f'isRequired="{"true" if self.random.random() < 0.5 else "false"}"/>\n'  # noqa: PLR2004
            for wish, friendly in self.random.sample(
                _WISHES, self.random.randint(2, len(_WISHES))
            )
        )
        return (
            '<md:AttributeConsumingService index="1">\n'
            f'<md:ServiceName xml:lang="sv">{name}</md:ServiceName>\n'
            f'<md:ServiceName xml:lang="en">{english.capitalize()}</md:ServiceName>\n'
            f"{wishes}</md:AttributeConsumingService>\n"
        )

    def organisation(self) -> str:
        """Write whose it is."""
        texts = "".join(
            f'<md:Organization{tag} xml:lang="{lang}">{text}</md:Organization{tag}>\n'
            for tag, text in (
                ("Name", self.who),
                ("DisplayName", self.who.title()),
                ("URL", f"https://www.{self.host}/"),
            )
            for lang in ("sv", "en")
        )
        return f"<md:Organization>\n{texts}</md:Organization>\n"

    def contacts(self) -> str:
        """Write who answers for it."""
        plain = ("administrative", "support", "technical")
        security = f' remd:contactType="{names.CONTACT_SECURITY}"'
        return "".join(
            f'<md:ContactPerson contactType="{kind}"{more}>\n'
            f"<md:GivenName>{self.who} {role}</md:GivenName>\n"
            f"<md:EmailAddress>mailto:{role}@{self.host}</md:EmailAddress>\n"
            "</md:ContactPerson>\n"
            for kind, role, more in (
                *((one, one, "") for one in plain),
                ("other", "security", security),
            )
        )
