"""Is the answer of a server a document, and which?"""

import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from io import BytesIO
from typing import Final, Protocol

from metadata.errors import DocumentNotFoundError, FetchFailedError
from metadata.sources import Validators
from metadata.unpacking import MAGIC, unpacked

_HTML_TYPES: Final = frozenset({"text/html", "application/xhtml+xml"})
_PACKED: Final = frozenset({"gzip", "x-gzip"})
_PLAIN: Final = frozenset({"", "identity"})
_DIGITS: Final = 20
"""Digits of a length that we look at; nothing is that long."""
_VALIDATOR: Final = re.compile(r"[\x20-\x7e]{1,512}", re.ASCII)


class Answer(Protocol):
    """What we look at in the answer of a server before its body."""

    status: int

    @property
    def headers(self) -> Mapping[str, str]:
        """Read a header by name, in whatever case."""


def check_answer(response: Answer) -> None:
    """Refuse an answer that brings no metadata, before its body is read.

    Raises:
        DocumentNotFoundError: There is no such document.
        FetchFailedError: Anything else than a document.
    """
    if response.status == HTTPStatus.NOT_FOUND:
        raise DocumentNotFoundError("the server answers 404: there is no such document")
    if response.status != HTTPStatus.OK:
        raise FetchFailedError(f"the server answers {response.status}, not 200")
    media_type = response.headers.get("Content-Type", "").partition(";")[0]
    if media_type.strip().lower() in _HTML_TYPES:
        raise FetchFailedError("the server sends HTML instead of metadata")


def document(
    response: Answer,
    pieces: Iterable[bytes],
    *,
    max_bytes: int,
    max_received_bytes: int,
) -> bytes:
    """Read a body to its end and hold it once.

    Args:
        response: What came before the body.
        pieces: The body as it is sent.
        max_bytes: How large the document may be.
        max_received_bytes: How much of it may be sent, packed or not.

    Raises:
        FetchFailedError: Cut off, too large, empty, or packed as we did not ask for.
    """
    too_much = f"the server sends more than {max_received_bytes} bytes"
    announced = response.headers.get("Content-Length", "")[:_DIGITS]
    if announced.isdecimal() and int(announced) > max_received_bytes:
        raise FetchFailedError(too_much)
    text = _up_to(max_received_bytes, pieces, too_much)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding in _PACKED:
        text = unpacked(text)
    elif encoding not in _PLAIN:
        raise FetchFailedError("the server packs in a way that we did not ask for")
    return _held(
        _up_to(max_bytes, text, f"the document is larger than {max_bytes} bytes")
    )


def _held(pieces: Iterable[bytes]) -> bytes:
    """Put a document together without a second copy of it.

    Raises:
        FetchFailedError: It is empty, or packed still.
    """
    held = BytesIO()
    for piece in pieces:
        held.write(piece)
    data = held.getvalue()
    if not data:
        raise FetchFailedError("the document is empty")
    if data.startswith(MAGIC):
        raise FetchFailedError("the document is packed once more than it should be")
    return data


def _up_to(most: int, pieces: Iterable[bytes], fault: str) -> Iterator[bytes]:
    """Hand on pieces as long as they stay within a limit.

    Raises:
        FetchFailedError: They do not.
    """
    count = 0
    for piece in pieces:
        count += len(piece)
        if count > most:
            raise FetchFailedError(fault)
        yield piece


def validators_of(response: Answer) -> Validators:
    """Keep what tells this version from the next, unless it cannot be sent back."""
    etag = response.headers.get("ETag", "")
    last_modified = response.headers.get("Last-Modified", "")
    return Validators(
        etag=etag if _VALIDATOR.fullmatch(etag) else None,
        last_modified=last_modified if _VALIDATOR.fullmatch(last_modified) else None,
    )
