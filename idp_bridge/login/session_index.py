"""What do we write as SessionIndex, so that a logout finds its session and nobody else?

The identifier of the session, encrypted for one e-tjänst with a key that only the
bridge has. Every answer gets another one, so e-tjänster that compare theirs learn
nothing; one that was made for another e-tjänst, or by somebody else, opens nothing.
"""

import secrets
from base64 import urlsafe_b64decode, urlsafe_b64encode
from binascii import Error as NotBase64Error
from functools import lru_cache
from hmac import digest
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from idp_bridge.settings import Settings

_PURPOSE: Final = b"idp-bridge SessionIndex"
_NONCE_BYTES: Final = 12
_LENGTH: Final = 60
"""An underscore, and 12 bytes of nonce, 16 of identifier, 16 of seal, in base64."""


def make(session_id: str, *, sp_entity_id: str, settings: Settings) -> str:
    """Write the identifier of a session for one e-tjänst."""
    nonce = secrets.token_bytes(_NONCE_BYTES)
    cipher = _cipher(settings.secret_key.get_secret_value())
    sealed = cipher.encrypt(nonce, bytes.fromhex(session_id), sp_entity_id.encode())
    return "_" + urlsafe_b64encode(nonce + sealed).decode().rstrip("=")


def read(session_index: str, *, sp_entity_id: str, settings: Settings) -> str | None:
    """Read the identifier of a session; ``None`` unless we wrote it for this SP."""
    if len(session_index) != _LENGTH or not session_index.isascii():
        return None
    try:
        sealed = urlsafe_b64decode(session_index[1:] + "=")
        nonce, rest = sealed[:_NONCE_BYTES], sealed[_NONCE_BYTES:]
        cipher = _cipher(settings.secret_key.get_secret_value())
        return cipher.decrypt(nonce, rest, sp_entity_id.encode()).hex()
    except (InvalidTag, NotBase64Error, ValueError):
        return None


@lru_cache(maxsize=2)
def _cipher(secret: str) -> AESGCM:
    """Derive the key of this purpose from the installation's secret."""
    return AESGCM(digest(secret.encode(), _PURPOSE, "sha256"))
