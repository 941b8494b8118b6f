"""Which keys are ours, and how does one take over from another?

Every key has a successor. For signing and for encryption there is a *set*: a *current*
key, and during a rollover a *next* and a *previous* one. Our metadata names the whole
set. An encryption key that has left it is *retired*: nobody is told of it any more, but
copies of our metadata still name it, so it opens messages until it is deleted.
"""

import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa

from idp_bridge.errors import SetupError
from idp_bridge.key_files import KeyFiles, changing, reading
from idp_bridge.new_keys import NewKey
from metadata.errors import WeakAlgorithmError
from metadata.signatures import SigningKey

NOTICED: Final = timedelta(seconds=10)
"""How long it takes until every process of this machine has taken a new key."""
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
    RETIRED = "retired"
    """No longer in the set; an encryption key that still opens messages."""


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A key on disk, checked: the certificate belongs to it."""

    purpose: Purpose
    slot: Slot
    private_pem: bytes = field(repr=False)
    signing_key: SigningKey = field(repr=False)
    since: datetime
    """Since when it has this place."""

    def is_published(self, now: datetime) -> bool:
        """Tell whether our metadata names it.

        Naming an encryption key invites its use. So the next one is named when every
        process can open with it, and a retired one is not.
        """
        if (self.purpose, self.slot) == (Purpose.ENCRYPTION, Slot.NEXT):
            return now >= self.since + NOTICED
        return self.slot is not Slot.RETIRED

    def is_same(self, other: "StoredKey") -> bool:
        """Tell whether this is a certain key, and has its place since the same time."""
        return (self.fingerprint, self.since) == (other.fingerprint, other.since)

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
    """Current before next before previous before retired."""

    @property
    def signing(self) -> SigningKey:
        """The key that signs."""
        return self._of(Purpose.SIGNING)[0].signing_key

    @property
    def decryption_keys(self) -> tuple[bytes, ...]:
        """Private keys (PEM) that may open what others encrypted to us."""
        return tuple(key.private_pem for key in self._of(Purpose.ENCRYPTION))

    def published(self, now: datetime) -> "KeySet":
        """Keep the keys that our metadata names."""
        return KeySet(tuple(key for key in self.keys if key.is_published(now)))

    def certificates(self, purpose: Purpose) -> tuple[bytes, ...]:
        """List the certificates (DER) of the keys for a purpose."""
        return tuple(key.certificate for key in self._of(purpose))

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
    with reading(folder):
        for purpose, slot in _places():
            if slot is not Slot.CURRENT and not _files(folder, purpose, slot).is_there:
                continue
            try:
                found.append(_read(folder, purpose, slot))
            except KeyProblemError as error:
                problems.append(str(error))
    return tuple(found), (*problems, *_found_twice(found))


def _found_twice(found: list[StoredKey]) -> Iterator[str]:
    """Name each key in two places: a set that is copied here, and not whole yet."""
    seen: dict[tuple[Purpose, str], StoredKey] = {}
    for key in found:
        first = seen.setdefault((key.purpose, key.fingerprint), key)
        if first is not key:
            yield (
                f"The {first.slot} and the {key.slot} key for {key.purpose} are one and"
                " the same; copy the whole folder again, and delete what is too much."
            )


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
    files = _files(folder, purpose, slot)
    with _changing(folder):
        if files.is_there:
            raise KeyProblemError(f"There is already a {slot} key for {purpose}.")
        files.write(key, now)


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
    files = {slot: _files(folder, purpose, slot) for slot in Slot}
    with _changing(folder):
        if files[Slot.CURRENT].is_whole and files[Slot.PREVIOUS].is_whole:
            raise KeyProblemError(
                f"There is still a previous key for {purpose}; retire it first."
            )
        if not files[Slot.NEXT].is_there:
            raise KeyProblemError(
                f"There is no next key for {purpose}; make one first."
            )
        files[Slot.CURRENT].move_to(files[Slot.PREVIOUS], now)
        files[Slot.PREVIOUS].set_since(now)
        files[Slot.NEXT].move_to(files[Slot.CURRENT], now)


def retire(folder: Path, purpose: Purpose, *, now: datetime | None = None) -> None:
    """Take the previous key out of the set.

    A signing key is deleted. An encryption key goes on opening messages as the retired
    key. What was interrupted is finished by doing it again.

    Args:
        folder: Where our keys are.
        purpose: What the key is for.
        now: Since when it is retired; the clock of the file system if not given.

    Raises:
        KeyProblemError: There is no previous key, one that was retired before is still
            there, or the folder is not writable.
    """
    previous = _files(folder, purpose, Slot.PREVIOUS)
    retired = _files(folder, purpose, Slot.RETIRED)
    with _changing(folder):
        if not previous.is_there:
            raise KeyProblemError(f"There is no previous key for {purpose}.")
        if purpose is Purpose.SIGNING:
            previous.delete()
            return
        if retired.is_whole or (retired.is_there and previous.is_whole):
            raise KeyProblemError(
                f"There is still a retired key for {purpose}; delete it first:"
                f" idp-bridge keys delete {purpose}"
            )
        previous.move_to(retired, now)


def delete_retired(folder: Path, purpose: Purpose, key: StoredKey | None) -> None:
    """Delete the retired key; what is still encrypted to it can never be read.

    Args:
        folder: Where our keys are.
        purpose: What the key is for.
        key: Which key somebody has decided to delete; if not given, whatever there is,
            also half a key.

    Raises:
        KeyProblemError: There is no retired key, it is another one than was decided
            about, or the folder is not writable.
    """
    retired = _files(folder, purpose, Slot.RETIRED)
    with _changing(folder):
        if not retired.is_there:
            raise KeyProblemError(f"There is no retired key for {purpose}.")
        if key and not _read(folder, purpose, Slot.RETIRED).is_same(key):
            raise KeyProblemError(
                f"Somebody has changed the keys for {purpose} meanwhile; look again."
            )
        retired.delete()


@contextmanager
def _changing(folder: Path) -> Iterator[None]:
    try:
        with changing(folder):
            yield
    except OSError as error:
        raise KeyProblemError(f"{folder} is not writable: {error.strerror}.") from error


def _places() -> Iterator[tuple[Purpose, Slot]]:
    return ((purpose, slot) for purpose in Purpose for slot in Slot)


def _files(folder: Path, purpose: Purpose, slot: Slot) -> KeyFiles:
    return KeyFiles.named(folder, f"{purpose}-{slot}")


def _read(folder: Path, purpose: Purpose, slot: Slot) -> StoredKey:
    files = _files(folder, purpose, slot)
    if (purpose, slot) == (Purpose.SIGNING, Slot.RETIRED):
        raise KeyProblemError(
            f"{files.private} is of no use: a signing key is deleted when it is"
            " retired; delete both its files."
        )
    private_pem = _bytes_of(files.private, slot)
    if stat.S_IMODE(files.private.stat().st_mode) & _FOR_OTHERS:
        raise KeyProblemError(
            f"{files.private} can be read or changed by others;"
            f" do: chmod 600 {files.private}"
        )
    signing_key = _joined(files, private_pem, _bytes_of(files.certificate, slot))
    is_rsa = isinstance(signing_key.private_key, rsa.RSAPrivateKey)
    if purpose is Purpose.ENCRYPTION and not is_rsa:
        raise KeyProblemError(
            f"{files.private} is no RSA key; others encrypt to RSA only."
        )
    return StoredKey(purpose, slot, private_pem, signing_key, files.since)


def _joined(files: KeyFiles, private_pem: bytes, certificate_pem: bytes) -> SigningKey:
    try:
        return SigningKey.from_pem(private_pem, certificate_pem)
    except (ValueError, TypeError) as error:
        reason = "does not fit its certificate, or one of the two is broken"
        raise KeyProblemError(f"{files.private} {reason}.") from error
    except WeakAlgorithmError as error:
        raise KeyProblemError(
            f"{files.private} is too weak, or of a wrong kind."
        ) from error


def _bytes_of(file: Path, slot: Slot) -> bytes:
    try:
        return file.read_bytes()
    except FileNotFoundError as error:
        advice = (
            "`idp-bridge init` makes a first set of keys"
            if slot is Slot.CURRENT
            else "if a command was interrupted, do it again"
        )
        raise KeyProblemError(f"{file} is missing; {advice}.") from error
    except OSError as error:
        raise KeyProblemError(f"{file} cannot be read: {error.strerror}.") from error
