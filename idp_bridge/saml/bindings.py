"""Redirect and POST: what comes over HTTP to message bytes, and back.

SAML bindings 3.4 and 3.5. Nothing is believed here; sizes are bounded before anything
is unpacked, and the raw query string is kept for its signature.
"""

import base64
import binascii
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote_plus, unquote_plus

from idp_bridge.errors import UnreadableMessageError
from metadata import names, signatures
from metadata.signatures import SigningKey

MAX_MESSAGE_BYTES: Final = 256 * 1024
"""How large a message may be, after base64 and after inflation."""

_DEFLATE: Final = "urn:oasis:names:tc:SAML:2.0:bindings:URL-Encoding:DEFLATE"
_PARAMETERS: Final = frozenset(
    {"SAMLRequest", "SAMLResponse", "RelayState", "SigAlg", "Signature", "SAMLEncoding"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class DetachedSignature:
    """The signature of a Redirect message over its raw query string."""

    signed: bytes
    algorithm: str
    value: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundMessage:
    """Message bytes as they came; nothing about them is believed."""

    xml: bytes
    binding: str
    relay_state: str | None
    signature: DetachedSignature | None = None


# --- in -------------------------------------------------------------------------------


def decode_redirect(query: bytes, *, parameter: str = "SAMLRequest") -> InboundMessage:
    """Read a message out of a raw query string (bindings 3.4.4).

    Raises:
        UnreadableMessageError: A parameter is missing, repeated, disguised, foreign, or
            does not decode; the message is too large.
    """
    raw = _raw_parameters(query)
    if {"SAMLRequest", "SAMLResponse"} & raw.keys() != {parameter}:
        raise UnreadableMessageError(f"not exactly one {parameter}")
    if "SAMLEncoding" in raw and _value(raw["SAMLEncoding"]) != _DEFLATE:
        raise UnreadableMessageError("a foreign SAMLEncoding")
    relay_state = _value(raw["RelayState"]) if "RelayState" in raw else None
    return InboundMessage(
        xml=_inflate(_base64(_value(raw[parameter]))),
        binding=names.BINDING_REDIRECT,
        relay_state=relay_state or None,
        signature=_detached(raw, parameter),
    )


def decode_post(
    messages: Sequence[str], relay_states: Sequence[str] = ()
) -> InboundMessage:
    """Read a message out of the fields of a form (bindings 3.5.4).

    Args:
        messages: All values of the message's field; there must be one.
        relay_states: All values of the RelayState field; one at most.

    Raises:
        UnreadableMessageError: A field is missing or repeated, not base64, too large.
    """
    if len(messages) != 1 or len(relay_states) > 1:
        raise UnreadableMessageError("a form field is missing or repeated")
    lines = messages[0].replace("\r", "").replace("\n", "")
    return InboundMessage(
        xml=_base64(lines),
        binding=names.BINDING_POST,
        relay_state=(relay_states[0] if relay_states else None) or None,
    )


def _raw_parameters(query: bytes) -> dict[str, str]:
    """Split a query string without decoding it; SAML's parameters occur once."""
    try:
        text = query.decode("ascii")
    except UnicodeDecodeError as error:
        raise UnreadableMessageError("a query string that is not ASCII") from error
    found: dict[str, str] = {}
    for part in text.split("&"):
        raw_name, _, raw_value = part.partition("=")
        name = unquote_plus(raw_name)
        if name not in _PARAMETERS:
            continue
        if name != raw_name or name in found:
            raise UnreadableMessageError(f"{name} is disguised or repeated")
        found[name] = raw_value
    return found


def _value(raw: str) -> str:
    try:
        return unquote_plus(raw, errors="strict")
    except UnicodeDecodeError as error:
        raise UnreadableMessageError("a parameter that is not UTF-8") from error


def _detached(raw: dict[str, str], parameter: str) -> DetachedSignature | None:
    """Collect what a Redirect signature covers, as it arrived (bindings 3.4.4.1)."""
    if "Signature" not in raw and "SigAlg" not in raw:
        return None
    if "Signature" not in raw or "SigAlg" not in raw:
        raise UnreadableMessageError("Signature and SigAlg belong together")
    order = (parameter, "RelayState", "SigAlg")
    signed = "&".join(f"{name}={raw[name]}" for name in order if name in raw)
    return DetachedSignature(
        signed=signed.encode("ascii"),
        algorithm=_value(raw["SigAlg"]),
        value=_base64(_value(raw["Signature"])),
    )


def _base64(text: str) -> bytes:
    if len(text) > MAX_MESSAGE_BYTES * 4 // 3 + 4:
        raise UnreadableMessageError("larger than a message may be")
    try:
        return base64.b64decode(text.encode("ascii"), validate=True)
    except (binascii.Error, UnicodeEncodeError) as error:
        raise UnreadableMessageError("not base64") from error


def _inflate(data: bytes) -> bytes:
    """Inflate raw DEFLATE, never more than a message may have."""
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    try:
        inflated = stream.decompress(data, MAX_MESSAGE_BYTES + 1)
    except zlib.error as error:
        raise UnreadableMessageError("not DEFLATE") from error
    if len(inflated) > MAX_MESSAGE_BYTES:
        raise UnreadableMessageError("larger than a message may be")
    if not stream.eof or stream.unused_data:
        raise UnreadableMessageError("cut off, or followed by something else")
    return inflated


# --- out ------------------------------------------------------------------------------


def encode_redirect(
    location: str,
    xml: bytes,
    *,
    relay_state: str | None,
    key: SigningKey,
    parameter: str = "SAMLRequest",
) -> str:
    """Make the address of a signed Redirect message (bindings 3.4.4.1)."""
    deflater = zlib.compressobj(level=6, wbits=-zlib.MAX_WBITS)
    deflated = deflater.compress(xml) + deflater.flush()
    parts = [f"{parameter}=" + _base64_in_query(deflated)]
    if relay_state is not None:
        parts.append("RelayState=" + quote_plus(relay_state))
    parts.append("SigAlg=" + quote_plus(key.algorithm))
    query = "&".join(parts)
    _, signature = signatures.sign_detached(query.encode("ascii"), key)
    separator = "&" if "?" in location else "?"
    return f"{location}{separator}{query}&Signature={_base64_in_query(signature)}"


def _base64_in_query(data: bytes) -> str:
    """Write bytes as base64 whose three marks mean nothing else in a query string."""
    text = base64.b64encode(data).decode("ascii")
    return text.replace("+", "%2B").replace("/", "%2F").replace("=", "%3D")


def encode_post(xml: bytes) -> str:
    """Make the value of a form field (bindings 3.5.4)."""
    return base64.b64encode(xml).decode("ascii")
