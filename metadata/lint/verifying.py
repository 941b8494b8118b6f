"""Is the signature on a document that of somebody who was named?

Only here is a whole document held as a tree; without a certificate nothing is verified.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum

from lxml import etree

from metadata import safe_xml
from metadata.elements import drop_comments
from metadata.entities import PublicKey
from metadata.errors import MetadataError
from metadata.lint.levels import ERROR, saml, saml2int
from metadata.lint.registry import Flaw, reading_rule
from metadata.lint.subjects import DS
from metadata.signatures import verify_document

INVALID = reading_rule(
    "signature-invalid",
    "The signature is by the certificate that was given, and covers everything.",
    saml(ERROR, "bridge: refused"),
    saml2int(ERROR, "SDP-MD02"),
)


class Verdict(StrEnum):
    """What is known of the signature on a document."""

    UNSIGNED = "unsigned"
    NOT_VERIFIED = "not-verified"
    """No certificate was given."""
    VERIFIED = "verified"
    REFUSED = "refused"


def judged(
    root: etree._Element, data: bytes, signers: Sequence[PublicKey]
) -> tuple[Verdict, list[Flaw]]:
    """Verify the signature of a document, if somebody said who shall have signed.

    Args:
        root: The root of the document, of which only the signature is looked at.
        data: The document as it is.
        signers: Who may have signed; nobody when it shall not be verified.
    """
    signature = root.find(DS + "Signature")
    if signature is None:
        text = "Not signed, although a certificate was given."
        return Verdict.UNSIGNED, [Flaw(root, text)] if signers else []
    if not signers:
        return Verdict.NOT_VERIFIED, []
    problems = list(_problems(data, signers))
    if not problems:
        return Verdict.VERIFIED, []
    return Verdict.REFUSED, [Flaw(signature, text) for text in problems]


def _problems(data: bytes, signers: Sequence[PublicKey]) -> Iterator[str]:
    """Verify as the bridge does."""
    try:
        root = safe_xml.parse(data, limits=safe_xml.METADATA_LIMITS)
        drop_comments(root)
        verify_document(root, signers)
    except MetadataError as error:
        yield f"Refused with the given certificate: {error}."
