"""Who belongs to the invented permission store, and what may they do?

The same numbers and the same seed give the same rows. Users of one organisation are
scattered over the whole table, as they are when they came over the years.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from random import Random
from typing import Final

from benchmarks.administration.invented_names import (
    ENDINGS,
    GIVEN_NAMES,
    PERMISSIONS,
    PLACES,
    SERVICES,
    SURNAMES,
)

MOMENT: Final = datetime(2026, 3, 2, 9, tzinfo=UTC)
"""When the measurement takes place."""
FEW: Final = 10
"""Users of the small organisation that the large one is compared with."""
LARGEST_ID: Final = 1
SMALL_ID: Final = 2
ORGANISATIONS: Final = 310
LARGEST: Final = 60_000
GRANTS_EACH: Final = 10
SERVICE_COUNT: Final = len(SERVICES)
PERMISSION_COUNT: Final = 61
"""A prime, so that every stride through the permissions reaches all of them."""
_LEAST_MEMBERS: Final = 30
_MULTIPLIER: Final = 0x9E3779B97F4A7C15
_MASK: Final = (1 << 64) - 1
_FOLDED: Final = str.maketrans("åäöéüÅÄÖÉÜ", "aaoeuaaoeu", " -")

Value = str | int | datetime | None
Row = tuple[Value, ...]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows of one table."""

    name: str
    columns: tuple[str, ...]
    rows: Iterator[Row]


@dataclass(frozen=True, kw_only=True)
class User:
    """Somebody who was given permissions."""

    id: int
    """Of the person and of the membership alike."""
    organisation_id: int
    given_name: str
    surname: str
    hsa_id: str
    email: str


@dataclass(frozen=True, kw_only=True)
class Population:
    """An invented permission store.

    Organisation 1 is the largest one, organisation 2 the small one. Each organisation
    has an administrator, whose number comes after those of all users.
    """

    users: int
    largest: int = LARGEST
    seed: int = 1
    organisations: int = field(init=False)

    def __post_init__(self) -> None:
        """Count the organisations: fewer, when there are few users.

        Raises:
            ValueError: The largest organisation and the small one leave nobody.
        """
        others = self.users - self.largest - FEW
        if others < 1:
            raise ValueError("more users are needed beside the largest organisation")
        count = min(ORGANISATIONS, 2 + max(1, others // _LEAST_MEMBERS))
        object.__setattr__(self, "organisations", count)

    @cached_property
    def homes(self) -> list[int]:
        """The organisation of each user, in the order of their numbers."""
        homes = [LARGEST_ID] * self.largest + [SMALL_ID] * FEW
        others = range(3, self.organisations + 1)
        weights = [1 / (number - 2) ** 0.4 for number in others]
        rest = self.users - len(homes)
        share = rest / sum(weights)
        for number, weight in zip(others, weights, strict=True):
            homes += [number] * int(weight * share)
        homes += [3 + n % len(others) for n in range(self.users - len(homes))]
        Random(self.seed).shuffle(homes)  # noqa: S311  # no secret
        return homes

    @cached_property
    def sizes(self) -> Counter[int]:
        """How many users each organisation has."""
        return Counter(self.homes)

    @property
    def organisation_ids(self) -> range:
        """The numbers of all organisations."""
        return range(1, self.organisations + 1)

    def administrator_of(self, organisation_id: int) -> int:
        """Number the administrator of an organisation, person and membership alike."""
        return self.users + organisation_id

    def people(self) -> Iterator[User]:
        """Go through all users."""
        return map(self.user, range(1, self.users + 1))

    def user(self, number: int) -> User:
        """Invent a user.

        Args:
            number: From 1.
        """
        chance = self._chance(number)
        given = _often_first(GIVEN_NAMES, chance & 0xFFFF)
        surname = _often_first(SURNAMES, chance >> 16 & 0xFFFF)
        home = self.homes[number - 1]
        address = f"{given}.{surname}".translate(_FOLDED).lower()
        return User(
            id=number,
            organisation_id=home,
            given_name=given,
            surname=surname,
            hsa_id=f"SE{organisation_number(home)}-{number:06X}",
            email=f"{address}{number}@{_domain(home)}",
        )

    def permissions_of(self, number: int) -> tuple[int, ...]:
        """Say which permissions a user has: ten on average, each once."""
        chance = self._chance(number) >> 32
        first, stride = chance % PERMISSION_COUNT, 1 + chance // 64 % 60
        count = GRANTS_EACH - 2 + number % 5
        return tuple(
            1 + (first + turn * stride) % PERMISSION_COUNT for turn in range(count)
        )

    def members_of(self, organisation_id: int) -> list[int]:
        """Number the users of an organisation."""
        return [
            number
            for number, home in enumerate(self.homes, start=1)
            if home == organisation_id
        ]

    def end_of(self, number: int, permission_id: int) -> datetime | None:
        """Say until when a grant holds: every twentieth ends, a few have ended."""
        dice = (number * 7 + permission_id * 13) % 400
        return MOMENT + timedelta(days=dice * 8 - 4) if dice < 20 else None  # noqa: PLR2004

    def _chance(self, number: int) -> int:
        mixed = (number + self.seed * 0x10001) * _MULTIPLIER & _MASK
        mixed = (mixed ^ mixed >> 29) * 0xBF58476D1CE4E5B9 & _MASK
        return mixed ^ mixed >> 32


def organisation_number(organisation_id: int) -> str:
    """Write the organisation number, with its check digit."""
    digits = f"2120{organisation_id:05d}"
    doubled = (int(digit) * 2 for digit in digits[::2])
    total = sum(n // 10 + n % 10 for n in doubled) + sum(map(int, digits[1::2]))
    return f"{digits}{-total % 10}"


def organisation_name(organisation_id: int) -> str:
    """Invent the name of an organisation; no two have the same."""
    place = PLACES[organisation_id % len(PLACES)]
    ending = ENDINGS[organisation_id // len(PLACES) % len(ENDINGS)]
    return f"{place}{ending} {_kind(organisation_id)}"


def service_of(permission_id: int) -> int:
    """Say to which e-tjänst a permission belongs."""
    return 1 + (permission_id - 1) % SERVICE_COUNT


def service_entity_id(service_id: int) -> str:
    """Write the entityID under which an e-tjänst asks."""
    return f"https://tjanst{service_id}.example.se/saml"


def permission_name(permission_id: int) -> str:
    """Invent the name of a permission."""
    turn = (permission_id - 1) // SERVICE_COUNT
    return f"{PERMISSIONS[turn % len(PERMISSIONS)]} {permission_id}"


def _kind(organisation_id: int) -> str:
    return "region" if organisation_id % 15 == 1 else "kommun"


def _domain(organisation_id: int) -> str:
    name = organisation_name(organisation_id).split()[0].lower().translate(_FOLDED)
    return f"{name}.example.se"


def _often_first(names: tuple[str, ...], chance: int) -> str:
    return names[chance * chance * len(names) >> 32]
