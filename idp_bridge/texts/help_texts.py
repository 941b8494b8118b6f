"""What are the chapters of the administrators' help called?"""

from collections.abc import Mapping
from typing import Final

CHAPTERS: Final[Mapping[str, str]] = {
    "hitta-anvandare": "Hitta användare",
    "lagg-till": "Lägga till användare",
    "behorigheter": "Ge och ta bort behörigheter",
    "andra": "Ändra användaruppgifter",
    "ta-bort": "Ta bort användare",
    "handelser": "Händelser och genomgång",
    "logga-ut": "Logga ut",
}
"""Titles by their words in addresses, in the order of the manual's chapters 5 to 10."""
