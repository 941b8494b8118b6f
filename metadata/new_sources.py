"""What source does an operator mean, and what is it trusted by?"""

from dataclasses import replace
from hashlib import sha256

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates

from metadata.algorithms import check_key
from metadata.entities import PublicKey
from metadata.errors import SourceRefusedError, WeakAlgorithmError
from metadata.reports import NewSource
from metadata.rules import Unread
from metadata.sources import Kind, PinnedFile, SignedBy, Source, Trust, check_source


def source_of(new: NewSource, kind: Kind, trust: Trust) -> Source:
    """Make the source that an operator means.

    Raises:
        SourceRefusedError: It makes no sense.
    """
    source = Source(
        name=new.name,
        kind=kind,
        location=new.location,
        trust=trust,
        roles=new.roles,
        filters=new.filters,
        max_validity=new.max_validity,
        max_shrinkage_percent=new.max_shrinkage_percent,
        refresh_every=new.refresh_every,
    )
    check_source(source)
    return source


def signers_of(new: NewSource, kind: Kind) -> SignedBy | None:
    """Read who signs a new source; ``None`` when it is to be pinned.

    Raises:
        SourceRefusedError: Both a pin and a certificate, no usable certificate in the
            PEM, or neither for something that is not a file.
    """
    if new.certificate_pem is None:
        if kind is not Kind.FILE:
            raise SourceRefusedError(
                "only a file can be trusted without a certificate; give the one of"
                " whoever signs"
            )
        return None
    if new.pin is not None:
        raise SourceRefusedError("trusted by a pin or by a certificate, not by both")
    return signers_in(new.certificate_pem)


def signers_in(pem: bytes) -> SignedBy:
    """Read certificates of whoever signs.

    Raises:
        SourceRefusedError: No certificate, or one whose key is too weak.
    """
    try:
        found = load_pem_x509_certificates(pem)
        keys = tuple(PublicKey(one.public_bytes(Encoding.DER)) for one in found)
        for key in keys:
            check_key(key)
    except ValueError as error:
        raise SourceRefusedError(
            "the certificate cannot be used: it is none, or broken; a PEM file has it"
            " between BEGIN CERTIFICATE and END CERTIFICATE"
        ) from error
    except WeakAlgorithmError as error:
        raise SourceRefusedError(f"the certificate cannot be used: {error}") from error
    return SignedBy(keys)


def pin_of(new: NewSource, document: Unread) -> PinnedFile:
    """Pin a new source to what was given, else to the file as it is now."""
    return PinnedFile((new.pin or document.sha256).lower())


def pinned_anew(source: Source, document: Unread) -> Source:
    """Trust a pinned file as it is now."""
    if isinstance(source.trust, PinnedFile):
        return replace(source, trust=PinnedFile(document.sha256))
    return source


def names_of_trust(trust: Trust) -> list[str]:
    """Name a pin or each certificate by its SHA-256, for people."""
    if isinstance(trust, PinnedFile):
        return [trust.sha256]
    return [sha256(key.certificate).hexdigest() for key in trust.certificates]
