"""What do we say to somebody who logs out?"""

from collections.abc import Mapping
from typing import Final

LOGOUT_MARKS: Final[Mapping[str, str]] = {
    "waiting": "…",
    "done": "✓",
    "failed": "✗",
}
LOGOUT_WORDS: Final[Mapping[str, str]] = {
    "waiting": "väntar",
    "done": "utloggad",
    "failed": "misslyckades",
}
"""How far we have come with one e-tjänst."""
LOGOUT_OWN_PAGES: Final = "Administrera behörigheter och operatörssidorna, här hos oss"
"""What our own pages are called among e-tjänster."""
LOGOUT_CARD: Final = "Ta ut kortet ur läsaren."
LOGOUT_ADVICE: Final = f"Stäng webbläsaren om du använder en delad dator. {LOGOUT_CARD}"
LOGOUT_REFUSED: Final[Mapping[str, str]] = {
    "unknown-session": (
        "E-tjänsten bad oss avsluta en inloggning som den inte har fått av oss."
    ),
    "expired": "Begäran om utloggning var för gammal. Logga ut en gång till.",
    "replayed": "Begäran om utloggning har redan använts. Logga ut en gång till.",
    "store-unavailable": (
        "Vi når inte vårt register just nu. Försök igen om några minuter."
    ),
}
"""The first line of the page, where we know more than that something was wrong."""
LOGOUT_REFUSED_OTHERWISE: Final = (
    "Ett tekniskt fel har inträffat: vi fick ett meddelande om utloggning som vi inte"
    " kan godta."
)
