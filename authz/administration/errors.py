"""What do administrators meet when something cannot be done?

The text of an exception is for the log; pages choose Swedish words by ``code``.
"""

from datetime import datetime
from typing import ClassVar

from authz.administration.models import Conflict, UserView
from authz.errors import AuthzError


class AdministrationError(AuthzError):
    """An administrator asked for something that cannot be done; nothing was changed."""

    code: ClassVar[str] = "administration"


class NotFoundError(AdministrationError):
    """There is no such thing in this organisation, whether or not in another."""

    code = "not-found"


class BadFieldsError(AdministrationError):
    """Something that was written cannot be used.

    Args:
        problems: By the name of the field, which rule it breaks: ``missing``,
            ``too-long``, ``control-character``, ``not-an-hsa-id``, ``not-an-email``,
            ``in-the-past``.
    """

    code = "bad-fields"

    def __init__(self, problems: dict[str, str]) -> None:
        super().__init__(", ".join(f"{name}: {problems[name]}" for name in problems))
        self.problems = problems


class DuplicateUserError(AdministrationError):
    """There is a user with this HSA-id in this organisation."""

    code = "duplicate-user"

    def __init__(self, membership_id: int, name: str) -> None:
        super().__init__(f"membership {membership_id}")
        self.membership_id = membership_id
        self.name = name


class RemovedEarlierError(AdministrationError):
    """A user with this HSA-id was removed here a short while ago: restore instead?"""

    code = "removed-earlier"

    def __init__(self, membership_id: int, name: str) -> None:
        super().__init__(f"membership {membership_id}")
        self.membership_id = membership_id
        self.name = name


class IsAdministratorError(AdministrationError):
    """The HSA-id is an administrator's of this organisation."""

    code = "is-administrator"


class ElsewhereError(AdministrationError):
    """The HSA-id cannot be used here; the answer does not say why."""

    code = "elsewhere"


class ConflictError(AdministrationError):
    """Somebody else changed the same boxes."""

    code = "conflict"

    def __init__(self, conflicts: tuple[Conflict, ...]) -> None:
        super().__init__(f"{len(conflicts)} boxes")
        self.conflicts = conflicts


class UserConflictError(AdministrationError):
    """Somebody else changed the same user's name, HSA-id or e-mail."""

    code = "user-conflict"

    def __init__(
        self, current: UserView, changed_by: str | None, changed_at: datetime | None
    ) -> None:
        super().__init__(f"membership {current.membership_id}")
        self.current = current
        self.changed_by = changed_by
        self.changed_at = changed_at


class NoAgreementError(AdministrationError):
    """The organisation has no agreement, or the e-tjänst or permission is closed."""

    code = "no-agreement-for-change"

    def __init__(self, service_name: str) -> None:
        super().__init__(service_name)
        self.service_name = service_name


class NoReasonError(AdministrationError):
    """Permissions of this e-tjänst are not changed without saying why."""

    code = "no-reason"

    def __init__(self, service_name: str) -> None:
        super().__init__(service_name)
        self.service_name = service_name


class OwnRightsError(AdministrationError):
    """Nobody changes their own rights."""

    code = "own-rights"


class RestoreRefusedError(AdministrationError):
    """A removed user cannot be brought back.

    Args:
        reason: ``too-late``, ``elsewhere``, ``is-administrator`` or ``back-already``.
    """

    code = "restore-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class UndoRefusedError(AdministrationError):
    """A change cannot be undone.

    Args:
        reason: ``too-late``, ``undone-already``, ``changed-since``, ``user-removed``
            or ``no-agreement``.
    """

    code = "undo-refused"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class ImportRefusedError(AdministrationError):
    """Some rows are wrong; nothing was imported.

    Args:
        rows: How many.
    """

    code = "import-refused"

    def __init__(self, rows: int) -> None:
        super().__init__(f"{rows} rows")
        self.rows = rows
