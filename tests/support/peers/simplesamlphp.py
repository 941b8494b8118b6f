"""How do the tests run SimpleSAMLphp as an identity provider?

It knows people with passwords, and whatever service providers have their metadata in
its folder. It asserts what Inera's IdP asserts, and signs only the assertion; a second
profile signs the Response and encrypts the assertion in it.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

import pytest

from metadata.names import (
    ATTRNAME_URI,
    LOA_SAMBI_3,
    NAMEID_TRANSIENT,
    SIGNATURE_RSA_SHA256,
)
from tests.support.keys import rsa_key
from tests.support.peers.apache import NOT_INSTALLED, apache, apache_place
from tests.support.peers.browser import Browser, Page
from tests.support.peers.places import Place
from tests.support.peers.tls import Authority

PROGRAM = Path("/usr/share/simplesamlphp")
ADDRESS = "127.0.0.11"
KEYS = "simplesamlphp"
SOURCE = "people"
"""The name of the list of people."""

_READ_JSON = "<?php\n$%s = json_decode(file_get_contents('%s'), true);\n"
_READ_SERVICE_PROVIDERS = """
$config['metadata.sources'] = [['type' => 'flatfile']];
foreach (glob(__DIR__ . '/service-providers/*.xml') as $file) {
    $config['metadata.sources'][] = ['type' => 'xml', 'file' => $file];
}
"""
_SITE = """\
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
SetEnv SIMPLESAMLPHP_CONFIG_DIR {folder}/config
Alias /simplesaml {program}/www
<Directory {program}/www>
  Require all granted
</Directory>
"""


class Profile(StrEnum):
    """What is signed and what is encrypted."""

    SIGNED = "signed"
    """The assertion is signed, nothing else, as Inera's IdP does it."""
    ENCRYPTED = "encrypted"
    """The assertion is signed and encrypted, and the Response is signed around it."""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody fictitious who can log in."""

    user: str
    password: str = field(repr=False)
    attributes: Mapping[str, Sequence[str]]


@dataclass(frozen=True, slots=True)
class SimpleSamlPhp:
    """A running identity provider."""

    at: Place
    people: tuple[Person, ...]

    @property
    def entity_id(self) -> str:
        """Its entityID."""
        return f"{self.at.url}/simplesaml/saml2/idp/metadata.php"

    @property
    def sign_on_url(self) -> str:
        """Where it takes requests, and lets people begin without one."""
        return f"{self.at.url}/simplesaml/saml2/idp/SSOService.php"

    def metadata(self, browser: Browser) -> bytes:
        """Read the metadata that it publishes."""
        return browser.open(self.entity_id).body

    def trust(self, name: str, metadata: bytes) -> None:
        """Make a service provider known.

        Args:
            name: Of the file in the folder of service providers.
            metadata: Its EntityDescriptor.
        """
        self.at.write(f"config/service-providers/{name}.xml", metadata)


def log_in(browser: Browser, page: Page, *, user: str, password: str) -> Page:
    """Fill in SimpleSAMLphp's login page; the page says what comes of it."""
    return browser.submit(page.form_with("password"), username=user, password=password)


@contextmanager
def simplesamlphp(
    authority: Authority,
    people: Sequence[Person],
    profile: Profile = Profile.SIGNED,
    address: str = ADDRESS,
) -> Iterator[SimpleSamlPhp]:
    """Start an identity provider that trusts nobody yet, and stop it at the end."""
    if not PROGRAM.is_dir():
        pytest.fail(NOT_INSTALLED.format("SimpleSAMLphp"), pytrace=False)
    with apache_place("simplesamlphp", address) as at:
        _write_configuration(at, people, profile)
        site = _SITE.format(folder=at.folder, program=PROGRAM)
        with apache(
            at,
            certificate=authority.certify(address),
            modules=["alias", "env", "php"],
            site=site,
        ):
            yield SimpleSamlPhp(at, tuple(people))


def _write_configuration(at: Place, people: Sequence[Person], profile: Profile) -> None:
    for folder in ("config/service-providers", "sessions", "temporary"):
        (at.folder / folder).mkdir(parents=True)
    write_php(at, "config/config", settings_of(at), reads_metadata=True)
    write_php(at, "config/authsources", {SOURCE: _login_source(people)})
    write_php(at, "metadata/saml20-idp-hosted", _identity_provider(profile))
    key = rsa_key(KEYS)
    at.write("keys/idp.key", key.private_pem)
    at.write("keys/idp.pem", key.certificate_pem)


def write_php(
    at: Place, file: str, content: Mapping[str, Any], *, reads_metadata: bool = False
) -> None:
    """Write PHP that reads JSON, so that nothing has to be quoted for PHP."""
    more = _READ_SERVICE_PROVIDERS if reads_metadata else ""
    json_file = at.write(f"{file}.json", json.dumps(content))
    # SimpleSAMLphp names the variable after the folder.
    variable = json_file.parent.name
    at.write(f"{file}.php", _READ_JSON % (variable, json_file) + more)


def settings_of(at: Place) -> dict[str, Any]:
    """Say what all installations of it have in common."""
    return {
        "baseurlpath": f"{at.url}/simplesaml/",
        "certdir": f"{at.folder}/keys/",
        "metadatadir": f"{at.folder}/metadata/",
        "loggingdir": f"{at.folder}/",
        "datadir": f"{at.folder}/",
        "tempdir": f"{at.folder}/temporary",
        "logging.handler": "file",
        "logging.level": 5,
        "logging.logfile": "simplesamlphp.log",
        "attributenamemapdir": "/etc/simplesamlphp/attributemap/",
        "technicalcontact_email": "test@example.se",
        "timezone": "UTC",
        "secretsalt": "only for tests that last a few minutes",
        "auth.adminpassword": "only for tests that last a few minutes",
        "enable.saml20-idp": True,
        "module.enable": {"core": True, "saml": True, "exampleauth": True},
        "store.type": "phpsession",
        "session.phpsession.savepath": f"{at.folder}/sessions",
        "session.cookie.secure": True,
        "session.cookie.samesite": "None",
        "language.default": "en",
        "language.available": ["en", "sv"],
        "production": True,
        "showerrors": True,
        "errorreporting": False,
    }


def _login_source(people: Sequence[Person]) -> dict[str, Any]:
    users = {f"{one.user}:{one.password}": one.attributes for one in people}
    return {"0": "exampleauth:UserPass", **users}


def _identity_provider(profile: Profile) -> dict[str, Any]:
    encrypted = profile is Profile.ENCRYPTED
    return {
        "__DYNAMIC:1__": {
            "host": "__DEFAULT__",
            "privatekey": "idp.key",
            "certificate": "idp.pem",
            "auth": SOURCE,
            "signature.algorithm": SIGNATURE_RSA_SHA256,
            "sign.logout": True,
            "validate.logout": True,
            "saml20.sign.assertion": True,
            "saml20.sign.response": encrypted,
            "assertion.encryption": encrypted,
            "NameIDFormat": NAMEID_TRANSIENT,
            "attributes.NameFormat": ATTRNAME_URI,
            "authproc": {
                "10": {
                    "class": "saml:AuthnContextClassRef",
                    "AuthnContextClassRef": LOA_SAMBI_3,
                },
            },
        }
    }
