import pytest

from metadata.filters import NO_FILTERS, Filters

ONE = frozenset({"urn:a"})


def admits(filters: Filters) -> bool:
    return filters.admits("urn:a", authority="urn:a", categories=["urn:a", "urn:b"])


def test_without_filters_everything_passes() -> None:
    assert admits(NO_FILTERS)
    assert NO_FILTERS.admits("", authority=None, categories=())


@pytest.mark.parametrize("what", ["entity_ids", "authorities", "categories"])
def test_denied_is_denied_whatever_is_allowed(what: str) -> None:
    assert admits(Filters(**{f"allow_{what}": ONE}))
    assert not admits(Filters(**{f"deny_{what}": ONE}))
    assert not admits(Filters(**{f"allow_{what}": ONE, f"deny_{what}": ONE}))


@pytest.mark.parametrize("what", ["entity_ids", "authorities", "categories"])
def test_what_is_not_among_the_allowed_is_left_out(what: str) -> None:
    assert not admits(Filters(**{f"allow_{what}": frozenset({"urn:c"})}))
    assert admits(Filters(**{f"deny_{what}": frozenset({"urn:c"})}))


def test_every_filter_must_let_an_entity_pass() -> None:
    assert admits(Filters(allow_entity_ids=ONE, allow_categories=ONE))
    both = Filters(allow_entity_ids=ONE, allow_categories=frozenset({"urn:c"}))
    assert not admits(both)


def test_who_has_no_authority_is_not_among_the_allowed() -> None:
    some = Filters(allow_authorities=ONE)
    assert not some.admits("urn:a", authority=None, categories=())
