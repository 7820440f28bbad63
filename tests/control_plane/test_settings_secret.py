"""The key that signs media tokens and blob links."""

import stat
from pathlib import Path

from control_plane.settings import Settings
from control_plane.settings_secret import stream_secret


def test_a_configured_secret_is_used_as_it_is(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path, stream_secret="given")
    assert stream_secret(settings) == b"given"
    assert list(tmp_path.iterdir()) == []


def test_a_made_secret_is_long_private_and_stays_the_same(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path / "deep" / "var")
    first = stream_secret(settings)
    assert len(first) >= 32
    assert stream_secret(settings) == first
    kept = tmp_path / "deep" / "var" / "secret"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert [path.name for path in kept.parent.iterdir()] == ["secret"]
