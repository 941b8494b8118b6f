import pytest

from idp_bridge.attribute_authority.pace import Pace
from idp_bridge.errors import TooManyQueriesError


def test_each_service_has_a_limit_of_its_own_minute_by_minute() -> None:
    seconds = [600.0]
    pace = Pace(2, lambda: seconds[0])
    pace.check("a")
    pace.check("a")
    pace.check("b")
    with pytest.raises(TooManyQueriesError):
        pace.check("a")
    seconds[0] = 659.9
    with pytest.raises(TooManyQueriesError):
        pace.check("a")
    pace.check("b")
    seconds[0] = 660.0
    pace.check("a")
