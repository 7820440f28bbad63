"""One call in a world of its own: a simulator and a gateway with its real adapters, in the test's process."""

import asyncio
import importlib
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import httpx

from control_plane.app import create_app
from control_plane.settings import Settings
from control_plane.wiring import build_gateway
from simulator.app import Running, start
from simulator.credentials import credentials
from simulator.faults import Fault
from simulator.settings import Delays
from simulator.settings import Settings as SimulatorSettings
from tests.databases import empty_database
from tests.servers import real_server
from tests.stack.running import free_port

AT_A_TIME: Final = 16
APART_S: Final = 0.1
LOOK_S: Final = 0.05
CALL_S: Final = 100.0
PATIENCE_S: Final = 3.0
"""A bot that falls silent in mid-sentence is not at once taken to be done: what it does then is to be seen."""
STORED_S: Final = 10.0

CODE: Final = "norte"
ANSWER: Final = f"Entendido, caso {CODE}. Abrimos de lunes a sábado, de ocho a seis."
GOODBYE: Final = "Gracias por llamar, ¡hasta luego!"
SCRIPT: Final = (
    {"do": "say", "text": "Hola, es el caso {code}."},
    {"do": "say", "text": "Nada más del caso {code}, adiós."},
    {"do": "wait_hangup", "timeout_s": 8},
)

ALONE: Final = {"stt_providers": "deepgram", "llm_providers": "anthropic", "tts_providers": "elevenlabs"}
TOGETHER: Final = {
    "stt_providers": "deepgram,deepgram-flux",
    "llm_providers": "anthropic,openai",
    "tts_providers": "elevenlabs,deepgram",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What goes wrong in one call, and when."""

    name: str
    faults: tuple[Fault, ...]
    at_turn: int = 0
    """The faults begin when the caller begins this turn; 0: before the call."""
    alone: bool = False
    """Without a second provider of any kind."""
    steps: tuple[Mapping[str, Any], ...] = SCRIPT
    mode: str = "stream"
    """How the call goes on to its end."""
    ends: str = "gateway"
    """Who hangs up: the bot after its goodbye, the caller when there is none; empty: either."""
    hears: tuple[str, ...] = (ANSWER, GOODBYE)
    """What the caller hears besides the greeting."""
    whole: bool = True
    """Whether the gateway gets every word of the caller."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of it."""

    call: dict[str, Any]
    """As the gateway tells it."""
    far_end: dict[str, Any]
    """As the person on the line had it."""
    taken: list[tuple[str, str]]
    """Faults that happened."""
    metrics: str

    @property
    def caller_words(self) -> str:
        return " ".join(turn["text"] for turn in self.call["turns"] if turn["speaker"] == "caller")

    @property
    def said_words(self) -> str:
        return " ".join(turn["said"] for turn in self.far_end["turns"])

    @property
    def heard(self) -> str:
        return " ".join(heard["text"].strip() for heard in self.far_end["heard"])

    @property
    def silence_ms(self) -> float:
        return float(self.far_end["silence_max_ms"])


@dataclass(frozen=True, slots=True, kw_only=True)
class Playground:
    """A simulator and a gateway that wait for a call."""

    scenario: Scenario
    simulator: Running
    address: str
    http: httpx.AsyncClient

    async def play(self, *, after_s: float = 0.0) -> Outcome:
        """The whole call."""
        await asyncio.sleep(after_s)
        scenario, world = self.scenario, self.simulator.state
        if scenario.at_turn == 0:
            _arm(self.simulator, scenario)
        script = {"name": scenario.name, "steps": list(scenario.steps)}
        placed = await self.http.post(f"{self.simulator.url}/sim/calls", json={"script": script, "code": CODE})
        leg = world.carrier.legs.find(placed.json()["id"])
        assert leg is not None
        if scenario.at_turn:
            await _until(lambda: len(leg.record.said) >= scenario.at_turn, CALL_S, what=f"turn {scenario.at_turn}")
            _arm(self.simulator, scenario)
        await _until(lambda: not leg.alive, CALL_S, what="the end of the call")
        call = await _stored(self.http, self.address)
        far_end = await self.http.get(f"{self.simulator.url}/sim/calls/{leg.id}")
        metrics = await self.http.get(f"{self.address}/metrics")
        return Outcome(call=call, far_end=far_end.json(), taken=list(world.faults.taken), metrics=metrics.text)


@asynccontextmanager
async def playground(scenario: Scenario, folder: Path) -> AsyncIterator[Playground]:
    """Ready for the call of this scenario."""
    port = free_port()
    delays = Delays(caller_patience_s=PATIENCE_S)
    simulator = await start(SimulatorSettings(port=0, gateway_url=f"http://127.0.0.1:{port}", delays=delays))
    try:
        async with _gateway(simulator, port, scenario, folder) as address, httpx.AsyncClient(timeout=10) as http:
            yield Playground(scenario=scenario, simulator=simulator, address=address, http=http)
    finally:
        await simulator.stop()


async def play_together(scenarios: Sequence[Scenario], folder: Path) -> dict[str, Outcome | BaseException]:
    """Several at a time. What is expensive comes before the calls, so that none of them waits for it."""
    importlib.import_module("anthropic")  # by itself it would come with the first question, and take a second
    outcomes: dict[str, Outcome | BaseException] = {}
    for first in range(0, len(scenarios), AT_A_TIME):
        several = scenarios[first : first + AT_A_TIME]
        async with AsyncExitStack() as stack:
            grounds = [
                await stack.enter_async_context(playground(scenario, folder / f"{first}-{number}"))
                for number, scenario in enumerate(several)
            ]
            played = await asyncio.gather(
                *(ground.play(after_s=APART_S * number) for number, ground in enumerate(grounds)),
                return_exceptions=True,
            )
            outcomes |= {scenario.name: outcome for scenario, outcome in zip(several, played, strict=True)}
    return outcomes


def _arm(simulator: Running, scenario: Scenario) -> None:
    for fault in scenario.faults:
        simulator.state.faults.add(fault)


async def _stored(http: httpx.AsyncClient, address: str) -> dict[str, Any]:
    """The call, once the gateway has wound it up."""
    [item] = (await http.get(f"{address}/api/calls")).json()["items"]
    call: dict[str, Any] = {}
    async with asyncio.timeout(STORED_S):
        while not (call.get("state") == "ended" and call.get("recording")):
            await asyncio.sleep(LOOK_S)
            call = (await http.get(f"{address}/api/calls/{item['id']}")).json()
    return call


async def _until(look: Callable[[], bool], within_s: float, *, what: str) -> None:
    give_up = asyncio.get_running_loop().time() + within_s
    while not look():
        assert asyncio.get_running_loop().time() < give_up, f"{what} did not come within {within_s} s"
        await asyncio.sleep(LOOK_S)


@asynccontextmanager
async def _gateway(simulator: Running, port: int, scenario: Scenario, folder: Path) -> AsyncIterator[str]:
    told = credentials(simulator.state)
    order = ALONE if scenario.alone else TOGETHER
    settings = Settings(
        data_dir=folder / "var",
        database_url=empty_database(folder / "gateway.db"),
        api_port=port,
        webhook_base_url=f"http://127.0.0.1:{port}",
        drain_seconds=1,
        telnyx_base_url=told["telnyx_base_url"],
        telnyx_api_key=told["telnyx_api_key"],
        telnyx_public_key=told["telnyx_public_key"],
        telnyx_connection_id=told["keys"]["telnyx_connection_id"],
        telnyx_phone_number=told["keys"]["telnyx_phone_number"],
        deepgram_base_url=told["deepgram_base_url"],
        deepgram_api_key=told["keys"]["deepgram_api_key"],
        anthropic_base_url=told["anthropic_base_url"],
        claude_api_key=told["keys"]["anthropic_api_key"],
        openai_base_url=told["openai_base_url"],
        openai_api_key=told["keys"]["openai_api_key"],
        elevenlabs_base_url=told["elevenlabs_base_url"],
        elevenlabs_api_key=told["keys"]["elevenlabs_api_key"],
        **order,
    )
    async with real_server(create_app(build_gateway(settings)), port) as address:
        yield f"http://{address}"
