"""What did an administrator write about a user?"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Final, Self

from flask import Response

from authz.administration.errors import (
    AdministrationError,
    BadFieldsError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    RemovedEarlierError,
)
from authz.administration.models import NewUser, UserView
from idp_bridge import texts
from idp_bridge.texts import ADMINISTRATION_TEXTS

FIELDS: Final = ("given_name", "surname", "hsa_id", "email")
HSA_ID: Final = "hsa_id"
_UNPROCESSABLE: Final = 422
_TOO_MANY: Final = 429
_MOST: Final = 1000
"""Longer values are cut; the limits of the fields are far below."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UserForm:
    """The four fields as they were typed, and nothing else that a form may bring."""

    given_name: str = ""
    surname: str = ""
    hsa_id: str = ""
    email: str = ""

    @classmethod
    def read(cls, fields: Mapping[str, str]) -> Self:
        """Read the four fields; blanks around them do not count."""
        return cls(**{name: fields.get(name, "").strip()[:_MOST] for name in FIELDS})

    @classmethod
    def of(cls, user: UserView) -> Self:
        """Fill in what is saved."""
        return cls(
            given_name=user.given_name,
            surname=user.surname,
            hsa_id=user.hsa_id,
            email=user.email,
        )

    @property
    def user(self) -> NewUser:
        """What the service is asked to save."""
        return NewUser(**asdict(self))


@dataclass(frozen=True, slots=True, kw_only=True)
class Refusal:
    """Why a form was not saved, as its page says it."""

    status: int = 200
    problems: Mapping[str, str] = field(default_factory=dict)
    """A sentence by the name of the field."""
    duplicate: DuplicateUserError | None = None
    earlier: RemovedEarlierError | None = None
    foreign: str | None = None
    """An organisation number in the HSA-id that is not the organisation's."""
    wait: int = 0

    @property
    def facts(self) -> dict[str, object]:
        """What the page needs to know."""
        return {
            "problems": self.problems,
            "duplicate": self.duplicate,
            "earlier": self.earlier,
            "foreign": self.foreign,
        }

    def tell(self, response: Response) -> Response:
        """Say to programs, too, when the form can be sent again."""
        if self.wait:
            response.headers["Retry-After"] = str(self.wait)
        return response


def refused_until(seconds: int) -> Refusal:
    """Refuse for a while somebody who has tried too much."""
    problem = ADMINISTRATION_TEXTS.too_many.format(seconds=seconds)
    return Refusal(status=_TOO_MANY, problems={HSA_ID: problem}, wait=seconds)


def refused_number(number: str) -> Refusal:
    """Ask whether an HSA-id with another organisation's number is meant."""
    problem = ADMINISTRATION_TEXTS.foreign_number.format(number=number)
    return Refusal(status=_UNPROCESSABLE, problems={HSA_ID: problem}, foreign=number)


def refusal_of(error: AdministrationError) -> Refusal:
    """Put what the service refused into words."""
    if isinstance(error, BadFieldsError):
        return Refusal(status=_UNPROCESSABLE, problems=_words(error.problems))
    return Refusal(
        status=_UNPROCESSABLE,
        problems={HSA_ID: _SENTENCES[type(error)]},
        duplicate=error if isinstance(error, DuplicateUserError) else None,
        earlier=error if isinstance(error, RemovedEarlierError) else None,
    )


_SENTENCES: Final[Mapping[type[AdministrationError], str]] = {
    DuplicateUserError: ADMINISTRATION_TEXTS.duplicate,
    ElsewhereError: ADMINISTRATION_TEXTS.elsewhere,
    IsAdministratorError: ADMINISTRATION_TEXTS.is_administrator,
    RemovedEarlierError: ADMINISTRATION_TEXTS.removed_earlier,
}


def _words(problems: Mapping[str, str]) -> dict[str, str]:
    """Say what is wrong, field by field in the order of the form."""
    return {
        name: texts.field_problem(name, problems[name])
        for name in sorted(problems, key=FIELDS.index)
    }
