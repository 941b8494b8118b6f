"""Do random days in an organisation end as a small model says?

The model knows nothing of tables: who is a user, who has which permission until when,
who may do what. After every step the database is asked for all of it.
"""

import shutil
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import hypothesis.strategies as st
from hypothesis import HealthCheck, settings
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from authz.administration.errors import (
    AdministrationError,
    ConflictError,
    NoAgreementError,
    NotFoundError,
    OwnRightsError,
    RestoreRefusedError,
    UndoRefusedError,
)
from authz.administration.models import PermissionChange, UserQuery
from authz.models import Outcome
from tests.support.administration_world import (
    FORSKOLA,
    GRANSKA,
    KIM,
    RAPPORTERA,
    STANGD,
    Administration,
)
from tests.support.databases import create_authz_tables, sqlite_engine
from tests.support.permission_world import ALICE, BOB, CHARLIE, MELKER

USERS = (ALICE, BOB, CHARLIE)
CODES = (RAPPORTERA, GRANSKA, FORSKOLA)
Boxes = dict[str, datetime | None]

users = st.sampled_from(USERS)
codes = st.sampled_from(CODES)
boxes = st.dictionaries(codes, st.sampled_from([None, 1, 3]))


class RandomDays(RuleBasedStateMachine):
    """Administrators of a region, one after the other, for some days."""

    @initialize()
    def begin(self) -> None:
        self._folder = Path(tempfile.mkdtemp())
        engine = sqlite_engine(self._folder / "days.db")
        create_authz_tables(engine)
        self.region = Administration(engine)
        self.numbers = {each: self.region.member(each) for each in USERS}
        self.held: dict[str, Boxes] = {each: {} for each in USERS}
        self.held[ALICE] = {RAPPORTERA: None}
        self.removed: dict[str, tuple[datetime, Boxes]] = {}
        self.open_services = {"landsting", "statlig-ersattning"}
        self.opened: dict[str, Boxes] = {each: {} for each in USERS}
        self.last: tuple[int, str, Boxes, Boxes, datetime] | None = None

    def teardown(self) -> None:
        if hasattr(self, "region"):
            self.region.engine.dispose()
            shutil.rmtree(self._folder)

    @rule(user=users)
    def somebody_opens_a_form(self, user: str) -> None:
        self.opened[user] = dict(self.held[user])

    @rule(user=users, chosen=boxes, actor=st.sampled_from(["anna", "berit"]))
    def somebody_sends_it(
        self, user: str, chosen: dict[str, int | None], actor: str
    ) -> None:
        region = self.region
        after = {
            code: None if days is None else region.now + timedelta(days=days)
            for code, days in chosen.items()
        }
        before, held = self.opened[user], self.held[user]
        expected = self._after_sending(user, before, after)
        try:
            result = region.change(
                self.numbers[user], before, after, actor=getattr(region, actor)
            )
        except AdministrationError as error:
            if type(error) is not expected:
                raise
            return
        assert isinstance(expected, dict)
        self.held[user] = expected
        if result.change_id is not None:
            self.last = (result.change_id, user, held, expected, region.now)
        assert result.is_empty is (expected == held)

    @rule(user=users, code=codes)
    def one_permission_is_given_to_one_and_all(self, user: str, code: str) -> None:
        region = self.region
        targets = [each for each in USERS if each not in self.removed]
        wanted = [*targets, user]
        may = user not in self.removed and self._is_open(code)
        try:
            region.service.change_many(
                region.region,
                region.permissions[code],
                give=[self.numbers[each] for each in wanted],
                actor=region.anna,
                now=region.now,
            )
        except (NotFoundError, NoAgreementError):
            assert not may
            return
        assert may
        for each in targets:
            self.held[each] = {code: None, **self.held[each]}

    @rule(source=users, receiver=users)
    def a_colleague_is_copied(self, source: str, receiver: str) -> None:
        region = self.region
        try:
            region.service.copy_permissions(
                region.region,
                self.numbers[source],
                [self.numbers[receiver]],
                actor=region.berit,
                now=region.now,
            )
        except NotFoundError:
            assert source in self.removed or receiver in self.removed
            return
        assert source not in self.removed
        assert receiver not in self.removed
        model = {c: end for c, end in self.held[source].items() if self._is_open(c)}
        self.held[receiver] = {**model, **self.held[receiver]}

    @rule(user=users)
    def a_user_is_removed(self, user: str) -> None:
        region = self.region
        try:
            region.service.remove_user(
                region.region, self.numbers[user], actor=region.anna, now=region.now
            )
        except NotFoundError:
            assert user in self.removed
            return
        assert user not in self.removed
        self.removed[user] = (region.now, self.held[user])
        self.held[user] = {}

    @rule(user=users)
    def a_user_is_restored(self, user: str) -> None:
        region = self.region
        at, lost = self.removed.get(user, (None, {}))
        may = at is not None and region.now < at + timedelta(days=30)
        try:
            region.service.restore_user(
                region.region, self.numbers[user], actor=region.anna, now=region.now
            )
        except RestoreRefusedError:
            assert not may
            return
        assert may
        del self.removed[user]
        self.held[user] = self._still_going(lost)

    @precondition(lambda self: self.last is not None)
    @rule()
    def the_last_form_is_undone(self) -> None:
        assert self.last is not None
        change_id, user, before, after, at = self.last
        region = self.region
        touched = {
            code
            for code in before.keys() | after.keys()
            if before.get(code, 0) != after.get(code, 0)
        }
        held = self.held[user]
        try:
            region.service.undo(
                region.region, change_id, actor=region.berit, now=region.now
            )
        except UndoRefusedError as error:
            is_as_left = all(held.get(c, 0) == after.get(c, 0) for c in touched)
            gives_back = [code for code in before if code not in after]
            is_gone = user in self.removed or region.now >= at + timedelta(days=30)
            was_touched = error.reason in ("undone-already", "changed-since")
            assert (
                is_gone
                or not is_as_left
                or was_touched
                or not all(map(self._is_open, gives_back))
            )
            return
        assert user not in self.removed
        back = {code: before[code] for code in touched if code in before}
        kept = {code: end for code, end in held.items() if code not in touched}
        self.held[user] = self._still_going({**kept, **back})
        self.last = None

    @rule(code=st.sampled_from([STANGD, GRANSKA]))
    def others_find_nothing(self, code: str) -> None:
        region = self.region
        change = PermissionChange(before={}, after={region.permissions[code]: None})
        kim = region.member(KIM, region.kommun)
        attempts = (
            (region.region, self.numbers[ALICE], region.kalle),
            (region.kommun, self.numbers[ALICE], region.kalle),
            (region.region, kim, region.anna),
            (region.region, region.people[ALICE], region.administrator(ALICE)),
        )
        for organisation, number, actor in attempts:
            try:
                region.service.change_permissions(
                    organisation, number, change, actor=actor, now=region.now
                )
            except (NotFoundError, OwnRightsError):
                continue
            raise AssertionError(actor)

    @rule(service=st.sampled_from(["landsting", "statlig-ersattning"]))
    def an_agreement_ends(self, service: str) -> None:
        if service in self.open_services and len(self.open_services) > 1:
            self.open_services.remove(service)
            self.region.end_agreement(service)

    @rule(days=st.sampled_from([0, 1, 1, 2, 15]))
    def time_passes(self, days: int) -> None:
        self.region.later(days=days, minutes=1)
        self.held = {user: self._still_going(self.held[user]) for user in USERS}

    @invariant()
    def the_database_says_the_same(self) -> None:
        if not hasattr(self, "region"):
            return
        region = self.region
        for user in USERS:
            if user not in self.removed:
                assert region.held(self.numbers[user]) == self.held[user]
        query = UserQuery(permissions=(GRANSKA,), page_size=None)
        page = region.service.users(region.region, query, now=region.now)
        holders = {user for user in USERS if GRANSKA in self.held[user]}
        assert {each.hsa_id for each in page.lines} == holders
        assert page.total == len(USERS) - len(self.removed)
        region.check_lines()

    @invariant()
    def logins_follow(self) -> None:
        if not hasattr(self, "region"):
            return
        region = self.region
        service = region.authz.service_for(MELKER)
        for user in USERS:
            decision = region.authz.decide(
                user, service, organisation_numbers=(), now=region.now
            )
            may = (
                self._is_open(GRANSKA)
                and user not in self.removed
                and bool({RAPPORTERA, GRANSKA} & self.held[user].keys())
            )
            assert (decision.outcome is Outcome.ALLOWED) is may

    @invariant()
    def the_trail_is_whole(self) -> None:
        if hasattr(self, "region"):
            self.region.authz.verify_audit()

    def _after_sending(
        self, user: str, before: Boxes, after: Boxes
    ) -> Boxes | type[AdministrationError]:
        """Say what a form leads to; a word of its own for every box."""
        if user in self.removed:
            return NotFoundError
        held = self.held[user]
        result, closed = dict(held), False
        for code in CODES:
            was, wants, has = (each.get(code, 0) for each in (before, after, held))
            if wants in (was, has):
                continue
            if has != was:
                return ConflictError
            closed = closed or not self._is_open(code)
            result.pop(code, None)
            if code in after:
                result[code] = after[code]
        return NoAgreementError if closed else result

    def _is_open(self, code: str) -> bool:
        return code.partition(":")[0] in self.open_services

    def _still_going(self, held: Boxes) -> Boxes:
        now = self.region.now
        return {code: end for code, end in held.items() if end is None or end > now}


def test_random_days_end_as_the_model_says() -> None:
    run_state_machine_as_test(
        RandomDays,
        settings=settings(
            max_examples=12,
            stateful_step_count=20,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )
