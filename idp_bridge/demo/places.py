"""Where on this machine does each part of the demonstration answer?

The portal goes by ``localhost`` and everything else by ``127.0.0.1``: for a browser
these are two sites, so cookies have to cross between them as they do in reality.
"""

from dataclasses import dataclass
from typing import Final

PORTS: Final = 5
"""How many ports are needed, one after the other."""
ADDRESS: Final = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Places:
    """The addresses, which follow from the first port."""

    port: int

    @property
    def ports(self) -> range:
        """All ports."""
        return range(self.port, self.port + PORTS)

    @property
    def bridge(self) -> str:
        """The bridge itself."""
        return f"http://{ADDRESS}:{self.port}"

    @property
    def portal_port(self) -> int:
        """Where the stand-in for Inera's portal listens."""
        return self.port + 1

    @property
    def portal(self) -> str:
        """The stand-in for Inera's portal."""
        return f"http://localhost:{self.portal_port}"

    def service_port(self, number: int) -> int:
        """Say where an e-tjänst listens; they are counted from 0."""
        return self.port + 2 + number

    def service(self, number: int) -> str:
        """Say where an e-tjänst is."""
        return f"http://{ADDRESS}:{self.service_port(number)}"
