"""Which keys does a running process use? Those on disk, also after they have changed.

Each process looks at the folder every few seconds and takes a new set as a whole, so a
rollover needs no restart. A set with a mistake is not taken: the one in use stays.
"""

import os
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Final

from idp_bridge import logs
from idp_bridge.keys import KeySet, StoredKey, inspect_keys, load_keys
from idp_bridge.saml.encryption import DecryptionKey
from metadata.clock import Clock

LOOK_EVERY: Final = timedelta(seconds=2)
"""How long a process may go on with keys that are no longer on disk."""

_Seen = frozenset[tuple[str, int, int, int]]
"""Each file's name, inode, size and time of change."""


@dataclass(frozen=True, slots=True)
class KeysInUse:
    """A set of keys, with those for decryption loaded."""

    keys: KeySet = field(repr=False)
    decryption_keys: tuple[DecryptionKey, ...] = field(repr=False)

    @classmethod
    def load(cls, keys: KeySet) -> "KeysInUse":
        """Load the keys for decryption, which costs milliseconds."""
        return cls(keys, tuple(map(DecryptionKey.from_pem, keys.decryption_keys)))


class KeyRing:
    """The keys of this process.

    Args:
        folder: Where they are.
        clock: Says what time it is.

    Raises:
        KeyProblemError: A current key is missing, or a key cannot be used.
    """

    def __init__(self, folder: Path, clock: Clock) -> None:
        self._folder = folder
        self._clock = clock
        self._looked_at = clock()
        self._seen = _files_in(folder)
        self._in_use = KeysInUse.load(load_keys(folder))
        self._told: tuple[str, ...] = ()

    def current(self) -> KeysInUse:
        """Hand out the keys to use now; look at the folder if that was long ago."""
        now = self._clock()
        if abs(now - self._looked_at) >= LOOK_EVERY:
            self._looked_at = now
            self._look()
        return self._in_use

    def _look(self) -> None:
        """Take a new set if there is one and nothing is wrong with it."""
        seen = _files_in(self._folder)
        if seen == self._seen:
            return
        found, problems = inspect_keys(self._folder)
        if problems:
            self._tell(problems)
            return
        self._seen, self._told = seen, ()
        if _places(found) != _places(self._in_use.keys.keys):
            self._in_use = KeysInUse.load(KeySet(found))
            logs.logger(__name__).info("keys-changed", keys=len(found))

    def _tell(self, problems: tuple[str, ...]) -> None:
        """Say once what is wrong with the keys on disk."""
        if problems != self._told:
            self._told = problems
            logs.logger(__name__).error("keys-not-taken", problems=problems)


def _places(keys: tuple[StoredKey, ...]) -> list[tuple[str, str, str]]:
    return [(key.purpose, key.slot, key.fingerprint) for key in keys]


def _files_in(folder: Path) -> _Seen:
    try:
        with os.scandir(folder) as entries:
            return frozenset(_facts_of(entry) for entry in entries if entry.is_file())
    except OSError:
        return frozenset()


def _facts_of(entry: os.DirEntry[str]) -> tuple[str, int, int, int]:
    facts = entry.stat()
    return entry.name, facts.st_ino, facts.st_size, facts.st_mtime_ns
