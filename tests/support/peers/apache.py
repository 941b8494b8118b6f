"""How do the tests run an Apache of their own, apart from the system's one?

Nothing of ``/etc/apache2`` is read: the whole configuration is written into a
temporary folder, and the server is stopped by its process id.
"""

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.support.peers.places import Place, place
from tests.support.peers.tls import Certificate
from tests.support.processes import Server, running

PROGRAM = "apache2"
MODULES = Path("/usr/lib/apache2/modules")
ERROR_LOG = "error.log"
SYSTEM_USER = "www-data"
"""Who serves when the tests run as root, which Apache refuses to serve as."""
NOT_INSTALLED = "{} is not installed; `make test` installs it."
ALWAYS_LOADED = ("mpm_prefork", "authn_core", "authz_core", "dir", "ssl")

_CONFIGURATION = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}/run
PidFile {folder}/run/pid
ErrorLog {folder}/{error_log}
LogLevel warn
ServerName {address}
Listen {address}:{port} https
{user}
{modules}
StartServers 2
MinSpareServers 1
MaxSpareServers 4
KeepAlive Off
SSLEngine On
SSLCertificateFile {certificate}
SSLCertificateKeyFile {key}
DocumentRoot {folder}/htdocs
<Directory />
  AllowOverride None
  Require all denied
</Directory>
<Directory {folder}/htdocs>
  Require all granted
</Directory>
{site}
"""


@contextmanager
def apache_place(name: str, address: str) -> Iterator[Place]:
    """Make a folder for an Apache and find a port for it."""
    owner = SYSTEM_USER if os.geteuid() == 0 else None
    with place(name, address, owner) as at:
        for part in ("run", "htdocs"):
            (at.folder / part).mkdir()
        at.hand_over()
        yield at


@contextmanager
def apache(
    at: Place, *, certificate: Certificate, modules: Sequence[str], site: str
) -> Iterator[None]:
    """Serve a site over TLS until the block ends.

    Args:
        at: Where.
        certificate: What it shows to browsers; read while it still is root.
        modules: The modules that the site needs, without ``_module`` and ``mod_``.
        site: The site's own directives.
    """
    configuration = _CONFIGURATION.format(
        folder=at.folder,
        error_log=ERROR_LOG,
        address=at.address,
        port=at.port,
        user=f"User {at.owner}\nGroup {at.owner}" if at.owner else "",
        modules="\n".join(map(_load, [*ALWAYS_LOADED, *modules])),
        certificate=certificate.certificate,
        key=certificate.key,
        site=site,
    )
    file = at.write("apache.conf", configuration)
    server = Server(
        command=[installed(PROGRAM), "-d", at.folder, "-f", file, "-D", "FOREGROUND"],
        log=at.folder / "output.log",
        is_ready=at.answers,
        cwd=at.folder,
    )
    with running(server):
        yield


def installed(program: str) -> str:
    """Find a program that the tests need, or fail with a sentence."""
    path = shutil.which(program) or shutil.which(program, path="/usr/sbin:/sbin")
    if path is None:
        pytest.fail(NOT_INSTALLED.format(program), pytrace=False)
    return path


def _load(module: str) -> str:
    found = sorted(MODULES.glob(f"mod_{module}.so")) or sorted(
        MODULES.glob(f"lib{module}[0-9]*.so")
    )
    if not found:
        pytest.fail(NOT_INSTALLED.format(f"Apache's {module}"), pytrace=False)
    return f"LoadModule {module}_module {found[-1]}"
