"""Look members of the federation up in the registry of a bridge, cold and warm.

Arguments: the configuration of the bridge, the number of members of the federation.
"""

import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from random import Random
from statistics import median, quantiles
from typing import Final

from benchmarks.cost import counted
from benchmarks.federation import Federation
from benchmarks.members import Member
from idp_bridge.app import create_app
from idp_bridge.services import services
from idp_bridge.settings import load_settings
from metadata.registry import Registry

_COLD: Final = 200
_WARM: Final = 50
"""What a worker meets again and again; its cache is bounded."""
_WARM_ROUNDS: Final = 400


def main() -> None:
    """Look up some members for the first time, and then again and again."""
    config, entities = sys.argv[1:]
    app = create_app(load_settings(Path(config), os.environ))
    everybody = list(Federation(entities=int(entities)).members())
    random = Random(1)  # noqa: S311  # no secret
    warm_up, *some = random.sample(everybody, min(_COLD, len(everybody)))
    with app.app_context():
        registry = services().registry
    _seconds(*_question(registry, warm_up))
    questions = [_question(registry, member) for member in some]
    known = questions[-_WARM:]
    with counted() as cost:
        cold = [_seconds(ask, entity_id) for ask, entity_id in questions]
        begin = time.perf_counter()
        for _ in range(_WARM_ROUNDS):
            for ask, entity_id in known:
                ask(entity_id)
        warm = (time.perf_counter() - begin) / _WARM_ROUNDS / len(known)
        cost.details = {
            "cold_ms": median(cold) * 1000,
            "cold_p99_ms": quantiles(cold, n=100)[-1] * 1000,
            "warm_us": warm * 1e6,
        }


def _question(
    registry: Registry, member: Member
) -> tuple[Callable[[str], object], str]:
    return (registry.idp if member.is_idp else registry.sp), member.entity_id


def _seconds(ask: Callable[[str], object], entity_id: str) -> float:
    begin = time.perf_counter()
    ask(entity_id)
    return time.perf_counter() - begin


if __name__ == "__main__":
    main()
