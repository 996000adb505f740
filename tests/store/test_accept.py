from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from exit_bridge.errors import ExitBridgeError
from exit_bridge.store import Accepted, Arrival, NewJob
from exit_bridge.store.store import Store

MAIL, POST = NewJob("send", "mail"), NewJob("send", "post")
Arrive = Callable[..., Arrival]


def targets(store: Store) -> list[tuple[str, int | None]]:
    return [(job.destination, job.version) for job in store.jobs()]


def test_a_new_response_is_kept_as_it_came(store: Store, arrive: Arrive) -> None:
    """Everything given is read back equal, to the microsecond and to the last bit of a score."""
    arrival = arrive("naïve \u0000 🙂 \udc00 'quoted'", revision=2**53, submitted_at="2026-03-01T09:00:00Z")
    accepted = store.accept(arrival, [MAIL], [])
    stored = store.current("staying-close", "r-1")

    assert stored is not None
    assert Accepted("accepted", stored.result_id, 1) == accepted
    for name in Arrival.__dataclass_fields__:
        assert getattr(arrival, name) == getattr(stored, name), name
    assert stored == store.version(stored.submission, 1)
    assert targets(store) == [("mail", 1)]


def test_unknown_keys_find_nothing(store: Store, arrive: Arrive) -> None:
    """Reading what is not there gives None, not an error."""
    store.accept(arrive(), [], [])
    assert store.current("staying-close", "r-2") is None
    assert store.current("other", "r-1") is None
    assert store.version(1, 2) is None


def test_result_ids_cannot_be_guessed(store: Store, arrive: Arrive) -> None:
    """The id shown outside is 128 random bits, not a counter."""
    ids = {store.accept(arrive(response_id=f"r-{i}"), [], []).result_id for i in range(20)}
    assert len(ids) == 20
    assert {32} == {len(each) for each in ids}


def test_the_same_content_again_is_a_duplicate(store: Store, arrive: Arrive) -> None:
    """A repeated delivery makes no version and no job, even with another wave, revision or time."""
    first = store.accept(arrive(), [MAIL], [])
    again = store.accept(arrive(wave="other", revision=9, submitted_at="2026-03-02T00:00:00Z"), [MAIL], [MAIL])

    assert Accepted("duplicate", first.result_id, 1) == again
    assert targets(store) == [("mail", 1)]
    stored = store.current("staying-close", "r-1")
    assert stored is not None
    assert (stored.n, stored.wave) == (1, "2026-spring")


@pytest.mark.parametrize(
    ("mark", "moments"),
    [("revision", (1, 2, 3)), ("submitted_at", tuple(f"2026-03-0{day}T00:00:00Z" for day in (1, 2, 3)))],
)
def test_a_duplicate_counts_when_a_late_edit_comes(
    store: Store, arrive: Arrive, mark: str, moments: tuple[Any, ...]
) -> None:
    """Saved as A, as B, as A again; the last A comes before B: it was the last word, and stays."""
    first, second, third = moments
    store.accept(arrive("A", **{mark: first}), [], [])
    assert store.accept(arrive("A", **{mark: third}), [MAIL], [MAIL]).status == "duplicate"
    assert store.accept(arrive("A", **{mark: first}), [MAIL], [MAIL]).status == "duplicate"
    assert store.accept(arrive("A"), [MAIL], [MAIL]).status == "duplicate"
    assert store.accept(arrive("B", **{mark: second}), [MAIL], [MAIL]).status == "older"
    stored = store.current("staying-close", "r-1")
    assert stored is not None
    assert (stored.n, getattr(stored, mark), targets(store)) == (1, third, [])


def test_the_same_id_in_another_survey_is_another_submission(store: Store, arrive: Arrive) -> None:
    """Response ids are unique per survey only."""
    store.accept(arrive(), [], [])
    assert store.accept(arrive(survey="other"), [], []).status == "accepted"


def test_a_b_a_is_three_versions(store: Store, arrive: Arrive) -> None:
    """Content is compared with the current version only: going back is an edit too."""
    statuses = [store.accept(arrive(content), [], []) for content in "ABA"]
    assert [(a.status, a.version) for a in statuses] == [("accepted", 1), ("edited", 2), ("edited", 3)]
    assert len({a.result_id for a in statuses}) == 1
    stored = store.current("staying-close", "r-1")
    assert stored is not None
    assert (3, arrive("A").content_hash) == (stored.n, stored.content_hash)


def test_an_older_edit_is_filed_once_and_changes_nothing(store: Store, arrive: Arrive) -> None:
    """Out-of-order deliveries never overwrite: they become versions, once, and start no job."""
    store.accept(arrive("A", revision=5), [MAIL], [MAIL])
    older = [store.accept(arrive("B", revision=3), [MAIL], [MAIL]) for _ in range(2)]
    assert [(a.status, a.version) for a in older] == [("older", 2), ("older", 2)]
    assert targets(store) == [("mail", 1)]

    newer = store.accept(arrive("C", revision=6), [], [])
    assert (newer.status, newer.version) == ("edited", 3)  # numbers are never used twice
    late = store.accept(arrive("A", revision=5), [], [])
    assert (late.status, late.version) == ("older", 1)
    stored = store.current("staying-close", "r-1")
    assert stored is not None
    assert (arrive("C").content_hash, 6) == (stored.content_hash, stored.revision)
    assert [v and v.n for v in (store.version(stored.submission, n) for n in (1, 2, 3, 4))] == [1, 2, 3, None]


def test_an_edit_takes_over_jobs_not_yet_begun(store: Store, arrive: Arrive) -> None:
    """A waiting job sends the newest version once, with the newest address; others are added by `on_edit`."""
    store.accept(arrive("A"), [NewJob("send", "mail", {"to": "old@council.example"})], [])
    store.accept(arrive("B"), [], [NewJob("send", "mail", {"to": "new@council.example"}), POST])

    assert targets(store) == [("mail", 2), ("post", 2)]
    claimed = store.claim("w", 60)
    assert claimed is not None
    assert claimed.envelope == {"to": "new@council.example"}


def test_an_edit_without_an_address_keeps_the_one_that_waits(store: Store, arrive: Arrive) -> None:
    """Silence is no change."""
    store.accept(arrive("A"), [NewJob("send", "mail", {"to": "old@council.example"})], [])
    store.accept(arrive("B"), [], [MAIL])
    claimed = store.claim("w", 60)
    assert claimed is not None
    assert (claimed.version, claimed.envelope) == (2, {"to": "old@council.example"})


@pytest.mark.parametrize("ending", ["leased", "retried", "done", "dead"])
def test_a_job_once_begun_keeps_its_version(store: Store, arrive: Arrive, ending: str) -> None:
    """What may have been sent is not passed off as something else: the edit gets a job of its own."""
    store.accept(arrive("A"), [MAIL], [])
    claimed = store.claim("w", 60)
    assert claimed is not None
    if ending == "retried":
        store.retry(claimed, 60, "timeout")
    elif ending == "done":
        store.done(claimed)
    elif ending == "dead":
        store.bury(claimed, "refused")
    store.accept(arrive("B"), [], [MAIL])
    assert targets(store) == [("mail", 1), ("mail", 2)]


def test_an_edit_without_resend_adds_no_job(store: Store, arrive: Arrive) -> None:
    """With nothing in `on_edit` the waiting job moves and a finished one stays finished."""
    store.accept(arrive("A"), [MAIL, POST], [])
    claimed = store.claim("w", 60)
    assert claimed is not None
    store.done(claimed)
    store.accept(arrive("B"), [], [])
    assert targets(store) == [("mail", 1), ("post", 2)]


def test_a_refused_value_keeps_nothing(store: Store, arrive: Arrive) -> None:
    """A transaction is whole or not at all; the message quotes no value."""
    with pytest.raises(ExitBridgeError, match="refused") as caught:
        store.accept(arrive(revision=2**80), [MAIL], [])
    assert str(2**80) not in str(caught.value)
    assert store.current("staying-close", "r-1") is None
    assert store.jobs() == []


def test_the_same_response_from_eight_threads_is_new_once(
    store: Store, arrive: Arrive, at_once: Callable[..., list[Any]]
) -> None:
    """Racing repeats of one delivery: one submission, one job."""
    for i in range(10):
        arrival = arrive(response_id=f"r-{i}")
        accepted = at_once(lambda _, arrival=arrival: store.accept(arrival, [MAIL], [MAIL]))
        assert ["accepted", *["duplicate"] * 7] == sorted(a.status for a in accepted)
        assert len({a.result_id for a in accepted}) == 1
    assert len(store.jobs()) == 10


def test_racing_edits_are_all_kept_and_the_highest_revision_wins(
    store: Store, arrive: Arrive, at_once: Callable[..., list[Any]]
) -> None:
    """Eight revisions in any order: eight versions numbered 1 to 8, the last revision current, one waiting job."""
    for _ in range(5):
        accepted = at_once(lambda i: store.accept(arrive(f"{i}", revision=i), [MAIL], [MAIL]))
        assert list(range(1, 9)) == sorted(a.version for a in accepted)
        stored = store.current("staying-close", "r-1")
        assert stored is not None
        assert stored.revision == 7
        assert [("mail", stored.n)] == targets(store)
        assert store.forget("staying-close", "r-1") == 1


def test_a_new_submission_takes_four_statements_at_most(store: Store, arrive: Arrive) -> None:
    """The webhook waits for this: few round trips, whatever is added later."""
    seen: list[str] = []
    event.listen(store._engine, "before_cursor_execute", lambda *args: seen.append(args[2]))
    store.accept(arrive(), [MAIL, POST], [])
    assert len([statement for statement in seen if not statement.startswith("BEGIN")]) <= 4, seen


def test_submissions_come_page_by_page(store: Store, arrive: Arrive) -> None:
    """Every current version once, in order of arrival, by survey and by wave."""
    for i in range(501):
        store.accept(arrive(response_id=f"r-{i}", wave="spring" if i % 2 else "autumn"), [], [])
    store.accept(arrive("B", response_id="r-0", wave="spring"), [], [])
    store.accept(arrive(survey="other"), [], [])

    assert [f"r-{i}" for i in range(501)] == [v.response_id for v in store.submissions("staying-close")]
    spring = [v.response_id for v in store.submissions("staying-close", "spring")]
    assert ["r-0", *(f"r-{i}" for i in range(1, 501, 2))] == spring
    assert store.counts("staying-close") == {"spring": 251, "autumn": 250}
    assert store.counts("nobody") == {}


def test_tallies_count_what_leaves_no_submission(store: Store, at_once: Callable[..., list[Any]]) -> None:
    """Counters add up under concurrency and stay apart by survey, wave and kind."""
    at_once(lambda _: [store.tally("staying-close", "spring", "partial") for _ in range(5)])
    store.tally("staying-close", "spring", "ping")
    store.tally("staying-close", "autumn", "ping")
    store.tally("other", "spring", "partial")
    assert store.tallies("staying-close") == {"spring": {"partial": 40, "ping": 1}, "autumn": {"ping": 1}}
    assert store.tallies("nobody") == {}


def test_answers_and_addresses_stay_out_of_every_repr(store: Store, arrive: Arrive) -> None:
    """A value that is logged or shown in a traceback tells no answer and no address."""
    job = NewJob("send", "mail", {"to": "person@council.example"})
    arrival = arrive("a secret comment")
    store.accept(arrival, [job], [])
    shown = repr([arrival, job, store.current("staying-close", "r-1"), store.claim("w", 60)])
    assert "secret" not in shown
    assert "person@" not in shown
