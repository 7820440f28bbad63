# mypy: ignore-errors
# Its libraries are in another environment.
"""A telephone bot made of pipecat's parts, as its documentation puts them together for Telnyx.

It runs with the Python of the peers' environment, in which nothing of this project is installed, and so imports none of
it. `FORMS` are the three ways in which it finds the end of a turn. What differs from the documentation, because the
other end is a simulator: the addresses of the providers, µ-law instead of linear audio for the recogniser, and the
address at which the serializer hangs up.
"""

import asyncio
import audioop
import json
import os
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

import aiohttp
import uvicorn
from anthropic import AsyncAnthropic
from fastapi import FastAPI, Request, WebSocket
from loguru import logger
from pipecat.adapters.schemas.function_schema import FunctionSchema
from pipecat.adapters.schemas.tools_schema import ToolsSchema
from pipecat.audio.turn.smart_turn.local_smart_turn_v3 import LocalSmartTurnAnalyzerV3
from pipecat.audio.vad.silero import SileroVADAnalyzer
from pipecat.frames.frames import EndWorkerFrame, TTSSpeakFrame
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.aggregators.llm_response_universal import LLMContextAggregatorPair, LLMUserAggregatorParams
from pipecat.runner.utils import parse_telephony_websocket
from pipecat.serializers.telnyx import TelnyxFrameSerializer
from pipecat.services.anthropic.llm import AnthropicLLMService
from pipecat.services.deepgram.flux.stt import DeepgramFluxSTTService
from pipecat.services.deepgram.stt import DeepgramSTTService
from pipecat.services.elevenlabs.tts import ElevenLabsTTSService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.turns.user_stop import SpeechTimeoutUserTurnStopStrategy, TurnAnalyzerUserTurnStopStrategy
from pipecat.turns.user_turn_strategies import UserTurnStrategies
from pipecat.workers.runner import WorkerRunner

RATE: Final = 8000
REST_S: Final = 5.0
SETTINGS: Final[dict[str, Any]] = json.loads(os.environ["PEER_SETTINGS"])
"""What `benchmarks.peers.systems.peer_settings` wrote."""


class UlawDeepgram(DeepgramSTTService):
    """The recogniser gets the bytes of the line again; the service's own way is twice as many bytes of linear audio."""

    async def run_stt(self, audio: bytes) -> Any:
        async for frame in super().run_stt(audioop.lin2ulaw(audio, 2)):
            yield frame


class UlawFlux(DeepgramFluxSTTService):
    async def _transport_send_audio(self, audio: bytes) -> None:
        await super()._transport_send_audio(audioop.lin2ulaw(audio, 2))


class Serializer(TelnyxFrameSerializer):
    """Hangs up at the carrier that the settings name; the address of the real one is fixed in its parent."""

    async def _hang_up_call(self) -> None:
        await command(str(self._call_control_id), "hangup", body={})


class Complete(LocalSmartTurnAnalyzerV3):
    """The model runs as ever and is then overruled: in speech made of tones it hears no end, and would wait 3 s."""

    def _predict_endpoint(self, audio_array: Any) -> dict[str, Any]:
        return {**super()._predict_endpoint(audio_array), "prediction": 1}


@dataclass(frozen=True)
class Form:
    """`listener` makes the recogniser; `turns` what decides about turns, anew for each call."""

    listener: Callable[[], Any]
    turns: Callable[[], LLMUserAggregatorParams]


def nova() -> DeepgramSTTService:
    return UlawDeepgram(
        api_key=SETTINGS["deepgram_key"],
        base_url=SETTINGS["deepgram_url"],
        encoding="mulaw",
        settings=DeepgramSTTService.Settings(model=SETTINGS["deepgram_model"], language="es"),
    )


def flux() -> DeepgramFluxSTTService:
    return UlawFlux(
        api_key=SETTINGS["deepgram_key"],
        url=SETTINGS["deepgram_url"].replace("http", "ws", 1) + "/v2/listen",
        flux_encoding="mulaw",
        settings=DeepgramFluxSTTService.Settings(model="flux-general-multi"),
    )


def smart_turn() -> LLMUserAggregatorParams:
    """The default strategies, written out so that the model's verdict can be replaced."""
    strategies = UserTurnStrategies(stop=[TurnAnalyzerUserTurnStopStrategy(turn_analyzer=Complete())])
    return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=strategies)


def silence() -> LLMUserAggregatorParams:
    """No wait beyond that of the voice detector (0.2 s): the least that the service's own strategy can be asked for."""
    strategies = UserTurnStrategies(stop=[SpeechTimeoutUserTurnStopStrategy(user_speech_timeout=0.0)])
    return LLMUserAggregatorParams(vad_analyzer=SileroVADAnalyzer(), user_turn_strategies=strategies)


FORMS: Final = {
    "smart-turn": Form(listener=nova, turns=smart_turn),
    "silero": Form(listener=nova, turns=silence),
    "flux": Form(listener=flux, turns=LLMUserAggregatorParams),
}
OPENING: Final = {"role": "user", "content": "(Suena el teléfono y contestas.)"}
"""A conversation with this model must begin with its user."""
END_CALL: Final = FunctionSchema(
    name="end_call",
    description="End the phone call, in the same reply in which you say goodbye.",
    properties={},
    required=[],
)

app = FastAPI()
live: set[asyncio.Task[None]] = set()
orders: set[asyncio.Task[None]] = set()


async def command(call: str, action: str, *, body: dict[str, Any]) -> None:
    """Tell the carrier what to do with a call."""
    url = f"{SETTINGS['telnyx_url']}/calls/{call}/actions/{action}"
    headers = {"Authorization": f"Bearer {SETTINGS['telnyx_key']}"}
    timeout = aiohttp.ClientTimeout(total=REST_S)
    async with aiohttp.ClientSession(timeout=timeout) as http, http.post(url, json=body, headers=headers) as answer:
        if answer.status >= 400:
            logger.warning(f"{action}: {answer.status} {await answer.text()}")


@app.post("/webhook/telnyx")
async def webhook(request: Request) -> dict[str, str]:
    """The least that a call needs: it is answered, with its audio sent to `/ws`. Signatures are not checked."""
    event = (await request.json())["data"]
    if event["event_type"] == "call.initiated" and event["payload"]["direction"] == "incoming":
        body = {
            "stream_url": f"ws://127.0.0.1:{SETTINGS['port']}/ws",
            "stream_track": "inbound_track",
            "stream_bidirectional_mode": "rtp",
            "stream_bidirectional_codec": "PCMU",
        }
        order = asyncio.create_task(command(event["payload"]["call_control_id"], "answer", body=body))
        orders.add(order)
        order.add_done_callback(orders.discard)
    return {"status": "ok"}


@app.get("/health/ready")
async def ready() -> dict[str, str]:
    return {"status": "ready"}


@app.get("/health")
async def health() -> dict[str, int]:
    return {"live_calls": len(live)}


@app.websocket("/ws")
async def media(websocket: WebSocket) -> None:
    await websocket.accept()
    task = asyncio.current_task()
    live.add(task)
    try:
        _, call = await parse_telephony_websocket(websocket)
        await converse(websocket, call)
    finally:
        live.discard(task)


async def converse(websocket: WebSocket, call: Any) -> None:
    """One call, from its first frame to its end."""
    transport = FastAPIWebsocketTransport(
        websocket=websocket,
        params=FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=True, add_wav_header=False, serializer=serializer_for(call)
        ),
    )
    form = FORMS[SETTINGS["form"]]
    llm = language_model()
    context = LLMContext(messages=[OPENING], tools=ToolsSchema(standard_tools=[END_CALL]))
    heard, answered = LLMContextAggregatorPair(context, user_params=form.turns())
    parts = [transport.input(), form.listener(), heard, llm, voice(), transport.output(), answered]
    worker = PipelineWorker(
        Pipeline(parts),
        params=PipelineParams(
            audio_in_sample_rate=RATE, audio_out_sample_rate=RATE, enable_metrics=True, enable_usage_metrics=True
        ),
        enable_rtvi=False,
    )
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_connected")
    async def greet(_transport: Any, _client: Any) -> None:
        await worker.queue_frames([TTSSpeakFrame(SETTINGS["greeting"])])

    @transport.event_handler("on_client_disconnected")
    async def leave(_transport: Any, _client: Any) -> None:
        await runner.cancel()

    await runner.add_workers(worker)
    await runner.run()


def serializer_for(call: Any) -> Serializer:
    return Serializer(
        stream_id=call["stream_id"],
        outbound_encoding=call["outbound_encoding"],
        inbound_encoding="PCMU",
        call_control_id=call["call_id"],
        api_key=SETTINGS["telnyx_key"],
    )


def language_model() -> AnthropicLLMService:
    llm = AnthropicLLMService(
        api_key=SETTINGS["anthropic_key"],
        client=AsyncAnthropic(api_key=SETTINGS["anthropic_key"], base_url=SETTINGS["anthropic_url"]),
        settings=AnthropicLLMService.Settings(model=SETTINGS["anthropic_model"], system_instruction=SETTINGS["prompt"]),
    )

    async def end_call(call: Any) -> None:
        await call.llm.push_frame(EndWorkerFrame())

    llm.register_function(END_CALL.name, end_call)
    return llm


def voice() -> ElevenLabsTTSService:
    return ElevenLabsTTSService(
        api_key=SETTINGS["elevenlabs_key"],
        url=SETTINGS["elevenlabs_url"].replace("http", "ws", 1),
        settings=ElevenLabsTTSService.Settings(
            voice=SETTINGS["elevenlabs_voice"], model=SETTINGS["elevenlabs_model"], language="es"
        ),
    )


if __name__ == "__main__":
    logger.remove()
    logger.add(sys.stderr, level=os.environ.get("PEER_LOG", "WARNING"))
    uvicorn.run(app, host="127.0.0.1", port=SETTINGS["port"], log_level="warning")
