"""Which levels of assurance are there, how do they compare, and whose are they?"""

import re
from collections.abc import Iterable, Mapping, Sequence
from types import MappingProxyType
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

from idp_bridge.settings.section import Uri
from metadata import names

Counterparts = Annotated[
    tuple[Uri, ...],
    BeforeValidator(lambda value: (value,) if isinstance(value, str) else value),
    Field(min_length=1),
]
"""Levels upstream of which any one will do; one may be written without a list."""

LevelMap = dict[Uri, Counterparts]
"""A level downstream, and what the identity provider must then assert."""

Ladder = Annotated[tuple[Uri, ...], Field(min_length=1)]
"""The levels of one family, weakest first."""

_DIGG: Final = "http://id.elegnamnden.se/loa/1.0/"
_CONNECT: Final = "http://id.swedenconnect.se/loa/1.0/"
_STEPS: Final = ("low", "sub", "high")

DEFAULT_LEVELS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        names.LOA_UNCERTIFIED_2: (names.LOA_SAMBI_2, names.LOA_DIGG_2),
        names.LOA_UNCERTIFIED_3: (names.LOA_SAMBI_3, names.LOA_DIGG_3),
        names.LOA_SAMBI_2: (names.LOA_SAMBI_2,),
        names.LOA_SAMBI_3: (names.LOA_SAMBI_3,),
        **{
            f"{_CONNECT}uncertified-eidas-{step}": (f"{_DIGG}eidas-{step}",)
            for step in _STEPS
        },
    }
)
"""Levels that an SP may ask for, and what the identity provider must then assert.

Whoever stands in front of an approved identity provider without being approved itself
says ``uncertified`` (connection rules of the Swedish eID framework, 1.2).
"""

DEFAULT_LADDERS: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        "sambi": tuple(f"http://id.sambi.se/loa/loa{number}" for number in range(4)),
        "sweden-connect": tuple(f"{_DIGG}loa{number}" for number in range(1, 5)),
        "sweden-connect-uncertified": (
            names.LOA_UNCERTIFIED_2,
            names.LOA_UNCERTIFIED_3,
        ),
        "sweden-connect-nonresident": tuple(
            f"{_CONNECT}loa{number}-nonresident" for number in range(2, 5)
        ),
        "eidas": tuple(f"{_DIGG}eidas-{step}" for step in _STEPS),
        "eidas-not-notified": tuple(f"{_DIGG}eidas-nf-{step}" for step in _STEPS),
        "eidas-uncertified": tuple(
            f"{_CONNECT}uncertified-eidas-{step}" for step in _STEPS
        ),
    }
)
"""The families of levels that are known in Sweden, each weakest first."""

_NUMBER: Final = re.compile(r"/(?:uncertified-)?loa([0-9])(?:-nonresident)?$")
_STEP: Final = re.compile(r"/(?:uncertified-)?eidas-(?:nf-)?(low|sub|high)$")


def is_certified(level: str) -> bool:
    """Tell whether only an identity provider that Digg has approved may say a level."""
    if level.startswith(_CONNECT):
        return not level.startswith(f"{_CONNECT}uncertified-")
    return level.startswith("http://id.elegnamnden.se/")


def is_raised(
    downstream: str, *, upstream: str, ladders: Iterable[Sequence[str]] = ()
) -> bool:
    """Tell whether a level downstream says more than its counterpart upstream.

    The numbers of all families of Sweden mean the same strength, and so do the steps of
    eIDAS; other levels are compared when they stand on one ladder.
    """
    for ladder in ladders:
        if downstream in ladder and upstream in ladder:
            return ladder.index(downstream) > ladder.index(upstream)
    for pattern, order in ((_NUMBER, "0123456789"), (_STEP, _STEPS)):
        said, heard = pattern.search(downstream), pattern.search(upstream)
        if said and heard:
            return order.index(said[1]) > order.index(heard[1])
    return False
