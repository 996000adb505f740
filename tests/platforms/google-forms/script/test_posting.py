"""How the script posts: signature, tries, pauses."""

from __future__ import annotations

import hashlib

import pytest
from tests.platforms.apps_script import ADDRESS, CONNECTED, SAID, TITLES, google, log_of, posted, said_in, waiting

from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.signatures import StandardWebhooks
from exit_bridge.testing import SECRET

pytestmark = pytest.mark.node
NOW = 1_768_472_981.123


def test_every_try_is_signed_anew_with_the_same_id():
    """The signature of Standard Webhooks, over the very bytes; no redirect is followed."""
    said = SAID | {TITLES["comment_receptivity"]: "£5 ŵ \U0001f600 </script> \u2028"}
    done = google(*CONNECTED, {"world": {"answers": [503, 503]}}, {"submit": said}, now=NOW)
    tries = done.requests[1:]
    assert 3 == len(tries)
    assert 1 == len({try_["body"] for try_ in tries}) == len({try_["headers"]["webhook-id"] for try_ in tries})
    assert 3 == len({try_["headers"]["webhook-timestamp"] for try_ in tries})
    for request in done.requests:
        about = {name: request[name] for name in ("url", "method", "contentType", "followRedirects")}
        assert about == {
            "url": ADDRESS, "method": "post", "contentType": "application/json", "followRedirects": False,
        }  # fmt: skip
        assert request["body"].isascii()
        delivery = Delivery(request["body"].encode(), request["headers"])
        StandardWebhooks().verify(delivery, [SECRET], now=request["at"] / 1000)
    (body, *_) = posted(done)
    about = f"{body['response_id']}.{body['submitted_at']}".encode()
    assert f"msg_{hashlib.sha256(about).hexdigest()[:24]}" == tries[0]["headers"]["webhook-id"]
    assert said_in(body)["comment_receptivity"] == said[TITLES["comment_receptivity"]]


def test_different_answers_have_different_ids():
    """Two responses, and an edit of one."""
    revise = {"revise": {"id": "2_ABaOnu" + "d" * 90 + "1", "said": SAID}}
    done = google(*CONNECTED, {"submit": SAID}, {"submit": SAID}, {"wait": 9}, revise)
    assert 4 == len({request["headers"]["webhook-id"] for request in done.requests})


@pytest.mark.parametrize("secret", [SECRET.rstrip("="), SECRET])
def test_secrets_without_their_last_signs_are_good(secret):
    """As exit-bridge takes them."""
    done = google(*CONNECTED[:2], {"set": {"SECRET": secret}}, {"run": "connect"})
    (request,) = done.requests
    assert "took the test" in log_of(done.results[-1])
    StandardWebhooks().verify(Delivery(request["body"].encode(), request["headers"]), [SECRET])


def test_retries_wait_and_listen_to_the_server():
    """Three tries with growing pauses; Retry-After counts, up to half a minute."""
    asks = {"code": 503, "headers": {"retry-after": "12"}}
    longer = {"code": 429, "headers": {"Retry-After": "86400"}}
    done = google(*CONNECTED, {"world": {"answers": [503, 500]}}, {"submit": SAID})
    assert [5000, 20000] == done.slept
    done = google(*CONNECTED, {"world": {"answers": [asks, longer]}}, {"submit": SAID})
    assert [12000, 30000] == done.slept
    assert [] == waiting(done) == done.mails
