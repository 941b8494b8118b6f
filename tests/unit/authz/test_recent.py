from itertools import count

import pytest

from authz.recent import MAX_KEPT, Recent


class Seconds:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_value_is_read_again_when_its_time_is_over() -> None:
    seconds, numbers = Seconds(), count()
    recent = Recent[int](1.0, seconds)
    assert recent.get("a", lambda: next(numbers)) == 0
    seconds.now = 0.999
    assert recent.get("a", lambda: next(numbers)) == 0
    seconds.now = 1.0
    assert recent.get("a", lambda: next(numbers)) == 1


def test_a_failure_is_not_kept() -> None:
    recent = Recent[int](1.0, Seconds())

    def fail() -> int:
        raise LookupError

    with pytest.raises(LookupError):
        recent.get("a", fail)
    assert recent.get("a", lambda: 1) == 1


def test_what_changed_is_forgotten() -> None:
    recent = Recent[int](1.0, Seconds())
    assert recent.get("a", lambda: 1) == 1
    recent.clear()
    assert recent.get("a", lambda: 2) == 2


def test_the_oldest_value_makes_room() -> None:
    recent = Recent[int](1.0, Seconds())
    for key in range(MAX_KEPT + 1):
        recent.get(str(key), lambda: 0)
    assert recent.get("0", lambda: 1) == 1
    assert recent.get(str(MAX_KEPT), lambda: 1) == 0
