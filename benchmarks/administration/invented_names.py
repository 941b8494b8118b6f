"""Which names do invented people, organisations and e-tjänster have?

Common Swedish names, the more common ones first, with every letter that sorts or folds
in a way of its own: Å, Ä, Ö, É and Ü.
"""

from typing import Final

GIVEN_NAMES: Final = (
    *("Anna", "Eva", "Maria", "Karin", "Lars", "Anders", "Johan", "Åsa", "Per", "Sara"),
    *("Mikael", "Björn", "Göran", "Kerstin", "Lena", "Håkan", "Emma", "Erik", "Märta"),
    *("Örjan", "Malin", "Jenny", "Åke", "Sören", "Hanna", "Linda", "Jörgen", "Amélie"),
    *("Ärla", "Östen", "Mårten", "Gunnar", "Ingrid", "Birgitta", "Fredrik", "Pär"),
    *("Zlatan", "Fatima", "Mohammed", "Nour", "Jürgen", "Väinö", "Päivi", "Åsa-Maria"),
    *("Lars-Åke", "Carl-Gustaf", "Ann-Sofie", "Xerxes", "Quy", "Wilhelmina", "Öyvind"),
)
SURNAMES: Final = (
    *("Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson", "Larsson", "Olsson"),
    *("Persson", "Svensson", "Gustafsson", "Åberg", "Öberg", "Lindström", "Åström"),
    *("Bergström", "Sjöberg", "Öhman", "Åkesson", "Nyström", "Holmström", "Sjögren"),
    *("Ärlebäck", "Östlund", "Åkerlund", "Hägglund", "Löfgren", "Björklund", "Lönn"),
    *("Mårtensson", "Wåhlin", "Väisänen", "Lindén", "Norén", "Müller", "Öström"),
    *("Ängström", "Ålander", "Ahmed", "Nguyen", "Hassan", "Yilmaz", "Zetterlund"),
    *("af Klint", "von Essen", "De Geer", "Quist", "Xu", "Wallin", "Ek", "Ödegård"),
)
PLACES: Final = (
    *("Ån", "Äng", "Ö", "Berg", "Dal", "Skog", "Sjö", "Sand", "Sten", "Lund"),
    *("Björk", "Gran", "Tall", "Häst", "Räv", "Älg", "Örn", "Sval", "Mår", "Vår"),
)
ENDINGS: Final = (
    *("by", "köping", "torp", "stad", "vik", "näs", "holm", "hamn", "ås", "ö", "sele"),
    *("mark", "hult", "ryd", "bo", "fors"),
)
SERVICES: Final = (
    "Ansök om bidrag",
    "Se ärenden",
    "Ändra uppgifter",
    "Översikt för handläggare",
    "Rapportera boende",
    "Återsökning av kostnader",
    "Ekonomiska rapporter",
    "Ärendestatistik",
    "Beställ underlag",
    "Inkorg för meddelanden",
    "Tillsyn",
    "Yttranden",
)
PERMISSIONS: Final = (
    "Läsa",
    "Skapa",
    "Ändra",
    "Skicka in",
    "Återkalla",
)
