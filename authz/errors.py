"""What can go wrong when permissions are read or changed.

The text of an exception is for the log and for operators, never for the screen of a
person who logs in. Every class has a stable ``code`` with an entry in
``docs/errors.md``.
"""

from typing import ClassVar


class AuthzError(Exception):
    """A question to the permission store that cannot be answered or a refused write."""

    code: ClassVar[str] = "authz"


class BadIdentifierError(AuthzError):
    """An HSA-id, organisation number or code does not follow its grammar."""

    code = "bad-identifier"


class UnknownServiceError(AuthzError):
    """There is no e-tjänst of this code or entityID."""

    code = "unknown-service"


class UnknownClaimFormatError(AuthzError):
    """There is no claim encoder of this name."""

    code = "unknown-claim-format"


class CatalogueError(AuthzError):
    """A catalogue file has mistakes; nothing was changed.

    Args:
        problems: One sentence each, with the position in the file.
    """

    code = "catalogue"

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class BrokenAuditChainError(AuthzError):
    """The audit trail does not fit together: an entry was changed or is missing."""

    code = "broken-audit-chain"


class StoreUnavailableError(AuthzError):
    """The database does not answer: neither "no rights" nor "all rights"."""

    code = "store-unavailable"


class UnreadableSheetError(AuthzError):
    """A file with users cannot be read; nothing was changed.

    Args:
        problem: What is wrong with it, in one word.
        line: On which line of the file, if on one.
        about: Which heading, if it is about one.
    """

    code = "unreadable-sheet"

    def __init__(
        self, problem: str, *, line: int | None = None, about: str = ""
    ) -> None:
        super().__init__(f"{problem} on line {line}" if line else problem)
        self.problem = problem
        self.line = line
        self.about = about


class ReviewRefusedError(AuthzError):
    """A review is not, or no longer, open for this.

    Args:
        reason: Why not, in one word.
    """

    code = "review-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason
