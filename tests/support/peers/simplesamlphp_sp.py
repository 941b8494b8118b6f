"""How do the tests run SimpleSAMLphp as a service provider?

Its one page, ``/private/``, shows as JSON who is logged in, logs in whoever is not, and
logs out whoever asks for it.
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest

from metadata.names import SIGNATURE_RSA_SHA256
from tests.support.keys import rsa_key
from tests.support.peers.apache import NOT_INSTALLED, apache, apache_place
from tests.support.peers.browser import Browser, Page
from tests.support.peers.places import Place
from tests.support.peers.simplesamlphp import PROGRAM, settings_of, write_php
from tests.support.peers.tls import Authority

ADDRESS = "127.0.0.16"
KEYS = "simplesamlphp sp"
SOURCE = "bridge"

_SHOW = """\
<?php
require_once('{program}/lib/_autoload.php');
$as = new \\SimpleSAML\\Auth\\Simple('{source}');
if (isset($_GET['logout'])) {{
    $as->logout(['ReturnTo' => '{url}/left.html', 'ReturnStateParam' => 'state',
        'ReturnStateStage' => 'left']);
}}
$as->requireAuth();
header('Content-Type: application/json');
echo json_encode(['NameID' => $as->getAuthData('saml:sp:NameID')->getValue(),
    'attributes' => $as->getAttributes()]);
"""
_SITE = """\
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
DirectoryIndex index.php
SetEnv SIMPLESAMLPHP_CONFIG_DIR {folder}/config
Alias /simplesaml {program}/www
<Directory {program}/www>
  Require all granted
</Directory>
"""


@dataclass(frozen=True, slots=True)
class SimpleSamlPhpSp:
    """A running service provider."""

    at: Place

    @property
    def entity_id(self) -> str:
        """Its entityID."""
        return f"{self.at.url}/simplesaml/module.php/saml/sp/metadata.php/{SOURCE}"

    @property
    def private(self) -> str:
        """The page that only people who are logged in can see."""
        return f"{self.at.url}/private/"

    def metadata(self, browser: Browser) -> bytes:
        """Read the metadata that it publishes."""
        return browser.open(self.entity_id).body

    def is_logged_in(self, page: Page) -> bool:
        """Tell whether a page is the one that shows who somebody is."""
        return page.url == self.private and "NameID" in json.loads(page.body)

    def trust(self, name: str, metadata: bytes) -> None:
        """Make an identity provider known.

        Args:
            name: Of the file in the folder of identity providers.
            metadata: Its EntityDescriptor.
        """
        self.at.write(f"config/service-providers/{name}.xml", metadata)


@contextmanager
def simplesamlphp_sp(
    authority: Authority, identity_provider: str
) -> Iterator[SimpleSamlPhpSp]:
    """Start a service provider that knows nobody yet, and stop it at the end.

    Args:
        authority: Who certifies its TLS key.
        identity_provider: The entityID of where people log in.
    """
    if not PROGRAM.is_dir():
        pytest.fail(NOT_INSTALLED.format("SimpleSAMLphp"), pytrace=False)
    with apache_place("simplesamlphp-sp", ADDRESS) as at:
        _write_configuration(at, identity_provider)
        site = _SITE.format(folder=at.folder, program=PROGRAM)
        with apache(
            at,
            certificate=authority.certify(ADDRESS),
            modules=["alias", "env", "php"],
            site=site,
        ):
            yield SimpleSamlPhpSp(at)


def _write_configuration(at: Place, identity_provider: str) -> None:
    for folder in ("config/service-providers", "sessions", "temporary", "metadata"):
        (at.folder / folder).mkdir(parents=True)
    config = {**settings_of(at), "enable.saml20-idp": False}
    write_php(at, "config/config", config, reads_metadata=True)
    write_php(at, "config/authsources", {SOURCE: _source(identity_provider)})
    key = rsa_key(KEYS)
    at.write("keys/sp.key", key.private_pem)
    at.write("keys/sp.pem", key.certificate_pem)
    page = _SHOW.format(program=PROGRAM, source=SOURCE, url=at.url)
    at.write("htdocs/private/index.php", page)
    at.write("htdocs/left.html", "<p>Left.</p>")


def _source(identity_provider: str) -> dict[str, Any]:
    return {
        "0": "saml:SP",
        "entityID": None,
        "idp": identity_provider,
        "privatekey": "sp.key",
        "certificate": "sp.pem",
        "signature.algorithm": SIGNATURE_RSA_SHA256,
        "sign.authnrequest": True,
        "sign.logout": True,
        "validate.logout": True,
        "NameIDPolicy": False,
    }
