"""A whole gateway in the test's own process, with fakes for carrier, recogniser, synthesiser and model."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any, Final

from quart import Quart
from quart.testing import TestApp
from quart.wrappers.response import Response

from control_plane.app import create_app
from control_plane.ports.carrier import Notice
from control_plane.services.gateway import Gateway
from control_plane.settings import Settings
from control_plane.testing.brains import FakeBrain
from control_plane.testing.carriers import FakeCallControl, FakeWebhookReader, fake_carrier
from control_plane.testing.ears import FakeSpeechToText
from control_plane.testing.voices import FakeTextToSpeech
from control_plane.wiring import build_gateway

TOKEN: Final = "a-long-random-token"
STARTUP_S: Final = 60
"""However busy the machine is; Quart's own patience is six seconds."""
HERE: Final = ("127.0.0.1", 50_000)
ELSEWHERE: Final = ("203.0.113.7", 50_000)
ORDER: Final = {"nombre": "Test", "telefono": "+573001234567"}
OURS: Final = "+576015550100"


@dataclass(slots=True, kw_only=True)
class Served:
    """A gateway behind its web application, and the fakes it works with."""

    gateway: Gateway
    app: Quart
    control: FakeCallControl
    reader: FakeWebhookReader
    stt: FakeSpeechToText
    tts: FakeTextToSpeech
    brain: FakeBrain

    async def get(self, path: str, *, client: tuple[str, int] = HERE, **options: Any) -> Response:
        return await self._ask("GET", path, client=client, **options)

    async def post(self, path: str, *, client: tuple[str, int] = HERE, **options: Any) -> Response:
        return await self._ask("POST", path, client=client, **options)

    async def _ask(self, method: str, path: str, *, client: tuple[str, int], **options: Any) -> Response:
        scope = {"client": client}
        answer = await self.app.test_client().open(path, method=method, scope_base=scope, **options)
        assert isinstance(answer, Response)
        return answer

    async def call(self, **more: Any) -> str:
        """Place a call; its id."""
        answer = await self.post("/api/call/initiate", json={**ORDER, **more})
        assert answer.status_code == 200, await answer.get_data(as_text=True)
        return str((await answer.get_json())["call_id"])

    def notice(self, call_id: str, event: Any, *, event_id: str, **more: Any) -> bytes:
        """The body of a webhook about a call."""
        return self.reader.add(Notice(event_id=event_id, kind="k", event=event, call_id=call_id, **more))

    def metric(self, name: str, **labels: str) -> float:
        return self.gateway.metrics.registry.get_sample_value(f"gateway_{name}", labels) or 0.0


def assembled(
    folder: Path,
    database_url: str,
    *,
    control: FakeCallControl | None = None,
    parts: Mapping[str, Any] | None = None,
    **settings: Any,
) -> Served:
    """A gateway with these settings, not started; `parts` replace its own."""
    chosen = Settings(
        data_dir=folder / "var",
        database_url=database_url,
        webhook_base_url="https://gateway.example",
        telnyx_phone_number=OURS,
        **{"auth_token": TOKEN, **settings},
    )
    control, reader = control or FakeCallControl(name="telnyx"), FakeWebhookReader()
    stt, tts, brain = FakeSpeechToText(), FakeTextToSpeech(), FakeBrain()
    carrier = fake_carrier(name="telnyx", control=control, reader=reader)
    usual: dict[str, Any] = {"carrier": carrier, "stt": stt, "tts": tts, "brain": brain}
    gateway = build_gateway(chosen, **{**usual, **(parts or {})})
    app = create_app(gateway)
    app.test_app_class = partial(TestApp, startup_timeout=STARTUP_S, shutdown_timeout=STARTUP_S)  # type: ignore[assignment]
    return Served(gateway=gateway, app=app, control=control, reader=reader, stt=stt, tts=tts, brain=brain)


@asynccontextmanager
async def served(folder: Path, database_url: str, **options: Any) -> AsyncIterator[Served]:
    """The same, started."""
    it = assembled(folder, database_url, **options)
    async with it.app.test_app():
        yield it
