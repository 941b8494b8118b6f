"""Which keys are ours, and how does one take over from another?

Every key has a successor. For signing and for encryption there is a *current* key, and
during a rollover a *next* one, already published, or a *previous* one that others may
still use. A key is two files in one folder: ``signing-current.key`` (private, for
nobody else to read) and ``signing-current.crt``. Since when a key has its place is the
time of its certificate's file.
"""

import fcntl
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from idp_bridge.errors import SetupError
from idp_bridge.new_keys import NewKey
from metadata.errors import WeakAlgorithmError
from metadata.signatures import SigningKey

_FOR_OTHERS: Final = stat.S_IRWXO | stat.S_IWGRP
"""Rights on a private key that nobody but its owner (and a reading group) may have."""


class KeyProblemError(SetupError):
    """A key is missing, readable for others, broken, or in the way of a rollover."""


class Purpose(StrEnum):
    """What a key is for."""

    SIGNING = "signing"
    ENCRYPTION = "encryption"


class Slot(StrEnum):
    """Where in its life a key is."""

    CURRENT = "current"
    NEXT = "next"
    PREVIOUS = "previous"


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key on disk, checked: the certificate belongs to it."""

    purpose: Purpose
    slot: Slot
    private_pem: bytes = field(repr=False)
    signing_key: SigningKey = field(repr=False)
    since: datetime
    """Since when it has this place."""

    @property
    def is_published(self) -> bool:
        """Tell whether our metadata names it.

        A previous signing key stays, for signatures that are still on their way. A
        previous encryption key does not: others would go on encrypting to it, and could
        not be read once it is retired.
        """
        return self.purpose is Purpose.SIGNING or self.slot is not Slot.PREVIOUS

    @property
    def certificate(self) -> bytes:
        """The certificate, DER."""
        return self.signing_key.certificate

    @property
    def fingerprint(self) -> str:
        """The SHA-256 of the certificate, in hexadecimal."""
        return sha256(self.certificate).hexdigest()

    @property
    def not_after(self) -> datetime:
        """When the certificate ends, for those who look at it."""
        return x509.load_der_x509_certificate(self.certificate).not_valid_after_utc


@dataclass(frozen=True, slots=True)
class KeySet:
    """All our keys at one moment."""

    keys: tuple[StoredKey, ...]
    """Current before next before previous."""

    @property
    def signing(self) -> SigningKey:
        """The key that signs."""
        return self._of(Purpose.SIGNING)[0].signing_key

    @property
    def decryption_keys(self) -> tuple[bytes, ...]:
        """Private keys (PEM) that may open what others encrypted to us."""
        return tuple(key.private_pem for key in self._of(Purpose.ENCRYPTION))

    def published(self, purpose: Purpose) -> tuple[bytes, ...]:
        """List the certificates (DER) that our metadata names for a purpose."""
        return tuple(key.certificate for key in self._of(purpose) if key.is_published)

    def find(self, purpose: Purpose, slot: Slot) -> StoredKey | None:
        """Find the key in a place, if there is one."""
        return next((key for key in self._of(purpose) if key.slot is slot), None)

    def _of(self, purpose: Purpose) -> tuple[StoredKey, ...]:
        return tuple(key for key in self.keys if key.purpose is purpose)


def load_keys(folder: Path) -> KeySet:
    """Read all keys.

    Raises:
        KeyProblemError: A current key is missing, or a key cannot be used.
    """
    found, problems = inspect_keys(folder)
    if problems:
        raise KeyProblemError("\n".join(problems))
    return KeySet(found)


def inspect_keys(folder: Path) -> tuple[tuple[StoredKey, ...], tuple[str, ...]]:
    """Read all keys and tell everything that is wrong with them."""
    found: list[StoredKey] = []
    problems: list[str] = []
    with _locked(folder, fcntl.LOCK_SH):
        for purpose, slot in _places():
            if slot is not Slot.CURRENT and not _is_there(folder, purpose, slot):
                continue
            try:
                found.append(_read(folder, purpose, slot))
            except KeyProblemError as error:
                problems.append(str(error))
    return tuple(found), tuple(problems)


def add_key(
    folder: Path,
    purpose: Purpose,
    slot: Slot,
    key: NewKey,
    *,
    now: datetime | None = None,
) -> None:
    """Write a new key; an existing one is never replaced.

    Args:
        folder: Where our keys are.
        purpose: What it is for.
        slot: Its place.
        key: The key.
        now: Since when it has its place; the clock of the file system if not given.

    Raises:
        KeyProblemError: There is a key in this place, or the folder is not writable.
    """
    private, certificate = _files(folder, purpose, slot)
    with _changing(folder):
        if _is_there(folder, purpose, slot):
            raise KeyProblemError(f"There is already a {slot} key for {purpose}.")
        private.touch(mode=0o600, exist_ok=False)
        private.write_bytes(key.private_pem)
        certificate.write_bytes(key.certificate_pem)
        _set_since(certificate, now)


def promote(folder: Path, purpose: Purpose, *, now: datetime | None = None) -> None:
    """Let the next key take over; the current one becomes the previous.

    A promotion that was interrupted is finished by doing it again.

    Args:
        folder: Where our keys are.
        purpose: What the keys are for.
        now: Since when they have their places; the clock of the file system if not
            given.

    Raises:
        KeyProblemError: There is no next key, a previous one is still there, or the
            folder is not writable.
    """
    with _changing(folder):
        _check_promotion(folder, purpose)
        _move(folder, purpose, Slot.CURRENT, Slot.PREVIOUS)
        _move(folder, purpose, Slot.NEXT, Slot.CURRENT)
        for slot in (Slot.CURRENT, Slot.PREVIOUS):
            _set_since(_files(folder, purpose, slot)[1], now)


def _check_promotion(folder: Path, purpose: Purpose) -> None:
    is_there = {slot: _is_whole(folder, purpose, slot) for slot in Slot}
    if is_there[Slot.CURRENT] and is_there[Slot.PREVIOUS]:
        raise KeyProblemError(
            f"There is still a previous key for {purpose}; retire it first."
        )
    if not _is_there(folder, purpose, Slot.NEXT):
        raise KeyProblemError(f"There is no next key for {purpose}; make one first.")


def retire(folder: Path, purpose: Purpose) -> None:
    """Delete the previous key.

    Raises:
        KeyProblemError: There is none, or the folder is not writable.
    """
    with _changing(folder):
        if not _is_there(folder, purpose, Slot.PREVIOUS):
            raise KeyProblemError(f"There is no previous key for {purpose}.")
        for file in _files(folder, purpose, Slot.PREVIOUS):
            file.unlink(missing_ok=True)


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    """Change keys while nobody reads them."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _locked(folder, fcntl.LOCK_EX):
            yield
    except OSError as error:
        raise KeyProblemError(f"{folder} is not writable: {error.strerror}.") from error


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    """Keep those who read and those who change keys apart, also between processes.

    A file system without locks does without: whoever reads half a change finds a key
    that is not whole, and looks again.
    """
    if not folder.is_dir():
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):
            fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def _set_since(certificate: Path, now: datetime | None) -> None:
    moment = None if now is None else (now.timestamp(), now.timestamp())
    os.utime(certificate, moment)


def _places() -> Iterator[tuple[Purpose, Slot]]:
    return ((purpose, slot) for purpose in Purpose for slot in Slot)


def _files(folder: Path, purpose: Purpose, slot: Slot) -> tuple[Path, Path]:
    name = f"{purpose}-{slot}"
    return folder / f"{name}.key", folder / f"{name}.crt"


def _is_there(folder: Path, purpose: Purpose, slot: Slot) -> bool:
    return any(file.exists() for file in _files(folder, purpose, slot))


def _is_whole(folder: Path, purpose: Purpose, slot: Slot) -> bool:
    return all(file.exists() for file in _files(folder, purpose, slot))


def _move(folder: Path, purpose: Purpose, source: Slot, target: Slot) -> None:
    files = zip(
        _files(folder, purpose, source), _files(folder, purpose, target), strict=True
    )
    for old, new in files:
        if old.exists() and not new.exists():
            old.rename(new)


def _read(folder: Path, purpose: Purpose, slot: Slot) -> StoredKey:
    private, certificate = _files(folder, purpose, slot)
    private_pem = _bytes_of(private)
    if stat.S_IMODE(private.stat().st_mode) & _FOR_OTHERS:
        raise KeyProblemError(
            f"{private} can be read or changed by others; do: chmod 600 {private}"
        )
    certificate_pem = _bytes_of(certificate)
    try:
        signing_key = SigningKey.from_pem(private_pem, certificate_pem)
    except (ValueError, TypeError) as error:
        reason = "does not fit its certificate, or one of the two is broken"
        raise KeyProblemError(f"{private} {reason}.") from error
    except WeakAlgorithmError as error:
        raise KeyProblemError(f"{private} is too weak, or of a wrong kind.") from error
    is_rsa = isinstance(signing_key.private_key, rsa.RSAPrivateKey)
    if purpose is Purpose.ENCRYPTION and not is_rsa:
        raise KeyProblemError(f"{private} is no RSA key; others encrypt to RSA only.")
    since = datetime.fromtimestamp(certificate.stat().st_mtime, UTC)
    return StoredKey(purpose, slot, private_pem, signing_key, since)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise KeyProblemError(
            f"{file} is missing; `idp-bridge init` makes a first set of keys."
        ) from error
    except OSError as error:
        raise KeyProblemError(f"{file} cannot be read: {error.strerror}.") from error
