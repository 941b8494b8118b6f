"""The federation of a measurement, and the bridge that believes in it."""

import shutil
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Final

from benchmarks.bridge import Installation, Keys, install
from benchmarks.cost import Cost, cost_of
from benchmarks.federation import Federation, write
from benchmarks.partners import Pem
from benchmarks.places import PLACES
from metadata import clock

SOURCE: Final = "federation"
_VALID: Final = timedelta(days=7)


class Feed:
    """The signed document of a federation, in every size and revision.

    Args:
        folder: Where the files are kept.
        key: Who signs.
    """

    def __init__(self, folder: Path, key: Pem) -> None:
        self._folder = folder
        self._key = key.signing_key
        self.certificate = folder / "federation.crt"
        self.certificate.write_bytes(key.certificate)

    def document(self, entities: int, *, revision: int = 0) -> Path:
        """Hand on the document; from one revision to the next, 1 % changes."""
        path = self._folder / f"federation-{entities}-{revision}.xml"
        if not path.exists():
            changed = 1 if revision else 0
            federation = Federation(
                entities=entities, revision=revision, changed_percent=changed
            )
            end = clock.utc_now() + _VALID
            write(path, federation, self._key, valid_until=end)
        return path


@dataclass(frozen=True, kw_only=True)
class Member:
    """A bridge that has a federation among its sources, beside its two partners."""

    installation: Installation
    feed: Feed
    entities: int

    def load(self) -> Cost:
        """Add the federation to a bridge that does not have it yet."""
        self.receive(revision=0)
        location, certificate = str(self._location), str(self.feed.certificate)
        return self._metadata("add", SOURCE, location, "--certificate", certificate)

    def receive(self, *, revision: int) -> None:
        """Put a revision where the bridge looks for the document."""
        new = self._location.with_suffix(".new")
        shutil.copyfile(self.feed.document(self.entities, revision=revision), new)
        new.replace(self._location)

    def refresh(self, *options: str, nice: int = 0) -> Cost:
        """Look at the document again."""
        return self._metadata("refresh", SOURCE, *options, nice=nice)

    def look_up(self) -> Cost:
        """Look members up, cold and warm."""
        here = self.installation
        return cost_of("lookup", here.config, self.entities, environ=here.environ)

    @property
    def _location(self) -> Path:
        return self.installation.folder / "federation.xml"

    def _metadata(self, *arguments: str, nice: int = 0) -> Cost:
        here = self.installation
        config = ("--config", here.config, "metadata")
        return cost_of("command", *config, *arguments, environ=here.environ, nice=nice)


@contextmanager
def member(
    folder: Path, place: str, keys: Keys, feed: Feed, *, entities: int
) -> Iterator[Member]:
    """Set up a bridge with a database of its own.

    Args:
        folder: An empty folder.
        place: Where it keeps its data, one of ``PLACES``.
        keys: The keys of everybody who takes part in a login.
        feed: The federation, which is not loaded yet.
        entities: How large it is.
    """
    with ExitStack() as stack:
        environ: Mapping[str, str] = stack.enter_context(PLACES[place]())
        installation = install(folder, environ, keys)
        yield Member(installation=installation, feed=feed, entities=entities)
