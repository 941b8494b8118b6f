"""Which keys are ours, and how does one take over from another?

Every key has a successor. For signing and for encryption there is a *current* key, and
during a rollover a *next* one, already published, or a *previous* one that others may
still use. A key is two files in one folder: ``signing-current.key`` (private, for
nobody else to read) and ``signing-current.crt``.
"""

import stat
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509

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
    """All our keys, read once at the start."""

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
        return tuple(key.certificate for key in self._of(purpose))

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
    for purpose, slot in _places():
        if slot is not Slot.CURRENT and not _is_there(folder, purpose, slot):
            continue
        try:
            found.append(_read(folder, purpose, slot))
        except KeyProblemError as error:
            problems.append(str(error))
    return tuple(found), tuple(problems)


def add_key(folder: Path, purpose: Purpose, slot: Slot, key: NewKey) -> None:
    """Write a new key; an existing one is never replaced.

    Raises:
        KeyProblemError: There is a key in this place, or the folder is not writable.
    """
    if _is_there(folder, purpose, slot):
        raise KeyProblemError(f"There is already a {slot} key for {purpose}.")
    private, certificate = _files(folder, purpose, slot)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        private.touch(mode=0o600, exist_ok=False)
        private.write_bytes(key.private_pem)
        certificate.write_bytes(key.certificate_pem)
    except OSError as error:
        raise KeyProblemError(f"{folder} is not writable: {error.strerror}.") from error


def promote(folder: Path, purpose: Purpose) -> None:
    """Let the next key take over; the current one becomes the previous.

    A promotion that was interrupted is finished by doing it again.

    Raises:
        KeyProblemError: There is no next key, or a previous one is still there.
    """
    is_there = {slot: _is_whole(folder, purpose, slot) for slot in Slot}
    if is_there[Slot.CURRENT] and is_there[Slot.PREVIOUS]:
        raise KeyProblemError(
            f"There is still a previous key for {purpose}; retire it first."
        )
    if not _is_there(folder, purpose, Slot.NEXT):
        raise KeyProblemError(f"There is no next key for {purpose}; make one first.")
    _move(folder, purpose, Slot.CURRENT, Slot.PREVIOUS)
    _move(folder, purpose, Slot.NEXT, Slot.CURRENT)


def retire(folder: Path, purpose: Purpose) -> None:
    """Delete the previous key.

    Raises:
        KeyProblemError: There is none.
    """
    if not _is_there(folder, purpose, Slot.PREVIOUS):
        raise KeyProblemError(f"There is no previous key for {purpose}.")
    for file in _files(folder, purpose, Slot.PREVIOUS):
        file.unlink(missing_ok=True)


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
    return StoredKey(purpose, slot, private_pem, signing_key)


def _bytes_of(file: Path) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        raise KeyProblemError(
            f"{file} is missing; `idp-bridge init` makes a first set of keys."
        ) from error
    except OSError as error:
        raise KeyProblemError(f"{file} cannot be read: {error.strerror}.") from error
