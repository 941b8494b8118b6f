"""How do the tests run an Apache of their own, apart from the system's one?

Nothing of ``/etc/apache2`` is read: the whole configuration is written into a
temporary folder, and the server is stopped by its process id.
"""

import os
import shutil
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.client import HTTPException, HTTPSConnection
from pathlib import Path

import pytest

from tests.support.peers.tls import Certificate
from tests.support.ports import free_port
from tests.support.processes import Server, running

PROGRAM = "apache2"
MODULES = Path("/usr/lib/apache2/modules")
SYSTEM_USER = "www-data"
"""Who serves when the tests run as root, which Apache refuses to serve as."""
NOT_INSTALLED = "{} is not installed; `make test` installs it."
ALWAYS_LOADED = ("mpm_prefork", "authn_core", "authz_core", "dir", "mime", "ssl")

_CONFIGURATION = """\
ServerRoot {folder}
DefaultRuntimeDir {folder}/run
PidFile {folder}/run/pid
ErrorLog {folder}/error.log
LogLevel warn
ServerName {address}
Listen {address}:{port} https
{user}
{modules}
StartServers 2
MinSpareServers 1
MaxSpareServers 4
KeepAlive Off
TypesConfig /etc/mime.types
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


@dataclass(frozen=True, slots=True)
class Place:
    """Where a server of the tests is: its folder, and its address in the network."""

    folder: Path
    address: str
    port: int

    @property
    def url(self) -> str:
        """The address without a path."""
        return f"https://{self.address}:{self.port}"

    def write(self, name: str, content: str | bytes) -> Path:
        """Write a file into the folder, for the server to read.

        Args:
            name: Its path inside the folder.
            content: What it holds.

        Returns:
            Its whole path.
        """
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        self.hand_over()
        return path

    def hand_over(self) -> None:
        """Give everything in the folder to the user who serves."""
        if os.geteuid() == 0:
            for path in (self.folder, *self.folder.rglob("*")):
                shutil.chown(path, SYSTEM_USER, SYSTEM_USER)


@contextmanager
def place(name: str, address: str) -> Iterator[Place]:
    """Make a folder that goes away at the end, and find a free port.

    Args:
        name: What shall be seen in the folder's name.
        address: The loopback address.
    """
    with tempfile.TemporaryDirectory(prefix=f"test-{name}-") as folder:
        for part in ("run", "htdocs"):
            (Path(folder) / part).mkdir()
        found = Place(Path(folder), address, free_port())
        found.hand_over()
        yield found


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
        address=at.address,
        port=at.port,
        user=f"User {SYSTEM_USER}\nGroup {SYSTEM_USER}" if os.geteuid() == 0 else "",
        modules="\n".join(map(_load, [*ALWAYS_LOADED, *modules])),
        certificate=certificate.certificate,
        key=certificate.key,
        site=site,
    )
    file = at.write("apache.conf", configuration)
    server = Server(
        command=[installed(PROGRAM), "-d", at.folder, "-f", file, "-D", "FOREGROUND"],
        log=at.folder / "output.log",
        is_ready=lambda: answers(at),
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


def answers(at: Place) -> bool:
    """Say whether something speaks HTTP over TLS there by now."""
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    link = HTTPSConnection(at.address, at.port, timeout=5, context=context)
    try:
        link.request("HEAD", "/")
        link.getresponse()
    except (OSError, HTTPException):
        return False
    finally:
        link.close()
    return True


def _load(module: str) -> str:
    found = sorted(MODULES.glob(f"mod_{module}.so")) or sorted(
        MODULES.glob(f"lib{module}[0-9]*.so")
    )
    if not found:
        pytest.fail(NOT_INSTALLED.format(f"Apache's {module}"), pytrace=False)
    return f"LoadModule {module}_module {found[-1]}"
