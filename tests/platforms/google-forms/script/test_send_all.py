"""Everything sent again, in bounded time."""

from __future__ import annotations

import pytest
from tests.platforms.apps_script import CONNECTED, SAID, google, log_of, posted, posted_of, waiting, written

pytestmark = pytest.mark.node


SEVERAL = [{"submit": SAID}, {"wait": 5}]


def test_send_all_sends_what_was_there_before():
    """In the order of submission, each once."""
    done = google(CONNECTED[0], *SEVERAL * 4, *CONNECTED[1:], {"run": "sendAll"})
    ids = [done.results[place]["id"] for place in (1, 3, 5, 7)]
    assert ids == [body["response_id"] for body in posted(done)]
    assert "Everything was sent" in log_of(done.results[-1])


def test_send_all_goes_on_where_time_ran_out():
    """Google ends a run after six minutes; what is left follows, nothing twice, and new answers come through."""
    done = google(
        CONNECTED[0], *SEVERAL * 8, *CONNECTED[1:], {"world": {"slow": 50_000}}, {"run": "sendAll"}, {"state": 1},
        {"run": "status"}, {"hour": 1}, {"hour": 1}, {"world": {"slow": 400}}, {"submit": SAID},
    )  # fmt: skip
    everything, halfway, status, *hours = done.results[20:25]
    assert 5 <= len(posted_of(halfway)) <= 6
    assert "every hour" in log_of(everything)
    assert "yes, it goes on every hour" in log_of(status)
    ids = [result["id"] for result in done.results if isinstance(result, dict) and "seen" in result]
    assert 9 == len(ids)
    assert ids == [body["response_id"] for body in posted(done)]
    assert all(run["took"] < 6 * 60 * 1000 for run in (everything, *hours[0], *hours[1]))


def test_send_all_stops_where_nothing_is_taken():
    """And goes on when the server is back."""
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], {"world": {"answers": [200, 401]}},
                  {"run": "sendAll"}, {"hour": 1})  # fmt: skip
    assert "does not know this secret" in log_of(done.results[-2])
    one, two, three = [done.results[place]["id"] for place in (1, 3, 5)]
    assert [one, two, two, three] == [body["response_id"] for body in posted(done)]


def test_of_several_in_one_moment_none_is_passed_over():
    """The mark moves only behind the last of them."""
    same = "form.responses.forEach((one) => (one.at = 1700000000000))"
    done = google(CONNECTED[0], *[{"submit": SAID}] * 3, {"by_hand": same}, *CONNECTED[1:],
                  {"world": {"answers": [200, 503]}}, {"run": "sendAll"}, {"hour": 1})  # fmt: skip
    assert 3 == len({body["response_id"] for body in posted(done)[2:]})
    assert "ALL_FROM" not in done.properties


def test_two_runs_beside_each_other_leave_nothing_out():
    """Whoever finds the mark moved leaves the rest to the other."""
    moved = """world.answers = { length: 1, shift() {
      world.properties.set('ALL_FROM', '5');
      world.answers = [];
      return 200;
    } }"""
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], {"by_hand": moved}, {"run": "sendAll"}, {"state": 1},
                  {"hour": 1})  # fmt: skip
    assert "5" == done.results[-2]["properties"]["ALL_FROM"]
    assert "ALL_FROM" not in done.properties
    assert 1 + 3 == len(posted(done))


def test_one_that_is_refused_is_kept_and_the_others_go_on():
    """As with what waits."""
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], {"world": {"answers": [200, 413]}}, {"run": "sendAll"})
    assert [done.results[3]["id"]] == waiting(done)
    assert "all but 1" in log_of(done.results[-1])
    assert [done.results[place]["id"] for place in (1, 3, 5)] == [body["response_id"] for body in posted(done)]
    assert "ALL_FROM" not in done.properties


def test_without_room_one_that_is_refused_holds_nobody_up():
    """Each is sent once, and the mark is gone at the end."""
    code = written()[1].replace("LONGEST_LIST = 20 * PIECE", "LONGEST_LIST = 0")
    refused = {"world": {"answers": [200, 413, 200]}}
    done = google(CONNECTED[0], *SEVERAL * 3, *CONNECTED[1:], refused, {"run": "sendAll"}, {"hour": 1}, code=code)
    assert [done.results[place]["id"] for place in (1, 3, 5)] == [body["response_id"] for body in posted(done)]
    assert "ALL_FROM" not in done.properties


def test_an_edit_comes_at_the_time_of_the_edit():
    """Google may list it where it stood before, and the mark must not jump over those between."""
    edit = {"revise": {"id": "2_ABaOnu" + "d" * 90 + "1", "said": SAID}}
    done = google(
        CONNECTED[0], *SEVERAL * 3, edit, *CONNECTED[1:], {"world": {"answers": [200, 503]}},
        {"run": "sendAll"}, {"hour": 1},
    )  # fmt: skip
    two, three = done.results[3]["id"], done.results[5]["id"]
    assert [two, three, three, edit["revise"]["id"]] == [body["response_id"] for body in posted(done)]
