import base64
import hashlib
import hmac
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from exit_bridge.errors import UntrustedDelivery
from exit_bridge.platforms.base import Delivery
from exit_bridge.platforms.signatures import (
    TOLERANCE,
    BasicAuth,
    HeaderToken,
    HmacSignature,
    Open,
    PathToken,
    StandardWebhooks,
)
from exit_bridge.testing import NOW, OTHER_SECRET, SECRET, check_scheme

SCHEMES = {
    "typeform": HmacSignature("Typeform-Signature", prefix="sha256="),
    "hex": HmacSignature("X-Signature", encoding="hex"),
    "sha1": HmacSignature("Sm-Signature", digest="sha1"),
    "sha512": HmacSignature("X-Signature", digest="sha512", encoding="hex"),
    "standard webhooks": StandardWebhooks(),
    "header": HeaderToken(),
    "basic": BasicAuth(),
    "path": PathToken(),
}
BODY = '{"a": "é"}'.encode()
every_scheme = pytest.mark.parametrize("scheme", SCHEMES.values(), ids=SCHEMES)
some_bytes = st.binary(max_size=60)
some_text = st.one_of(
    st.text(max_size=60),
    st.text(st.characters(min_codepoint=0xD800, max_codepoint=0xDFFF), max_size=5),
    some_bytes.map(lambda raw: raw.decode("latin-1")),
    some_bytes.map(lambda raw: "v1," + base64.b64encode(raw).decode()),
    st.integers().map(str),
)


@every_scheme
def test_contract(scheme):
    """Good and rotated credentials pass; everything else is distrusted, whatever it is made of."""
    check_scheme(scheme)


@every_scheme
@given(data=st.data())
def test_garbage_is_untrusted_and_nothing_else(scheme, data):
    """No header, body or token that did not come from a sender with the secret gets in or raises anything else."""
    names = sorted({*scheme.delivery(BODY, SECRET, NOW).headers, "authorization", "webhook-id"})
    headers = {name: data.draw(some_text) for name in names if data.draw(st.booleans())}
    delivery = Delivery(data.draw(some_bytes), headers, data.draw(some_text))
    with pytest.raises(UntrustedDelivery):
        scheme.verify(delivery, [SECRET, OTHER_SECRET], NOW)


@every_scheme
def test_the_refusal_does_not_say_what_was_wrong(scheme):
    """A sender learns nothing from comparing two refusals, and neither quotes what was sent."""
    said = []
    for delivery in (Delivery(BODY), scheme.delivery(BODY, OTHER_SECRET, NOW)):
        with pytest.raises(UntrustedDelivery) as refused:
            scheme.verify(delivery, [SECRET], NOW)
        said.append(str(refused.value))
    assert said[0] == said[1]
    assert OTHER_SECRET not in said[0]


@every_scheme
def test_credentials_of_another_scheme_do_not_count(scheme):
    """A survey has one way in: a delivery that carries every other kind of credentials is not trusted."""
    others = [other for other in SCHEMES.values() if type(other) is not type(scheme)]
    headers = {name: value for other in others for name, value in other.delivery(BODY, SECRET, NOW).headers.items()}
    token = SECRET if any(other.in_path for other in others) else ""
    with pytest.raises(UntrustedDelivery):
        scheme.verify(Delivery(BODY, headers, token), [SECRET], NOW)


@pytest.mark.parametrize("body", [b"", b"\xef\xbb\xbf{}", b'{\r\n "a": 1\r\n}\r\n', b'{"a": "\\u00e9"}'])
@pytest.mark.parametrize("name", ["typeform", "hex", "sha1", "sha512", "standard webhooks"])
def test_bytes_are_signed_and_not_what_they_mean(name, body):
    """Empty, with a mark of byte order, CRLF or escapes: as it came it is trusted, tidied up it is not."""
    good = SCHEMES[name].delivery(body, SECRET, NOW)
    SCHEMES[name].verify(good, [SECRET], NOW)
    tidied = (
        body.removeprefix(b"\xef\xbb\xbf").replace(b"\r\n", b"\n").replace(b"\\u00e9", "é".encode()) if body else b"{}"
    )
    with pytest.raises(UntrustedDelivery):
        SCHEMES[name].verify(Delivery(tidied, good.headers), [SECRET], NOW)


def test_hmac_is_the_textbook_one():
    """The header is prefix + base64 of HMAC-SHA256 over the raw bytes, as Typeform documents it."""
    expected = base64.b64encode(hmac.new(b"key", BODY, hashlib.sha256).digest()).decode()
    assert {"Typeform-Signature": f"sha256={expected}"} == SCHEMES["typeform"].sign(BODY, "key")


def test_a_vector_captured_from_a_real_sender():
    """HMAC-SHA512 in hex, recomputed over a message published with its signature's ends (kyma-incubator's example)."""
    message = (
        b'{"Status":"Complete","SurveyID":"SV_1AmkKSDmoZ4XlQx","ResponseID":"R_0B7IcnXszjEUHLP",'
        b'"CompletedDate":"2019-06-25 07:58:25","BrandID":"sapdevelopment"}'
    )
    signature = SCHEMES["sha512"].sign(message, "kyma4ever")["X-Signature"]
    assert (signature[:8], signature[-6:]) == ("c2c585a4", "e5c598")


def test_hex_may_come_in_capitals():
    """Hex is the same in both cases; base64 is not."""
    scheme = SCHEMES["hex"]
    given = scheme.delivery(BODY, SECRET)
    scheme.verify(Delivery(BODY, {name: value.upper() for name, value in given.headers.items()}), [SECRET])


def test_basic_is_read_as_http_has_it():
    """The scheme's name has no case, and the user name is part of the credentials."""
    credentials = base64.b64encode(f"exit-bridge:{SECRET}".encode()).decode()
    BasicAuth().verify(Delivery(BODY, {"authorization": f"bASIC  {credentials}"}), [SECRET])
    with pytest.raises(UntrustedDelivery):
        BasicAuth("somebody").verify(Delivery(BODY, {"authorization": f"Basic {credentials}"}), [SECRET])


class TestStandardWebhooks:
    """standard-webhooks.md, version 1.0.0."""

    scheme = StandardWebhooks()

    def test_what_the_library_accepts_passes(self):
        """Our headers pass the published library's own verify, and the library's signature passes ours."""
        import time

        from standardwebhooks.webhooks import Webhook

        ours = self.scheme.sign(BODY, SECRET)
        assert Webhook(SECRET).verify(BODY, ours) == {"a": "é"}
        theirs = Webhook(SECRET).sign(ours["webhook-id"], datetime.fromtimestamp(NOW, UTC), BODY.decode())
        headers = {**ours, "webhook-timestamp": str(int(NOW)), "webhook-signature": theirs}
        self.scheme.verify(Delivery(BODY, headers), [SECRET], NOW)
        assert abs(time.time() - int(ours["webhook-timestamp"])) < 60

    def test_bytes_are_signed_whatever_they_are(self):
        """A body that is no UTF-8 is trusted all the same, and then ends in quarantine: it is not lost as a forgery."""
        body, key = b'{"a": "\xe9"}', base64.b64decode(SECRET.removeprefix("whsec_"))
        signed = hmac.new(key, b"msg_1.%d." % NOW + body, hashlib.sha256).digest()
        signature = f"v1,{base64.b64encode(signed).decode()}"
        headers = {"webhook-id": "msg_1", "webhook-timestamp": f"{NOW:.0f}", "webhook-signature": signature}
        self.scheme.verify(Delivery(body, headers), [SECRET], NOW)
        with pytest.raises(UntrustedDelivery):
            self.scheme.verify(Delivery(body.replace(b"\xe9", b"e"), headers), [SECRET], NOW)

    @pytest.mark.parametrize("seconds", [-TOLERANCE, 0, TOLERANCE])
    def test_within_five_minutes_either_way(self, seconds):
        """Clocks may differ by the tolerance."""
        self.scheme.verify(self.scheme.delivery(BODY, SECRET, NOW + seconds), [SECRET], NOW)

    @pytest.mark.parametrize("seconds", [-TOLERANCE - 1, TOLERANCE + 1])
    def test_older_and_newer_is_refused(self, seconds):
        """A delivery that was caught and sent again later is refused."""
        with pytest.raises(UntrustedDelivery):
            self.scheme.verify(self.scheme.delivery(BODY, SECRET, NOW + seconds), [SECRET], NOW)

    @pytest.mark.parametrize("name", ["webhook-id", "webhook-timestamp", "webhook-signature"])
    def test_every_header_is_needed_and_signed(self, name):
        """None of the three may be missing or changed."""
        good = self.scheme.delivery(BODY, SECRET, NOW)
        for value in ("", good.headers[name][:-1], good.headers[name] + "1"):
            with pytest.raises(UntrustedDelivery):
                self.scheme.verify(Delivery(BODY, {**good.headers, name: value}), [SECRET], NOW)

    def test_one_of_several_signatures_is_enough(self):
        """Senders rotate keys too, and may sign with a kind we do not know besides."""
        good = self.scheme.delivery(BODY, SECRET, NOW)
        other = self.scheme.sign(BODY, OTHER_SECRET, NOW)["webhook-signature"]
        several = f"v1a,bm90LW91cnM= {other} {good.headers['webhook-signature']} v1,broken"
        self.scheme.verify(Delivery(BODY, {**good.headers, "webhook-signature": several}), [SECRET], NOW)

    def test_the_id_is_that_of_the_message(self):
        """A second try of the same body has the same id; another body has another."""
        ids = [self.scheme.sign(body, SECRET, now)["webhook-id"] for body, now in ((b"a", 1), (b"a", 2), (b"b", 1))]
        assert ids[0] == ids[1] != ids[2]

    @pytest.mark.parametrize("secret", ["whsec_", "whsec_é", "whsec_a", "="])
    def test_a_secret_that_holds_no_key_opens_nothing(self, secret):
        """A misconfigured secret is no reason to trust anybody, nor to answer with a traceback."""
        with pytest.raises(UntrustedDelivery):
            self.scheme.verify(self.scheme.delivery(BODY, SECRET, NOW), [secret], NOW)


def test_every_secret_is_tried(monkeypatch):
    """The number of comparisons does not depend on which secret is the right one."""
    from exit_bridge.platforms import signatures

    calls = []
    real = hmac.compare_digest
    monkeypatch.setattr(signatures.hmac, "compare_digest", lambda a, b: calls.append(1) or real(a, b))
    delivery = HeaderToken().delivery(BODY, SECRET)
    counts = []
    for secrets in ([SECRET, OTHER_SECRET], [OTHER_SECRET, SECRET]):
        calls.clear()
        HeaderToken().verify(delivery, secrets)
        counts.append(len(calls))
    assert counts == [2, 2]


def test_open_trusts_everybody():
    """Mode none: for loopback, where the web service alone allows it."""
    Open().verify(Delivery(BODY), [])
    assert Open().sign(BODY, SECRET) == {}
