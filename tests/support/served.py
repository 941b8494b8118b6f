"""How does a test serve a small application of its own to a browser?"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from flask import Flask
from werkzeug.serving import make_server


@contextmanager
def served(app: Flask, *, port: int = 0) -> Iterator[int]:
    """Serve an application on loopback until the block ends.

    Args:
        app: The application.
        port: Where; not given, somewhere.

    Yields:
        The port.
    """
    server = make_server("127.0.0.1", port, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield server.port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
