"""``python -m idp_bridge`` is the same as ``idp-bridge``."""

from idp_bridge.cli import main

main(prog_name="idp-bridge")
