"""What breaks each rule of the linter, and what does not?"""

from tests.support.lint_cases_content import (
    attribute_cases,
    display_cases,
    language_cases,
    organisation_cases,
    requested_cases,
)
from tests.support.lint_cases_form import (
    algorithm_cases,
    endpoint_cases,
    identity_cases,
    key_cases,
    reading_cases,
    signature_cases,
    structure_cases,
    validity_cases,
)
from tests.support.lint_changes import Case


def all_cases() -> dict[str, Case]:
    """Give every case by the code of its rule."""
    parts = (
        reading_cases(),
        structure_cases(),
        identity_cases(),
        validity_cases(),
        signature_cases(),
        key_cases(),
        algorithm_cases(),
        endpoint_cases(),
        display_cases(),
        language_cases(),
        organisation_cases(),
        attribute_cases(),
        requested_cases(),
    )
    return {code: case for part in parts for code, case in part.items()}
