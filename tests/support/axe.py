"""What does axe-core find wrong with a page? It knows rules of WCAG 2.2, not all of it.

axe-core 4.14.0 from npm, MPL-2.0; unchanged, and used by tests only.
"""

from functools import cache
from pathlib import Path

from playwright.sync_api import Page

AXE = Path(__file__).parents[1] / "vendor" / "axe-core-4.14.0" / "axe.min.js"
_RUN = """
async () => (await axe.run(document, {
  runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
})).violations.flatMap(each => each.nodes.map(
  node => `${each.id}: ${node.html.slice(0, 150)} (${each.help})`
))
"""


@cache
def _source() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """List what axe-core objects to on the page as it is now."""
    page.evaluate(f"() => {{ {_source()} }}")
    found: list[str] = page.evaluate(_RUN)
    return found
