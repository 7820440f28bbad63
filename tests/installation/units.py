"""Small processes for tests of the runner."""

import os
import sys
from pathlib import Path
from typing import Any

from stack.unit import Unit

SERVER = """
import http.server, os, signal, sys
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(int(os.environ.get("STATUS", "200")))
        self.end_headers()
    def log_message(self, *_): pass
def enter(what):
    with open(os.environ["BOOK"], "a") as book: book.write(what + "\\n")
def leave(*_):
    enter(os.environ["NAME"])
    os._exit(0)
signal.signal(signal.SIGTERM, leave)
server = http.server.HTTPServer(("127.0.0.1", int(os.environ["PORT"])), Handler)
print("serving", flush=True)
server.serve_forever()
"""


def python(tmp_path: Path, code: str, **given: Any) -> Unit:
    """A unit that runs this code. `variables` are added to its environment."""
    variables = given.pop("variables", {})
    name = given.pop("name", "child")
    return Unit(
        name=name,
        command=(sys.executable, "-c", code),
        cwd=tmp_path,
        log=tmp_path / f"{name}.log",
        environment={"PATH": os.environ["PATH"], **variables},
        **{"ready_s": 20.0, **given},
    )


def server(tmp_path: Path, name: str, port: int, **given: Any) -> Unit:
    """A unit that answers on a port, and enters its name in a book when it leaves."""
    variables = {"PORT": str(port), "NAME": name, "BOOK": str(tmp_path / "book"), **given.pop("variables", {})}
    return python(tmp_path, SERVER, name=name, variables=variables, ready=f"http://127.0.0.1:{port}/", **given)


def alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"  # in a container nobody may be there to reap it
