"""How do we unpack gzip without ever holding more than we are ready to read?"""

import zlib
from collections.abc import Iterable, Iterator
from typing import Final

from metadata.errors import FetchFailedError

MAGIC: Final = b"\x1f\x8b"
"""How everything packed with gzip begins (RFC 1952 2.3.1)."""

_PIECE: Final = 64 * 1024
_GZIP: Final = 16 + zlib.MAX_WBITS


def unpacked(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Unpack gzip piece by piece; several members one after another are one text.

    No piece that comes out is larger than 64 kB, whatever went in (RFC 1952 2.2).

    Raises:
        FetchFailedError: It is not gzip, or its end is missing.
    """
    inflater = zlib.decompressobj(_GZIP)
    is_begun = False
    for piece in pieces:
        rest = piece
        while rest:
            if inflater.eof:
                inflater = zlib.decompressobj(_GZIP)
            yield _inflated(inflater, rest)
            rest = inflater.unconsumed_tail or inflater.unused_data
            is_begun = True
    if not is_begun or not inflater.eof:
        raise FetchFailedError("the packed document was cut off before its end")


def _inflated(inflater: "zlib._Decompress", packed: bytes) -> bytes:
    try:
        return inflater.decompress(packed, _PIECE)
    except zlib.error as error:
        raise FetchFailedError("says that it is packed with gzip, but is not") from (
            error
        )
