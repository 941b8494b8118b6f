"""Which long-lived objects are there? Each is built once per process, here."""

from dataclasses import dataclass, field, replace

from flask import Flask, current_app
from sqlalchemy import Engine

from authz.administration.service import AdministrationService
from authz.office.service import OfficeService
from authz.reviewing.service import ReviewService
from authz.service import AuthzService
from idp_bridge.attribute_authority.pace import Pace
from idp_bridge.database import autocommit, deferring
from idp_bridge.key_ring import KeyRing
from idp_bridge.login.fitting import FittingLevels
from idp_bridge.login.logout_telling import HEADERS, Call
from idp_bridge.login.parts import Parts
from idp_bridge.login.release_plan import ReleasePlans
from idp_bridge.mail import letters_of
from idp_bridge.metrics import Metrics, SourceFigures
from idp_bridge.order_desk import OrderDesk
from idp_bridge.our_metadata import OurMetadata
from idp_bridge.saml.bindings import MAX_MESSAGE_BYTES
from idp_bridge.settings import Settings
from idp_bridge.state.opening import open_state
from idp_bridge.state.port import StateStore
from idp_bridge.tracing.store import TraceStore
from idp_bridge.tracing.writer import TraceWriter
from metadata.calling import Reply, call
from metadata.clock import Clock, utc_now
from metadata.fetching import FetchLimits, FetchPolicy
from metadata.loader import MetadataAdmin
from metadata.mdq import MdqClient
from metadata.mdq_answers import MdqAnswers
from metadata.mdq_asking import Asker
from metadata.mdq_store import MdqStore
from metadata.orders import OrderStore, Witness, nobody
from metadata.registry import Registry
from metadata.store import EntityStore

_EXTENSION = "idp-bridge"


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Everything that a view may ask for.

    Tests replace members with :func:`dataclasses.replace`.
    """

    settings: Settings
    clock: Clock
    engine: Engine = field(repr=False)
    key_ring: KeyRing = field(repr=False)
    entity_store: EntityStore
    registry: Registry
    mdq_answers: MdqAnswers
    authz: AuthzService
    office: OfficeService
    administration: AdministrationService
    reviews: ReviewService
    state: StateStore
    our_metadata: OurMetadata
    traces: TraceStore
    trace_writer: TraceWriter
    query_pace: Pace
    metrics: Metrics = field(repr=False)
    call: Call = field(repr=False)
    """Brings an envelope to another party."""
    plans: ReleasePlans = field(default_factory=ReleasePlans, repr=False)
    fitting: FittingLevels = field(default_factory=FittingLevels, repr=False)

    @property
    def parts(self) -> Parts:
        """What a login needs."""
        in_use = self.key_ring.current()
        return Parts(
            settings=self.settings,
            registry=self.registry,
            authz=self.authz,
            state=self.state,
            signing_key=in_use.keys.signing,
            decryption_keys=in_use.decryption_keys,
            clock=self.clock,
            plans=self.plans,
            fitting=self.fitting,
        )


def _call(settings: Settings) -> Call:
    """Build what brings envelopes to other parties, within a few seconds."""
    seconds = settings.saml.logout_seconds
    limits = FetchLimits(
        max_bytes=MAX_MESSAGE_BYTES,
        max_received_bytes=MAX_MESSAGE_BYTES,
        connect_seconds=min(seconds, settings.metadata.connect_seconds),
        read_seconds=seconds,
        total_seconds=seconds,
    )
    policy = replace(fetch_policy(settings), limits=limits)

    def bring(url: str, envelope: bytes) -> Reply:
        return call(url, envelope, headers=HEADERS, policy=policy)

    return bring


def build_services(
    settings: Settings,
    engine: Engine,
    reader: Engine,
    key_ring: KeyRing,
    *,
    clock: Clock = utc_now,
) -> Services:
    """Build everything; nothing is connected yet.

    Args:
        settings: What the operator decided.
        engine: The database.
        reader: The database, on connections whose every statement stands alone.
        key_ring: Our keys.
        clock: Says what time it is.

    Raises:
        MisconfiguredError: The state store is of no known kind.
    """
    entity_store = EntityStore(deferring(engine), reader=reader)
    mdq_store = MdqStore(deferring(engine))
    traces = TraceStore(reader)
    return Services(
        settings=settings,
        clock=clock,
        engine=engine,
        key_ring=key_ring,
        entity_store=entity_store,
        registry=registry_of(settings, entity_store, mdq_store, clock),
        mdq_answers=MdqAnswers(
            entity_store,
            mdq_store,
            clock,
            key=lambda: key_ring.current().keys.signing,
            validity=settings.saml.metadata_validity,
        ),
        authz=AuthzService(engine, reader),
        office=OfficeService(
            engine,
            reader,
            allow_test_ids=settings.saml.allow_test_hsa_ids,
            letters=letters_of(settings),
        ),
        administration=AdministrationService(
            engine, reader, allow_test_ids=settings.saml.allow_test_hsa_ids
        ),
        reviews=ReviewService(engine, reader),
        state=open_state(settings.state_url, engine=reader, clock=clock),
        our_metadata=OurMetadata(settings, lambda: key_ring.current().keys, clock),
        traces=traces,
        trace_writer=TraceWriter(traces),
        query_pace=Pace(settings.saml.queries_per_minute),
        metrics=Metrics(SourceFigures(entity_store, clock)),
        call=_call(settings),
    )


def registry_of(
    settings: Settings, store: EntityStore, mdq_store: MdqStore, clock: Clock
) -> Registry:
    """Build what knows the trusted entities, and asks for those that it may ask for."""
    asker = Asker(
        mdq_store,
        clock,
        policy=fetch_policy(settings),
        own_entity_ids=own_entity_ids(settings),
    )
    return Registry(
        store,
        clock,
        mdq=MdqClient(asker),
        allow_loopback_http=not settings.is_secure,
    )


def own_entity_ids(settings: Settings) -> tuple[str, ...]:
    """Say what we call ourselves."""
    ours = settings.saml
    return ours.sp_entity_id, ours.idp_entity_id, ours.aa_entity_id


def metadata_admin(
    settings: Settings,
    store: EntityStore,
    clock: Clock,
    *,
    witness: Witness = nobody,
) -> MetadataAdmin:
    """Build what changes sources of metadata.

    Args:
        settings: What the operator decided.
        store: Where sources and entities are kept.
        clock: What time it is.
        witness: Writes down what is done, where no order says who wants it.
    """
    return MetadataAdmin(
        store,
        clock,
        own_entity_ids=own_entity_ids(settings),
        fetching=fetch_policy(settings),
        witness=witness,
    )


def fetch_policy(settings: Settings) -> FetchPolicy:
    """Say what a fetch of metadata may do."""
    metadata = settings.metadata
    limits = FetchLimits(
        connect_seconds=metadata.connect_seconds,
        read_seconds=metadata.read_seconds,
        total_seconds=metadata.total_seconds,
    )
    return FetchPolicy(
        limits=limits,
        allow_private_addresses=metadata.allow_private_addresses,
        allow_loopback_http=not settings.is_secure,
        ca_file=metadata.ca_file,
    )


def order_desk(parts: Services) -> OrderDesk:
    """Build what takes the orders of operators and carries them out."""
    return OrderDesk(OrderStore(autocommit(parts.engine)), parts.authz, parts.clock)


def install(app: Flask, built: Services) -> None:
    """Make services known to an application."""
    app.extensions[_EXTENSION] = built


def services() -> Services:
    """Hand out the services of the application that handles this request."""
    found: Services = current_app.extensions[_EXTENSION]
    return found
