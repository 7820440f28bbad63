"""The carrier's REST API: authentication, faults, idempotency and order rules around the commands."""

import asyncio
import hmac
import json
from collections.abc import Awaitable, Callable
from typing import Any, Final

from aiohttp import web

from simulator.faults import Fault
from simulator.telnyx.calls import CommandSeen, Leg
from simulator.telnyx.errors import (
    NOT_FOUND,
    UNAUTHORIZED,
    Refusal,
    Refused,
    call_ended,
    not_answered,
    refuse,
    server_error,
    too_many,
)
from simulator.telnyx.ids import is_call_control_id
from simulator.telnyx.requests import Body, check, check_number, stream_options
from simulator.telnyx.verbs import VERBS, Order
from simulator.world import World

_REMEMBERED_S: Final = 60.0
_RATE_WINDOW_S: Final = 5.0
_FAULT_ANSWERS: Final[dict[str, Callable[[], Refusal]]] = {
    "http_429": too_many,
    "dials_per_second": lambda: too_many("90103"),
    "http_401": lambda: UNAUTHORIZED,
    "http_500": server_error,
    "http_503": lambda: server_error(503),
}


class LostResponse(Exception):
    """The command was carried out and the connection broke before the answer."""


class Rest:
    """Handlers of `/v2`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/v2/calls", self._answered(self._dial)),
            web.get("/v2/calls/{id}", self._answered(self._show)),
            web.post("/v2/calls/{id}/actions/{verb}", self._answered(self._act)),
            web.put("/v2/calls/{id}/actions/client_state_update", self._answered(self._act)),
            web.get("/v2/recordings/{id}.wav", self._recording),
            web.get("/v2/call_control_applications/{id}", self._answered(self._application)),
        ]

    def _answered(self, work: Callable[[web.Request], Awaitable[dict[str, Any]]]) -> Any:
        async def handler(request: web.Request) -> web.StreamResponse:
            try:
                self._authenticate(request)
                return web.json_response({"data": await work(request)})
            except Refused as refused:
                refusal = refused.refusal
                return web.json_response(refusal.body(), status=refusal.status, headers=refusal.headers)
            except LostResponse:
                if request.transport is not None:
                    request.transport.abort()
                return web.Response()

        return handler

    def _authenticate(self, request: web.Request) -> None:
        expected = f"Bearer {self._world.settings.keys.telnyx_api_key}".encode()
        if not hmac.compare_digest(request.headers.get("Authorization", "").encode(), expected):
            raise Refused(UNAUTHORIZED)

    async def _application(self, request: web.Request) -> dict[str, Any]:
        """The application under which calls are made; there is one."""
        if request.match_info["id"] != self._world.settings.keys.telnyx_connection_id:
            raise Refused(NOT_FOUND)
        return {"id": request.match_info["id"], "record_type": "call_control_application", "active": True}

    async def _dial(self, request: web.Request) -> dict[str, Any]:
        body = await _json(request)
        fault = await self._begin("dial")
        command_id = str(body.get("command_id") or "")
        carrier = self._world.carrier
        before = carrier.legs.dialled.get(command_id) if command_id else None
        if before is not None and self._world.now() - before.created_at < _REMEMBERED_S:
            self._note(before, "dial", command_id=command_id, repeated=True)
            return _shown(before)
        check(body, ("connection_id", "to", "from"))
        number = check_number(body, "to")
        self._count_dial()
        early = self._world.faults.take("telnyx.webhook", kind="before_response", event="call.initiated")
        leg = carrier.make_leg(
            "outgoing",
            sender=check_number(body, "from"),
            to=number,
            script=carrier.script_for(number),
            connection_id=str(body["connection_id"]),
            webhook_url=body.get("webhook_url"),
            client_state=body.get("client_state"),
            time_limit_s=float(body.get("time_limit_secs", 14400)),
            inline_stream=stream_options(body),
            amd=str(body.get("answering_machine_detection", "disabled")),
            record_on_answer=dict(body) if body.get("record") else None,
        )
        if command_id:
            carrier.legs.dialled[command_id] = leg
        self._note(leg, "dial", command_id=command_id, repeated=False)
        announced = carrier.initiated(leg)
        if early is not None:
            await announced
        carrier.ring(
            leg, timeout_s=float(body.get("timeout_secs", 30)), retry=body.get("retry_on_timeout") is not False
        )
        await _late(fault)
        return _shown(leg)

    async def _show(self, request: web.Request) -> dict[str, Any]:
        return _shown(self._leg(request))

    async def _act(self, request: web.Request) -> dict[str, Any]:
        name = request.match_info.get("verb", "client_state_update")
        verb = VERBS.get(name)
        if verb is None or (request.method == "POST" and name == "client_state_update"):
            raise Refused(NOT_FOUND)
        body = await _json(request)
        fault = await self._begin(name)
        leg = self._leg(request)
        command_id = str(body.get("command_id") or "")
        known = leg.results.get(command_id) if command_id else None
        repeated = known is not None and self._world.now() - known[0] < _REMEMBERED_S
        self._note(leg, name, command_id=command_id, repeated=repeated)
        if known is not None and repeated:
            return known[1]
        if not leg.alive:
            raise call_ended()
        if not leg.answered and not verb.before_answer:
            raise not_answered()
        check(body, verb.required)
        if "client_state" in body:
            leg.client_state = str(body["client_state"])
        result: dict[str, Any] = {"result": "ok"}
        if command_id:
            leg.results[command_id] = (self._world.now(), result)
        try:
            result.update(await verb.handler(Order(world=self._world, leg=leg, body=body)))
        except Refused:
            leg.results.pop(command_id, None)
            raise
        await _late(fault)
        return result

    async def _recording(self, request: web.Request) -> web.Response:
        """The link in `call.recording.saved`: whoever has it may fetch it."""
        recording = self._world.carrier.legs.recordings.get(request.match_info["id"])
        if recording is None:
            return web.Response(status=404)
        return web.Response(body=recording.wav(), content_type="audio/wav")

    async def _begin(self, verb: str) -> Fault | None:
        """Take the time a command takes, and the fault that it meets. Raises Refused for one that is an answer."""
        faults = self._world.faults
        fault = faults.take(f"telnyx.{verb}") or faults.take("telnyx.rest", verb=verb)
        await asyncio.sleep(self._world.delays.telnyx_rest_s)
        if fault is None:
            return None
        if fault.kind == "slow":
            await asyncio.sleep(fault.number("seconds", 1.0))
        if fault.kind == "error":
            code, title = fault.text("code", "10027"), fault.text("title", "Unprocessable entity")
            raise refuse(int(fault.number("status", 422)), code, title=title)
        if fault.kind in _FAULT_ANSWERS:
            raise Refused(_FAULT_ANSWERS[fault.kind]())
        return fault

    def _leg(self, request: web.Request) -> Leg:
        name = request.match_info["id"]
        leg = self._world.carrier.legs.find(name) if is_call_control_id(name) else None
        if leg is None:
            raise refuse(422, "90015", title="Invalid Call Control ID", pointer="/call_control_id")
        return leg

    def _note(self, leg: Leg, verb: str, *, command_id: str, repeated: bool) -> None:
        leg.commands.append(CommandSeen(verb=verb, command_id=command_id, repeated=repeated, at=self._world.now()))

    def _count_dial(self) -> None:
        """Raises Refused when the account dials faster than it may."""
        now = self._world.now()
        dials = self._world.carrier.dials
        while dials and dials[0] < now - _RATE_WINDOW_S:
            dials.popleft()
        if len(dials) >= self._world.settings.dials_per_second * _RATE_WINDOW_S:
            raise Refused(too_many("90103"))
        dials.append(now)


async def _late(fault: Fault | None) -> None:
    """What can still go wrong once the command was carried out. Raises LostResponse."""
    if fault is not None and fault.kind == "lost_response":
        raise LostResponse
    if fault is not None and fault.kind == "slow_response":
        await asyncio.sleep(fault.number("seconds", 1.0))


async def _json(request: web.Request) -> Body:
    text = await request.text()
    try:
        body = json.loads(text) if text else {}
    except ValueError as error:
        raise refuse(400, "10023", title="Bad JSON") from error
    if not isinstance(body, dict):
        raise refuse(400, "10015", title="Bad request")
    return body


def _shown(leg: Leg) -> dict[str, Any]:
    return {
        "record_type": "call",
        "call_control_id": leg.call_control_id,
        "call_leg_id": leg.id,
        "call_session_id": leg.call_session_id,
        "client_state": leg.client_state,
        "is_alive": leg.answered,
        "start_time": leg.start_time,
    }
