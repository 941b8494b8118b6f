"""Where can a server of a test listen without meeting another one?"""

import random
import socket

LOWEST, HIGHEST = 20_000, 32_000
"""Below the kernel's range for outgoing connections, which come and go."""


def free_port() -> int:
    """Find a port of the loopback interface that nobody listens on."""
    while True:
        port = random.SystemRandom().randint(LOWEST, HIGHEST)
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        return port
