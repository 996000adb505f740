from __future__ import annotations

from datetime import UTC, datetime, timedelta

from exit_bridge.store.store import Store

BODY = bytes(range(256)) * 5000  # 1.25 MiB, every byte value


def test_a_body_is_kept_byte_for_byte(store: Store) -> None:
    """What was received is what a replay reads."""
    before = datetime.now(UTC)
    kept = store.quarantine("s", BODY, "application/json", "unknown_label", "rec03 has no such option", element=2)
    assert store.quarantined_body(kept) == BODY
    (listed,) = store.quarantined()
    assert (
        listed.survey,
        listed.content_type,
        listed.element,
        listed.reason,
        listed.detail,
    ) == ("s", "application/json", 2, "unknown_label", "rec03 has no such option")
    assert before <= listed.received_at <= datetime.now(UTC)


def test_the_same_body_again_is_one_row_with_the_latest_reason(store: Store) -> None:
    """A sender that repeats itself fills no disk; what is listed is why it fails today."""
    first = store.quarantine("s", b"{", "application/json", "unreadable", "old reason")
    again = store.quarantine("s", b"{", "application/json", "schema", "new reason")
    assert first == again
    assert [(q.reason, q.detail) for q in store.quarantined()] == [("schema", "new reason")]


def test_another_element_survey_or_body_is_another_row(store: Store) -> None:
    """Only body, element and survey together make it the same."""
    ids = {
        store.quarantine("s", b"[]", "application/json", "schema", "…"),
        store.quarantine("s", b"[]", "application/json", "schema", "…", element=0),
        store.quarantine("s", b"[]", "application/json", "schema", "…", element=1),
        store.quarantine("t", b"[]", "application/json", "schema", "…"),
        store.quarantine("s", b"[ ]", "application/json", "schema", "…"),
    }
    assert len(ids) == 5
    assert sorted(ids) == [q.id for q in store.quarantined()]
    assert [q.survey for q in store.quarantined("t")] == ["t"]


def test_dropping_tells_whether_there_was_one(store: Store) -> None:
    """A body is dropped once; afterwards it is None."""
    kept = store.quarantine("s", b"x", "text/plain", "unreadable", "…")
    assert store.drop_quarantined(kept) is True
    assert store.drop_quarantined(kept) is False
    assert store.quarantined_body(kept) is None


def test_purging_goes_by_date(store: Store) -> None:
    """Bodies older than the date go, in every survey; the rest stays."""
    store.quarantine("s", b"x", "text/plain", "unreadable", "…")
    store.quarantine("t", b"x", "text/plain", "unreadable", "…")
    assert store.purge_quarantine(datetime.now(UTC) - timedelta(days=30)) == 0
    assert store.purge_quarantine(datetime.now(UTC) + timedelta(seconds=1)) == 2
    assert store.quarantined() == []
