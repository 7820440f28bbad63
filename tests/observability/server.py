"""A real Prometheus with the configuration that is shipped."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from scripts.system_parts import find
from tests.observability.queries import PROMETHEUS
from tests.stack.running import free_port

UNLIKE_A_SIDECAR = {"sidecar:3009": "{target}", "15s": "1s", "10s": "1s", "/run/secrets/auth_token": "{token}"}


@contextmanager
def prometheus_server(folder: Path, target: str, *, token: str) -> Iterator[str]:
    """The address of a Prometheus that looks at `target` every second."""
    secret = folder / "token"
    secret.write_text(token)
    config = (PROMETHEUS / "prometheus.yml").read_text(encoding="utf-8")
    for shipped, here in UNLIKE_A_SIDECAR.items():
        assert shipped in config
        config = config.replace(shipped, here.format(target=target, token=secret))
    (folder / "prometheus.yml").write_text(config)
    for rules in ("alerts.yml", "recording.yml"):
        (folder / rules).write_bytes((PROMETHEUS / rules).read_bytes())
    program, port = find("prometheus"), free_port()
    assert program is not None, "prometheus is missing: python3 scripts/system_parts.py prometheus"
    arguments = [
        f"--config.file={folder}/prometheus.yml",
        f"--storage.tsdb.path={folder}/data",
        f"--web.listen-address=127.0.0.1:{port}",
        "--enable-feature=exemplar-storage",
        "--log.level=warn",
    ]
    with (folder / "prometheus.log").open("wb") as log:
        process = subprocess.Popen([program, *arguments], stdout=log, stderr=log)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(5)
