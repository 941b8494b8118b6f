"""Will what somebody typed do? All fields are checked, then all problems told."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

from authz import catalogue_values as values
from authz.models import Validity
from authz.office.errors import FieldProblem, ValuesError
from authz.office.models import NewPerson

T = TypeVar("T")


class Typed:
    """Collects the fields of one form."""

    def __init__(self) -> None:
        self._values: dict[str, Any] = {}
        self._problems: list[FieldProblem] = []

    def take(self, name: str, parse: Callable[[object], object], value: object) -> None:
        """Read a field that must be filled in."""
        try:
            self._values[name] = parse(value)
        except ValueError as error:
            self.refuse(name, str(error), is_empty=value in ("", None, ()))

    def take_optional(
        self, name: str, parse: Callable[[object], object], value: object
    ) -> None:
        """Read a field that may be empty."""
        if value in ("", None):
            self._values[name] = None
        else:
            self.take(name, parse, value)

    def take_validity(self, validity: Validity) -> None:
        """Read a beginning and an end."""
        start, end = validity.valid_from, validity.valid_until
        if start is not None and end is not None and end <= start:
            self.refuse("valid_until", "is not after the beginning")
        self._values |= {"valid_from": start, "valid_until": end}

    def refuse(self, name: str, sentence: str, *, is_empty: bool = False) -> None:
        """Note that a field will not do."""
        problem = FieldProblem(field=name, is_empty=is_empty, sentence=sentence)
        self._problems.append(problem)

    def finish(self) -> Mapping[str, Any]:
        """Hand out all values.

        Raises:
            ValuesError: A field will not do.
        """
        if self._problems:
            raise ValuesError(self._problems)
        return self._values


def read_person(person: NewPerson, *, allow_test_ids: bool) -> Mapping[str, Any]:
    """Read the four fields of a person.

    Raises:
        ValuesError: A field will not do.
    """
    typed = Typed()
    parse_hsa_id = values.hsa_id(allow_test_ids=allow_test_ids)
    typed.take("hsa_id", parse_hsa_id, person.hsa_id)
    typed.take("given_name", values.text, person.given_name)
    typed.take("surname", values.text, person.surname)
    typed.take("email", values.email, person.email)
    return typed.finish()


def check_end(at: datetime, *, now: datetime) -> None:
    """Refuse an end that lies in the past: what counted then has been used.

    Raises:
        ValuesError: It does.
    """
    if at < now:
        refuse("at", "lies in the past")


def refuse(name: str, sentence: str) -> None:
    """Refuse one field.

    Raises:
        ValuesError: Always.
    """
    raise ValuesError([FieldProblem(field=name, is_empty=False, sentence=sentence)])
