"""How do we unpack gzip without ever holding more than we are ready to read?"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from metadata.errors import FetchFailedError

MAGIC: Final = b"\x1f\x8b"
"""How everything packed with gzip begins (RFC 1952 2.3.1)."""

_PIECE: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS
_BELIEVABLE: Final = 1024 * 1024
"""How much may come out before we ask how tightly it was packed."""
_TIGHTEST: Final = 200
"""How many bytes one byte may become; metadata becomes five to fifteen."""


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip piece by piece; several members one after another are one text.

    No piece that comes out is larger than 64 kB, whatever went in (RFC 1952 2.2).

    Raises:
        FetchFailedError: It is not gzip, its end is missing, or it grows too much.
    """
    inflater = zlib.decompressobj(_GZIP)
    received = given = 0
    for piece in pieces:
        received += len(piece)
        rest = piece
        while rest:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP)
            text = _inflated(inflater, rest)
            given += len(text)
            _check_tightness(received, given)
            yield text
            rest = inflater.unconsumed_tail or inflater.unused_data
    if received and not inflater.eof:
        raise FetchFailedError("the packed document was cut off before its end")


def _check_tightness(received: int, given: int) -> None:
    """Refuse what was made to become large.

    Raises:
        FetchFailedError: It becomes larger than metadata ever does.
    """
    if given > max(_BELIEVABLE, _TIGHTEST * received):
        raise FetchFailedError(f"unpacks to more than {_TIGHTEST} times its size")


def _inflated(inflater: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return inflater.decompress(packed, _PIECE)
    except zlib.error as error:
        raise FetchFailedError("says that it is packed with gzip, but is not") from (
            error
        )
