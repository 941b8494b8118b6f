"""How much memory does a fetch take? A process of its own fetches, and says so."""

import sys
from pathlib import Path

from metadata.errors import FetchFailedError
from metadata.fetching import FetchPolicy, fetch_url


def peak() -> int:
    """Tell the most memory that this program has held, in bytes (Linux).

    What ``getrusage`` tells is no use: it begins with the memory of the parent.
    """
    lines = Path("/proc/self/status").read_text().splitlines()
    (line,) = [line for line in lines if line.startswith("VmHWM:")]
    return int(line.split()[1]) * 1024


def main(base_url: str, path: str, ca_file: str) -> None:
    """Fetch something small, then something else, and print what happened."""
    policy = FetchPolicy(allow_private_addresses=True, ca_file=Path(ca_file))
    fetch_url(base_url, policy=policy)
    before = peak()
    try:
        fetched = fetch_url(base_url + path, policy=policy)
        outcome = f"{len(fetched.data)} bytes" if fetched else "nothing"
    except FetchFailedError as error:
        outcome = str(error)
    sys.stdout.write(f"{peak() - before}\n{outcome}\n")


if __name__ == "__main__":
    main(*sys.argv[1:])
