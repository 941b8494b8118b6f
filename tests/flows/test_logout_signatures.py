"""Is everybody told of a logout in signatures that they can verify?"""

from dataclasses import replace
from pathlib import Path

from metadata import names
from metadata.entities import Verifies
from tests.support.logout_site import PLACES, carried, logout_site
from tests.support.saml.world import IDP, OTHER_SP, SP


def test_everybody_is_told_in_signatures_that_they_can_verify(tmp_path: Path) -> None:
    site = logout_site(tmp_path)
    first, _ = site.log_in_at(), site.log_in_at(OTHER_SP)
    strong = Verifies(signatures=(names.SIGNATURE_RSA_SHA512,))
    for sp in (SP, OTHER_SP):
        site.parties.sps[sp] = replace(site.parties.sps[sp], verifies=strong)
    page = site.follow(site.ask(first))
    used = {}
    while b"Du loggas ut" in page.data:
        place, asked = carried(page)
        party = next(each for each, where in PLACES.items() if where == place)
        used[party] = asked.signature and asked.signature.algorithm
        page = site.follow(site.answer_as(party, asked))
    _, answer = carried(page)
    used[SP] = answer.signature and answer.signature.algorithm
    assert used == {
        OTHER_SP: names.SIGNATURE_RSA_SHA512,
        IDP: names.SIGNATURE_RSA_SHA256,
        SP: names.SIGNATURE_RSA_SHA512,
    }
