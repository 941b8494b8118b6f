"""How does a server end when whoever started it is gone? Run as a script.

It starts the command in its arguments and waits for its own standard input to close,
which happens even when the parent is killed. Then it ends the command, first politely.
"""

import signal
import subprocess
import sys
import threading
from contextlib import suppress
from typing import Final

PATIENCE_SECONDS: Final = 25
"""How long the command may take to end."""


def main() -> int:
    """Run the command until it ends by itself or the parent lets go."""
    for ignored in (signal.SIGINT, signal.SIGHUP):
        signal.signal(ignored, signal.SIG_IGN)
    with subprocess.Popen(sys.argv[1:], stdin=subprocess.DEVNULL) as process:  # noqa: S603  # our own command
        watcher = threading.Thread(target=_end_with_parent, args=(process,))
        watcher.daemon = True
        watcher.start()
        return process.wait()


def _end_with_parent(process: "subprocess.Popen[bytes]") -> None:
    sys.stdin.buffer.read()
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE_SECONDS)
        return
    process.kill()


if __name__ == "__main__":
    sys.exit(main())
