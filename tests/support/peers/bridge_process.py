"""How do the tests run the bridge as an operator does: by its command line only?

Its folder is made by ``idp-bridge init``; what differs from that comes from the
environment. Several nodes can serve one bridge.
"""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from tests.support.peers.places import Place, place
from tests.support.peers.tls import Authority, Certificate
from tests.support.ports import free_port
from tests.support.processes import Server, running

ADDRESS = "127.0.0.13"
WORKERS = 2
IDP_BRIDGE = (sys.executable, "-m", "idp_bridge")
SOURCE = Path(__file__).parents[3]
"""Where the program is, for processes that work in other folders."""
LOG = "output.log"


class CommandFailedError(Exception):
    """``idp-bridge`` refused something; the text is what it said."""


@dataclass(frozen=True, slots=True)
class Stores:
    """Where a bridge keeps what it knows."""

    database_url: str
    state_url: str = ""
    """Empty for the database."""


@dataclass(frozen=True, slots=True)
class Bridge:
    """A bridge: its folder, its settings, its commands."""

    at: Place
    environ: Mapping[str, str] = field(repr=False)

    @property
    def environment(self) -> dict[str, str]:
        """What its processes find in their environment beside the tests' own."""
        return {"PYTHONPATH": str(SOURCE), **self.environ}

    @property
    def idp_entity_id(self) -> str:
        """What it calls itself to e-tjänster."""
        return f"{self.at.url}/saml/idp"

    @property
    def sp_entity_id(self) -> str:
        """What it calls itself to identity providers."""
        return f"{self.at.url}/saml/sp"

    def command(self, *words: str | Path) -> str:
        """Run an ``idp-bridge`` command.

        Returns:
            What it printed.

        Raises:
            CommandFailedError: It refused.
        """
        done = subprocess.run(
            [*IDP_BRIDGE, *words],
            env={**os.environ, **self.environment},
            cwd=self.at.folder,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode != 0:
            said = f"{done.stdout}\n{done.stderr}"
            raise CommandFailedError(f"{' '.join(map(str, words))}: {said}")
        return done.stdout

    def install(self) -> None:
        """Make its keys and its empty database."""
        replace(self, environ={}).command("init", self.at.folder)
        self.command("db", "upgrade")

    def learn(self, name: str, metadata: bytes, role: str) -> None:
        """Add a partner's metadata.

        Args:
            name: What the source is called.
            metadata: The partner's EntityDescriptor.
            role: ``idp`` or ``sp``.
        """
        file = self.at.write(f"partners/{name}.xml", metadata)
        self.command("metadata", "add", name, file, "--role", role)

    def load_catalogue(self, toml: str) -> None:
        """Load organisations, e-tjänster and people."""
        self.command("catalogue", "load", self.at.write("catalogue.toml", toml))

    def complaints(self) -> str:
        """Say what ``idp-bridge check`` finds wrong."""
        try:
            self.command("check")
        except CommandFailedError as error:
            return str(error)
        return ""

    def published(self, role: str) -> bytes:
        """Say what it publishes about itself as ``sp``, ``idp`` or ``aa``."""
        return self.command("metadata", "publish", role).encode()

    def certify(self, authority: Authority) -> Certificate:
        """Get a TLS certificate that no other bridge at the same address changes."""
        made = authority.certify(self.at.address)
        return Certificate(
            self.at.write("tls.pem", made.certificate.read_bytes()),
            self.at.write("tls.key", made.key.read_bytes()),
        )

    def log(self) -> str:
        """Read all that its nodes have written so far."""
        return "".join(path.read_text() for path in self.at.folder.glob(f"*{LOG}"))

    def log_of(self, at: Place) -> str:
        """Read what one of its nodes has written so far."""
        return (self.at.folder / f"{at.port}-{LOG}").read_text()


@contextmanager
def bridge(
    name: str,
    stores: Stores,
    upstream: Sequence[Mapping[str, Any]],
    downstream: Sequence[Mapping[str, Any]] = (),
    more: Mapping[str, str] | None = None,
) -> Iterator[Bridge]:
    """Make a place for a bridge and decide its settings; nothing is there yet.

    Args:
        name: What shall be seen in its folder's name.
        stores: Where it keeps what it knows.
        upstream: Its login methods, as in ``bridge.toml``.
        downstream: Its exceptions for services, as in ``bridge.toml``.
        more: More settings, as the environment names them without prefix.
    """
    with place(name, ADDRESS) as at:
        settings = {
            "CONFIG": str(at.folder / "bridge.toml"),
            "BASE_URL": at.url,
            "DATABASE_URL": stores.database_url,
            "STATE_URL": stores.state_url,
            "UPSTREAM": json.dumps(list(upstream)),
            "DOWNSTREAM": json.dumps(list(downstream)),
            **(more or {}),
        }
        environ = {f"IDP_BRIDGE_{key}": value for key, value in settings.items()}
        yield Bridge(at, environ)


@contextmanager
def node(
    of: Bridge,
    authority: Authority,
    port: int | None = None,
    *,
    tls: Certificate | None = None,
) -> Iterator[Place]:
    """Serve a bridge with several workers until the block ends.

    Args:
        of: The bridge.
        authority: Who certifies its TLS key.
        port: Where it listens; the bridge's own port when not given.
        tls: Its certificate, when it has one already.

    Yields:
        Where the node is.
    """
    at = replace(of.at, port=port or of.at.port)
    tls = tls or authority.certify(at.address)
    options = ["--bind", f"{at.address}:{at.port}", "--workers", str(WORKERS)]
    options += ["--tls-certificate", str(tls.certificate), "--tls-key", str(tls.key)]
    server = Server(
        command=[*IDP_BRIDGE, "serve", *options],
        log=at.folder / f"{at.port}-{LOG}",
        is_ready=at.answers,
        env=of.environment,
        cwd=at.folder,
    )
    with running(server):
        yield at


@contextmanager
def second_node(of: Bridge, authority: Authority) -> Iterator[Place]:
    """Serve a bridge at another port too, as behind a load balancer."""
    with node(of, authority, free_port()) as at:
        yield at
