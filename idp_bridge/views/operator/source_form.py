"""What did somebody type who wants to add a source, and can it be meant?"""

import re
import ssl
from collections.abc import Collection, Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from datetime import timedelta
from typing import Any, Final

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_pem_x509_certificates
from werkzeug.datastructures import FileStorage, MultiDict

from metadata.algorithms import check_key
from metadata.entities import PublicKey, Role
from metadata.errors import WeakAlgorithmError
from metadata.filters import Filters
from metadata.sources import (
    DEFAULT_MAX_SHRINKAGE,
    DEFAULT_MAX_VALIDITY,
    DEFAULT_ROLES,
    NAME,
    Kind,
    PinnedFile,
    Source,
    Trust,
)

FILTERS: Final = tuple(field.name for field in fields(Filters))
"""What filters are called, here and on the command line."""
_SHA256: Final = re.compile(r"[0-9a-fA-F]{64}", re.ASCII)
_FIGURE: Final = re.compile(r"[0-9]{1,5}", re.ASCII)
_DAYS: Final = range(1, 366)
_PERCENT: Final = range(101)
_MINUTES: Final = range(1, 10_081)
"""Up to a week."""
_MAX_LINES: Final = 500
_MAX_LINE: Final = 1024
_MAX_LOCATION: Final = 2000
_MAX_PEM: Final = 100_000
_DEFAULT_DAYS: Final = str(DEFAULT_MAX_VALIDITY.days)
_DEFAULT_SHRINKAGE: Final = str(DEFAULT_MAX_SHRINKAGE)

_REMOTE: Final = frozenset({Kind.URL, Kind.MDQ})
_SCHEMES: Final = ("https://", "http://")
"""Plain http is refused when the source is added, except on this machine."""

Problem = tuple[str, str]
"""The field, and the key of what is wrong with it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceForm:
    """A source as it was typed; only these fields are read."""

    name: str = ""
    replacing: bool = False
    """Whether it takes the place of the source of this name."""
    kind: str = Kind.URL
    location: str = ""
    certificate: str = ""
    pin: str = ""
    roles: tuple[str, ...] = tuple(sorted(DEFAULT_ROLES))
    days: str = _DEFAULT_DAYS
    shrinkage: str = _DEFAULT_SHRINKAGE
    minutes: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    """Each filter as it was typed, one value a line."""

    @classmethod
    def read(
        cls, typed: MultiDict[str, str], files: MultiDict[str, FileStorage]
    ) -> "SourceForm":
        """Read what a browser sent; a chosen file wins over a pasted certificate."""
        file = files.get("certificate_file")
        uploaded = file.read(_MAX_PEM + 1).decode("latin-1") if file else ""
        return cls(
            name=typed.get("name", "").strip(),
            replacing="replacing" in typed,
            kind=typed.get("kind", ""),
            location=typed.get("location", "").strip(),
            certificate=(uploaded or typed.get("certificate", "")).strip(),
            pin=typed.get("pin", "").replace(" ", "").replace(":", "").strip(),
            roles=tuple(typed.getlist("roles")),
            days=typed.get("days", "").strip(),
            shrinkage=typed.get("shrinkage", _DEFAULT_SHRINKAGE).strip(),
            minutes=typed.get("minutes", "").strip(),
            filters={name: typed.get(name, "").strip() for name in FILTERS},
        )

    @classmethod
    def of(cls, source: Source) -> "SourceForm":
        """Write what an operator would have typed for a source that there is."""
        every = source.refresh_every
        certificate, pin = _typed_trust(source.trust)
        return cls(
            name=source.name,
            replacing=True,
            kind=source.kind,
            location=source.location,
            certificate=certificate,
            pin=pin,
            roles=tuple(sorted(source.roles)),
            days=str(source.max_validity.days),
            shrinkage=str(source.max_shrinkage_percent),
            minutes="" if every is None else str(every // timedelta(minutes=1)),
            filters={
                name: "\n".join(sorted(values))
                for name, values in asdict(source.filters).items()
            },
        )

    @property
    def has_more(self) -> bool:
        """Tell whether anything was typed that is not asked for at first."""
        usual = (self.shrinkage, self.minutes) == (_DEFAULT_SHRINKAGE, "")
        return not usual or any(self.filters.values())

    def problems(self, taken: Collection[str]) -> dict[str, str]:
        """Name what is wrong, at most one thing for each field.

        Args:
            taken: Names of the sources that there are.
        """
        found: dict[str, str] = {}
        for where, problem in self._problems(taken):
            found.setdefault(where, problem)
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
            "max_shrinkage_percent": int(self.shrinkage),
            "refresh_minutes": int(self.minutes) if self.minutes else None,
            "filters": {
                name: values
                for name in FILTERS
                if (values := _lines(self.filters.get(name, "")))
            },
        }

    def _problems(self, taken: Collection[str]) -> Iterator[Problem]:
        if not NAME.fullmatch(self.name):
            yield "name", "name"
        if self.name in taken and not self.replacing:
            yield "name", "name-taken"
        if self.name not in taken and self.replacing:
            yield "name", "name-missing"
        if self.kind not in set(Kind):
            yield "kind", "kind"
        yield from self._problems_of_location()
        yield from self._problems_of_trust()
        if not self.roles or not set(self.roles) <= set(Role):
            yield "roles", "roles"
        yield from self._problems_of_figures()
        for name in FILTERS:
            lines = _lines(self.filters.get(name, ""))
            if len(lines) > _MAX_LINES or not all(map(_is_value, lines)):
                yield name, "filter"

    def _problems_of_figures(self) -> Iterator[Problem]:
        if not _is_in(self.days, _DAYS):
            yield "days", "days"
        if not _is_in(self.shrinkage, _PERCENT):
            yield "shrinkage", "shrinkage"
        if self.minutes and not _is_in(self.minutes, _MINUTES):
            yield "minutes", "minutes"

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


def _typed_trust(trust: Trust) -> tuple[str, str]:
    """Write certificates, or a pin."""
    if isinstance(trust, PinnedFile):
        return "", trust.sha256
    keys = (key.certificate for key in trust.certificates)
    return "".join(map(ssl.DER_cert_to_PEM_cert, keys)), ""


def _is_in(text: str, figures: range) -> bool:
    return bool(_FIGURE.fullmatch(text)) and int(text) in figures


def _lines(text: str) -> list[str]:
    return sorted({line.strip() for line in text.splitlines() if line.strip()})


def _is_value(line: str) -> bool:
    """Tell whether something can be an entityID or another name in metadata."""
    return len(line) <= _MAX_LINE and line.isprintable() and " " not in line


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
