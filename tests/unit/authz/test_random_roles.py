"""Is nobody ever administrator and user, and no organisation left to itself?

A small model follows random days of two organisations: who is a user where, and who
administers what. After every step the database is asked for all of it. The rules are
those of the manual, 2.1 and 1.2.
"""

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from authz.administration.errors import (
    AdministrationError,
    DuplicateUserError,
    ElsewhereError,
    IsAdministratorError,
    RestoreRefusedError,
)
from authz.administration.models import Actor, ActorKind
from authz.office.errors import (
    AlreadyThereError,
    IsUserError,
    LastAdministratorError,
    NoSuchThingError,
    OfficeError,
)
from authz.office.service import OfficeService
from authz.tables import MembershipRow, PersonRow
from tests.support.administration_world import (
    BERIT,
    KALLE,
    KIM,
    Administration,
    new_user,
)
from tests.support.databases import create_authz_tables, sqlite_engine
from tests.support.office import person
from tests.support.permission_world import ALICE, ANNA, BOB, CHARLIE

PEOPLE = (ALICE, KIM, ANNA, BERIT, KALLE, "SE2321000016-Z001")
REFUSALS = (AdministrationError, OfficeError)
people = st.sampled_from(PEOPLE)
places = st.sampled_from(["region", "kommun"])


class RandomRoles(RuleBasedStateMachine):
    """Operators and administrators of a region and a kommun, for some days."""

    @initialize()
    def begin(self) -> None:
        self._folder = Path(tempfile.mkdtemp())
        engine = sqlite_engine(self._folder / "roles.db")
        create_authz_tables(engine)
        self.world = Administration(engine)
        self.office = OfficeService(engine)
        self.users = {
            **dict.fromkeys((ALICE, BOB, CHARLIE), "region"),
            KIM: "kommun",
        }
        self.administrators = {
            "region": {ANNA, BERIT},
            "kommun": {ANNA, KALLE},
        }
        self.removed: dict[tuple[str, str], int] = {}

    def teardown(self) -> None:
        if hasattr(self, "world"):
            self.world.engine.dispose()
            shutil.rmtree(self._folder)

    @rule(who=people, place=places)
    def an_administrator_adds_a_user(self, who: str, place: str) -> None:
        administers = [each for each in self.administrators.values() if who in each]
        expected: type[Exception] | None = None
        if self.users.get(who) == place:
            expected = DuplicateUserError
        elif who in self.administrators[place]:
            expected = IsAdministratorError
        elif who in self.users or administers:
            expected = ElsewhereError
        add = self.world.service.add_user
        is_done = self._tried(
            lambda: add(
                self._id(place),
                new_user(who),
                again=True,
                **self._by_administrator(place),
            ),
            expected,
        )
        if is_done:
            self.users[who] = place

    @rule(who=people)
    def a_user_is_removed(self, who: str) -> None:
        if who not in self.users:
            return
        place = self.users[who]
        number = self.world.member(who, self._id(place))
        self.world.service.remove_user(
            self._id(place), number, **self._by_administrator(place)
        )
        self.removed[who, place] = number
        del self.users[who]

    @rule(who=people, place=places)
    def a_user_is_restored(self, who: str, place: str) -> None:
        number = self.removed.get((who, place))
        if number is None:
            return
        is_taken = who in self.users or who in self._all_administrators()
        restore = self.world.service.restore_user
        try:
            restore(self._id(place), number, **self._by_administrator(place))
        except RestoreRefusedError:
            return  # somebody may have been an administrator meanwhile
        assert not is_taken
        self.users[who] = place

    @rule(who=people, place=places)
    def an_operator_registers_an_administrator(self, who: str, place: str) -> None:
        expected: type[Exception] | None = None
        if who in self.users:
            expected = IsUserError
        elif who in self.administrators[place]:
            expected = AlreadyThereError
        add = self.office.administrators.add
        if self._tried(
            lambda: add(self._id(place), person(who), **self._by_operator()), expected
        ):
            self.administrators[place].add(who)

    @rule(who=people, place=places)
    def an_operator_promotes_a_user(self, who: str, place: str) -> None:
        expected = None if who in self.users else NoSuchThingError
        promote = self.office.administrators.promote
        if self._tried(
            lambda: promote(self._id(place), who, **self._by_operator()), expected
        ):
            del self.users[who]
            self.administrators[place].add(who)

    @rule(who=people, place=places)
    def an_operator_ends_an_administrator(self, who: str, place: str) -> None:
        number = self._administrators(place).get(who)
        if number is None:
            return
        is_last = self.administrators[place] == {who}
        end = self.office.administrators.end
        if self._tried(
            lambda: end(number, **self._by_operator()),
            LastAdministratorError if is_last else None,
        ):
            self.administrators[place].remove(who)

    @rule(old=people, new=people, place=places, from_user=st.booleans())
    def an_operator_replaces_an_administrator(
        self,
        old: str,
        new: str,
        place: str,
        from_user: bool,  # noqa: FBT001
    ) -> None:
        number = self._administrators(place).get(old)
        if number is None:
            return
        expected: type[Exception] | None = None
        if from_user and new not in self.users:
            expected = NoSuchThingError
        elif not from_user and new in self.users:
            expected = IsUserError
        elif new in self.administrators[place]:
            expected = AlreadyThereError
        replace = self.office.administrators.replace
        if self._tried(
            lambda: replace(
                number, person(new), from_user=from_user, **self._by_operator()
            ),
            expected,
        ):
            self.users.pop(new, None)
            self.administrators[place] = (self.administrators[place] - {old}) | {new}

    @rule(days=st.sampled_from([1, 15]))
    def time_passes(self, days: int) -> None:
        self.world.later(days=days)

    @invariant()
    def the_database_says_the_same(self) -> None:
        if not hasattr(self, "world"):
            return
        for place, who in self.administrators.items():
            assert set(self._administrators(place)) == who
            assert who, "somebody administers every organisation"
        users, administrators = (
            self._active(role) for role in ("user", "administrator")
        )
        assert users == set(self.users)
        assert administrators == self._all_administrators()
        assert not users & administrators
        self.world.check_lines()

    def _tried(
        self, action: Callable[[], object], expected: type[Exception] | None
    ) -> bool:
        """Do something that has to fail as expected; tell whether it is done."""
        try:
            action()
        except REFUSALS as error:
            if type(error) is not expected:
                raise
            return False
        assert expected is None
        return True

    def _active(self, role: str) -> set[str]:
        row = MembershipRow
        found = select(PersonRow.hsa_id).join(row, row.person_id == PersonRow.id)
        with self.world.engine.connect() as connection:
            return set(
                connection.scalars(
                    found.where(row.ended_at.is_(None), row.person_role == role)
                )
            )

    def _all_administrators(self) -> set[str]:
        return set().union(*self.administrators.values())

    def _administrators(self, place: str) -> dict[str, int]:
        found = self.office.administrators.list(self._id(place))
        return {one.person.hsa_id: one.membership_id for one in found}

    def _id(self, place: str) -> int:
        number: int = getattr(self.world, place)
        return number

    def _by_operator(self) -> dict[str, Any]:
        return {"actor": "operator:1", "now": self.world.now}

    def _by_administrator(self, place: str) -> dict[str, Any]:
        head = self.office.administrators.list(self._id(place))[0].person
        actor = Actor(kind=ActorKind.ADMINISTRATOR, id=head.id, name=head.hsa_id)
        return {"actor": actor, "now": self.world.now}


def test_random_days_leave_everybody_one_role_and_every_organisation_its_head() -> None:
    run_state_machine_as_test(
        RandomRoles,
        settings=settings(
            max_examples=8,
            stateful_step_count=25,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
