"""Does a form come from a page that we showed, for this login, and unchanged?

The seal of a form is made with the secret that only the browser of the login holds, so
another site cannot know it, and nothing has to be kept.
"""

from collections.abc import Iterable
from hmac import compare_digest, digest


def make(secret: str, purpose: str, values: Iterable[str] = ()) -> str:
    """Seal a form for a purpose, with what its page showed.

    Args:
        secret: What this browser holds for the login.
        purpose: What the form does; a seal of one purpose opens no other.
        values: What was shown, in order.
    """
    parts = [purpose, *values]
    message = "".join(f"{len(part)}:{part}" for part in parts).encode()
    return digest(secret.encode(), message, "sha256").hex()


def fits(seal: str | None, expected: str) -> bool:
    """Tell whether a form brings the seal that it should have."""
    return seal is not None and compare_digest(seal.encode(), expected.encode())
