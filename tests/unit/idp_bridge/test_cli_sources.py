"""The options with which an operator says what a source may bring."""

import pytest
from click.testing import CliRunner

from idp_bridge.cli.metadata import add
from metadata.sources import Kind


@pytest.mark.parametrize(
    "option",
    [
        "--allow-entity-id",
        "--deny-entity-id",
        "--allow-authority",
        "--deny-authority",
        "--allow-category",
        "--deny-category",
        "--max-shrinkage",
        "--refresh-every",
        "--mdq",
        "--certificate",
        "--pin",
        "--role",
        "--max-validity",
    ],
)
def test_every_part_of_a_source_has_an_option(option: str) -> None:
    said = CliRunner().invoke(add, ["--help"]).output
    assert option in said
    assert Kind.MDQ.value in said
