"""Files appear whole, and nobody who shares the folder can steer where they go."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest

from exit_bridge.cli.files import whole


def test_names_on_the_way_cannot_be_guessed(tmp_path: Path) -> None:
    """Two at a time differ, and neither is left behind."""
    seen = set()
    for _ in range(2):
        with whole(tmp_path / "out.csv") as file:
            file.write(b"x")
            seen |= {path.name for path in tmp_path.iterdir()} - {"out.csv"}
    assert len(seen) == 2
    assert not any(str(os.getpid()) == name.split(".")[-2] for name in seen)
    assert [path.name for path in tmp_path.iterdir()] == ["out.csv"]


def test_a_planted_link_is_not_followed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even if somebody guessed the name."""
    monkeypatch.setattr("exit_bridge.cli.files.token_hex", lambda _: "guessed")
    victim = tmp_path / "victim"
    victim.write_text("mine", "utf-8")
    (tmp_path / ".out.csv.guessed.tmp").symlink_to(victim)
    with pytest.raises(Exception, match="It cannot be written"), whole(tmp_path / "out.csv") as file:
        file.write(b"x")
    assert victim.read_text("utf-8") == "mine"
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(("wanted", "found"), [(0o666, 0o640), (0o600, 0o600)])
def test_who_may_read_follows_the_umask(tmp_path: Path, wanted: int, found: int) -> None:
    """Unless fewer were asked for."""
    before = os.umask(0o027)
    try:
        with whole(tmp_path / "out.csv", wanted) as file:
            file.write(b"x")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.csv").stat().st_mode) == found
