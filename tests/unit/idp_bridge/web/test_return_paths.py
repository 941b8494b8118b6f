"""A login leads back to a page of ours, and never anywhere else."""

import pytest

from idp_bridge.login.pending import Area
from idp_bridge.web.return_paths import safe_path


@pytest.mark.parametrize(
    "wanted",
    [
        "/operator/",
        "/operator/metadata",
        "/operator/metadata/entiteter?sok=a+b&sida=2",
        "/operator/metadata/entitet?id=https%3A%2F%2Fidp.example.se%3A443%2Fsaml",
        "/operator/metadata/kallor/sambi-1.0",
        "/operator/metadata/kallor/r%C3%A4v",
    ],
)
def test_a_page_of_the_area_is_kept(wanted: str) -> None:
    assert safe_path(wanted, Area.OPERATOR) == wanted


@pytest.mark.parametrize(
    "wanted",
    [
        "",
        "//evil.example",
        "//evil.example/operator/",
        "/\\evil.example",
        "/operator\\..\\",
        "/operator//evil.example",
        "/operator/../kontakt",
        "/operator/./..",
        "/operators",
        "/operatorx/",
        "/kontakt",
        "https://evil.example/operator/",
        "javascript:alert(1)",
        "/operator/\r\nSet-Cookie: a=b",
        "/operator/\n",
        "/operator/\t",
        "/operator/ä",
        "/operator/?<script>",
        "/operator/#evil",
        " /operator/",
        "/operator/?" + "a" * 2000,
    ],
)
def test_anything_else_leads_to_the_start(wanted: str) -> None:
    assert safe_path(wanted, Area.OPERATOR) == "/operator/"
