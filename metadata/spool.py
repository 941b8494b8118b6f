"""Where does a version wait between being read and being written?

Nothing is written before all of it is known, and a federation's XML does not stay in
memory meanwhile: beyond a few megabytes it goes to a file that nobody else can open.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, Self

from metadata.errors import FetchFailedError
from metadata.records import EntityRecord

IN_MEMORY: Final = 8 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class _Place:
    """A record without its XML, and where that is."""

    record: EntityRecord
    begin: int
    size: int


class Spool:
    """Entities that wait, in the order in which they came."""

    def __init__(self) -> None:
        self._file = SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115  # closed by us
        self._places: list[_Place] = []
        self._end = 0

    def __enter__(self) -> Self:
        """Wait."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        """Forget everything."""
        self._file.close()

    def __len__(self) -> int:
        """Count the entities."""
        return len(self._places)

    def add(self, record: EntityRecord) -> None:
        """Put an entity behind the others.

        Raises:
            FetchFailedError: There is no room for it; other sources may find some.
        """
        try:
            self._file.write(record.xml)
        except OSError as error:
            raise FetchFailedError(
                f"there is no room for it among temporary files: {error.strerror}"
            ) from error
        size = len(record.xml)
        self._places.append(_Place(replace(record, xml=b""), self._end, size))
        self._end += size

    def without_xml(self) -> Iterator[EntityRecord]:
        """Walk through what is known of the entities beside their XML."""
        return (place.record for place in self._places)

    def __iter__(self) -> Iterator[EntityRecord]:
        """Walk through the entities."""
        for place in self._places:
            self._file.seek(place.begin)
            yield replace(place.record, xml=self._file.read(place.size))
