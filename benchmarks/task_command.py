"""Run one ``idp-bridge metadata …`` command; importing the program is not counted.

Arguments: those of ``idp-bridge``.
"""

import sys

from benchmarks.cost import counted
from idp_bridge.cli import main as idp_bridge
from idp_bridge.cli import metadata


def main() -> None:
    """Run it once."""
    _ = metadata.group  # imported before the counting begins
    with counted():
        idp_bridge(sys.argv[1:], standalone_mode=False)


if __name__ == "__main__":
    main()
