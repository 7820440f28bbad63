"""What the sidecar costs and how quick it is: `python -m benchmarks.sidecar [--requests N] [--idle SECONDS]`.

In one run: the sidecar itself; the same answer by Quart, on asyncio's own loop, on uvicorn where it is installed; and
with Nginx's cache of one second in front.
"""

import argparse
import os
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from importlib.util import find_spec
from pathlib import Path
from typing import Final

import psutil  # type: ignore[import-untyped]

from benchmarks.meter import MB, cpu_s, rss
from benchmarks.sidecar_latency import Latencies, ask, measure
from scripts import system_parts

START_LIMIT_S: Final = 30.0
SERVERS: Final[Mapping[str, str]] = {
    "front": "front on Hypercorn, uvloop",
    "front-asyncio": "front on Hypercorn, asyncio",
    "quart": "Quart route on Hypercorn, uvloop",
    "uvicorn": "front on uvicorn, uvloop",
}
NGINX: Final = """\
daemon off; worker_processes 1; pid {folder}/pid; error_log {folder}/errors;
events {{ worker_connections 64; }}
http {{
  access_log off; client_body_temp_path {folder}/body; proxy_temp_path {folder}/proxy;
  fastcgi_temp_path {folder}/f; uwsgi_temp_path {folder}/u; scgi_temp_path {folder}/s;
  proxy_cache_path {folder}/cache keys_zone=health:1m;
  upstream sidecar {{ server 127.0.0.1:{sidecar}; keepalive 4; }}
  server {{
    listen 127.0.0.1:{port}; keepalive_requests 1000000;
    location / {{ proxy_pass http://sidecar; proxy_http_version 1.1; proxy_set_header Connection "";
      proxy_cache health; proxy_cache_valid any 1s; proxy_cache_use_stale updating; proxy_cache_lock on; }}
  }}
}}
"""


def main() -> None:
    parser = argparse.ArgumentParser(description="Measure the metrics sidecar.")
    parser.add_argument("--requests", type=int, default=3000)
    parser.add_argument("--idle", type=float, default=20.0, metavar="SECONDS")
    asked = parser.parse_args()
    rows: list[tuple[str, Latencies]] = []
    with ExitStack() as stack:
        watched = _free_port()
        stack.enter_context(_running(_server("control-plane", watched), watched, path="/api/figures"))
        port = _free_port()
        process, start_s = stack.enter_context(_running(_sidecar(watched), port, more={"METRICS_PORT": str(port)}))
        _costs(process, start_s, idle_s=asked.idle)
        rows.append(("the sidecar: /health", measure(port, "/health", count=asked.requests)))
        rows.append(("the sidecar: /api/status", measure(port, "/api/status", count=asked.requests)))
        rows.append(("the sidecar: /metrics", measure(port, "/metrics", count=asked.requests // 3)))
        if nginx := system_parts.find("nginx"):
            rows.append(("/health, Nginx with cache", _through_nginx(nginx, port, count=asked.requests)))
    rows += [(title, _served(kind, asked.requests)) for kind, title in SERVERS.items() if _is_there(kind)]
    print(f"\n{'one connection':36}{'p50 ms':>9}{'p99 ms':>9}{'req/s':>9}")
    for title, found in rows:
        print(f"{title:36}{found.p50_ms:9.3f}{found.p99_ms:9.3f}{found.per_second:9.0f}")


def _costs(process: psutil.Process, start_s: float, *, idle_s: float) -> None:
    time.sleep(3)
    before = cpu_s(process)
    time.sleep(idle_s)
    idle = 100 * (cpu_s(process) - before) / idle_s
    print(f"start to first answer   {start_s:6.2f} s   (aim 0.6)")
    print(f"idle memory             {rss(process) / MB:6.1f} MB  (aim 50)")
    print(f"idle processor          {idle:6.2f} %   of a core, one control plane every 2 s (aim 0.5)")


def _served(kind: str, count: int) -> Latencies:
    port = _free_port()
    with _running(_server(kind, port), port):
        return measure(port, "/health", count=count)


def _through_nginx(nginx: str, sidecar: int, *, count: int) -> Latencies:
    port = _free_port()
    with tempfile.TemporaryDirectory() as folder:
        Path(folder).chmod(0o755)
        path = Path(folder, "nginx.conf")
        path.write_text(NGINX.format(folder=folder, sidecar=sidecar, port=port), encoding="utf-8")
        with _running([nginx, "-c", str(path), "-p", folder, "-e", f"{folder}/errors"], port):
            return measure(port, "/health", count=count)


def _is_there(kind: str) -> bool:
    return kind != "uvicorn" or find_spec("uvicorn") is not None


def _server(kind: str, port: int) -> list[str]:
    return [sys.executable, "-m", "benchmarks.sidecar_servers", kind, str(port)]


def _sidecar(watched: int) -> list[str]:
    return ["env", f"CONTROL_PLANE_URLS=http://127.0.0.1:{watched}", sys.executable, "-m", "metrics_sidecar"]


@contextmanager
def _running(
    command: Sequence[str], port: int, *, path: str = "/health", more: Mapping[str, str] | None = None
) -> Iterator[tuple[psutil.Process, float]]:
    """The process, and after how many seconds it answered first."""
    begun = time.monotonic()
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, env={**os.environ, **(more or {})}, stdout=quiet, stderr=quiet)
    try:
        while not _answers(port, path):
            assert process.poll() is None, f"{command[-2:]} ended"
            assert time.monotonic() < begun + START_LIMIT_S, f"{command[-2:]} does not answer"
            time.sleep(0.005)
        yield psutil.Process(process.pid), time.monotonic() - begun
    finally:
        process.terminate()
        process.wait(timeout=15)


def _answers(port: int, path: str) -> bool:
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            return ask(connection, path) > 0
    except OSError:
        return False


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    main()
