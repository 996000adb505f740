"""Several web processes and several workers at once: one submission, one mail, and the newest answers win."""

from __future__ import annotations

import json
import random
import sys
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from tests.crash.mail_server import MailServer
from tests.crash.service import ITEMS, Sender, Service, message_id, running_service, wait_until

from exit_bridge.store import open_store

pytestmark = [
    pytest.mark.server,
    pytest.mark.skipif(sys.platform != "linux", reason="needs inherited sockets"),
]
SIZES = {"sqlite": {"workers": 2, "web_processes": 0}, "postgresql": {"workers": 3, "web_processes": 3}}
RESPONSES, THREADS, PATIENCE = 15, 12, 90.0


@pytest.fixture
def several(store_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Service, MailServer]]:
    """No faults, and leases that outlast any send: here nothing has a reason to be sent twice."""
    monkeypatch.setenv("CRASH_LEASE", "120")
    size = SIZES[store_url.partition(":")[0]]
    with MailServer() as mail, running_service(tmp_path, store_url, mail, **size) as service:
        wait_until(service.is_up, PATIENCE, "the web")
        yield service, mail


def body(response_id: str, level: int, revision: int | None = None) -> bytes:
    document: dict[str, Any] = {
        "response_id": response_id,
        "context": {"notice": "yes"},
        "answers": dict.fromkeys(ITEMS, level),
    }
    return json.dumps(document | ({} if revision is None else {"revision": revision})).encode()


def post_all(service: Service, work: list[tuple[str, str, bytes]]) -> dict[str, list[dict[str, Any]]]:
    """Everything at once, in random order; what each response id was told."""
    sender, told = Sender(service, 1), dict[str, list[dict[str, Any]]]()
    sender.patience = PATIENCE
    random.Random(1).shuffle(work)

    def one(survey: str, response_id: str, content: bytes) -> None:
        status, said = sender.post(survey, content)
        assert status == 200, said
        told.setdefault(response_id, []).append(said)

    with ThreadPoolExecutor(THREADS) as pool:
        for done in [pool.submit(one, *each) for each in work]:
            done.result()
    return told


def at_rest(service: Service) -> None:
    # A delivery that found the one file busy for too long waits in the spool, as if the database had been away.
    spool = service.folder / "exit-bridge-spool"
    wait_until(lambda: not list(spool.glob("*.spooled")), PATIENCE, "the spool to be empty")
    wait_until(lambda: set(service.states()) == {"done"}, PATIENCE, "every job to be done")
    assert set(service.stop().values()) == {0}


def test_duplicates_that_race_are_one_submission(several: tuple[Service, MailServer]) -> None:
    """Of eight deliveries of each response one is new, seven are told which it was, and one mail goes out."""
    service, mail = several
    names = [f"r-{n}" for n in range(RESPONSES)]
    told = post_all(service, [("never-retries", name, body(name, 4)) for name in names for _ in range(8)])
    at_rest(service)
    with open_store(service.database) as store:
        kept = {version.response_id: version.result_id for version in store.submissions("never-retries")}
        assert {1} == {version.n for version in store.submissions("never-retries")}
    assert set(names) == set(kept)
    for name in names:
        statuses = Counter(said["status"] for said in told[name])
        assert statuses["accepted"] == 1 or (statuses["accepted"] == 0 < statuses["spooled"])
        assert statuses["accepted"] + statuses["duplicate"] + statuses["spooled"] == 8
        assert {said["result_id"] for said in told[name] if said["status"] != "spooled"} <= {kept[name]}
    assert sorted(map(message_id, kept.values())) == sorted(mail.mails)


@pytest.mark.parametrize("survey", ["never-retries", "updates"])
def test_edits_that_race_end_with_the_newest(several: tuple[Service, MailServer], survey: str) -> None:
    """Five revisions in any order, while they are being sent: the last one is what is kept, and no mail goes out twice.

    Where edits are sent again the newest is among what was sent; where not, there is one mail for each response.
    """
    service, mail = several
    names = [f"r-{n}" for n in range(RESPONSES)]
    told = post_all(service, [(survey, name, body(name, n, n)) for name in names for n in range(1, 6)])
    at_rest(service)
    assert Counter(mail.mails).most_common(1)[0][1] == 1
    possible, newest = {}, []
    with open_store(service.database) as store:
        for name in names:
            kept = store.current(survey, name)
            assert kept is not None
            assert (5, set(kept.document["answers"].values())) == (kept.revision, {5})
            assert {"edited", "older", "accepted", "spooled"} >= {said["status"] for said in told[name]}
            possible[name] = {message_id(kept.result_id, n) for n in range(1, 6)}
            newest.append(message_id(kept.result_id, kept.n))
    assert set(mail.mails) <= set().union(*possible.values())
    if survey == "updates":
        assert [1] * RESPONSES == [len(possible[name] & set(mail.mails)) for name in names]
    else:
        assert set(newest) <= set(mail.mails)
