"""Where is a server of the tests: which folder, which address, and does it answer?"""

import shutil
import ssl
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

from tests.support.ports import free_port


@dataclass(frozen=True, slots=True)
class Place:
    """A server's folder, and its address in the network."""

    folder: Path
    address: str
    port: int
    owner: str | None = None
    """Whom the folder belongs to when that is not the user who runs the tests."""

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"https://{self.address}:{self.port}"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder, for the server to read.

        Args:
            name: Its path inside the folder.
            content: What it holds.

        Returns:
            Its whole path.
        """
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.hand_over()
        return path

    def hand_over(self) -> None:
        """Give everything in the folder to its owner."""
        if self.owner is not None:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, self.owner, self.owner)

    def answers(self) -> bool:
        """Say whether something speaks HTTP over TLS at the address by now."""
        context = ssl.create_default_context()
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
        link = HTTPSConnection(self.address, self.port, timeout=5, context=context)
        try:
            link.request("HEAD", "/")
            link.getresponse()
        except (OSError, HTTPException):
            return False
        finally:
            link.close()
        return True


@contextmanager
def place(name: str, address: str, owner: str | None = None) -> Iterator[Place]:
    """Make a folder that goes away at the end, and find a free port.

    Args:
        name: What shall be seen in the folder's name.
        address: The loopback address.
        owner: Whom the folder shall belong to.
    """
    with tempfile.TemporaryDirectory(prefix=f"test-{name}-") as folder:
        found = Place(Path(folder), address, free_port(), owner)
        found.hand_over()
        yield found
