"""How does a test work with the register as an operator? Pages, forms and the trail."""

import json
from typing import Any

from lxml import html
from werkzeug.test import TestResponse

from tests.support.operator_pages import Site

BASE = "/operator"
HOSTILE = {
    "markup": "<script>alert(1)</script>",
    "quote": "\"'><img src=x onerror=alert(1)>",
    "template": "{{ 7 * 7 }}",
    "long": "x" * 10_000,
    "newline": "Rad ett\nRad tv\u00e5",
    "line-separator": "Rad ett\u2028Rad tv\u00e5",
    "nul": "Nol\x00l",
    "bidi": "Fr\u00e5n \u202ekab",
}
"""What somebody may type who means no good."""
MALFORMED = ("long", "newline", "line-separator", "nul", "bidi")
"""Those of them that no line of text may have."""


def tree_of(page: TestResponse) -> Any:
    """Read a page as a browser does."""
    return html.fromstring(page.get_data(as_text=True))


def problems_of(page: TestResponse) -> list[str]:
    """Read the summary of what is wrong."""
    found = tree_of(page).find_class("error-summary")
    return [str(link.text_content()) for box in found for link in box.iter("a")]


def rows_of(page: TestResponse) -> list[list[str]]:
    """Read the rows of the first table."""
    tables = tree_of(page).findall(".//table")
    return [
        [" ".join(str(cell.text_content()).split()) for cell in row]
        for row in (tables[0].findall("./tbody/tr") if tables else [])
    ]


def done_of(page: TestResponse) -> str:
    """Read the note about what was just done."""
    found = tree_of(page).find_class("done")
    return str(found[0].text_content()) if found else ""


def follow(site: Site, answer: TestResponse) -> TestResponse:
    """Go where a form sends the browser."""
    assert answer.status_code == 303, (answer.status_code, problems_of(answer))
    return site.get(answer.headers["Location"])


def trail(site: Site) -> list[dict[str, Any]]:
    """Read the whole audit trail."""
    return list(map(json.loads, site.parts.authz.export_audit()))


def actions(site: Site) -> list[str]:
    """Read what happened, in the order of the chains."""
    return [entry["action"] for entry in trail(site)]


def organisation_id(site: Site, number: str) -> int:
    """Find an organisation by its number."""
    return site.parts.office.organisations.of_number(number)
