"""A signed aggregate of a whole federation, of any size, the same for the same seed.

The document is written piece by piece and never held as a whole: what is signed is
canonical form, whose digest grows entity by entity.
"""

import base64
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from math import ceil
from pathlib import Path
from random import Random
from typing import BinaryIO, Final

from lxml import etree

from benchmarks.members import NAMESPACES, Member
from metadata import names, safe_xml
from metadata.instants import format_instant
from metadata.signatures import SigningKey, sign_detached

_ID: Final = "_federation"
_GROUP: Final = 1000
"""Members of one nested group."""
_END: Final = b"</md:EntitiesDescriptor>"
_DECLARATIONS: Final = " ".join(
    f'xmlns:{prefix}="{uri}"' for prefix, uri in sorted(NAMESPACES.items())
)
_MD: Final = f' xmlns:md="{names.NS_MD}"'.encode()
_DS: Final = f' xmlns:ds="{names.NS_DS}"'.encode()


@dataclass(frozen=True, kw_only=True)
class Federation:
    """A federation at one moment.

    Percentages are of the original members; who is changed or gone follows from the
    seed, and whoever has changed or gone at a small percentage has so at a larger one.
    """

    entities: int
    seed: int = 1
    revision: int = 1
    """Which change it is that some members have made."""
    changed_percent: float = 0
    added_percent: float = 0
    removed_percent: float = 0

    def members(self) -> Iterator[Member]:
        """Go through the members in the order of the document."""
        gone = self._chosen(self.removed_percent)
        changed = self._chosen(self.changed_percent, after=len(gone))
        added = self._count(self.added_percent)
        for number in range(self.entities + added):
            if number not in gone:
                revision = self.revision if number in changed else 0
                yield Member(seed=self.seed, number=number, revision=revision)

    def _count(self, percent: float) -> int:
        return ceil(self.entities * percent / 100)

    def _chosen(self, percent: float, *, after: int = 0) -> frozenset[int]:
        """Choose some of the original members."""
        everybody = list(range(self.entities))
        Random(self.seed).shuffle(everybody)  # noqa: S311  # no secret
        return frozenset(everybody[after : after + self._count(percent)])


def write(
    path: Path, federation: Federation, key: SigningKey, *, valid_until: datetime
) -> int:
    """Write the signed aggregate of a federation to a file.

    Args:
        path: The file; whatever is there is replaced when all is written.
        federation: Who belongs to it.
        key: Who signs.
        valid_until: How long the document holds.

    Returns:
        Its size in bytes.
    """
    head = _head(valid_until)
    digest = sha256(_canonical_head(head))
    with tempfile.TemporaryFile(dir=path.parent) as body:
        for piece, canonical in _pieces(federation):
            body.write(piece)
            digest.update(canonical)
        digest.update(_END)
        new = path.with_name(f"{path.name}.new")
        with new.open("wb") as out:
            out.write(head + _signature(digest.digest(), key))
            _append(body, out)
            out.write(_END)
    new.replace(path)
    return path.stat().st_size


def _append(body: BinaryIO, out: BinaryIO) -> None:
    body.seek(0)
    shutil.copyfileobj(body, out)


def _head(valid_until: datetime) -> bytes:
    begin = format_instant(valid_until - timedelta(days=7))
    return (
        f'<md:EntitiesDescriptor {_DECLARATIONS} ID="{_ID}" '
        f'Name="http://federation.example.se/" cacheDuration="PT1H" '
        f'validUntil="{format_instant(valid_until)}">\n<md:Extensions>\n'
        f'<mdrpi:PublicationInfo creationInstant="{begin}" '
        'publisher="http://federation.example.se/"/>\n</md:Extensions>\n'
    ).encode()


def _canonical_head(head: bytes) -> bytes:
    return _canonical(head + _END).removesuffix(_END)


def _pieces(federation: Federation) -> Iterator[tuple[bytes, bytes]]:
    """Go through the document below the root: each piece with its canonical form."""
    opened = False
    for count, member in enumerate(federation.members()):
        if count % _GROUP == 0:
            name = f"http://federation.example.se/part/{count // _GROUP}"
            group = f'<md:EntitiesDescriptor Name="{name}">\n'.encode()
            piece = (_END + b"\n" if opened else b"") + group
            opened = True
            yield piece, piece
        xml = member.xml()
        yield xml.encode(), _canonical_inside(xml)
    if opened:
        yield _END + b"\n", _END + b"\n"


def _canonical_inside(xml: str) -> bytes:
    """Write the canonical form of what stands inside elements of metadata.

    There the prefix of metadata is declared already (Exclusive XML Canonicalization
    1.0, section 3).
    """
    outer = f"<md:EntitiesDescriptor {_DECLARATIONS}>{xml}</md:EntitiesDescriptor>"
    begin = b"<md:EntitiesDescriptor" + _MD + b">"
    return _canonical(outer.encode()).removeprefix(begin).removesuffix(_END)


def _canonical(xml: bytes) -> bytes:
    root = safe_xml.parse(xml)
    return etree.tostring(root, method="c14n", exclusive=True, with_comments=False)


def _signature(digest: bytes, key: SigningKey) -> bytes:
    """Write the enveloped signature of the root (XML Signature, section 4)."""
    info = (
        "<ds:SignedInfo>"
        f'<ds:CanonicalizationMethod Algorithm="{names.C14N_EXCLUSIVE}">'
        "</ds:CanonicalizationMethod>"
        f'<ds:SignatureMethod Algorithm="{key.algorithm}"></ds:SignatureMethod>'
        f'<ds:Reference URI="#{_ID}"><ds:Transforms>'
        f'<ds:Transform Algorithm="{names.TRANSFORM_ENVELOPED}"></ds:Transform>'
        f'<ds:Transform Algorithm="{names.C14N_EXCLUSIVE}"></ds:Transform>'
        "</ds:Transforms>"
        f'<ds:DigestMethod Algorithm="{names.DIGEST_SHA256}"></ds:DigestMethod>'
        f"<ds:DigestValue>{base64.b64encode(digest).decode()}</ds:DigestValue>"
        "</ds:Reference></ds:SignedInfo>"
    ).encode()
    alone = info.replace(b"<ds:SignedInfo>", b"<ds:SignedInfo" + _DS + b">", 1)
    _, value = sign_detached(alone, key)
    certificate = base64.b64encode(key.certificate)
    return (
        b"<ds:Signature>"
        + info
        + b"<ds:SignatureValue>"
        + base64.b64encode(value)
        + b"</ds:SignatureValue><ds:KeyInfo><ds:X509Data><ds:X509Certificate>"
        + certificate
        + b"</ds:X509Certificate></ds:X509Data></ds:KeyInfo></ds:Signature>"
    )
