"""What tests of the demonstration's stand-ins may ask for."""

from pathlib import Path

import pytest

from tests.support.clock import FrozenClock
from tests.support.demo_parties import Parties, parties


@pytest.fixture
def stand_ins(tmp_path: Path, clock: FrozenClock) -> Parties:
    return parties(tmp_path, clock)
