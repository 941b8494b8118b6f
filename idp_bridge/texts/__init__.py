"""What do we say to a person when a login ends, in Swedish and in English?

Each error code has a first line of its own, in plain language: what happened and what
to do next. Around it stand the sentences of the user's manual, in the templates.
"""

from idp_bridge.texts.administration_texts import (
    ADMINISTRATION_TEXTS,
    field_problem,
)
from idp_bridge.texts.change_texts import CHANGE_TEXTS
from idp_bridge.texts.error_kinds import ErrorText, Kind
from idp_bridge.texts.error_texts import (
    NO_RETRY,
    RESTART,
    TEXTS,
    retry_label,
    text_for,
)
from idp_bridge.texts.logout_texts import (
    LOGOUT_ADVICE,
    LOGOUT_CARD,
    LOGOUT_MARKS,
    LOGOUT_OWN_PAGES,
    LOGOUT_REFUSED,
    LOGOUT_REFUSED_OTHERWISE,
    LOGOUT_WORDS,
)
from idp_bridge.texts.operator_texts import OPERATOR_TEXTS
from idp_bridge.texts.problem_texts import OTHER_PROBLEM, PROBLEMS, ProblemText
from idp_bridge.texts.register_texts import NOTICE_LEVELS
from idp_bridge.texts.release_texts import ATTRIBUTES, MISSING
from idp_bridge.texts.words import (
    ADMINISTRATION,
    CANCELLED,
    CANCELLED_EN,
    EXAMPLE_SERVICE,
    GROUP_HEADINGS,
    HEADING,
    HEADING_EN,
    LABELS,
    METHOD_DESCRIPTIONS,
    MONTHS,
    OPERATOR_ROLES,
    OWN_PAGES,
    SITHS_GROUP,
    STOCKHOLM,
    TECHNICAL,
    TECHNICAL_EN,
    clock_time,
    day,
    genitive,
    in_stockholm,
    long_date,
    long_day,
    short_moment,
)

__all__ = [
    "ADMINISTRATION",
    "ADMINISTRATION_TEXTS",
    "ATTRIBUTES",
    "CANCELLED",
    "CANCELLED_EN",
    "CHANGE_TEXTS",
    "EXAMPLE_SERVICE",
    "GROUP_HEADINGS",
    "HEADING",
    "HEADING_EN",
    "LABELS",
    "LOGOUT_ADVICE",
    "LOGOUT_CARD",
    "LOGOUT_MARKS",
    "LOGOUT_OWN_PAGES",
    "LOGOUT_REFUSED",
    "LOGOUT_REFUSED_OTHERWISE",
    "LOGOUT_WORDS",
    "METHOD_DESCRIPTIONS",
    "MISSING",
    "MONTHS",
    "NOTICE_LEVELS",
    "NO_RETRY",
    "OPERATOR_ROLES",
    "OPERATOR_TEXTS",
    "OTHER_PROBLEM",
    "OWN_PAGES",
    "PROBLEMS",
    "RESTART",
    "SITHS_GROUP",
    "STOCKHOLM",
    "TECHNICAL",
    "TECHNICAL_EN",
    "TEXTS",
    "ErrorText",
    "Kind",
    "ProblemText",
    "clock_time",
    "day",
    "field_problem",
    "genitive",
    "in_stockholm",
    "long_date",
    "long_day",
    "retry_label",
    "short_moment",
    "text_for",
]
