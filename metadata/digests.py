"""What is the digest of a whole document? Its canonical form is never held for that."""

from typing import Any

from lxml import etree

from metadata.algorithms import DIGESTS
from metadata.errors import BadSignatureError
from metadata.signature_shape import Reference


def digest_of(root: etree._Element, reference: Reference) -> bytes:
    """Compute the digest of a tree that its Reference is compared with.

    Raises:
        BadSignatureError: It has no canonical form.
    """
    digest = _Digest(DIGESTS[reference.digest_algorithm](b""))
    try:
        root.getroottree().write_c14n(
            digest,
            exclusive=reference.c14n is not None,
            with_comments=False,
            inclusive_ns_prefixes=list(reference.c14n or ()),
        )
    except etree.C14NError as error:
        raise BadSignatureError("it has no canonical form") from error
    return digest.value()


class _Digest:
    """A file that keeps only the digest of what is written to it."""

    def __init__(self, running: Any) -> None:
        self._running = running

    def write(self, data: bytes, /) -> int:
        """Take the next piece."""
        self._running.update(data)
        return len(data)

    def close(self) -> None:
        """Do nothing; a file can be closed."""

    def value(self) -> bytes:
        """Hand on the digest of everything."""
        digest: bytes = self._running.digest()
        return digest
