"""Which name does somebody have for one login at one e-tjänst (SAML core 8.3.8)?

The person's number and the moment, encrypted for that e-tjänst with a key that only the
bridge has. So every login brings another name, nothing about the person follows from
it, nothing is kept for it, and the e-tjänst can still ask about the person. A name that
was made for another e-tjänst, or by somebody else, means nobody.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp_bridge.settings import Settings

LIFETIME: Final = timedelta(hours=12)
"""How long an e-tjänst may ask by such a name: a working day."""
_PURPOSE: Final = b"idp-bridge transient name"
_NONCE_BYTES: Final = 12
_NUMBER_BYTES: Final = 8
_LENGTH: Final = 60
"""An underscore; 12 bytes of nonce, 8 of number, 8 of time, 16 of seal, in base64."""


def make(
    person_id: int, *, sp_entity_id: str, settings: Settings, now: datetime
) -> str:
    """Make a name for one person at one e-tjänst, different every time."""
    seconds = int(now.timestamp())
    content = person_id.to_bytes(_NUMBER_BYTES, "big")
    content += seconds.to_bytes(_NUMBER_BYTES, "big")
    nonce = secrets.token_bytes(_NONCE_BYTES)
    sealed = _cipher(settings).encrypt(nonce, content, sp_entity_id.encode())
    return "_" + urlsafe_b64encode(nonce + sealed).decode("ascii").rstrip("=")


def read(
    value: str, *, sp_entity_id: str, settings: Settings, now: datetime
) -> int | None:
    """Read whose name it is.

    Returns:
        The person's number; ``None`` unless we made the name for this e-tjänst, less
        than a working day ago.
    """
    if len(value) != _LENGTH or not value.isascii():
        return None
    try:
        data = urlsafe_b64decode(value[1:] + "=")
        nonce, sealed = data[:_NONCE_BYTES], data[_NONCE_BYTES:]
        content = _cipher(settings).decrypt(nonce, sealed, sp_entity_id.encode())
    except (InvalidTag, ValueError):
        return None
    seconds = int.from_bytes(content[_NUMBER_BYTES:], "big")
    if now - datetime.fromtimestamp(seconds, tz=UTC) >= LIFETIME:
        return None
    return int.from_bytes(content[:_NUMBER_BYTES], "big")


def _cipher(settings: Settings) -> AESGCM:
    return _cipher_of(settings.secret_key.get_secret_value())


@lru_cache(maxsize=2)
def _cipher_of(secret: str) -> AESGCM:
    """Derive the key of this purpose from the installation's secret."""
    return AESGCM(digest(secret.encode(), _PURPOSE, "sha256"))
