"""How does a test wait for something that another process does?"""

import time
from collections.abc import Callable

SECONDS = 30.0


def wait_until(is_so: Callable[[], bool], seconds: float = SECONDS) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It is not, for much longer than it should take.
    """
    deadline = time.monotonic() + seconds
    while not is_so():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not so after {seconds} seconds")
        time.sleep(0.05)
