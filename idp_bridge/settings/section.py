"""What do all tables of the configuration have in common?"""

from pathlib import Path
from typing import Annotated

from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    ValidationInfo,
)


class Section(BaseModel):
    """A table of the configuration: immutable, and unknown names are mistakes."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        str_strip_whitespace=True,
        hide_input_in_errors=True,
    )


Text = Annotated[str, Field(max_length=10_000)]
"""Words for people; may be empty."""

Name = Annotated[str, Field(min_length=1, max_length=256)]
"""Something that must not be empty."""

EntityId = Annotated[
    str, StringConstraints(min_length=1, max_length=1024, pattern=r"^[!-~]+$")
]
"""An entityID: at most 1024 characters (SAML metadata 2.2.1), without blanks."""

Uri = Annotated[str, StringConstraints(min_length=1, pattern=r"^[!-~]+$")]
"""A URI that is compared and never followed."""

WebUrl = Annotated[str, StringConstraints(pattern=r"^(https?://[!-~]+)?$")]
"""An address on the web for people to follow; may be empty."""

Email = Annotated[str, StringConstraints(pattern=r"^([^@\s]+@[^@\s]+)?$")]
"""An e-mail address; may be empty."""


def directory_of(info: ValidationInfo) -> Path:
    """Find the folder that relative paths start from."""
    context = info.context or {}
    return Path(context.get("directory", Path.cwd()))
