"""How the key comes about with which this installation signs media tokens and blob links."""

import os
import secrets
import tempfile
from pathlib import Path

from control_plane.settings import Settings

FILE_NAME = "secret"


def stream_secret(settings: Settings) -> bytes:
    """`STREAM_SECRET`, else the key kept in `DATA_DIR/secret`, which the first process that asks makes.

    Processes on one machine share the file; on several machines set the variable. Raises OSError.
    """
    configured = settings.stream_secret.get_secret_value()
    return configured.encode() if configured else _kept_secret(settings.data_dir / FILE_NAME)


def _kept_secret(path: Path) -> bytes:
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        _make_secret(path)
    return path.read_bytes().strip()


def _make_secret(path: Path) -> None:
    """Complete or absent, never half-written; of two processes that start together the first one's key stays."""
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=".secret-")  # mode 0600
    try:
        with os.fdopen(descriptor, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(32))
        os.link(draft, path)
    except FileExistsError:
        pass
    finally:
        Path(draft).unlink()
