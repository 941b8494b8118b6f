import pytest

from idp_bridge.tracing.references import LENGTH, new_reference, read_reference


def test_a_new_number_is_read_as_it_was_made() -> None:
    for _ in range(100):
        made = new_reference()
        assert len(made) == LENGTH
        assert read_reference(made) == made


@pytest.mark.parametrize(
    "typed", ["bcd234fgh", " BCD 234 FGH ", "BCD-234-FGH", "BCD\u2013234\u2013FGH\n"]
)
def test_a_number_is_read_as_people_write_it(typed: str) -> None:
    assert read_reference(typed) == "BCD234FGH"


@pytest.mark.parametrize(
    "typed",
    ["", "BCD234FG", "BCD234FGHJ", "BCD234FG0", "ÅCD234FGH", "SE2321000016-B001"],
)
def test_what_cannot_be_a_number_is_none(typed: str) -> None:
    assert read_reference(typed) is None
