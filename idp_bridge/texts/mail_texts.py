"""What do our mails say?"""

from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

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


def _line(ending: Ending) -> str:
    grants = _counted(ending.grants, "behörighet", "behörigheter")
    users = _counted(ending.users, "användare", "användare")
    return f"- {_last_day(ending.at)}: {grants} för {users}"


def _counted(number: int, one: str, several: str) -> str:
    return f"{number} {one if number == 1 else several}"


def _last_day(at: datetime) -> str:
    day = (at - timedelta(microseconds=1)).astimezone(_SWEDEN)
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"
