"""Certificates that look real and cost nothing, the same ones for the same seed.

Making ten thousand RSA keys would take an hour. Metadata carries public keys only, so
an odd number of the right size will do: it parses, has the right length, and differs
from every other. The signature of the certificate is random too: nobody checks it.
"""

import base64
from datetime import datetime
from random import Random
from typing import Final

_SEQUENCE, _SET, _INTEGER, _BITS, _OCTETS = 0x30, 0x31, 0x02, 0x03, 0x04
_UTF8, _UTC_TIME, _NULL, _VERSION, _EXTENSIONS = 0x0C, 0x17, b"\x05\x00", 0xA0, 0xA3
_COUNTRY: Final = bytes.fromhex("0603550406")
_ORGANISATION: Final = bytes.fromhex("060355040a")
_COMMON_NAME: Final = bytes.fromhex("0603550403")
_SUBJECT_KEY: Final = bytes.fromhex("0603551d0e")
_RSA: Final = bytes.fromhex("06092a864886f70d010101")
_SHA256_RSA: Final = bytes.fromhex("06092a864886f70d01010b")
_EXPONENT: Final = b"\x01\x00\x01"


def certificate(
    random: Random, *, name: str, organisation: str, begin: datetime, end: datetime
) -> str:
    """Write a self-signed certificate (RFC 5280, 4.1) as metadata has it.

    Args:
        random: Decides the key and everything else that looks random.
        name: Its common name.
        organisation: Whose it is.
        begin: When it begins to be valid.
        end: When it ends.

    Returns:
        The DER in base64, in lines of 64 letters.
    """
    bits = random.choices((2048, 3072, 4096), weights=(60, 30, 10))[0]
    algorithm = _der(_SEQUENCE, _SHA256_RSA, _NULL)
    whose = _name(name, organisation)
    signed = _der(
        _SEQUENCE,
        _der(_VERSION, _der(_INTEGER, b"\x02")),
        _der(_INTEGER, b"\x01" + random.randbytes(15)),
        algorithm,
        whose,
        _der(_SEQUENCE, _time(begin), _time(end)),
        whose,
        _public_key(random, bits),
        _extensions(random),
    )
    signature = _der(_BITS, b"\x00", random.randbytes(bits // 8))
    text = base64.b64encode(_der(_SEQUENCE, signed, algorithm, signature)).decode()
    return "\n".join(text[at : at + 64] for at in range(0, len(text), 64))


def _public_key(random: Random, bits: int) -> bytes:
    """Write a SubjectPublicKeyInfo (RFC 8017, A.1.1) with an odd number as modulus."""
    modulus = bytearray(random.randbytes(bits // 8))
    modulus[0] |= 0x80
    modulus[-1] |= 1
    key = _der(
        _SEQUENCE,
        _der(_INTEGER, b"\x00", bytes(modulus)),
        _der(_INTEGER, _EXPONENT),
    )
    return _der(_SEQUENCE, _der(_SEQUENCE, _RSA, _NULL), _der(_BITS, b"\x00", key))


def _extensions(random: Random) -> bytes:
    identifier = _der(_OCTETS, _der(_OCTETS, random.randbytes(20)))
    only = _der(_SEQUENCE, _SUBJECT_KEY, identifier)
    return _der(_EXTENSIONS, _der(_SEQUENCE, only))


def _name(name: str, organisation: str) -> bytes:
    parts = ((_COUNTRY, "SE"), (_ORGANISATION, organisation), (_COMMON_NAME, name))
    sets = (
        _der(_SET, _der(_SEQUENCE, kind, _der(_UTF8, text.encode())))
        for kind, text in parts
    )
    return _der(_SEQUENCE, *sets)


def _time(moment: datetime) -> bytes:
    return _der(_UTC_TIME, moment.strftime("%y%m%d%H%M%SZ").encode())


def _der(tag: int, *contents: bytes) -> bytes:
    """Write one value in DER (X.690, 8.1)."""
    content = b"".join(contents)
    size = len(content)
    if size < 0x80:  # noqa: PLR2004  # the short form
        return bytes((tag, size)) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content
