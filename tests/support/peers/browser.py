"""How does a person's browser go through a login when there is no browser?

It keeps cookies by a browser's rules, verifies TLS against the tests' authority only,
follows redirects and fills in forms. It never leaves the loopback interface.
"""

import ipaddress
import ssl
from dataclasses import dataclass, field
from email.message import Message
from http.client import HTTPConnection, HTTPSConnection
from pathlib import Path
from urllib.parse import urlencode, urljoin, urlsplit

from tests.support.peers.cookies import CookieJar
from tests.support.peers.html import Content, Form, read_html

REDIRECTS = {301, 302, 303, 307, 308}
KEEP_METHOD = {307, 308}
MOST_STEPS = 15
MOST_SHOWN = 500
TIMEOUT_SECONDS = 30
SAML_FIELDS = {"SAMLRequest", "SAMLResponse"}


@dataclass(frozen=True, slots=True)
class Page:
    """What came back."""

    url: str
    status: int
    headers: Message
    body: bytes = field(repr=False)

    @property
    def content(self) -> Content:
        """The page's forms, links and text."""
        return read_html(self.body.decode(), self.url)

    @property
    def text(self) -> str:
        """What a person can read on it."""
        return self.content.text

    @property
    def summary(self) -> str:
        """Where it is and how it begins, for those who wonder why a test failed."""
        return f"{self.status} {self.url} {self.text[:MOST_SHOWN]!r}"

    def form_with(self, name: str) -> Form:
        """Find the one form that has a field of this name."""
        found = [form for form in self.content.forms if name in form.fields]
        if len(found) != 1:
            raise LookupError(f"{len(found)} forms with {name!r}: {self.summary}")
        return found[0]

    @property
    def hand_over(self) -> Form | None:
        """The form that a script would submit at once, if it is such a page."""
        forms = [one for one in self.content.forms if SAML_FIELDS & one.fields.keys()]
        return forms[0] if self.status == 200 and len(forms) == 1 else None


class Browser:
    """A person's browser.

    Args:
        trust: The PEM file with the authority that it trusts.

    Attributes:
        jar: Its cookies.
        detours: Where connections go instead, as a load balancer in front decides:
            ``host:port`` by ``host:port``.
        visited: Method and address of every request so far.
    """

    def __init__(self, trust: Path) -> None:
        self.jar = CookieJar()
        self.detours: dict[str, str] = {}
        self.visited: list[tuple[str, str]] = []
        self._context = ssl.create_default_context(cafile=trust)

    def open(self, url: str) -> Page:
        """Go to an address, as if it had been typed in."""
        return self._go("GET", url, None, None)

    def follow(self, page: Page, text: str) -> Page:
        """Follow the one link whose text contains this."""
        links = page.content.links
        found = [address for label, address in links.items() if text in label]
        if len(found) != 1:
            raise LookupError(f"{len(found)} links {text!r}: {page.summary}")
        return self._go("GET", found[0], None, _site(page.url))

    def submit(
        self, form: Form, *, button: str | None = None, **filled_in: str
    ) -> Page:
        """Submit a form.

        Args:
            form: Which.
            button: A part of the label of the button that is pressed.
            filled_in: What the person writes into it.
        """
        fields = {**form.fields, **filled_in}
        if button is not None and (pressed := form.button(button)).name:
            fields[pressed.name] = pressed.value
        data = urlencode(fields)
        if form.method == "post":
            return self._go("POST", form.action, data, _site(form.page))
        return self._go(
            "GET", f"{form.action.partition('?')[0]}?{data}", None, _site(form.page)
        )

    def hand_over(self, page: Page) -> Page:
        """Do what the scripts of hand-over pages do, until a person is needed."""
        for _ in range(MOST_STEPS):
            form = page.hand_over
            if form is None:
                return page
            page = self.submit(form)
        raise AssertionError(f"The login goes round and round: {self.visited}")

    def _go(self, method: str, url: str, data: str | None, site: str | None) -> Page:
        for _ in range(MOST_STEPS):
            page = self._fetch(method, url, data, site)
            if page.status not in REDIRECTS:
                return page
            url = urljoin(url, page.headers["Location"])
            if page.status not in KEEP_METHOD:
                method, data = "GET", None
        raise AssertionError(f"Redirected round and round: {self.visited}")

    def _fetch(self, method: str, url: str, data: str | None, site: str | None) -> Page:
        self.visited.append((method, url))
        parts = urlsplit(url)
        headers = {"Host": parts.netloc, "Accept": "text/html", "Accept-Language": "sv"}
        cookies = self.jar.header(url, method=method, from_site=site)
        if cookies:
            headers["Cookie"] = cookies
        if data is not None:
            headers["Content-Type"] = "application/x-www-form-urlencoded"
            headers["Origin"] = f"https://{site}" if site else "null"
        link = self._connect(url)
        try:
            target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            link.request(method, target, data, headers)
            answer = link.getresponse()
            page = Page(url, answer.status, answer.headers, answer.read())
        finally:
            link.close()
        for header in page.headers.get_all("Set-Cookie", []):
            self.jar.keep(url, header)
        return page

    def _connect(self, url: str) -> HTTPConnection:
        parts = urlsplit(url)
        host, _, port = self.detours.get(parts.netloc, parts.netloc).partition(":")
        if not ipaddress.ip_address(host).is_loopback:
            raise ValueError(f"{url} is outside the loopback interface")
        if parts.scheme == "http":
            return HTTPConnection(host, int(port or 80), timeout=TIMEOUT_SECONDS)
        return HTTPSConnection(
            host, int(port or 443), timeout=TIMEOUT_SECONDS, context=self._context
        )


def _site(url: str) -> str:
    return urlsplit(url).hostname or ""
