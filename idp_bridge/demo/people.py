"""Who takes part in the demonstration? Everybody and every organisation is made up."""

from dataclasses import dataclass
from typing import Final

from metadata import names

BJORKVIK: Final = "212099-0011"
EKDALEN: Final = "212099-0029"
GRANBY: Final = "212099-0037"
NORRSJO: Final = "232199-0018"
AGENCY: Final = "202199-0011"
ORGANISATIONS: Final = {
    BJORKVIK: "Björkviks kommun",
    EKDALEN: "Ekdalens kommun",
    GRANBY: "Granby kommun",
    NORRSJO: "Region Norrsjö",
    AGENCY: "Demonstrationsverket",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """Somebody with a card, as the portal knows them."""

    key: str
    """The person's name in forms."""
    given_name: str
    surname: str
    number: str
    """The organisation that the card names, with a hyphen as Inera writes it."""
    suffix: str
    """The end of the HSA-id."""
    note: str
    """What becomes of a login, for whoever tries it."""
    level: str = names.LOA_SAMBI_3
    error: str | None = None
    """The code of the error that a login ends with in both e-tjänster, if it does."""

    @property
    def name(self) -> str:
        """Both names."""
        return f"{self.given_name} {self.surname}"

    @property
    def hsa_id(self) -> str:
        """The HSA-id: the organisation's number and the suffix."""
        return f"SE{self.number.replace('-', '')}-{self.suffix}"

    @property
    def organisation(self) -> str:
        """What the organisation is called."""
        return ORGANISATIONS[self.number]

    @property
    def mail(self) -> str:
        """An address that leads nowhere."""
        return f"{self.key}@{self.suffix.lower()}.example"


ANNA: Final = Person(
    key="anna",
    given_name="Anna",
    surname="Åkerlund",
    number=BJORKVIK,
    suffix="B001",
    note="Får ansöka om ersättning för förskola och grundskola.",
)
BO: Final = Person(
    key="bo",
    given_name="Bo",
    surname="Öberg",
    number=EKDALEN,
    suffix="B001",
    note="Får ansöka om ersättning för gymnasieskola.",
)
CECILIA: Final = Person(
    key="cecilia",
    given_name="Cecilia",
    surname="Sjödin",
    number=NORRSJO,
    suffix="B001",
    note="Får rapportera och se statistik för regionen, och ansöka om ersättning.",
)
DAVID: Final = Person(
    key="david",
    given_name="David",
    surname="Norrby",
    number=NORRSJO,
    suffix="B002",
    note="Får bara se statistik för regionen.",
)
EVA: Final = Person(
    key="eva",
    given_name="Eva",
    surname="Lind",
    number=BJORKVIK,
    suffix="B003",
    note="Är registrerad men har ingen behörighet.",
    error="no-permission",
)
FILIP: Final = Person(
    key="filip",
    given_name="Filip",
    surname="Dahl",
    number=BJORKVIK,
    suffix="B004",
    note="Ingen har registrerat honom.",
    error="unknown-person",
)
GUN: Final = Person(
    key="gun",
    given_name="Gun",
    surname="Ek",
    number=BJORKVIK,
    suffix="A001",
    note="Är administratör i Björkvik: delar ut behörigheter men har inga själv.",
    error="no-permission",
)
HELENA: Final = Person(
    key="helena",
    given_name="Helena",
    surname="Ström",
    number=BJORKVIK,
    suffix="A002",
    note="Är administratör i både Björkvik och Ekdalen och väljer var hon arbetar.",
    error="no-permission",
)
OLGA: Final = Person(
    key="olga",
    given_name="Olga",
    surname="Nyberg",
    number=NORRSJO,
    suffix="A001",
    note="Är administratör i Region Norrsjö: delar ut behörigheter men har inga själv.",
    error="no-permission",
)
HUGO: Final = Person(
    key="hugo",
    given_name="Hugo",
    surname="Alm",
    number=EKDALEN,
    suffix="B002",
    note="Har behörighet, men bara ett reservkort med nivå 2.",
    level=names.LOA_SAMBI_2,
    error="wrong-authn-context",
)
INGRID: Final = Person(
    key="ingrid",
    given_name="Ingrid",
    surname="Holm",
    number=BJORKVIK,
    suffix="B005",
    note="Har slutat, men kortet fungerar fortfarande.",
    error="inactive-person",
)
JOHAN: Final = Person(
    key="johan",
    given_name="Johan",
    surname="Berg",
    number=EKDALEN,
    suffix="B003",
    note="Har kort från Ekdalen men är registrerad i Björkvik.",
    error="wrong-organisation",
)
KARIN: Final = Person(
    key="karin",
    given_name="Karin",
    surname="Gran",
    number=GRANBY,
    suffix="B001",
    note="Arbetar i en kommun som inte längre deltar.",
    error="inactive-organisation",
)
MAJA: Final = Person(
    key="maja",
    given_name="Maja",
    surname="Sand",
    number=AGENCY,
    suffix="O001",
    note="Är operatör och systemansvarig: kommer in på operatörssidorna.",
    error="unknown-person",
)
LARS: Final = Person(
    key="lars",
    given_name="Lars",
    surname="Falk",
    number=AGENCY,
    suffix="O002",
    note="Är operatör med rollen läsare: ser allt på operatörssidorna, ändrar inget.",
    error="unknown-person",
)
LET_IN: Final = (ANNA, BO, CECILIA, DAVID)
"""People who come in, at least somewhere."""
STOPPED: Final = (EVA, FILIP, HUGO, INGRID, JOHAN, KARIN)
"""People who come in nowhere."""
ADMINISTRATORS: Final = {
    GUN: (BJORKVIK,),
    HELENA: (BJORKVIK, EKDALEN),
    OLGA: (NORRSJO,),
}
"""People who give permissions to others, with the organisations where they do."""
OPERATORS: Final = {MAJA: "system", LARS: "reader"}
"""People who run the bridge, with their roles; in the e-tjänster they are nobody."""
PEOPLE: Final = {
    person.key: person for person in (*LET_IN, *STOPPED, *ADMINISTRATORS, *OPERATORS)
}
