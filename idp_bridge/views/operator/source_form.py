"""What did somebody type who wants to add a source, and can it be meant?"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from werkzeug.datastructures import FileStorage, MultiDict

from metadata.algorithms import check_key
from metadata.entities import PublicKey, Role
from metadata.errors import WeakAlgorithmError
from metadata.sources import DEFAULT_MAX_VALIDITY, DEFAULT_ROLES, Kind

_NAME: Final = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}", re.ASCII)
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_DAYS: Final = re.compile(r"[0-9]{1,3}", re.ASCII)
_MAX_DAYS: Final = 365
_MAX_LOCATION: Final = 2000
_MAX_PEM: Final = 100_000
_DEFAULT_DAYS: Final = str(DEFAULT_MAX_VALIDITY.days)

_REMOTE: Final = frozenset({Kind.URL, Kind.MDQ})
_SCHEMES: Final = ("https://", "http://")
"""Plain http is refused when the source is added, except on this machine."""

Problem = tuple[str, str]
"""The field, and the key of what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForm:
    """A source as it was typed; only these fields are read."""

    name: str = ""
    kind: str = Kind.URL
    location: str = ""
    certificate: str = ""
    pin: str = ""
    roles: tuple[str, ...] = tuple(sorted(DEFAULT_ROLES))
    days: str = _DEFAULT_DAYS

    @classmethod
    def read(
        cls, typed: MultiDict[str, str], files: MultiDict[str, FileStorage]
    ) -> "SourceForm":
        """Read what a browser sent; a chosen file wins over a pasted certificate."""
        file = files.get("certificate_file")
        uploaded = file.read(_MAX_PEM + 1).decode("latin-1") if file else ""
        return cls(
            name=typed.get("name", "").strip(),
            kind=typed.get("kind", ""),
            location=typed.get("location", "").strip(),
            certificate=(uploaded or typed.get("certificate", "")).strip(),
            pin=typed.get("pin", "").replace(" ", "").replace(":", "").strip(),
            roles=tuple(typed.getlist("roles")),
            days=typed.get("days", "").strip(),
        )

    def problems(self, taken: Collection[str]) -> dict[str, str]:
        """Name what is wrong, at most one thing for each field.

        Args:
            taken: Names of the sources that there are.
        """
        found: dict[str, str] = {}
        for field, problem in self._problems(taken):
            found.setdefault(field, problem)
        return found

    def detail(self) -> dict[str, Any]:
        """Write what adding the source needs to know."""
        return {
            "kind": self.kind,
            "location": self.location,
            "certificate_pem": self.certificate,
            "pin": self.pin.lower(),
            "roles": sorted(set(self.roles)),
            "max_validity_days": int(self.days),
        }

    def _problems(self, taken: Collection[str]) -> Iterator[Problem]:
        if not _NAME.fullmatch(self.name):
            yield "name", "name"
        if self.name in taken:
            yield "name", "name-taken"
        if self.kind not in set(Kind):
            yield "kind", "kind"
        yield from self._problems_of_location()
        yield from self._problems_of_trust()
        if not self.roles or not set(self.roles) <= set(Role):
            yield "roles", "roles"
        if not (_DAYS.fullmatch(self.days) and 1 <= int(self.days) <= _MAX_DAYS):
            yield "days", "days"

    def _problems_of_location(self) -> Iterator[Problem]:
        if not self.location or len(self.location) > _MAX_LOCATION:
            yield "location", "location"
        if any(not sign.isprintable() for sign in self.location):
            yield "location", "location"
        if self.kind == Kind.FILE and not self.location.startswith("/"):
            yield "location", "location-file"
        if self.kind in _REMOTE and not self.location.startswith(_SCHEMES):
            yield "location", "location-url"

    def _problems_of_trust(self) -> Iterator[Problem]:
        if self.certificate and self.pin:
            yield "pin", "trust-both"
        if not self.certificate and not self.pin:
            yield "certificate", "trust"
        if self.pin and not _SHA256.fullmatch(self.pin):
            yield "pin", "pin"
        if self.pin and self.kind != Kind.FILE:
            yield "pin", "pin-only-file"
        if self.certificate:
            yield from _problems_of_pem(self.certificate)


def _problems_of_pem(pem: str) -> Iterator[Problem]:
    if len(pem) > _MAX_PEM:
        yield "certificate", "certificate"
        return
    try:
        for one in load_pem_x509_certificates(pem.encode()):
            check_key(PublicKey(one.public_bytes(Encoding.DER)))
    except WeakAlgorithmError:
        yield "certificate", "certificate-weak"
    except ValueError:
        yield "certificate", "certificate"
