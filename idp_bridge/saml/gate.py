"""The gate: parse, verify, recompute, re-parse. Unverified bytes end here.

Two kinds of trees leave this module. :func:`read` gives what a stranger wrote, of which
only what the protocol needs to find the sender may be looked at. :func:`verified` gives
the re-parsed bytes that a key of the sender signed.
"""

from collections import Counter
from collections.abc import Sequence
from contextlib import ContextDecorator
from types import TracebackType
from typing import Final

from lxml import etree

from idp_bridge.errors import (
    BadSignatureError,
    BridgeError,
    UnreadableMessageError,
    WeakAlgorithmError,
    WrongVersionError,
)
from idp_bridge.saml.bindings import InboundMessage
from metadata import errors as metadata_errors
from metadata import names, safe_xml, signatures
from metadata.entities import PublicKey

SIGNATURE: Final = f"{{{names.NS_DS}}}Signature"
_MAY_BE_SIGNED: Final = frozenset(
    {
        f"{{{names.NS_SAMLP}}}{message}"
        for message in ("AuthnRequest", "Response", "LogoutRequest", "LogoutResponse")
    }
    | {f"{{{names.NS_SAMLP}}}AttributeQuery", f"{{{names.NS_SAML}}}Assertion"}
)
_IDS: Final = etree.XPath("//@ID | //@Id | //@id | //@xml:id")


class refusing(ContextDecorator):  # noqa: N801  # used like a function
    """Make a refusal of every failure, also of one that nobody thought of.

    What is no refusal of ours leaves the block as an
    :class:`idp_bridge.errors.UnreadableMessageError`.
    """

    def __enter__(self) -> None:
        """Do nothing yet."""

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        if isinstance(error, Exception) and not isinstance(error, BridgeError):
            kind = type(error).__qualname__
            raise UnreadableMessageError(f"unexpected {kind}") from error


def read(message: InboundMessage, *, kind: str) -> etree._Element:
    """Parse a message without believing it.

    Args:
        message: What came over HTTP.
        kind: The only root element that is fine here, without namespace.

    Returns:
        The root, as the sender wrote it.

    Raises:
        UnreadableMessageError: Not XML that we read, another message, an ID that occurs
            twice, or a signature where none may stand.
        WrongVersionError: A version of SAML other than 2.0 (SAML core 4.1).
    """
    root = _parse(message.xml)
    if root.tag != f"{{{names.NS_SAMLP}}}{kind}":
        raise UnreadableMessageError("another message than expected")
    check_version(root)
    check_ids(root)
    check_signature_places(root)
    return root


def read_part(xml: bytes) -> etree._Element:
    """Parse an element that was decrypted, by the same rules as a message.

    Raises:
        UnreadableMessageError: Not XML that we read, an ID that occurs twice, or a
            signature where none may stand.
    """
    root = _parse(xml)
    check_ids(root)
    check_signature_places(root)
    return root


def check_version(root: etree._Element) -> None:
    """Refuse a message of another version of SAML (core 3.2.1, 4.1.3).

    Raises:
        WrongVersionError: The version is not 2.0; says whether higher or lower.
    """
    version = root.get("Version", "")
    if version == "2.0":
        return
    error = WrongVersionError(f"version {version[:10]!r}")
    lower = version.split(".")[0] in {"", "0", "1"}
    error.second_status = (
        names.STATUS_VERSION_TOO_LOW if lower else names.STATUS_VERSION_TOO_HIGH
    )
    raise error


def check_ids(root: etree._Element) -> None:
    """Refuse a document in which an ID occurs twice (core 1.3.4).

    Raises:
        UnreadableMessageError: Two elements have the same ID.
    """
    found = [str(value) for value in _IDS(root)]
    if len(found) == len(set(found)):
        return
    twice = [value for value, times in Counter(found).items() if times > 1]
    raise UnreadableMessageError(f"{len(twice)} IDs occur more than once")


def check_signature_places(root: etree._Element) -> None:
    """Refuse a Signature that is not the child of a message or an assertion.

    SAML core 5.4.1: a signature is enveloped in the element that it signs, and there is
    at most one in each.

    Raises:
        UnreadableMessageError: A Signature in another place, or a second one.
    """
    parents = []
    for signature in root.iter(SIGNATURE):
        parent = signature.getparent()
        if parent is None or parent.tag not in _MAY_BE_SIGNED:
            raise UnreadableMessageError("a signature where none may stand")
        parents.append(parent)
    if len(parents) != len(set(parents)):
        raise UnreadableMessageError("two signatures on one element")


def is_signed(element: etree._Element) -> bool:
    """Tell whether an element carries a signature that must be verified."""
    return signatures.has_signature(element)


def verified(element: etree._Element, keys: Sequence[PublicKey]) -> etree._Element:
    """Verify an element's signature and hand on only what it covers.

    Args:
        element: The element that we want to use.
        keys: The sender's keys in the role in which it speaks.

    Returns:
        The root of a new tree, parsed from the bytes that were digested.

    Raises:
        BadSignatureError: No key verifies it, or it covers something else.
        WeakAlgorithmError: An algorithm that we refuse.
    """
    try:
        return _parse(signatures.verify_enveloped(element, keys))
    except metadata_errors.WeakAlgorithmError as error:
        raise WeakAlgorithmError(str(error)) from error
    except metadata_errors.BadSignatureError as error:
        raise BadSignatureError(str(error)) from error


def check_detached_signature(
    message: InboundMessage, keys: Sequence[PublicKey]
) -> None:
    """Verify the signature over a raw query string (bindings 3.4.4.1).

    Raises:
        BadSignatureError: There is none, or no key verifies it.
        WeakAlgorithmError: An algorithm that we refuse.
    """
    if message.signature is None:
        raise BadSignatureError("the query string is not signed")
    try:
        signatures.verify_detached(
            message.signature.signed,
            algorithm=message.signature.algorithm,
            signature=message.signature.value,
            keys=keys,
        )
    except metadata_errors.WeakAlgorithmError as error:
        raise WeakAlgorithmError(str(error)) from error
    except metadata_errors.BadSignatureError as error:
        raise BadSignatureError(str(error)) from error


def without_comments(root: etree._Element) -> etree._Element:
    """Take the comments out of an unsigned message, so that none cuts a value in two.

    A message that is signed as XML loses them with its canonical form.
    """
    etree.strip_tags(root, etree.Comment)
    return root


def _parse(xml: bytes) -> etree._Element:
    try:
        return safe_xml.parse(xml)
    except metadata_errors.UnreadableXmlError as error:
        raise UnreadableMessageError(str(error)) from error
