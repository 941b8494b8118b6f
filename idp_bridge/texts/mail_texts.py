"""What do our mails say?"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from authz.office.letters import Letters, Welcome
from authz.office.reminders import Ending, Reminder, Writer
from authz.reviewing.reminders import DueReview
from authz.reviewing.reminders import Writer as ReviewWriter

_SWEDEN: Final = ZoneInfo("Europe/Stockholm")
_MONTHS: Final = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def reminder_writer(base_url: str, agency: str) -> Writer:
    """Make what puts reminders into words.

    Args:
        base_url: Where the bridge is reached.
        agency: Whose e-services these are.
    """

    def write(reminder: Reminder) -> tuple[str, str]:
        lines = "\n".join(map(_line, reminder.endings))
        subject = f"Behörigheter som upphör snart: {reminder.organisation}"
        body = (
            "Hej!\n\n"
            f"Behörigheter som {reminder.organisation} har gett sina användare i"
            f" e-tjänster hos {agency} upphör snart:\n\n"
            f"{lines}\n\n"
            "Du kan se vilka det gäller, och ge dem ett nytt slutdatum, på sidan Upphör"
            " snart när du har loggat in:\n\n"
            f"{base_url}/admin/\n\n"
            "Du får det här meddelandet eftersom du är administratör. Det går inte att"
            f" svara på det.\n\n{agency}\n"
        )
        return subject, body

    return write


def review_writer(base_url: str, agency: str) -> ReviewWriter:
    """Make what puts reminders of reviews into words.

    Args:
        base_url: Where the bridge is reached.
        agency: Whose e-services these are.
    """

    def write(due: DueReview) -> tuple[str, str]:
        subject = f"Genomgång av användare: {due.organisation}"
        body = (
            "Hej!\n\n"
            "En gång om året går ni igenom alla användare som har behörigheter i"
            f" e-tjänster hos {agency}. Genomgången för {due.organisation} ska vara"
            f" klar senast {_last_day(due.due_at)}.\n\n"
            "Du gör den på sidan Genomgång när du har loggat in:\n\n"
            f"{base_url}/admin/\n\n"
            "Du får det här meddelandet eftersom du är administratör. Det går inte att"
            f" svara på det.\n\n{agency}\n"
        )
        return subject, body

    return write


def letters(base_url: str, agency: str, domain: str) -> Letters:
    """Make what puts into words what happens to people at the office.

    Args:
        base_url: Where the bridge is reached.
        agency: Whose e-services these are.
        domain: What the Message-IDs end with.
    """

    def write(welcome: Welcome) -> tuple[str, str]:
        subject = f"Du är administratör för {welcome.organisation}"
        body = (
            "Hej!\n\n"
            f"{welcome.name} är nu registrerad som administratör för"
            f" {welcome.organisation}. En administratör lägger till användare och ger"
            f" dem behörigheter i e-tjänster hos {agency}.\n\n"
            "Du loggar in med SITHS här:\n\n"
            f"{base_url}/admin/\n\n"
            "När du har loggat in finns det hjälp på sidan Hjälp.\n\n"
            "Stämmer det inte? Kontakta oss:\n\n"
            f"{base_url}/kontakt\n\n"
            f"Det går inte att svara på det här meddelandet.\n\n{agency}\n"
        )
        return subject, body

    return Letters(domain=domain, welcome=write)


def _line(ending: Ending) -> str:
    grants = _counted(ending.grants, "behörighet", "behörigheter")
    users = _counted(ending.users, "användare", "användare")
    return f"- {_last_day(ending.at)}: {grants} för {users}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _last_day(at: datetime) -> str:
    day = (at - timedelta(microseconds=1)).astimezone(_SWEDEN)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
