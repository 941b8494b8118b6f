"""Why does the office refuse? Nothing was changed when one of these is raised."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

from authz.errors import AuthzError


class OfficeError(AuthzError):
    """An operator's wish that cannot be carried out."""

    code: ClassVar[str] = "office"


class NoSuchThingError(OfficeError):
    """There is no organisation, agreement, person … of this number or code."""

    code = "no-such-thing"


class AlreadyThereError(OfficeError):
    """What shall be added exists already: a number, a code, an HSA-id, an agreement."""

    code = "already-there"


class EndedAlreadyError(OfficeError):
    """What shall be changed or ended has ended."""

    code = "ended-already"


class TooManyFiltersError(OfficeError):
    """An operator has as many saved filters as there is room for."""

    code = "too-many-filters"


class LastAdministratorError(OfficeError):
    """An organisation keeps at least one administrator (the manual, chapter 1.2)."""

    code = "last-administrator"


class LastOperatorError(OfficeError):
    """Somebody with the role ``system`` must remain, or nobody can let others in."""

    code = "last-operator"


class IsUserError(OfficeError):
    """The person is a user, and nobody is both (the manual, chapter 2.1).

    Args:
        organisation_id: Where the person is a user.
    """

    code = "is-user"

    def __init__(self, organisation_id: int) -> None:
        super().__init__("the person is a user; nobody is both user and administrator")
        self.organisation_id = organisation_id


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldProblem:
    """What is wrong with one field of a form."""

    field: str
    is_empty: bool
    sentence: str
    """English, for the terminal; pages have words of their own per field."""


class ValuesError(OfficeError):
    """What somebody typed will not do.

    Args:
        problems: One per field.
    """

    code = "bad-values"

    def __init__(self, problems: Iterable[FieldProblem]) -> None:
        self.problems = tuple(problems)
        super().__init__(
            "; ".join(f"{one.field} {one.sentence}" for one in self.problems)
        )
