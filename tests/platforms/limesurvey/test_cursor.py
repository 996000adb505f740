"""The cursor: whatever order people begin, finish and vanish in, nothing completed in time is left out."""

from datetime import date, timedelta

from hypothesis import example, given, settings
from hypothesis import strategies as st

from exit_bridge.platforms.limesurvey.cursor import GAP, NO_DATE, WINDOW, Cursor, runs

TODAY = date(2026, 3, 1)


class Table:
    """Responses of one survey, and somebody who pulls them page by page."""

    def __init__(self, dated=True):
        self.day, self.rows, self.hidden = TODAY, {}, set()
        self.dated, self.clock = dated, 0
        self.next_number, self.next_person = 1, 0
        self.cursor, self.fetched, self.due = None, set(), {}

    def begin(self, late):
        """A number is given out; with `late` its row can be seen only after others."""
        self.rows[self.next_number] = [self.next_person, ""]
        if late and sum(n in self.hidden for n in self.rows) < GAP:
            self.hidden.add(self.next_number)
        self.next_number += 1
        self.next_person += 1

    def wait(self, days):
        """Rows that come late do so within moments."""
        self.hidden.clear()
        self.day += timedelta(days=days)

    def pick(self, which):
        return sorted(self.rows)[which % len(self.rows)] if self.rows else None

    def finish(self, which):
        number = self.pick(which)
        if number is not None:
            self.hidden.discard(number)
            self.clock += 1
            done = self.rows[number][1]
            self.rows[number][1] = done or (f"2026-{self.clock:06}" if self.dated else f"{NO_DATE} 00:00:00")

    def delete(self, which):
        number = self.pick(which)
        if number is not None:
            del self.rows[number]
            self.hidden.discard(number)

    def empty(self, answered):
        """The table is emptied and numbers start again; whoever pulls does so before they have grown back."""
        self.rows, self.hidden, self.next_number = {}, set(), 1
        for place in range(min(answered, Cursor.read(self.cursor, "1").next - 2)):
            self.begin(late=False)
            if place != 1:
                self.finish(place)
        self.pull(99)

    def listed(self, first):
        return {n: done for n, (_, done) in self.rows.items() if n >= first and n not in self.hidden}

    def pull(self, pages):
        """As the client does it, but stopping after some pages; the cursor goes through its text every time."""
        at = Cursor.read(self.cursor, "1")
        listed = self.listed(at.first)
        if at.shrunk(listed):
            listed = self.listed(1)
            at = at.lowered(listed, self.day)
        for n, done in listed.items():
            if not done:
                self.due.setdefault(self.rows[n][0], self.day)
        pieces = list(runs(at.wanted(listed), listed, 2)) or [[]]
        for place, piece in enumerate(pieces[:pages], 1):
            upto = piece[-1] if place < len(pieces) else max(listed, default=0)
            persons = {self.rows[n][0] for n in piece}
            assert not (self.dated and persons & self.fetched), "what was fetched would be sent again"
            self.fetched |= persons
            self.cursor = str(at.after(listed, upto, self.day))


STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("begin"), st.booleans()),
        st.tuples(st.just("finish"), st.integers(0, 50)),
        st.tuples(st.just("delete"), st.integers(0, 50)),
        st.tuples(st.just("empty"), st.integers(0, 5)),
        st.tuples(st.just("wait"), st.integers(0, 20)),
        st.tuples(st.just("pull"), st.integers(1, 3)),
    ),
    max_size=60,
)


FINISH = [("finish", place) for place in range(4)]
FOUR = [*[("begin", False)] * 4, *FINISH, ("pull", 9)]
LATE = [("begin", True), *FOUR[:2], *FINISH[1:3], ("pull", 9), ("delete", 2), ("pull", 9), FINISH[0]]


@settings(max_examples=400, deadline=None)
@example([("begin", False), ("begin", False), ("finish", 1), ("pull", 9), ("finish", 0)], True)
@example([("begin", True), ("begin", False), ("finish", 1), ("pull", 9), ("finish", 0)], True)
@example([("begin", False), ("finish", 0), ("pull", 9), ("empty", 0), ("begin", False), ("finish", 0)], True)
@example([*[("begin", False)] * 3, ("pull", 9), ("finish", 0), ("finish", 1), ("finish", 2), ("pull", 1)], True)
@example([("begin", False), ("pull", 9), *[("wait", 6), ("pull", 9)] * 5, ("finish", 0)], True)
@example([*FOUR, ("empty", 2)], True)
@example([*FOUR, ("empty", 2)], False)
@example([*FOUR, ("empty", 2), ("finish", 1)], True)
@example([*FOUR, ("delete", 3), ("pull", 9)], True)
@example([*FOUR[:4], *FINISH[::-1], ("pull", 9), ("pull", 9), ("delete", 3), ("pull", 9)], True)
@example(LATE, True)
@given(STEPS, st.booleans())
def test_nothing_completed_in_time_is_ever_left_out(steps, dated):
    """Numbers are given out at the beginning, rows appear late, go, or start again; pulls break off anywhere.

    Where the survey keeps dates nothing is fetched twice either: a purged response must not come back.
    """
    table = Table(dated)
    for name, *arguments in steps:
        if name == "finish" and (number := table.pick(arguments[0])) is not None:
            person, done = table.rows[number]
            if not done and table.day - table.due.get(person, table.day) > WINDOW:
                table.due[person] = None  # completed too late: may be left out
        getattr(table, name)(*arguments)
    table.pull(99)
    complete = {person for person, done in table.rows.values() if done}
    in_time = {person for person in complete if table.due.get(person, table.day) is not None}
    assert in_time - table.fetched == set()


@settings(max_examples=200, deadline=None)
@given(STEPS)
def test_what_was_pulled_is_not_pulled_again(steps):
    """A second pull right after one that reached its end finds nothing, and waits for nothing that is older than it."""
    table = Table()
    for name, *arguments in steps:
        getattr(table, name)(*arguments)
    table.pull(99)
    at = Cursor.read(table.cursor, "1")
    listed = table.listed(at.first)
    assert (at.shrunk(listed), at.wanted(listed)) == (False, [])
    assert all(table.day - day <= WINDOW for day in at.waiting.values())


def test_another_form_begins_at_the_beginning():
    """As does a cursor that cannot be read: what comes twice is a duplicate."""
    kept = str(Cursor("1", 7, {3: TODAY}, "2026-02-28 10:00:00", TODAY))
    assert Cursor.read(kept, "1") == Cursor("1", 7, {3: TODAY}, "2026-02-28 10:00:00", TODAY)
    for text in (None, "", "7", "[]", '{"form":"1"}', '{"form":"1","next":1,"waiting":{"x":[1]}}', kept):
        assert Cursor.read(text, "2") == Cursor("2")
    assert Cursor.read('{"form":"1","next":1,"waiting":[]}', "1") == Cursor("1")


def test_a_jump_in_numbers_is_no_list_of_people():
    """Where a survey is told to number from a million, only the nearest missing numbers are waited for."""
    at = Cursor("1").after({1: "2026", 1_000_000: "2026"}, 1_000_000, TODAY)
    assert (at.next, len(at.waiting), min(at.waiting)) == (1_000_001, GAP, 1_000_000 - GAP)


def test_pieces_hold_only_what_is_wanted():
    """So that asking for a range of numbers fetches nothing that was fetched before."""
    listed = dict.fromkeys([1, 2, 4, 6, 7, 8], "2026") | {3: ""}
    assert list(runs([1, 4, 6, 7, 8], listed, 2)) == [[1], [4, 6], [7, 8]]
    assert list(runs([], listed, 2)) == []


def test_a_clock_that_jumps_gives_nobody_up():
    """Ahead by years and back again; what waits is waited for anew, and given up after thirty days of real pulls."""
    at = Cursor("1").after({1: ""}, 1, TODAY)
    for day in (TODAY + timedelta(days=4000), TODAY + timedelta(days=1)):
        at = Cursor.read(str(at), "1").after({1: ""}, 1, day)
        assert at.waiting == {1: day}
    for days in range(2, 32):
        at = at.after({1: ""}, 1, TODAY + timedelta(days=days))
        assert set(at.waiting) == {1}
    assert at.after({1: ""}, 1, TODAY + timedelta(days=32)).waiting == {}
