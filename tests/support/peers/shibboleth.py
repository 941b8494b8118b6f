"""How do the tests run a Shibboleth service provider that asks an attribute authority?

Two programs: ``shibd`` speaks SAML, and ``mod_shib`` in Apache asks it. All that they
read and write lies in a temporary folder; both are stopped by their process ids. The
one page, ``/private/``, shows as JSON what is known of whoever is logged in.
"""

import base64
import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from urllib.parse import urlencode

from metadata import names
from tests.support.keys import KeyPair, rsa_key
from tests.support.peers.apache import (
    ERROR_LOG,
    MODULES,
    apache,
    apache_place,
    installed,
)
from tests.support.peers.bridge_process import Bridge
from tests.support.peers.browser import Page
from tests.support.peers.places import Place
from tests.support.peers.tls import Authority, Certificate
from tests.support.processes import Server, running

PROGRAM = "shibd"
_SYSTEM = Path("/etc/shibboleth")
"""Where the package keeps the parts that say nothing about an installation."""
_SHIBD_LOG = "shibd.log"
_SHOW = """\
<?php
header('Content-Type: application/json');
$seen = preg_grep('/^(SEEN_|Shib-)/', array_keys($_SERVER));
echo json_encode(array_intersect_key($_SERVER, array_flip($seen)));
"""
_LOGGER = """\
log4j.rootCategory=INFO, file
log4j.appender.file=org.apache.log4j.FileAppender
log4j.appender.file.fileName={file}
log4j.appender.file.layout=org.apache.log4j.PatternLayout
log4j.appender.file.layout.ConversionPattern=%p %c: %m%n
"""
_CONFIGURATION = """\
<SPConfig xmlns="urn:mace:shibboleth:3.0:native:sp:config"
    xmlns:saml="urn:oasis:names:tc:SAML:2.0:assertion" clockSkew="180">
  <OutOfProcess logger="{folder}/shibd.logger">
    <Extensions><Library path="plugins.so" fatal="true"/></Extensions>
  </OutOfProcess>
  <InProcess logger="{folder}/native.logger"/>
  <UnixListener address="{folder}/run/shibd.sock"/>
  <ApplicationDefaults entityID="{entity_id}" signing="true"
      signingAlg="http://www.w3.org/2001/04/xmldsig-more#rsa-sha256">
    <Sessions lifetime="28800" timeout="3600" relayState="ss:mem"
        checkAddress="false" handlerSSL="true" cookieProps="https">
      <SSO entityID="{idp}">SAML2</SSO>
      <Logout>SAML2 Local</Logout>
    </Sessions>
    <Errors supportContact="root@localhost"/>
    <MetadataProvider type="XML" validate="true" path="{folder}/bridge-idp.xml"/>
    <MetadataProvider type="XML" validate="true" path="{folder}/bridge-aa.xml"/>
    <AttributeExtractor type="XML" validate="true" path="{folder}/attribute-map.xml"/>
    <AttributeResolver type="SimpleAggregation">
      <Entity>{aa}</Entity>
      <saml:Attribute Name="{permissions}"
          NameFormat="urn:oasis:names:tc:SAML:2.0:attrname-format:uri"/>
    </AttributeResolver>
    <AttributeFilter type="XML" validate="true" path="{system}/attribute-policy.xml"/>
    <CredentialResolver type="File" key="{folder}/sp.key"
        certificate="{folder}/sp.pem"/>
  </ApplicationDefaults>
  <SecurityPolicyProvider type="XML" validate="true"
      path="{system}/security-policy.xml"/>
  <ProtocolProvider type="XML" validate="true" reloadChanges="false"
      path="{system}/protocols.xml"/>
</SPConfig>
"""
_ATTRIBUTE_MAP = """\
<Attributes xmlns="urn:mace:shibboleth:2.0:attribute-map">
{attributes}
</Attributes>
"""
_SITE = """\
LoadModule mod_shib {module}
ServerName https://{address}:{port}
UseCanonicalName On
ShibConfig {folder}/shibboleth2.xml
<FilesMatch "\\.php$">
  SetHandler application/x-httpd-php
</FilesMatch>
DirectoryIndex index.php
<Location /Shibboleth.sso>
  AuthType None
  Require all granted
</Location>
<Location /private>
  AuthType shibboleth
  ShibRequestSetting requireSession 1
  Require shib-session
</Location>
"""
_METADATA = """\
<md:EntityDescriptor xmlns:md="{md}" entityID="{entity_id}">
  <md:SPSSODescriptor protocolSupportEnumeration="{samlp}">
    <md:KeyDescriptor>
      <ds:KeyInfo xmlns:ds="{ds}"><ds:X509Data>
        <ds:X509Certificate>{certificate}</ds:X509Certificate>
      </ds:X509Data></ds:KeyInfo>
    </md:KeyDescriptor>
    <md:SingleLogoutService Binding="{redirect}"
        Location="{url}/Shibboleth.sso/SLO/Redirect"/>
    <md:AssertionConsumerService index="1" Binding="{post}"
        Location="{url}/Shibboleth.sso/SAML2/POST"/>
    <md:AttributeConsumingService index="1">
      <md:ServiceName xml:lang="sv">Shibboleth</md:ServiceName>
      <md:RequestedAttribute Name="{hsa_id}" NameFormat="{uri}" isRequired="true"/>
    </md:AttributeConsumingService>
  </md:SPSSODescriptor>
</md:EntityDescriptor>
"""


@dataclass(frozen=True, slots=True)
class Partner:
    """What a Shibboleth SP must know about the bridge."""

    idp_entity_id: str
    idp_metadata: bytes
    aa_entity_id: str
    aa_metadata: bytes

    @classmethod
    def of(cls, bridge: Bridge, tls: Certificate | None = None) -> "Partner":
        """Let a bridge describe itself.

        Args:
            bridge: The bridge.
            tls: The certificate of its TLS, when its metadata shall have it.
        """
        name = "IDP_BRIDGE_PUBLISHED__AA_TLS_CERTIFICATES"
        more = {name: json.dumps([str(tls.certificate)])} if tls else {}
        speaking = replace(bridge, environ={**bridge.environ, **more})
        return cls(
            idp_entity_id=bridge.idp_entity_id,
            idp_metadata=speaking.published("idp"),
            aa_entity_id=f"{bridge.at.url}/saml/aa",
            aa_metadata=speaking.published("aa"),
        )


@dataclass(frozen=True, slots=True)
class Shibboleth:
    """A service provider: its keys and metadata exist before it runs."""

    at: Place
    key: KeyPair

    @property
    def entity_id(self) -> str:
        """Its entityID."""
        return f"{self.at.url}/shibboleth"

    @property
    def private(self) -> str:
        """The page that only people who are logged in can see."""
        return f"{self.at.url}/private/"

    @property
    def logout_url(self) -> str:
        """Where somebody logs out, here and everywhere."""
        query = urlencode({"return": f"{self.at.url}/left.html"})
        return f"{self.at.url}/Shibboleth.sso/Logout?{query}"

    @property
    def metadata(self) -> bytes:
        """What it is: it asks for the HSA-id, and for no permissions."""
        return _METADATA.format(
            md=names.NS_MD,
            samlp=names.NS_SAMLP,
            ds=names.NS_DS,
            entity_id=self.entity_id,
            certificate=base64.b64encode(self.key.certificate_der).decode(),
            post=names.BINDING_POST,
            redirect=names.BINDING_REDIRECT,
            url=self.at.url,
            hsa_id=names.ATTR_HSA_ID,
            uri=names.ATTRNAME_URI,
        ).encode()

    def log(self) -> str:
        """Read what it has said so far, both programs."""
        files = (_SHIBD_LOG, ERROR_LOG)
        return "".join((self.at.folder / file).read_text() for file in files)


def read_attributes(page: Page) -> dict[str, tuple[str, ...]]:
    """Read from its page what it knows, by short name."""
    seen: dict[str, str] = json.loads(page.body)
    return {
        name.removeprefix("SEEN_"): tuple(sorted(value.split(";")))
        for name, value in seen.items()
        if name.startswith("SEEN_")
    }


@contextmanager
def shibboleth(name: str, address: str) -> Iterator[Shibboleth]:
    """Prepare a service provider: a place and a key, nothing running yet."""
    with apache_place(name, address) as at:
        yield Shibboleth(at, rsa_key(name))


@contextmanager
def serving(
    sp: Shibboleth,
    authority: Authority,
    partner: Partner,
    attributes: Mapping[str, str],
) -> Iterator[None]:
    """Run a service provider until the block ends.

    Args:
        sp: Which.
        authority: Who certifies its TLS key.
        partner: The bridge.
        attributes: The SAML names of the attributes to show, by short name; the one
            called ``MAY`` is asked for after the login.
    """
    _configure(sp, partner, attributes)
    socket = sp.at.folder / "run" / "shibd.sock"
    shibd = Server(
        command=[
            installed(PROGRAM),
            "-F",
            "-f",
            *("-c", sp.at.folder / "shibboleth2.xml"),
            *("-p", sp.at.folder / "run" / "shibd.pid"),
        ],
        log=sp.at.folder / "shibd.output.log",
        is_ready=socket.exists,
        cwd=sp.at.folder,
        user=sp.at.owner,
    )
    site = _SITE.format(
        module=MODULES / "mod_shib.so",
        folder=sp.at.folder,
        address=sp.at.address,
        port=sp.at.port,
    )
    with (
        running(shibd),
        apache(
            sp.at,
            certificate=authority.certify(sp.at.address),
            modules=["authz_user", "php"],
            site=site,
        ),
    ):
        yield


def _configure(sp: Shibboleth, partner: Partner, attributes: Mapping[str, str]) -> None:
    write = sp.at.write
    write("sp.key", sp.key.private_pem)
    write("sp.pem", sp.key.certificate_pem)
    write("bridge-idp.xml", partner.idp_metadata)
    write("bridge-aa.xml", partner.aa_metadata)
    write("shibd.logger", _LOGGER.format(file=sp.at.folder / _SHIBD_LOG))
    write("native.logger", _LOGGER.format(file=sp.at.folder / "native.log"))
    shown = "\n".join(
        f'  <Attribute name="{name}" id="SEEN_{short}"/>'
        for short, name in attributes.items()
    )
    write("attribute-map.xml", _ATTRIBUTE_MAP.format(attributes=shown))
    write("htdocs/private/index.php", _SHOW)
    write("htdocs/left.html", "<p>Left.</p>")
    configuration = _CONFIGURATION.format(
        folder=sp.at.folder,
        system=_SYSTEM,
        entity_id=sp.entity_id,
        idp=partner.idp_entity_id,
        aa=partner.aa_entity_id,
        permissions=attributes["MAY"],
    )
    write("shibboleth2.xml", configuration)
