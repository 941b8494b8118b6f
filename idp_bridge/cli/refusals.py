"""How does a command refuse? With a sentence on standard error and status 1."""

import traceback
from pathlib import Path
from typing import Any

import click

from authz.errors import AuthzError, CatalogueError
from idp_bridge.errors import BridgeError, SetupError
from metadata.errors import MetadataError


class PatientGroup(click.Group):
    """A group whose commands never end with a traceback."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command and put every error into words.

        Raises:
            ClickException: The command refused; click prints it and ends with 1.
        """
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except (SetupError, CatalogueError) as error:
            raise click.ClickException(str(error)) from error
        except (BridgeError, MetadataError, AuthzError) as error:
            raise click.ClickException(f"{error.code}: {error}") from error
        except OSError as error:
            where = f"{error.filename}: " if error.filename else ""
            raise click.ClickException(f"{where}{error.strerror or error}") from error
        except Exception as error:
            raise click.ClickException(_unexpected(error)) from error


def _unexpected(error: Exception) -> str:
    """Say where something went wrong that nobody thought of, without its text."""
    last = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{Path(last.filename).name}:{last.lineno}"
    return f"something unexpected went wrong: {type(error).__name__} in {place}"
