"""How does one person go from an e-tjänst through the bridge, and back?"""

from base64 import b64decode
from dataclasses import dataclass

from tests.support.peers import story
from tests.support.peers.bridge_process import Bridge
from tests.support.peers.browser import Browser, Page
from tests.support.peers.mellon import Login, Mellon, read_login
from tests.support.peers.network import TITLES
from tests.support.peers.simplesamlphp import Person, Profile, log_in


@dataclass(frozen=True, slots=True)
class Journey:
    """One person's login at one e-tjänst."""

    browser: Browser
    bridge: Bridge
    sp: Mellon

    def choose(self) -> Page:
        """Go to the e-tjänst; the bridge asks how to log in."""
        page = self.browser.open(self.sp.login_url(self.bridge.idp_entity_id))
        return self.browser.hand_over(page)

    def ask(self, profile: Profile = Profile.SIGNED) -> Page:
        """Choose a method; its login page appears."""
        page = self.browser.follow(self.choose(), TITLES[profile])
        return self.browser.hand_over(page)

    def answer(self, person: Person, profile: Profile = Profile.SIGNED) -> Page:
        """Log in; the page that will carry the answer to the bridge appears."""
        page = self.ask(profile)
        return log_in(self.browser, page, user=person.user, password=person.password)

    def finish(self, person: Person, profile: Profile = Profile.SIGNED) -> Page:
        """Log in, and go on as far as no person is needed."""
        return self.browser.hand_over(self.answer(person, profile))

    def login(self, person: Person, profile: Profile = Profile.SIGNED) -> Login:
        """Log in, and read what the e-tjänst knows then."""
        return self.read(self.finish(person, profile))

    def read(self, page: Page) -> Login:
        """Read what the e-tjänst knows from its page."""
        if page.url != self.private:
            raise AssertionError(f"The login ended at {page.summary}")
        return read_login(page, story.SHOWN)

    @property
    def private(self) -> str:
        """The page that only people who are logged in can see."""
        return f"{self.sp.at.url}/private/"


def message(page: Page) -> bytes:
    """Decode the Response that a page carries."""
    return b64decode(page.form_with("SAMLResponse").fields["SAMLResponse"])
