from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

import pytest

from exit_bridge.sending import EmailDestination, EmailServer, FolderDestination, Outgoing, PostDestination


@pytest.mark.parametrize(
    ("destination", "label"),
    [
        (EmailDestination(("lead@council.example",)), "email to 1 address at council.example"),
        (EmailDestination(("a@council.example", "b@Council.example")), "email to 2 addresses at council.example"),
        (EmailDestination(("a@trust.example", "b@c.example")), "email to 2 addresses at c.example, trust.example"),
        (PostDestination("https://hooks.example/in/token", "whsec_x"), "post to hooks.example"),
        (PostDestination("https://[", "whsec_x"), "post to an unusable url"),
        (PostDestination("", "whsec_x"), "post to an unusable url"),
        (FolderDestination("results"), "folder results"),
    ],
)
def test_labels_name_no_one(destination: EmailDestination | PostDestination | FolderDestination, label: str) -> None:
    """A label tells people where a result went, without an address or a token."""
    assert destination.label == label


def test_what_is_private_stays_out_of_repr(make_outgoing: Callable[..., Outgoing]) -> None:
    """A value that ends up in a log by accident shows no address, secret or answer."""
    private = "private-words"
    shown = repr(
        (
            make_outgoing(subject=private, text=private, html=private, mail_html=private, result={"note": private}),
            EmailServer("mail.example", username=private, password=private),
            EmailDestination((f"{private}@council.example",), reply_to=f"{private}@council.example"),
            PostDestination(f"https://hooks.example/{private}", f"whsec_{private}"),
        )
    )
    assert private not in shown


@pytest.mark.parametrize("key", ["", "a.b", "a b", "a\nb", "é", "x" * 201])
def test_a_key_that_could_not_be_signed(key: str, make_outgoing: Callable[..., Outgoing]) -> None:
    """The key goes into headers and between the full stops of what is signed."""
    with pytest.raises(ValueError, match="key"):
        make_outgoing(key=key)


def test_a_moment_without_its_zone(make_outgoing: Callable[..., Outgoing]) -> None:
    """A naive time would mean another moment on another machine."""
    with pytest.raises(ValueError, match="made_at"):
        make_outgoing(made_at=datetime(2026, 11, 21))  # noqa: DTZ001
