"""Which settings are there? The whole configuration as one immutable value."""

from collections.abc import Callable
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Any, Final, Literal
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationInfo, field_validator, model_validator

from idp_bridge.attribute_names import Fact
from idp_bridge.settings import checks
from idp_bridge.settings.levels import (
    DEFAULT_LADDERS,
    DEFAULT_LEVELS,
    Ladder,
    LevelMap,
)
from idp_bridge.settings.metadata import MetadataSettings, MetricsSettings
from idp_bridge.settings.office import MailSettings, RetentionSettings
from idp_bridge.settings.partners import DownstreamPolicy, Upstream
from idp_bridge.settings.published import Published
from idp_bridge.settings.saml import SamlSettings
from idp_bridge.settings.section import Section, directory_of
from idp_bridge.settings.texts import Agency, Contact, DisplaySettings, Organisation
from idp_bridge.settings.web import WebSettings

SECRETS: Final = ("secret_key", "database_url", "state_url", "mail_password")
"""Settings that may hold a secret and can be read from a file (``…_file``)."""

MAX_POLICIES: Final = 4096
"""How many policies of SPs one process remembers."""

DERIVED: Final = {
    "sp_entity_id": "/saml/sp",
    "idp_entity_id": "/saml/idp",
    "aa_entity_id": "/saml/aa",
    "permission_attribute": "/attributes/behorighet",
}
"""Names in ``[saml]`` that follow the base address unless they are given."""


class Settings(Section):
    """Everything that the operator decides."""

    base_url: str
    """Where the bridge is reached; all addresses derive from it."""
    database_url: str = Field(
        default="sqlite:///bridge.db", repr=False, validate_default=True
    )
    """The database: ``sqlite:///FILE`` or ``postgresql+psycopg://…``."""
    database_timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """How long we wait for a database that does not answer."""
    state_url: str = Field(default="", repr=False)
    """Where short-lived facts are kept: empty for the database, or ``redis://…``."""
    key_dir: Path = Field(default=Path("keys"), validate_default=True)
    """Folder with our keys."""
    trusted_proxies: Annotated[int, Field(ge=0, le=10)] = 0
    """Exact number of proxies in front of us whose ``X-Forwarded-…`` counts."""
    secret_key: SecretStr
    """Key of cookies and of rate limits; at least 32 random characters."""
    mail_password: SecretStr = SecretStr("")
    """Password for the SMTP server; empty: none."""
    application_role: str = ""
    """PostgreSQL: the role the bridge runs as, to which `db upgrade`, run as the
    owner of the tables, gives no more than it needs; empty: nothing is given."""
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = "INFO"
    """Which log lines are written."""
    demo: bool = False
    """Whether this is a demonstration, in which error pages can be looked at."""
    saml: SamlSettings
    """How we behave as a SAML party."""
    metadata: MetadataSettings = MetadataSettings()
    """How the metadata of others is fetched and kept fresh."""
    metrics: MetricsSettings = MetricsSettings()
    """Who may look at our figures."""
    web: WebSettings = WebSettings()
    """Sessions of operators and administrators."""
    mail: MailSettings = MailSettings()
    """The server that takes our mail."""
    retention: RetentionSettings = RetentionSettings()
    """How long we keep what."""
    upstream: tuple[Upstream, ...] = ()
    """The login methods."""
    levels: LevelMap = Field(default_factory=lambda: dict(DEFAULT_LEVELS))
    """Levels downstream, and what the identity provider must then assert."""
    ladders: dict[str, Ladder] = Field(default_factory=lambda: dict(DEFAULT_LADDERS))
    """Families of levels, each weakest first: what `minimum` and `better` mean."""
    downstream: tuple[DownstreamPolicy, ...] = ()
    """SPs that differ from the defaults."""
    agency: Agency = Agency()
    """The agency as its pages present it."""
    display: DisplaySettings = DisplaySettings()
    """What others show of us."""
    organisation: Organisation = Organisation()
    """The legal person behind the bridge."""
    contacts: tuple[Contact, ...] = ()
    """Whom to contact."""
    published: Published = Published()
    """What our metadata says beside names and addresses."""

    def policy_for(self, entity_id: str) -> DownstreamPolicy:
        """Say what is agreed with an SP; the defaults when nothing is."""
        return self._policy_of(entity_id)

    def upstream_for(self, method: str) -> Upstream | None:
        """Find a login method by its name."""
        return next((one for one in self.upstream if one.method == method), None)

    @cached_property
    def scopes(self) -> tuple[str, ...]:
        """The scopes that our identity provider speaks for, each once."""
        own = (*self.published.scopes, self.saml.subject_scope)
        return tuple(dict.fromkeys(filter(None, own)))

    def has_scope_for(self, fact: Fact) -> bool:
        """Tell whether we have a scope for a value that needs one."""
        if fact in {Fact.PAIRWISE_ID, Fact.SUBJECT_ID}:
            return bool(self.saml.subject_scope)
        return fact is not Fact.AFFILIATION or bool(self.published.scopes)

    @property
    def is_secure(self) -> bool:
        """Tell whether we are reached by https; if not, on loopback only."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The host name that requests must be addressed to."""
        return urlsplit(self.base_url).hostname or ""

    @cached_property
    def _policies(self) -> dict[str, DownstreamPolicy]:
        return {one.entity_id: self._complete(one) for one in self.downstream}

    @cached_property
    def _policy_of(self) -> Callable[[str], DownstreamPolicy]:
        """Remember the policies of the SPs that ask most: a login asks many times."""
        return lru_cache(maxsize=MAX_POLICIES)(self._make_policy)

    def _make_policy(self, entity_id: str) -> DownstreamPolicy:
        policy = self._policies.get(entity_id)
        return policy or self._complete(DownstreamPolicy(entity_id=entity_id))

    def _complete(self, policy: DownstreamPolicy) -> DownstreamPolicy:
        general = self.saml
        return policy.model_copy(
            update={
                "permission_attribute": policy.permission_attribute
                or general.permission_attribute,
                "require_signed_requests": policy.require_signed_requests
                or general.require_signed_requests,
            }
        )

    @model_validator(mode="before")
    @classmethod
    def _derive_names(cls, values: Any) -> Any:
        """Name our entities after the base address where nothing else is said."""
        if not isinstance(values, dict):
            return values
        base_url, saml = values.get("base_url"), values.get("saml", {})
        if not isinstance(base_url, str) or not isinstance(saml, dict):
            return {"saml": {}, **values}
        derived = {name: base_url.rstrip("/") + end for name, end in DERIVED.items()}
        given = {name: value for name, value in saml.items() if value != ""}
        return {**values, "saml": {**derived, **given}}

    @field_validator("base_url")
    @classmethod
    def _check_base_url(cls, url: str) -> str:
        return checks.check_base_url(url)

    @field_validator("database_url", mode="after")
    @classmethod
    def _check_database_url(cls, url: str, info: ValidationInfo) -> str:
        return checks.check_database_url(url, directory_of(info))

    @field_validator("state_url")
    @classmethod
    def _check_state_url(cls, url: str) -> str:
        return checks.check_state_url(url)

    @field_validator("key_dir")
    @classmethod
    def _find_key_dir(cls, path: Path, info: ValidationInfo) -> Path:
        return directory_of(info) / path

    @field_validator("secret_key")
    @classmethod
    def _check_secret_key(cls, secret: SecretStr) -> SecretStr:
        checks.check_secret(secret.get_secret_value())
        return secret
