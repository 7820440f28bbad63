"""Where a running installation is found, for commands that are given beside it."""

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from stack.options import SIDECAR_PORT
from stack.plan import LOOPBACK, ROOT, Plan

FILE_NAME: Final = "addresses.json"


@contextmanager
def told(plan: Plan) -> Iterator[None]:
    """In the data folder while the installation runs; `process` is the runner, should it not come to remove it."""
    path = plan.data / FILE_NAME
    draft = path.with_name(f".{FILE_NAME}-{os.getpid()}")
    draft.write_text(json.dumps(addresses(plan), indent=2), encoding="utf-8")
    draft.replace(path)
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def addresses(plan: Plan) -> dict[str, object]:
    return {
        "process": os.getpid(),
        "url": plan.address,
        "sidecar_url": _sidecar(plan),
        "control_planes": {node: f"http://{LOOPBACK}:{port}" for node, port in plan.nodes.items()},
    }


def doctor_command(plan: Plan) -> str:
    """With what one examines this installation, and no other."""
    elsewhere = "" if plan.sidecar_port == SIDECAR_PORT else f"SIDECAR_URL={_sidecar(plan)} "
    gateway = ROOT / ".venv" / "bin" / "gateway"
    shown = gateway.relative_to(plan.cwd) if gateway.is_relative_to(plan.cwd) else gateway
    return f"{elsewhere}{shown} doctor --url {plan.carriers}"


def _sidecar(plan: Plan) -> str:
    return f"http://{LOOPBACK}:{plan.sidecar_port}"
