"""What was logged in a block, whatever earlier tests did to the settings of logs?"""

from collections.abc import Iterator
from contextlib import contextmanager

import structlog
from structlog.testing import capture_logs as captured_by_structlog
from structlog.typing import EventDict

from idp_bridge import logs


@contextmanager
def capture_logs() -> Iterator[list[EventDict]]:
    """Collect lines as data; loggers that were made before are made anew."""
    structlog.reset_defaults()
    logs.logger.cache_clear()
    with captured_by_structlog() as lines:
        yield lines
    logs.logger.cache_clear()
