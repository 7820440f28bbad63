"""The installation of a soak test: which bots and numbers there are, how fast the simulated world is."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

import httpx

OPEN: Final = "+525550000000"
"""The number that the simulator's callers dial by themselves."""
CLOSED: Final = "+525550000001"
FORBIDDEN: Final = "+573009999999"
"""Nobody may call it."""
SOMEBODY: Final = "+573001000000"
"""The last four figures are of the call."""

FAST: Final[Mapping[str, Any]] = {
    "telnyx_rest_s": 0.005,
    "telnyx_answer_s": 0.1,
    "telnyx_no_answer_s": 0.6,
    "telnyx_recording_s": 0.05,
    "telnyx_transcription_s": 0.05,
    "telnyx_webhook_deadline_s": 30.0,
    "caller_pause_s": 0.1,
    "caller_patience_s": 0.4,
    "caller_wait_s": 5.0,
    "deepgram_interim_ms": 50,
    "deepgram_final_ms": 50,
    "llm_first_token_ms": 40,
    "llm_token_ms": 3,
    "tts_first_byte_ms": 30,
    "tts_speed": 10.0,
}
"""Delays of the simulator. On a busy machine no webhook is given up: that would be another test."""

_BOT: Final[Mapping[str, Any]] = {
    "name": "Brief",
    "persona": "brief_es",
    "greetings": dict.fromkeys(("morning", "afternoon", "night"), "Clínica, diga."),
    "phrases": {
        "reprompts": ["¿Hola?"],
        "given_up": "Adiós.",
        "provider_failure": "Hay un problema.",
        "resumed": "Perdón, ¿diga?",
        "no_match": "¿Cómo?",
        "fillers": ["Un momento."],
    },
    "tools": ["end_call", "transfer_call"],
    "no_input_s": 2,
    "transfer_number": "+573008888888",
}
_CLOSED: Final[Mapping[str, Any]] = {
    **_BOT,
    "name": "Closed",
    "hours": {"zone": "America/Bogota", "week": {"monday": []}, "closed_message": "Está cerrado."},
}
_ANSWERS_TRANSFERS: Final[Mapping[str, Any]] = {"steps": [{"do": "hangup", "after_s": 0.5}]}


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    """Both ends. Requests raise httpx.HTTPError."""

    gateway: httpx.AsyncClient
    simulator: httpx.AsyncClient

    async def furnish(self) -> None:
        """Once, before the first call."""
        for number, draft in ((OPEN, _BOT), (CLOSED, _CLOSED)):
            bot = (await self.ask("POST", "/api/bots", body={"draft": dict(draft)}))["id"]
            await self.ask("POST", f"/api/bots/{bot}/publish", body={})
            await self.ask("POST", "/api/numbers", body={"e164": number, "bot_id": bot})
        await self.ask("POST", "/api/do-not-call", body={"numbers": [FORBIDDEN]})

    async def bot(self) -> str:
        """The id of the bot that calls and is called."""
        numbers = (await self.ask("GET", "/api/numbers"))["items"]
        return str(next(one["bot_id"] for one in numbers if one["e164"] == OPEN))

    async def begin_anew(self) -> None:
        """The simulator forgets all calls; its delays are short."""
        await self.tell("POST", "/sim/reset", body={})
        await self.tell("PATCH", "/sim/delays", body=dict(FAST))
        transfer = {"number": _BOT["transfer_number"], "script": dict(_ANSWERS_TRANSFERS)}
        await self.tell("POST", "/sim/answers", body=transfer)

    async def ask(self, method: str, path: str, *, body: Any = None) -> Any:
        """The gateway."""
        answer = await self.gateway.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()

    async def tell(self, method: str, path: str, *, body: Any = None) -> Any:
        """The simulator."""
        answer = await self.simulator.request(method, path, json=body)
        answer.raise_for_status()
        return answer.json()
