"""What a login needs from outside, and errors from there in our own words."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Final

from authz import errors as authz_errors
from authz.models import Service
from authz.service import AuthzService
from idp_bridge.errors import (
    ServiceClosedError,
    StoreUnavailableError,
    UnavailableIdpError,
    UnknownPartnerError,
)
from idp_bridge.login.fitting import FittingLevels
from idp_bridge.login.release_plan import ReleasePlan, ReleasePlans
from idp_bridge.saml.encryption import DecryptionKey
from idp_bridge.saml.times import Moment
from idp_bridge.settings import Settings
from idp_bridge.state.port import StateStore
from metadata.entities import IdentityProvider, ServiceProvider
from metadata.errors import MetadataError, MetadataUnavailableError
from metadata.registry import Registry
from metadata.signatures import SigningKey


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Everything that a login touches; tests replace what they need."""

    settings: Settings
    registry: Registry
    authz: AuthzService
    state: StateStore
    signing_key: SigningKey
    decryption_keys: tuple[DecryptionKey, ...]
    clock: Callable[[], datetime]
    plans: ReleasePlans = field(default_factory=ReleasePlans, repr=False)
    fitting: FittingLevels = field(default_factory=FittingLevels, repr=False)

    def moment(self) -> Moment:
        """Say what time it is, and how far partners' clocks may go wrong."""
        return Moment(self.clock(), self.settings.saml.clock_skew)

    def signing_key_for(self, party: IdentityProvider | ServiceProvider) -> SigningKey:
        """Let our key sign for a party, as its metadata says that it can verify."""
        return self.signing_key.signing_for(party.verifies)

    @property
    def sso_url(self) -> str:
        """Where e-tjänster send their requests."""
        return f"{self.settings.base_url}/saml/idp/sso"

    @property
    def acs_url(self) -> str:
        """Where identity providers send their Responses."""
        return f"{self.settings.base_url}/saml/sp/acs"

    @property
    def query_url(self) -> str:
        """Where e-tjänster ask about attributes."""
        return f"{self.settings.base_url}/saml/aa/query"

    def find_sp(self, entity_id: str) -> ServiceProvider:
        """Look up an e-tjänst that we trust at this moment.

        Raises:
            UnknownPartnerError: It is not in our metadata, or no longer valid.
            StoreUnavailableError: The metadata cannot be read.
        """
        try:
            return self.registry.sp(entity_id)
        except MetadataUnavailableError as error:
            raise StoreUnavailableError(str(error)) from error
        except MetadataError as error:
            raise UnknownPartnerError(str(error)) from error

    def find_idp(self, entity_id: str) -> IdentityProvider:
        """Look up an identity provider that we trust at this moment.

        Raises:
            UnavailableIdpError: It is not in our metadata, or no longer valid.
            StoreUnavailableError: The metadata cannot be read.
        """
        try:
            return self.registry.idp(entity_id)
        except MetadataUnavailableError as error:
            raise StoreUnavailableError(str(error)) from error
        except MetadataError as error:
            raise UnavailableIdpError(str(error)) from error

    def plan_for(self, sp: ServiceProvider, attribute_index: int | None) -> ReleasePlan:
        """Say what an e-tjänst is told when somebody logs in.

        Raises:
            UnsupportedRequestError: Its metadata has no set with this index.
        """
        return self.plans.of(sp, self.settings, attribute_index)

    def find_service(self, sp_entity_id: str) -> Service:
        """Find the e-tjänst that an SP belongs to.

        Raises:
            ServiceClosedError: The SP belongs to no e-tjänst of the catalogue.
            StoreUnavailableError: The permission store does not answer.
        """
        code = self.settings.policy_for(sp_entity_id).service
        try:
            with store_errors():
                if code is not None:
                    return self.authz.service_of_code(code)
                return self.authz.service_for(sp_entity_id)
        except authz_errors.UnknownServiceError as error:
            raise ServiceClosedError(str(error)) from error


class _StoreErrors:
    """Translates; a class without state, since a login comes here ten times."""

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if isinstance(error, authz_errors.StoreUnavailableError):
            raise StoreUnavailableError(str(error)) from error


_STORE_ERRORS: Final = _StoreErrors()


def store_errors() -> AbstractContextManager[None]:
    """Tell of a permission store that does not answer in our own words.

    Leaving the block raises :class:`idp_bridge.errors.StoreUnavailableError` then.
    """
    return _STORE_ERRORS
