"""Why is a permission given or taken? Some e-tjänster want to know."""

from werkzeug.datastructures import MultiDict

from authz.administration.errors import BadFieldsError, NoReasonError
from idp_bridge.texts import CHANGE_TEXTS

FIELD = "skal"
"""The name of the field."""


def read(form: MultiDict[str, str]) -> str:
    """Read what somebody gives as the reason, which may be nothing."""
    return form.get(FIELD, "").strip()


def problem_of(error: BadFieldsError | NoReasonError) -> str:
    """Say what is wrong with a reason."""
    if isinstance(error, NoReasonError):
        words = CHANGE_TEXTS.forms["no-reason"]
        return str(words.format(service=error.service_name))
    is_long = error.problems.get("reason") == "too-long"
    return str(CHANGE_TEXTS.forms["reason-too-long" if is_long else "reason"])
