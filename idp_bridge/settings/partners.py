"""What is agreed with each partner? ``[[upstream]]`` and ``[[downstream]]``."""

from enum import StrEnum
from typing import Annotated, Any, Final, Literal

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from idp_bridge.attribute_names import MAY_HAVE, Fact, Family, name_of
from idp_bridge.settings.levels import LevelMap
from idp_bridge.settings.section import EntityId, Name, Section, Uri
from metadata import names

Code = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,63}$")]
"""A short name of our own, for addresses and files."""


class LoginGroup(StrEnum):
    """Under which heading a login method stands on the page *Logga in*."""

    E_LEGITIMATION = "e-legitimation"
    ACCOUNT = "konto"
    E_SERVICE_LEGITIMATION = "e-tjanstelegitimation"


class Upstream(Section):
    """One login method: an identity provider that we ask."""

    entity_id: EntityId
    """Who is asked; must be in the trusted metadata."""
    method: Code
    """The method's own name, unique."""
    group: LoginGroup = LoginGroup.E_SERVICE_LEGITIMATION
    """Under which heading it stands."""
    title: Name
    """What people read on the button."""
    levels: Annotated[tuple[Uri, ...], Field(min_length=1)]
    """Levels of assurance that it may assert, if its metadata does not say fewer."""
    attribute_map: Literal["inera"] = "inera"
    """How its attributes are called."""
    attribute_service_index: Annotated[int, Field(ge=0, le=65535)] | None = None
    """Which set of attributes is asked for; not given: the IdP's default."""
    send_requester_id: bool = False
    """Tell the IdP which SP the login is for (``RequesterID``)."""
    force_post: bool = False
    """Send requests by POST although the IdP takes Redirect."""
    single_logout: bool = True
    """Whether somebody who logs out of us logs out of the IdP too."""


class Encrypt(StrEnum):
    """When assertions for an SP are encrypted."""

    WHEN_POSSIBLE = "when-possible"
    NEVER = "never"
    REQUIRED = "required"


class UnknownSubject(StrEnum):
    """How a query about somebody unknown is answered."""

    REFUSE = "unknown-principal"
    EMPTY = "success"


class SingleSignOn(StrEnum):
    """How an SP takes people who have logged in lately at another one."""

    ASK = "ask"
    SILENT = "silent"
    OFF = "off"


class ShowRelease(StrEnum):
    """When people see what an SP is told about them, before it is told."""

    NEVER = "never"
    FIRST_TIME = "first-time"
    ALWAYS = "always"


class Profile(StrEnum):
    """Whose rules hold where the profiles disagree."""

    SAML2INT = "saml2int"
    SWEDEN_CONNECT = "sweden-connect"


class PrincipalSelection(StrEnum):
    """What it means that an SP names the person who shall log in."""

    REQUIRED = "required"
    HINT = "hint"


SetIndex = Annotated[str, StringConstraints(pattern=r"^(0|[1-9][0-9]{0,4})$")]
"""An ``AttributeConsumingServiceIndex``, as a key in TOML is written."""

_NAME_ID_FORMATS: Final = {
    "persistent": names.NAMEID_PERSISTENT,
    "transient": names.NAMEID_TRANSIENT,
}
_ENCRYPTIONS: Final = {
    "aes128-gcm": names.ENCRYPTION_AES128_GCM,
    "aes192-gcm": names.ENCRYPTION_AES192_GCM,
    "aes256-gcm": names.ENCRYPTION_AES256_GCM,
    "aes128-cbc": names.ENCRYPTION_AES128_CBC,
    "aes192-cbc": names.ENCRYPTION_AES192_CBC,
    "aes256-cbc": names.ENCRYPTION_AES256_CBC,
}
_ENCRYPTION_OF_PROFILE: Final = {
    Profile.SAML2INT: "aes128-gcm",
    Profile.SWEDEN_CONNECT: "aes256-cbc",
}


def _uri_of(table: dict[str, str], value: object) -> object:
    """Translate a short name to its URI; a URI of the table stays as it is."""
    if value in table.values():
        return value
    if not isinstance(value, str) or value not in table:
        raise ValueError(f"must be one of {', '.join(table)}")
    return table[value]


NameIdFormat = Annotated[
    str, BeforeValidator(lambda value: _uri_of(_NAME_ID_FORMATS, value))
]
DataEncryption = Annotated[
    str, BeforeValidator(lambda value: _uri_of(_ENCRYPTIONS, value))
]


class DownstreamPolicy(Section):
    """What is special about one SP; everything but the entityID has a default."""

    entity_id: EntityId
    """Which SP it is about."""
    service: Code | None = None
    """Code of its e-service; not given: the one whose catalogue entry lists the SP."""
    profile: Profile = Profile.SAML2INT
    """Whose rules hold where the profiles disagree."""
    name_id_format: NameIdFormat = names.NAMEID_PERSISTENT
    """Name identifier when neither request nor metadata asks for one: ``persistent``
    or ``transient``."""
    sign_assertion: bool | None = None
    """Sign the assertion too; not given: as the SP's metadata wants it."""
    encrypt: Encrypt = Encrypt.WHEN_POSSIBLE
    """When assertions are encrypted: ``when-possible``, ``never`` or ``required``."""
    data_encryption: DataEncryption = names.ENCRYPTION_AES128_GCM
    """Algorithm when the SP declares none; the default follows the profile."""
    authenticating_authority: bool = True
    """Name the identity provider upstream in the assertion."""
    attribute_names: Family = Family.SWEDEN_CONNECT
    """Whose names for attributes, where the metadata asks for none by name:
    ``sweden-connect`` or ``sambi``."""
    hsa_id_attributes: tuple[Uri, ...] = (names.ATTR_HSA_ID,)
    """Attribute names under which the HSA-id is released; the default follows
    ``attribute_names``."""
    methods: tuple[Code, ...] = ()
    """Login methods that may be used; empty: all."""
    default_level: Uri | None = None
    """Level to answer with when the SP asks for none."""
    levels: LevelMap | None = None
    """Levels of this SP alone, instead of the general `levels`; not given: those."""
    upstream_attribute_sets: dict[SetIndex, Annotated[int, Field(ge=0, le=65535)]] = (
        Field(default_factory=dict)
    )
    """Which of our attribute sets is asked for upstream, by the index in the SP's
    request; otherwise that of the `[[upstream]]`."""
    principal_selection: PrincipalSelection = PrincipalSelection.REQUIRED
    """What it means that the SP names a person: only that person may log in
    (``required``), or the identity provider need not ask who it is (``hint``)."""
    may_have: tuple[Fact, ...] = MAY_HAVE
    """What the SP is told if it asks; whatever is not here it is not told."""
    release: tuple[Uri, ...] = ()
    """Attributes, by name, that the SP is told although its metadata does not ask
    for them, also beyond ``may_have``."""
    permission_attribute: str = ""
    """Name of the attribute with permissions; empty: the one of ``[saml]``."""
    sso: SingleSignOn = SingleSignOn.ASK
    """Who has logged in lately: is asked on a page, goes on silently, logs in anew."""
    show_release: ShowRelease = ShowRelease.NEVER
    """When people see what the SP is told: ``never``, ``first-time``, ``always``."""
    require_signed_requests: bool = False
    """Refuse unsigned requests of this SP, whatever its metadata says."""
    attribute_queries: bool = False
    """Whether the SP may ask our attribute authority about people."""
    push_permissions: bool = True
    """Whether permissions come with the login; if not, the SP asks for them."""
    query_by_hsa_id: bool = False
    """Whether the SP may also ask by HSA-id, about people who have not been there."""
    unknown_subject: UnknownSubject = UnknownSubject.REFUSE
    """The answer about somebody unknown: ``unknown-principal``, or ``success`` with
    nothing in it."""

    @model_validator(mode="before")
    @classmethod
    def _follow(cls, values: Any) -> Any:
        """Let defaults follow the profile and the family of names."""
        if not isinstance(values, dict):
            return values
        try:
            profile = Profile(values.get("profile", Profile.SAML2INT))
            family = Family(values.get("attribute_names", Family.SWEDEN_CONNECT))
        except ValueError:
            return values  # said by the field itself
        followed = {
            "data_encryption": _ENCRYPTION_OF_PROFILE[profile],
            "hsa_id_attributes": (name_of(Fact.HSA_ID, family),),
        }
        return {**followed, **values}
