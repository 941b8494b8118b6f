"""How does a key lie on disk, and how does it change its place?

A key is two files of one name: ``NAME.key`` (private, for nobody else to read) and
``NAME.crt``. Since when it has its place is the time of its certificate's file. That is
set before the file moves, so that a change that is interrupted never makes a key look
older than it is. What was interrupted is finished by doing it again.
"""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from idp_bridge.new_keys import NewKey


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyFiles:
    """The two files of a key in one place, which may be missing."""

    private: Path
    certificate: Path

    @classmethod
    def named(cls, folder: Path, name: str) -> "KeyFiles":
        """Say which files a key of this name has."""
        return cls(private=folder / f"{name}.key", certificate=folder / f"{name}.crt")

    @property
    def both(self) -> tuple[Path, Path]:
        """The private file and then the certificate."""
        return self.private, self.certificate

    @property
    def is_there(self) -> bool:
        """Tell whether there is anything in this place."""
        return any(file.exists() for file in self.both)

    @property
    def is_whole(self) -> bool:
        """Tell whether there is a key in this place."""
        return all(file.exists() for file in self.both)

    @property
    def since(self) -> datetime:
        """Since when the key has its place."""
        return datetime.fromtimestamp(self.certificate.stat().st_mtime, UTC)

    def write(self, key: NewKey, now: datetime | None) -> None:
        """Write a new key into an empty place."""
        self.private.touch(mode=0o600, exist_ok=False)
        self.private.write_bytes(key.private_pem)
        self.certificate.write_bytes(key.certificate_pem)
        self.set_since(now)

    def move_to(self, target: "KeyFiles", now: datetime | None) -> None:
        """Move what is not in its new place yet; nothing there is ever replaced."""
        if self.certificate.exists():
            self.set_since(now)
        for old, new in zip(self.both, target.both, strict=True):
            if old.exists() and not new.exists():
                old.rename(new)

    def set_since(self, now: datetime | None) -> None:
        """Say since when the key has its place; by the file system's clock if not."""
        moment = None if now is None else (now.timestamp(), now.timestamp())
        os.utime(self.certificate, moment)

    def delete(self) -> None:
        """Delete what there is."""
        for file in self.both:
            file.unlink(missing_ok=True)


@contextmanager
def reading(folder: Path) -> Iterator[None]:
    """Read keys while nobody changes them."""
    with _locked(folder, fcntl.LOCK_SH):
        yield


@contextmanager
def changing(folder: Path) -> Iterator[None]:
    """Change keys while nobody reads them; the folder is made if it is missing."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with _locked(folder, fcntl.LOCK_EX):
        yield


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
