"""What do administrators read when a change cannot be made at all?"""

from typing import Final

from flask import Response

from authz.administration.errors import (
    BadFieldsError,
    NoAgreementError,
    NoReasonError,
    OwnRightsError,
)
from idp_bridge.views.administration.frame import UNPROCESSABLE, bp, show

_FORBIDDEN: Final = 403
_CONFLICT: Final = 409


@bp.errorhandler(NoAgreementError)
def _show_no_agreement(error: NoAgreementError) -> Response:
    """Say which e-tjänst has no agreement, or not any more."""
    return show("refused", _CONFLICT, code=error.code, about=error.service_name)


@bp.errorhandler(NoReasonError)
def _show_no_reason(error: NoReasonError) -> Response:
    """Say which e-tjänst wants to know why, where no form says it better."""
    return show("refused", UNPROCESSABLE, code=error.code, about=error.service_name)


@bp.errorhandler(OwnRightsError)
def _show_own_rights(error: OwnRightsError) -> Response:
    """Say that nobody changes their own rights."""
    return show("refused", _FORBIDDEN, code=error.code, about="")


@bp.errorhandler(BadFieldsError)
def _show_bad_fields(error: BadFieldsError) -> Response:
    """Say that something typed cannot be used, where no form says it better."""
    return show("refused", UNPROCESSABLE, code=error.code, about="")
