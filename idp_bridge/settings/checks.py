"""Which single values can we not work with? Each check says why in one sentence."""

import re
from ipaddress import ip_address
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

MIN_SECRET_LENGTH: Final = 32
MIN_SECRET_VARIETY: Final = 10
PLACEHOLDERS: Final = (
    "changeme",
    "change-me",
    "change_me",
    "password",
    "placeholder",
    "example",
    "default",
    "yoursecret",
    "your-secret",
    "your_secret",
)
_SQLITE: Final = "sqlite:///"
_POSTGRESQL: Final = "postgresql+psycopg://"


def check_secret(secret: str) -> str:
    """Refuse a secret that somebody could guess.

    Raises:
        ValueError: It is short, monotonous, or a placeholder somebody forgot.
    """
    if len(secret) < MIN_SECRET_LENGTH:
        raise ValueError(
            f"is a weak secret: shorter than {MIN_SECRET_LENGTH} characters"
        )
    if len(set(secret)) < MIN_SECRET_VARIETY or _is_repetition(secret):
        raise ValueError("is a weak secret: too few different characters")
    if any(word in secret.lower() for word in PLACEHOLDERS):
        raise ValueError("is a weak secret: it looks like a placeholder")
    return secret


def _is_repetition(text: str) -> bool:
    return text in (text + text)[1:-1]


def check_base_url(url: str) -> str:
    """Refuse an address under which the bridge cannot be reached safely.

    Returns:
        The address without a slash at its end.

    Raises:
        ValueError: No https (plain http is for loopback), or more than an origin.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ValueError("must be an address like https://bridge.example.se")
    if parts.scheme == "http" and not is_loopback(parts.hostname):
        raise ValueError("must begin with https:// (http only on loopback)")
    if parts.path.strip("/") or parts.query or parts.fragment or "@" in parts.netloc:
        raise ValueError("must be only scheme, host and port, without a path")
    _ = parts.port  # raises ValueError when it is not a port
    return f"{parts.scheme}://{parts.netloc.lower()}"


def is_loopback(host: str) -> bool:
    """Tell whether a host name or address is this machine and nobody else."""
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def check_database_url(url: str, directory: Path) -> str:
    """Refuse a database that we do not work with; find a relative SQLite file.

    Args:
        url: As it was configured.
        directory: Where the configuration file lies.

    Raises:
        ValueError: Neither SQLite in a file nor PostgreSQL.
    """
    if url.startswith(_SQLITE):
        file, mark, query = url.removeprefix(_SQLITE).partition("?")
        if not file or file == ":memory:":
            raise ValueError("must name a file: workers cannot share memory")
        return f"{_SQLITE}{directory / file}{mark}{query}"
    with_driver = re.sub(r"^postgres(ql)?(\+psycopg)?://", _POSTGRESQL, url)
    if not with_driver.startswith(_POSTGRESQL):
        raise ValueError("must begin with sqlite:/// or postgresql+psycopg://")
    return with_driver


def check_state_url(url: str) -> str:
    """Refuse a state store that we do not know.

    Raises:
        ValueError: Neither empty (the database) nor Redis.
    """
    if url and not re.match(r"^(rediss?|unix)://.", url):
        raise ValueError('must be "" (the database) or begin with redis://')
    return url
