"""How long may one fetch still take, and how much may still arrive?"""

from time import monotonic

from metadata.errors import FetchFailedError


class Bounds:
    """What one fetch may still take, over all its connections.

    Args:
        max_bytes: How much may arrive, headers and all.
        connect_seconds: How long a connection may take, and then TLS.
        read_seconds: How long a server may say nothing.
        total_seconds: How long everything may take.
    """

    def __init__(
        self,
        *,
        max_bytes: int,
        connect_seconds: float,
        read_seconds: float,
        total_seconds: float,
    ) -> None:
        self._max_bytes = max_bytes
        self._received = 0
        self._connect_seconds = connect_seconds
        self._read_seconds = read_seconds
        self._total_seconds = total_seconds
        self._ends_at = monotonic() + total_seconds

    def to_connect(self) -> float:
        """Tell how long to wait for a connection.

        Raises:
            FetchFailedError: Not at all, the time is over.
        """
        return min(self._connect_seconds, self._left())

    def to_read(self) -> float:
        """Tell how long to wait for the next byte.

        Raises:
            FetchFailedError: Not at all, the time is over.
        """
        return min(self._read_seconds, self._left())

    def silence(self) -> FetchFailedError:
        """Say which time was over when nothing came."""
        try:
            self._left()
        except FetchFailedError as error:
            return error
        return FetchFailedError(f"said nothing for {self._read_seconds:g} seconds")

    def count(self, received: int) -> None:
        """Count what arrived.

        Raises:
            FetchFailedError: It is more than we are ready to receive.
        """
        self._received += received
        if self._received > self._max_bytes:
            raise FetchFailedError(f"sends more than {self._max_bytes} bytes")

    def _left(self) -> float:
        left = self._ends_at - monotonic()
        if left <= 0:
            raise FetchFailedError(f"took longer than {self._total_seconds:g} seconds")
        return left
