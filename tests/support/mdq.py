"""How does a bridge look that asks an MDQ server, without the bridge?"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Engine

from metadata.allowance import Allowance
from metadata.fetching import FetchPolicy
from metadata.mdq import MdqClient
from metadata.mdq_asking import Asker
from metadata.mdq_identifiers import address_of
from metadata.mdq_store import MdqStore
from metadata.records import EntityRecord, Loaded
from metadata.registry import Registry
from metadata.sources import Kind, PinnedFile, SignedBy, Source
from metadata.store import EntityStore
from tests.support.clock import NOW, FrozenClock
from tests.support.keys import rsa_key
from tests.support.metadata_documents import IDP, idp, signed
from tests.support.misbehaving_server import Behaviour, MisbehavingServer, sending

DAY = timedelta(days=1)
OWN = "https://bridge.example.se/saml/sp"


def answer(
    entity_id: str = IDP,
    *,
    valid_until: datetime | None = NOW + DAY,
    key: str = "signer",
) -> bytes:
    """Write what a good server answers about an identity provider."""
    return signed(idp(entity_id, valid_until=valid_until), rsa_key(key))


def loaded(source: Source, *records: EntityRecord) -> Loaded:
    """Write a version of a source."""
    return Loaded(source=source, records=records, at=NOW, valid_until=None, warnings=())


def pinned(name: str) -> Source:
    """Write a source that is a file."""
    return Source(name=name, location=f"{name}.xml", trust=PinnedFile("0" * 64))


@dataclass
class MdqWorld:
    """A store, a server and whoever is between them."""

    engine: Engine
    store: EntityStore
    clock: FrozenClock
    server: MisbehavingServer
    waited: list[float] = field(default_factory=list)
    monotonic: float = 1000.0

    def __post_init__(self) -> None:
        """Begin with an allowance that time does not fill."""
        self.mdq_store = MdqStore(self.engine)
        self.allowance = Allowance(burst=20, per_second=1, monotonic=self.seconds)
        self.registry = self.another_process()

    def seconds(self) -> float:
        """Say how many seconds have passed."""
        return self.monotonic

    def another_process(self) -> Registry:
        """Build what each process has for itself."""
        policy = FetchPolicy(allow_loopback_http=True)
        asker = Asker(self.mdq_store, self.clock, policy=policy, own_entity_ids=[OWN])
        client = MdqClient(
            asker,
            allowance=self.allowance,
            wait=self.waited.append,
            monotonic=self.seconds,
        )
        return Registry(self.store, self.clock, mdq=client, monotonic=self.seconds)

    def add_source(self, name: str, **more: Any) -> Source:
        """Add the server as a source."""
        given: dict[str, Any] = {
            "location": self.server.url("/mdq"),
            "trust": SignedBy((rsa_key("signer").public,)),
        }
        source = Source(name=name, kind=Kind.MDQ, **(given | more))
        self.store.add(loaded(source))
        return source

    def path_of(self, entity_id: str = IDP, fragment: str = "") -> str:
        """Say at which path the server is asked for an entity."""
        return address_of(f"/mdq{fragment}", entity_id)

    def answers(self, body: bytes | Behaviour, entity_id: str = IDP) -> None:
        """Decide what the server says of an entity."""
        behaviour = sending(body) if isinstance(body, bytes) else body
        self.server.does(self.path_of(entity_id), behaviour)

    @property
    def asked(self) -> int:
        """Count the questions that came to the server."""
        return len(self.server.asked)

    def problem(self, name: str = "mdq") -> str | None:
        """Say what the operator reads about a source."""
        return self.store.state(name).problem
