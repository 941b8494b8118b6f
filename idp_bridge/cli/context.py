"""What does a command need? Settings, keys and stores, opened when first asked for."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import click

from authz.administration.service import AdministrationService
from authz.office.service import OfficeService
from authz.reviewing.reminders import ReviewReminders
from authz.reviewing.service import ReviewService
from authz.service import AuthzService
from idp_bridge import database, services
from idp_bridge.errors import UnknownPartnerError
from idp_bridge.keys import KeySet, load_keys
from idp_bridge.mail import letters_of
from idp_bridge.order_desk import witness
from idp_bridge.settings import Settings, load_settings
from metadata.clock import Clock
from metadata.entities import ServiceProvider
from metadata.errors import MetadataError
from metadata.loader import MetadataAdmin
from metadata.mdq_store import MdqStore
from metadata.store import EntityStore

ACTOR: Final = "operator:command-line"
"""Who changed something, in the audit trail."""


@dataclass(frozen=True, kw_only=True)
class Office:
    """What the operator works with; one for each run."""

    config: Path | None
    environ: Mapping[str, str]
    clock: Clock

    @cached_property
    def settings(self) -> Settings:
        """The settings, read and checked."""
        return load_settings(self.config, self.environ)

    @cached_property
    def keys(self) -> KeySet:
        """Our keys, read and checked."""
        return load_keys(self.settings.key_dir)

    @cached_property
    def any_engine(self) -> database.Engine:
        """The database, whatever its version."""
        return database.open_engine(self.settings)

    @cached_property
    def engine(self) -> database.Engine:
        """The database, which has the tables of this version."""
        database.check_version(self.any_engine)
        return self.any_engine

    @cached_property
    def entity_store(self) -> EntityStore:
        """The trusted metadata."""
        return EntityStore(database.deferring(self.engine))

    @cached_property
    def metadata_admin(self) -> MetadataAdmin:
        """What changes the trusted metadata, with an audit entry for each change."""
        return services.metadata_admin(
            self.settings,
            self.entity_store,
            self.clock,
            witness=witness(ACTOR, self.clock),
        )

    @cached_property
    def authz(self) -> AuthzService:
        """The permission store."""
        return AuthzService(self.engine)

    def find_sp(self, entity_id: str) -> ServiceProvider:
        """Find a service provider in the trusted metadata.

        Raises:
            UnknownPartnerError: It is not there, or no longer valid.
        """
        mdq = MdqStore(database.deferring(self.engine))
        registry = services.registry_of(
            self.settings, self.entity_store, mdq, self.clock
        )
        try:
            return registry.sp(entity_id)
        except MetadataError as error:
            raise UnknownPartnerError(str(error)) from error

    @property
    def by(self) -> dict[str, Any]:
        """Who changes something, and when, as parameters of whatever changes it."""
        return {"actor": ACTOR, "now": self.clock()}

    @cached_property
    def register(self) -> OfficeService:
        """What changes organisations, agreements, e-services and people."""
        settings = self.settings
        return OfficeService(
            self.engine,
            allow_test_ids=settings.saml.allow_test_hsa_ids,
            letters=letters_of(settings),
        )

    @cached_property
    def administration(self) -> AdministrationService:
        """The users of organisations, as their administrators see them."""
        return AdministrationService(
            self.engine, allow_test_ids=self.settings.saml.allow_test_hsa_ids
        )

    @cached_property
    def reviews(self) -> ReviewService:
        """The yearly reviews of organisations."""
        return ReviewService(self.engine)

    @cached_property
    def review_reminders(self) -> ReviewReminders:
        """What reminds of reviews."""
        return ReviewReminders(self.engine)


pass_office = click.make_pass_decorator(Office)
