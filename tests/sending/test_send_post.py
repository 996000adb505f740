from __future__ import annotations

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta, timezone
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest
import responses
from responses import matchers
from standardwebhooks import Webhook, WebhookVerificationError

from exit_bridge.errors import SendFailed, UnsafeDestination
from exit_bridge.http import HttpPolicy, Reply
from exit_bridge.sending import Outgoing, PostDestination, send
from exit_bridge.sending.post import encode_body

URL = "https://hooks.example/in/private-token"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
DESTINATION = PostDestination(URL, SECRET)
NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def receiver_says(status: int, headers: dict[str, str] | None = None, **match: object) -> None:
    responses.post(URL, status=status, headers=headers or {}, body="thanks", **match)  # type: ignore[arg-type]


def sent() -> list[tuple[dict[str, str], bytes]]:
    return [(dict(call.request.headers), call.request.body) for call in responses.calls]  # type: ignore[misc]


class Receiver(BaseHTTPRequestHandler):
    """A receiver as their developers would write it: verify with the library, then read."""

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        try:
            taken = Webhook(SECRET).verify(body, dict(self.headers))
        except WebhookVerificationError:
            self.send_response(401)
        else:
            self.server.taken.append((self.headers["webhook-id"], taken))  # type: ignore[attr-defined]
            self.send_response(204)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def receiver() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Receiver) as server:
        server.taken = []  # type: ignore[attr-defined]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


@pytest.mark.parametrize("zone", ["UTC", "Pacific/Kiritimati", "America/St_Johns"])
def test_a_receiver_verifies_the_signature(
    zone: str, receiver: ThreadingHTTPServer, outgoing: Outgoing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a real connection, whatever time zone the machine keeps."""
    monkeypatch.setenv("TZ", zone)
    time.tzset()
    try:
        origin = f"http://127.0.0.1:{receiver.server_port}"
        destination = PostDestination(f"{origin}/in", SECRET, HttpPolicy(internal=origin))
        receipt = send(destination, outgoing, None)
    finally:
        monkeypatch.undo()
        time.tzset()
    assert (receipt.destination, receipt.detail) == ("post to 127.0.0.1", "HTTP 204")
    [(key, taken)] = receiver.taken  # type: ignore[attr-defined]
    assert key == outgoing.key
    assert taken == {"type": "exit.report.created", "timestamp": "2026-11-21T09:30:05Z", "data": outgoing.result}


def test_another_secret_is_refused_by_the_receiver(receiver: ThreadingHTTPServer, outgoing: Outgoing) -> None:
    """The receiver's 401 is final, and the message says what to compare."""
    origin = f"http://127.0.0.1:{receiver.server_port}"
    other = PostDestination(f"{origin}/in", "whsec_" + "A" * 32, HttpPolicy(internal=origin))
    with pytest.raises(SendFailed, match="signing secret") as caught:
        send(other, outgoing, None)
    assert (caught.value.permanent, caught.value.status) == (True, 401)


@responses.activate
def test_what_is_sent(outgoing: Outgoing) -> None:
    """Exactly one request with exactly these headers and this body."""
    before = int(time.time())
    receiver_says(
        202,
        match=[
            matchers.json_params_matcher(
                {"type": "exit.report.created", "timestamp": "2026-11-21T09:30:05Z", "data": outgoing.result}
            ),
            matchers.header_matcher({"webhook-id": outgoing.key, "Content-Type": "application/json"}),
        ],
    )
    assert send(DESTINATION, outgoing, None).detail == "HTTP 202"
    [(headers, body)] = sent()
    assert before <= int(headers["webhook-timestamp"]) <= time.time()
    assert headers.keys() == {
        "User-Agent",
        "Content-Type",
        "Content-Length",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    }
    Webhook(SECRET).verify(body, headers)
    with pytest.raises(WebhookVerificationError):
        Webhook(SECRET).verify(body.replace(b"adaption", b"receptive"), headers)


@responses.activate
def test_a_retry_sends_the_same_body_under_the_same_id(
    outgoing: Outgoing, make_outgoing: Callable[..., Outgoing]
) -> None:
    """A receiver that keeps ids can drop what it has had already; another version is another id."""
    receiver_says(503)
    receiver_says(200)
    with pytest.raises(SendFailed):
        send(DESTINATION, outgoing, None)
    send(DESTINATION, outgoing, None)
    send(DESTINATION, make_outgoing(key="res_7f3a-v3-post0"), None)
    (first, body), (again, body_again), (other, _) = sent()
    assert body == body_again
    assert first["webhook-id"] == again["webhook-id"] != other["webhook-id"]


def test_the_body_is_small_ascii_and_in_utc(make_outgoing: Callable[..., Outgoing]) -> None:
    """Nothing on the way can change the bytes that were signed."""
    east = datetime(2026, 11, 21, 11, 30, 5, 250_000, tzinfo=timezone(timedelta(hours=2)))
    body = encode_body(make_outgoing(made_at=east, result={"b": "é\ud800", "a": 1.5}))
    assert body == (
        b'{"type":"exit.report.created","timestamp":"2026-11-21T09:30:05.250000Z","data":{"b":"\\u00e9\\ud800","a":1.5}}'
    )
    assert json.loads(body)["data"]["a"] == 1.5


@responses.activate
@pytest.mark.parametrize("status", [200, 201, 202, 204, 299])
def test_every_2xx_is_a_receipt(status: int, outgoing: Outgoing) -> None:
    """The receiver decides which of them it uses."""
    receiver_says(status)
    assert send(DESTINATION, outgoing, None).detail == f"HTTP {status}"


@responses.activate
@pytest.mark.parametrize(
    ("status", "permanent"),
    [(code, False) for code in (408, 425, 429, 500, 501, 502, 503, 504, 507, 599)]
    + [(code, True) for code in (300, 301, 302, 303, 304, 307, 308)]
    + [(code, True) for code in (400, 401, 403, 404, 405, 409, 410, 413, 415, 422, 451)],
)
def test_other_statuses(status: int, permanent: bool, outgoing: Outgoing) -> None:
    """Trouble at the receiver is worth another try; a refusal or a redirect is not, and carries no pause."""
    receiver_says(status, {"Retry-After": "120", "Location": "https://elsewhere.example/"})
    with pytest.raises(SendFailed) as caught:
        send(DESTINATION, outgoing, None)
    error = caught.value
    assert (error.permanent, error.status) == (permanent, status)
    assert error.retry_after == (None if permanent else 120.0)
    assert f"HTTP {status} (post to hooks.example)" in str(error)
    assert "private-token" not in str(error)
    assert len(sent()) == 1


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 7 ", 7.0),
        ("0", 1.0),
        ("999999999999", 86_400.0),
        ("9" * 400, 86_400.0),
        ("Sat, 21 Nov 2026 12:10:00 GMT", 600.0),
        ("Sat, 21 Nov 2026 14:10:00 +0200", 600.0),
        ("Sat, 21 Nov 2026 12:10:00 -0000", 600.0),
        ("Sat, 21 Nov 2026 11:00:00 GMT", 1.0),
        ("Sat, 21 Nov 2099 11:00:00 GMT", 86_400.0),
        ("Sat, 21 Nov 2026 12:10:00 +99999999999999", None),
        ("Fri, 31 Dec 9999 23:59:59 -2300", 86_400.0),
        ("", None),
        ("-5", None),
        ("1.5", None),
        ("²", None),
        ("soon", None),
    ],
)
def test_retry_after(value: str, seconds: float | None) -> None:
    """Seconds or a date, never less than a second nor more than a day, nothing when it makes no sense."""
    assert Reply(503, {"retry-after": value}, b"").retry_after(NOW) == seconds
    assert Reply(503, {}, b"").retry_after(NOW) is None


@pytest.mark.parametrize(
    "secret",
    [
        "",
        "whsec_",
        "whsec_c2hvcnQ=",
        "whsec_!!!not-base64!!!",
        "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw é",
        "whsec_MfKQ9r8GKYqrTwjU PD8ILPZIo2LaLaSw",
        "whsec_MfKQ9r8GKYqrTwjU-D8ILPZIo2LaLaSw-",
    ],
)
def test_secrets_that_cannot_be_used(secret: str, outgoing: Outgoing) -> None:
    """Nothing is sent unsigned or signed with half a key; mending the setting lets the next attempt through."""
    with pytest.raises(SendFailed, match="signing secret") as caught:
        send(PostDestination(URL, secret), outgoing, None)
    assert not caught.value.permanent
    assert "MfKQ" not in str(caught.value)


@responses.activate
@pytest.mark.parametrize(
    "secret", [SECRET, SECRET.removeprefix("whsec_"), "whsec_" + "A" * 22, "whsec_" + "A" * 22 + "=="]
)
def test_secrets_that_can_be_used(secret: str, outgoing: Outgoing) -> None:
    """With or without prefix and padding the receiver's library reads the same key."""
    receiver_says(200)
    send(PostDestination(URL, secret), outgoing, None)
    [(headers, body)] = sent()
    Webhook(secret).verify(body, headers)


def test_a_private_address_is_refused(outgoing: Outgoing) -> None:
    """The filter of outgoing HTTP stands in the way of a POST as well."""
    with pytest.raises(UnsafeDestination):
        send(PostDestination("https://127.0.0.1/in", SECRET), outgoing, None)
