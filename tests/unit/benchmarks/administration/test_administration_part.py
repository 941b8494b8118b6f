"""Does ``python -m benchmarks administration`` measure, and keep what it filled?"""

from pathlib import Path

import pytest

from benchmarks.administration import kept, part
from benchmarks.administration.population import Population
from benchmarks.administration.samples import Samples, shuffled, timed
from benchmarks.administration.store import opened

SMALL = ["--scale", "0.001", "--place", "SQLite", "--decisions", "5", "--times", "1"]
PEOPLE = Population(users=200, largest=50)


def test_every_limit_is_in_the_table(capsys: pytest.CaptureFixture[str]) -> None:
    part.main(SMALL)
    printed = capsys.readouterr().out
    rows = [line for line in printed.splitlines() if line.startswith("| ")]
    assert "on SQLite" in printed
    for what in ("claim decision", "list", "filter", "search for two", "first page"):
        assert sum(row.startswith(f"| {what}") for row in rows) >= 1, what
    bulk = [row for row in rows if row.startswith(("| give", "| take"))]
    assert len(bulk) == 2
    limits = [row for row in rows if row.endswith(("| yes |", "| **no** |"))]
    assert len(limits) == 1 + 4 + 1 + 2


def test_at_full_scale_the_numbers_are_those_that_were_promised() -> None:
    postgresql = part.population_of("PostgreSQL", 1)
    assert (postgresql.users, postgresql.organisations) == (1_000_000, 310)
    assert postgresql.largest == 60_000
    sqlite = part.population_of("SQLite", 1)
    assert (sqlite.users, sqlite.largest) == (100_000, 60_000)


def test_a_kept_database_is_not_filled_again(tmp_path: Path) -> None:
    with kept.sqlite(tmp_path, PEOPLE) as url:
        (file,) = tmp_path.glob("*.db")
        before = file.stat().st_ino
    with kept.sqlite(tmp_path, PEOPLE) as again:
        assert again == url
        assert file.stat().st_ino == before


def test_other_numbers_are_another_database() -> None:
    assert kept.name_of(PEOPLE) != kept.name_of(Population(users=201, largest=50))


def test_what_was_half_filled_is_filled_anew(tmp_path: Path) -> None:
    half = tmp_path / f"{kept.name_of(PEOPLE)}.new"
    half.write_bytes(b"half")
    with (
        kept.sqlite(tmp_path, PEOPLE) as url,
        opened(url) as store,
        store.reader.connect() as connection,
    ):
        count = connection.exec_driver_sql("SELECT count(*) FROM user_lines")
        assert count.scalar_one() == PEOPLE.users
    assert not half.exists()


@pytest.mark.peers
def test_a_server_keeps_what_was_filled_and_writes_to_the_disk() -> None:
    with kept.folder_for(None) as folder:
        for marks in (0, 1):
            with (
                kept.postgresql(folder, PEOPLE) as url,
                opened(url) as store,
                store.reader.connect() as connection,
            ):
                assert url.endswith(kept.name_of(PEOPLE))
                assert connection.exec_driver_sql("SHOW fsync").scalar_one() == "on"
                marked = "SELECT count(*) FROM people WHERE given_name = 'kept'"
                assert connection.exec_driver_sql(marked).scalar_one() == marks
                connection.exec_driver_sql(
                    "UPDATE people SET given_name = 'kept' WHERE id = 1"
                )


def test_a_folder_that_nobody_keeps_goes_away() -> None:
    with kept.folder_for(None) as folder:
        assert folder.is_dir()
    assert not folder.exists()


def test_percentiles_are_measured_values() -> None:
    samples = Samples(tuple(float(number) for number in range(1, 201)))
    assert samples.percentile(95) == 190
    assert samples.percentile(99) == 198
    assert Samples((3.0,)).percentile(99) == 3
    assert "p99 198.00 ms" in str(samples)


def test_the_warm_up_does_not_count() -> None:
    done: list[int] = []
    samples = timed(done.append, range(10), warm_up=4)
    assert done == list(range(10))
    assert len(samples.values) == 6


def test_shuffling_keeps_everything_and_is_the_same_in_every_run() -> None:
    many = shuffled("abc", times=10)
    assert many == shuffled("abc", times=10)
    assert sorted(many) == sorted("abc" * 10)
    assert many != sorted(many)
