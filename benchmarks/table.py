"""How results are shown: each beside what it is compared with, and beside its limit."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

HEAD: Final = (
    "| what | measured | beside | compared | limit | kept |\n"
    "| --- | --- | --- | --- | --- | --- |"
)


@dataclass(frozen=True, kw_only=True)
class Row:
    """One measurement."""

    what: str
    measured: str
    """With its unit."""
    beside: str = ""
    """What it is compared with, if it is."""
    compared: float | None = None
    """The number that the limit is for, if there is one."""
    unit: str = "x"
    limit: float | None = None

    @property
    def is_kept(self) -> bool | None:
        """Whether the limit is kept; ``None`` without one."""
        if self.compared is None or self.limit is None:
            return None
        return self.compared <= self.limit

    def __str__(self) -> str:
        """Write it as a row of a table in Markdown."""
        kept = {None: "", True: "yes", False: "**no**"}[self.is_kept]
        numbers = (self._with_unit(self.compared), self._with_unit(self.limit))
        cells = (self.what, self.measured, self.beside, *numbers, kept)
        return f"| {' | '.join(cells)} |"

    def _with_unit(self, number: float | None) -> str:
        return "" if number is None else f"{number:.3g} {self.unit}"


def show(title: str, rows: Iterable[Row]) -> None:
    """Print a table."""
    print(f"\n{title}\n\n{HEAD}")
    for row in rows:
        print(row, flush=True)
