"""How does the portal check what it is asked, and what does it answer? No HTTP here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from threading import Lock
from typing import Final

from idp_bridge.demo import inera, inera_metadata
from idp_bridge.demo.inera import Occasion, Statement
from idp_bridge.demo.inera_metadata import Description
from idp_bridge.demo.people import Person
from idp_bridge.demo.tricks import Intent, Trick
from idp_bridge.errors import UnknownPartnerError
from idp_bridge.saml import downstream_request
from idp_bridge.saml.bindings import InboundMessage
from idp_bridge.saml.downstream_request import RequestContext
from idp_bridge.saml.messages import AuthnRequest
from idp_bridge.saml.times import Moment
from metadata import names
from metadata.clock import Clock
from metadata.entities import AttributeService, ServiceProvider
from metadata.signatures import SigningKey

LEVELS: Final = (names.LOA_SAMBI_2, names.LOA_SAMBI_3)
LOGOUT_BINDINGS: Final = (names.BINDING_REDIRECT, names.BINDING_SOAP)
SKEW: Final = timedelta(seconds=60)
_METHOD: Final = "urn:sambi:names:attribute:authnMethod"
_OWN_ACCOUNT: Final = (
    names.SAMBI_HSA_ID,
    names.SAMBI_GIVEN_NAME,
    names.SAMBI_SURNAME,
    names.SAMBI_MAIL,
    names.SAMBI_ORGANISATION_NUMBER,
    names.INERA_LEVEL_OF_ASSURANCE,
    _METHOD,
)
WRONG_LEVEL: Final = "Error during authentication: Non-matching Levels of Assurance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way in which a person can show who they are."""

    key: str
    title: str
    text: str
    method: str
    """How the assertion names it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Profile:
    """One identity provider of the portal as people see it."""

    method: str
    """What the bridge calls it."""
    entity_id: str
    name: str
    path: str
    """Its part of the addresses."""
    ways: tuple[Way, ...]

    def sso_url(self, base_url: str, binding: str) -> str:
        """Say where it takes requests in a binding."""
        return f"{base_url}{self.path}/sso/{binding.rpartition(':')[2]}"

    def slo_url(self, base_url: str, binding: str) -> str:
        """Say where it is told of logouts in a binding."""
        return f"{base_url}{self.path}/slo/{binding.rpartition(':')[2]}"


SITHS: Final = Profile(
    method="siths",
    entity_id="https://idp.demo.example.se:443/saml",
    name="SITHS",
    path="/saml",
    ways=(
        Way(
            key="kort",
            title="SITHS-kort på denna enhet",
            text="Kortet sitter i en läsare.",
            method="urn:oasis:names:tc:SAML:2.0:ac:classes:TLSClient",
        ),
        Way(
            key="denna",
            title="SITHS eID på denna enhet",
            text="Appen finns på den här enheten.",
            method="urn:oasis:names:tc:SAML:2.0:ac:classes:SmartcardPKI",
        ),
        Way(
            key="annan",
            title="SITHS eID på annan enhet",
            text="Du läser av en kod med mobilen.",
            method="urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
        ),
    ),
)
DEMO_LEGITIMATION: Final = Profile(
    method="demo-legitimation",
    entity_id="https://legitimation.demo.example.se/saml",
    name="Demo-legitimation",
    path="/legitimation",
    ways=(
        Way(
            key="app",
            title="Demo-legitimation i mobilen",
            text="En påhittad e-legitimation.",
            method="urn:oasis:names:tc:SAML:2.0:ac:classes:MobileTwoFactorContract",
        ),
    ),
)
DEMO_ACCOUNT: Final = Profile(
    method="demo-konto",
    entity_id="https://konto.demo.example.se/saml",
    name="Demo-konto",
    path="/konto",
    ways=(
        Way(
            key="losenord",
            title="Konto med säkerhetsnyckel",
            text="Ett påhittat konto.",
            method="urn:oasis:names:tc:SAML:2.0:ac:classes:SoftwarePKI",
        ),
    ),
)
PROFILES: Final = (SITHS, DEMO_LEGITIMATION, DEMO_ACCOUNT)


def metadata_of(profile: Profile, key: SigningKey, base_url: str) -> bytes:
    """Describe an identity provider as Inera describes its own."""
    bindings = (names.BINDING_REDIRECT, names.BINDING_POST)
    return inera_metadata.write(
        Description(
            entity_id=profile.entity_id,
            certificate=key.certificate,
            levels=LEVELS,
            addresses={one: profile.sso_url(base_url, one) for one in bindings},
            logout_addresses={
                one: profile.slo_url(base_url, one) for one in LOGOUT_BINDINGS
            },
            attributes=_OWN_ACCOUNT,
            organisation="Demonstrationsportalen",
            url=f"{base_url}/",
        )
    )


@dataclass(slots=True)
class Provider:
    """One identity provider of the portal.

    Args:
        profile: How it presents itself.
        key: What it signs with.
        bridge: The bridge, as its published metadata describes it.
        base_url: Where the portal is.
        clock: Says what time it is.
    """

    profile: Profile
    key: SigningKey
    bridge: ServiceProvider
    base_url: str
    clock: Clock
    _earlier_id: str | None = field(default=None, init=False)
    _lock: Lock = field(default_factory=Lock, init=False)

    @property
    def earlier_id(self) -> str | None:
        """The ID of the last good assertion."""
        with self._lock:
            return self._earlier_id

    def accept(self, message: InboundMessage) -> AuthnRequest:
        """Check a request; only the bridge may ask, and it must have signed.

        Raises:
            BridgeError: The first check that it does not pass.
        """
        endpoint_url = self.profile.sso_url(self.base_url, message.binding)
        context = RequestContext(
            find_sp=self.find_sp,
            endpoint_url=endpoint_url,
            moment=Moment(self.clock(), SKEW),
            require_signature=lambda _: True,
        )
        return downstream_request.accept(message, context).request

    def find_sp(self, entity_id: str) -> ServiceProvider:
        """Know the bridge and nobody else.

        Raises:
            UnknownPartnerError: Somebody else.
        """
        if entity_id != self.bridge.entity_id:
            raise UnknownPartnerError("somebody else than the bridge")
        return self.bridge

    def log_in(self, request: AuthnRequest, person: Person, way: Way) -> bytes:
        """Say who somebody is, or why they do not reach the level."""
        occasion = self._occasion(request)
        if request.levels and person.level not in request.levels:
            return inera.refusal(
                occasion,
                top=names.STATUS_RESPONDER,
                second=names.STATUS_NO_AUTHN_CONTEXT,
                message=WRONG_LEVEL,
            )
        assertion_id = inera.new_id()
        statement = self._statement(request, person, way)
        assertion = inera.assertion(occasion, statement, assertion_id=assertion_id)
        signed = inera.signed(assertion, self.key)
        with self._lock:
            self._earlier_id = assertion_id
        return inera.to_bytes(inera.response(occasion, signed))

    def cancel(self, request: AuthnRequest) -> bytes:
        """Say that the person gave up."""
        return inera.refusal(
            self._occasion(request),
            top=names.STATUS_RESPONDER,
            second=names.STATUS_CANCEL,
        )

    def refuse_passive(self, request: AuthnRequest) -> bytes:
        """Say that nobody can log in without seeing a page."""
        return inera.refusal(
            self._occasion(request),
            top=names.STATUS_RESPONDER,
            second=names.STATUS_NO_PASSIVE,
        )

    def play(self, trick: Trick, request: AuthnRequest, person: Person) -> bytes:
        """Answer wrongly on purpose."""
        intent = Intent(
            occasion=self._occasion(request),
            statement=self._statement(request, person, self.profile.ways[0]),
            key=self.key,
            earlier_id=self.earlier_id,
        )
        return trick.make(intent)

    def _occasion(self, request: AuthnRequest) -> Occasion:
        return Occasion(
            idp_entity_id=self.profile.entity_id,
            sp_entity_id=request.sp_entity_id,
            acs_url=request.acs_url,
            request_id=request.id,
            moment=self.clock(),
        )

    def _statement(self, request: AuthnRequest, person: Person, way: Way) -> Statement:
        """Tell what the bridge's metadata asks for, and no more."""
        wanted = _requested(self.bridge, request.attribute_index)
        known = _account_of(person, way)
        told = {name: values for name, values in known.items() if name in wanted}
        return Statement(level=person.level, attributes=told)


def _account_of(person: Person, way: Way) -> Mapping[str, tuple[str, ...]]:
    return {
        names.SAMBI_HSA_ID: (person.hsa_id,),
        names.SAMBI_GIVEN_NAME: (person.given_name,),
        names.SAMBI_SURNAME: (person.surname,),
        names.SAMBI_MAIL: (person.mail,),
        names.SAMBI_ORGANISATION_NUMBER: (person.number,),
        names.INERA_LEVEL_OF_ASSURANCE: (person.level,),
        _METHOD: (way.method,),
    }


def _requested(sp: ServiceProvider, index: int | None) -> frozenset[str]:
    """Find the attributes of the set that a request names, else of the default one."""
    chosen = next(
        (service for service in sp.attribute_services if _is_chosen(service, index)),
        None,
    )
    return frozenset(each.name for each in chosen.requested) if chosen else frozenset()


def _is_chosen(service: AttributeService, index: int | None) -> bool:
    return service.is_default if index is None else service.index == index
