"""What does it mean when the database of the metadata does not answer?"""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.exc import SQLAlchemyError

from metadata.errors import MetadataUnavailableError


@contextmanager
def translated_errors() -> Iterator[None]:
    """Name the kind of an error of the database, whose text may be anything.

    Raises:
        MetadataUnavailableError: There was one.
    """
    try:
        yield
    except SQLAlchemyError as error:
        raise MetadataUnavailableError(type(error).__name__) from error
