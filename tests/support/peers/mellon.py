"""How do the tests run mod_auth_mellon as a service provider?

Its one page, ``/private/``, shows as JSON what the module says about whoever is logged
in; it speaks to whatever identity providers have their metadata in its folder.
"""

import json
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from metadata.names import BINDING_REDIRECT, BINDING_SOAP
from tests.support.peers.apache import ERROR_LOG, apache, apache_place, installed
from tests.support.peers.browser import Page
from tests.support.peers.places import Place
from tests.support.peers.tls import Authority

ADDRESS = "127.0.0.12"
MAKES_METADATA = "mellon_create_metadata"
"""The program of mod_auth_mellon that makes its keys and metadata."""

_SHOW = """\
<?php
header('Content-Type: application/json');
$said = preg_grep('/^(MELLON|SEEN)_/', array_keys($_SERVER));
echo json_encode(array_intersect_key($_SERVER, array_flip($said)));
"""
_SITE = """\
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
DirectoryIndex index.php
MellonLockFile {folder}/run/mellon.lock
MellonCacheSize 500
<Location />
  MellonEnable info
  MellonEndpointPath /mellon
  MellonSPMetadataFile {folder}/sp.xml
  MellonSPPrivateKeyFile {folder}/sp.key
  MellonSPCertFile {folder}/sp.pem
  {identity_providers}
  MellonVariable session
  MellonSecureCookie On
  MellonCookieSameSite None
  MellonIdP IDP
  MellonEnvVarsSetCount On
  MellonSamlResponseDump On
  MellonSignatureMethod rsa-sha256
  {attributes}
</Location>
<Location /private>
  MellonEnable auth
  AuthType Mellon
  Require valid-user
</Location>
"""


@dataclass(frozen=True, slots=True)
class Login:
    """What mod_auth_mellon says about a person who is logged in."""

    identity_provider: str
    name_id: str
    attributes: Mapping[str, tuple[str, ...]]
    """Values by SAML name of those attributes that the service asked to see."""
    response: bytes
    """The Response, as base64."""


@dataclass(frozen=True, slots=True)
class Mellon:
    """A service provider: its keys and metadata exist before it runs."""

    at: Place
    metadata: bytes

    @property
    def entity_id(self) -> str:
        """Its entityID."""
        return _entity_id(self.at)

    @property
    def assertion_consumer_url(self) -> str:
        """Where it takes Responses."""
        return f"{self.at.url}/mellon/postResponse"

    def login_url(self, identity_provider: str) -> str:
        """Say where a person goes to log in.

        Args:
            identity_provider: The entityID of where to log in.
        """
        page = f"{self.at.url}/private/"
        query = urlencode({"ReturnTo": page, "IdP": identity_provider})
        return f"{self.at.url}/mellon/login?{query}"

    @property
    def logout_url(self) -> str:
        """Say where a person goes to log out."""
        query = urlencode({"ReturnTo": f"{self.at.url}/left.html"})
        return f"{self.at.url}/mellon/logout?{query}"

    def log(self) -> str:
        """Read what it has complained about so far."""
        return (self.at.folder / ERROR_LOG).read_text()


def read_login(page: Page, names: Mapping[str, str]) -> Login:
    """Read the service's one page.

    Args:
        page: The page of somebody who is logged in.
        names: The SAML names by the short names that the service was started with.
    """
    seen: dict[str, str] = json.loads(page.body)
    attributes = {
        name: tuple(seen[f"SEEN_{short}_{number}"] for number in range(int(count)))
        for short, name in names.items()
        if (count := seen.get(f"SEEN_{short}_N")) is not None
    }
    return Login(
        identity_provider=seen["MELLON_IDP"],
        name_id=seen["MELLON_NAME_ID"],
        attributes=attributes,
        response=seen["MELLON_SAML_RESPONSE"].encode(),
    )


@contextmanager
def mellon(
    name: str = "mellon", address: str = ADDRESS, *, takes_soap: bool = False
) -> Iterator[Mellon]:
    """Prepare a service provider: a place, keys and metadata, nothing running yet.

    Args:
        name: What shall be seen in its folder's name.
        address: Where it listens.
        takes_soap: Whether its metadata says that it takes logouts by SOAP too, as the
            module does though its program for making metadata does not.
    """
    with apache_place(name, address) as at:
        made = Mellon(at, _make_metadata(at))
        yield replace(made, metadata=_with_soap(made)) if takes_soap else made


def _with_soap(sp: Mellon) -> bytes:
    """Offer SOAP where logouts are taken by Redirect."""
    by_redirect = f'Binding="{BINDING_REDIRECT}" Location="{sp.at.url}/mellon/logout"'
    service = f"<SingleLogoutService {by_redirect}/>"
    soap = service.replace(BINDING_REDIRECT, BINDING_SOAP)
    text = sp.metadata.decode()
    if service not in text:
        raise LookupError("the metadata is not as we know it")
    return text.replace(service, soap + service).encode()


@contextmanager
def serving(
    sp: Mellon,
    authority: Authority,
    identity_providers: Mapping[str, bytes],
    attributes: Mapping[str, str],
) -> Iterator[None]:
    """Run a service provider until the block ends.

    Args:
        sp: Which.
        authority: Who certifies its TLS key.
        identity_providers: Metadata of those it believes, by file name.
        attributes: The SAML names of the attributes to show, by short name.
    """
    files = [sp.at.write(f"{n}.xml", xml) for n, xml in identity_providers.items()]
    sp.at.write("htdocs/private/index.php", _SHOW)
    sp.at.write("htdocs/left.html", "<p>Left.</p>")
    site = _SITE.format(
        folder=sp.at.folder,
        identity_providers="\n  ".join(f"MellonIdPMetadataFile {f}" for f in files),
        attributes="\n  ".join(
            f'MellonSetEnvNoPrefix "SEEN_{short}" "{name}"'
            for short, name in attributes.items()
        ),
    )
    with apache(
        sp.at,
        certificate=authority.certify(sp.at.address),
        modules=["authz_user", "auth_mellon", "php"],
        site=site,
    ):
        yield


def _entity_id(at: Place) -> str:
    return f"{at.url}/mellon/metadata"


def _make_metadata(at: Place) -> bytes:
    command = [installed(MAKES_METADATA), _entity_id(at), f"{at.url}/mellon"]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run(command, cwd=folder, check=True, stdout=subprocess.DEVNULL)
        made = {path.suffix: path.read_bytes() for path in Path(folder).iterdir()}
    at.write("sp.key", made[".key"])
    at.write("sp.pem", made[".cert"])
    at.write("sp.xml", made[".xml"])
    return made[".xml"]
