"""Whatever is sent to the API, it answers as its description says: one test for each operation that is described."""

import asyncio
import json
import threading
from collections.abc import AsyncGenerator, Iterator
from itertools import count
from pathlib import Path
from typing import Any, Final

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, settings
from schemathesis.checks import CHECKS, load_all_checks
from schemathesis.config import SchemathesisConfig
from schemathesis.core.parameters import ParameterLocation
from schemathesis.generation.feedback import FeedbackSources
from schemathesis.pytest._test_builder import build_operation_test

from control_plane.ports.brain import BrainEvent, Question, ReplyEnded, TextDelta
from control_plane.testing.brains import FakeBrain
from scripts import openapi
from tests.databases import empty_database
from tests.gateways import ELSEWHERE, ORDER, TOKEN, assembled
from tests.no_limits import NoLimits
from tests.servers import real_server
from tests.virtual_time import eventually

BEARER: Final = {"Authorization": f"Bearer {TOKEN}"}

EXAMPLES: Final = 5
"""Random requests of each operation, beside those that its description implies one by one."""

ALL_SENT: Final = 40
THINNED: Final = 5
"""An operation with many fields implies hundreds of requests: of those after the first, one in so many is sent."""

NOT_ASKED: Final = {
    "GET /api/events": "a stream that does not end",
    "POST /api/doctor/run": "asks the outside world",
}

NOT_CHECKED: Final = {
    "positive_data_acceptance": "what is well-formed may still be refused: no such bot, no number that can be called",
    "allow_header_conformance": "a path with a fixed last word is also one with an id, whose methods are listed too",
    "max_response_time": "how fast it is says something of the machine",
}

CONFIG: Final = {
    "seed": 1,
    "generation": {"deterministic": True, "max-examples": EXAMPLES, "database": "none", "no-shrink": True},
}

PROMISED: Final = range(400, 500)
"""Statuses that are described one by one; `default` is for what may befall every operation."""


def described() -> dict[str, Any]:
    try:
        return dict(json.loads(openapi.description()))
    except SystemExit as error:
        # It would end the whole run, where the tests are only collected.
        raise RuntimeError(f"the API cannot be described: {error}") from error


DESCRIPTION: Final = described()
OPERATIONS: Final = [
    label
    for path, methods in DESCRIPTION["paths"].items()
    for method in methods
    if (label := f"{method.upper()} {path}") not in NOT_ASKED
]

load_all_checks()
CHECKED: Final = [CHECKS.get_one(name) for name in CHECKS.get_all_names() if name not in NOT_CHECKED]


class Parrot(FakeBrain):
    """Says the same whatever it is asked."""

    async def answer(self, question: Question) -> AsyncGenerator[BrainEvent, None]:
        yield TextDelta("Claro que sí.")
        yield ReplyEnded(reason="end")


class FromElsewhere:
    """Every request comes from a stranger: this machine would need no token."""

    def __init__(self, inner: Any) -> None:
        self._inner = inner

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await self._inner({**scope, "client": ELSEWHERE} if scope["type"] == "http" else scope, receive, send)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A gateway with fakes of its providers, that runs in a thread of its own."""
    folder = tmp_path_factory.mktemp("gateway")
    ready, stop = threading.Event(), threading.Event()
    found: list[str] = []
    thread = threading.Thread(target=lambda: asyncio.run(_serve(folder, found, ready, stop)))
    thread.start()
    assert ready.wait(60)
    assert found, "the gateway did not start; the reason is told by its thread"
    httpx.post(f"{found[0]}/api/call/initiate", json=ORDER, headers=BEARER, timeout=30).raise_for_status()
    yield found[0]
    stop.set()
    thread.join(60)


async def _serve(folder: Path, found: list[str], ready: threading.Event, stop: threading.Event) -> None:
    try:
        it = assembled(
            folder,
            empty_database(folder / "gateway.db"),
            parts={"limiter": NoLimits(), "brain": Parrot()},
        )
        it.app.asgi_app = FromElsewhere(it.app.asgi_app)  # type: ignore[method-assign]
        async with real_server(it.app) as address:
            await eventually(lambda: it.gateway.ready)
            found.append(f"http://{address}")
            ready.set()
            await asyncio.to_thread(stop.wait)
    finally:
        ready.set()


def existing(url: str, path: str) -> dict[str, str]:
    """Path parameters that name something that is there; empty where nothing can be made."""
    collection, _, rest = path.partition("/{")
    name = rest.partition("}")[0]
    if not name:
        return {}
    with httpx.Client(base_url=url, headers=BEARER, timeout=30) as client:
        if name == "call_id":
            call = client.post("/api/call/initiate", json=ORDER).json()
            # What was asked before may have put the number on the list of those that are not called.
            return {name: call.get("call_id") or client.get("/api/calls").json()["items"][0]["id"]}
        made = _made(client, collection)
    return {name: made} if made else {}


def _made(client: httpx.Client, collection: str) -> str:
    """The id of a new one, made with the example of its description, or of the first."""
    methods = DESCRIPTION["paths"].get(collection, {})
    body = _example(methods["post"]) if "post" in methods else None
    if body is not None:
        answer = client.post(collection, json=body)
        if answer.status_code < 300 and "id" in answer.json():
            return str(answer.json()["id"])
    items = client.get(collection).json().get("items", []) if "get" in methods else []
    return str(items[0]["id"]) if items else ""


def _example(operation: dict[str, Any]) -> Any:
    schema = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema", {})
    model = DESCRIPTION["components"]["schemas"].get(schema.get("$ref", "").rpartition("/")[2], {})
    return next(iter(model.get("examples", ())), None)


@schemathesis.check
def every_refusal_is_described(ctx: Any, response: Any, case: Any) -> None:
    """Beside 405, which is a matter of the path."""
    if response.status_code in PROMISED and response.status_code != 405:
        described = case.operation.definition.raw["responses"]
        assert str(response.status_code) in described, f"{response.status_code} is not described: {response.text}"


@pytest.mark.parametrize("label", OPERATIONS)
def test_it_answers_as_described(label: str, url: str) -> None:
    method, _, path = label.partition(" ")
    schema = schemathesis.openapi.from_dict(DESCRIPTION, config=SchemathesisConfig.from_dict(CONFIG))
    there, session = existing(url, path), requests.Session()

    turn = count()

    def ask(case: Any) -> None:
        if (number := next(turn)) >= ALL_SENT and number % THINNED:
            return
        positive = case.meta is None or not case.meta.is_negative_at(ParameterLocation.PATH)
        if there and positive and len(repr((case.query, case.body, case.headers))) % 2:
            case.path_parameters = {**(case.path_parameters or {}), **there}
        checks = [*CHECKED, every_refusal_is_described]
        case.call_and_validate(base_url=url, session=session, headers=BEARER, checks=checks, timeout=30)

    # The library's own collector makes the tests of all operations before any runs, and gives them one name.
    build_operation_test(
        config=schema.config,
        operation=schema[path][method],
        test_func=ask,
        given_kwargs={},
        feedback=FeedbackSources(),
        explicit_settings=settings(deadline=None, suppress_health_check=list(HealthCheck)),
    )()
