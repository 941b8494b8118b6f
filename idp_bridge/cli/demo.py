"""``idp-bridge demo``: what does the whole thing look like?"""

from pathlib import Path

import click


@click.command("demo")
@click.option("--port", envvar="PORT", default=8000, show_default=True, type=int)
@click.option(
    "--dir",
    "folder",
    envvar="DEMO_DIR",
    type=click.Path(path_type=Path),
    help="Keep the data here; without it everything is gone afterwards.",
)
def command(*, port: int, folder: Path | None) -> None:
    """Run the bridge with a stand-in for the portal and two e-services."""
    from idp_bridge import demo  # noqa: PLC0415  # only a demo needs its parts

    demo.run(port=port, folder=folder)
