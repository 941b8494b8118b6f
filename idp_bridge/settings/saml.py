"""How do we behave as a SAML party? The table ``[saml]``."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StringConstraints

from idp_bridge.new_keys import KeyKind
from idp_bridge.settings.published import SUBJECT_SCOPE
from idp_bridge.settings.section import EntityId, Section, Uri


class SamlSettings(Section):
    """What holds for all partners."""

    sp_entity_id: EntityId
    """What our service provider calls itself upstream."""
    idp_entity_id: EntityId
    """What our identity provider calls itself to the services that ask us."""
    aa_entity_id: EntityId
    """What our attribute authority calls itself; must differ from the IdP's."""
    clock_skew_seconds: Annotated[int, Field(ge=0, le=300)] = 60
    """How far clocks of partners may go wrong."""
    permission_attribute: Uri
    """The name of the attribute that carries permissions."""
    allow_test_hsa_ids: bool = False
    """Whether HSA-ids of Inera's test environments are accepted."""
    metadata_validity_days: Annotated[int, Field(ge=1, le=365)] = 7
    """How long our own metadata is valid at least, after it was asked for."""
    login_minutes: Annotated[int, Field(ge=5, le=240)] = 60
    """How long somebody may take at the identity provider."""
    assertion_minutes: Annotated[int, Field(ge=1, le=60)] = 5
    """How long an assertion that we issue can be used."""
    sso_minutes: Annotated[int, Field(ge=0, le=60)] = 60
    """How long after a login other e-tjänster are answered without one; 0: never."""
    session_hours: Annotated[int, Field(ge=1, le=24)] = 8
    """How long we know whom to log out where."""
    queries_per_minute: Annotated[int, Field(ge=1, le=1_000_000)] = 1200
    """How many queries about attributes one e-tjänst may send in a minute, to each
    worker."""
    subject_scope: Annotated[str, StringConstraints(pattern=SUBJECT_SCOPE)] = ""
    """The scope of ``pairwise-id`` and ``subject-id``, a domain of ours for good;
    empty: they are not issued."""
    signing_key: KeyKind = KeyKind.RSA_3072
    """Which kind of key `keys new signing` makes: ``rsa-2048``, ``rsa-3072``,
    ``rsa-4096``, ``ec-p256`` or ``ec-p384``."""
    logout_seconds: Annotated[int, Field(ge=1, le=30)] = 4
    """How long all others may take together that are told of a logout by SOAP."""
    require_signed_requests: bool = False
    """Whether every e-tjänst must sign its requests, whatever its metadata says."""

    @property
    def clock_skew(self) -> timedelta:
        """How far clocks of partners may go wrong."""
        return timedelta(seconds=self.clock_skew_seconds)

    @property
    def metadata_validity(self) -> timedelta:
        """How long our own metadata is valid at least, after it was asked for."""
        return timedelta(days=self.metadata_validity_days)

    @property
    def login_lifetime(self) -> timedelta:
        """How long somebody may take at the identity provider."""
        return timedelta(minutes=self.login_minutes)

    @property
    def assertion_lifetime(self) -> timedelta:
        """How long an assertion that we issue can be used."""
        return timedelta(minutes=self.assertion_minutes)

    @property
    def sso_lifetime(self) -> timedelta:
        """How long after a login other e-tjänster are answered without one."""
        return timedelta(minutes=self.sso_minutes)

    @property
    def session_lifetime(self) -> timedelta:
        """How long we know whom to log out where."""
        return timedelta(hours=self.session_hours)
