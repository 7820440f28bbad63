"""The control API: how tests, the demo and benchmarks move the simulated world and look at it."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict, fields, replace
from typing import Any

from aiohttp import web

from simulator import report
from simulator.caller.script import BadScript, Script, parse_script, read_script, with_code
from simulator.credentials import credentials
from simulator.delays import Draws, read_delay
from simulator.faults import parse_fault
from simulator.settings import Delays
from simulator.stages import StageLedger
from simulator.telnyx.calls import Leg
from simulator.world import World

_OVERRIDES = ("answer", "noise_dbfs", "voice", "language", "voicemail")
"""Fields of a script that a request may change."""

Work = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Control:
    """Handlers of `/sim`."""

    def __init__(self, world: World) -> None:
        self._world = world

    def routes(self) -> list[web.RouteDef]:
        table: list[tuple[str, str, Work]] = [
            ("POST", "/sim/calls", self.place_call),
            ("GET", "/sim/calls", self.list_calls),
            ("GET", "/sim/calls/{id}", self.show_call),
            ("GET", "/sim/calls/{id}/audio.wav", self.audio),
            ("POST", "/sim/calls/{id}/hangup", self.hang_up),
            ("POST", "/sim/answers", self.set_answer),
            ("GET", "/sim/faults", self.list_faults),
            ("POST", "/sim/faults", self.add_fault),
            ("DELETE", "/sim/faults", self.clear_faults),
            ("GET", "/sim/delays", self.show_delays),
            ("PATCH", "/sim/delays", self.change_delays),
            ("POST", "/sim/reset", self.reset),
            ("GET", "/sim/credentials", self.show_credentials),
            ("GET", "/sim/summary", self.summary),
        ]
        return [web.route(method, path, _checked(work)) for method, path, work in table]

    async def place_call(self, request: web.Request) -> web.Response:
        body = await _object(request)
        keys = self._world.settings.keys
        leg = self._world.carrier.incoming(
            sender=str(body.get("from", "+525512345678")),
            to=str(body.get("to", keys.telnyx_phone_number)),
            script=_script(body, self._world.settings.script),
            code=body.get("code"),
        )
        return web.json_response({"id": leg.id, "call_control_id": leg.call_control_id}, status=201)

    async def list_calls(self, _: web.Request) -> web.Response:
        return web.json_response({"calls": [report.brief(leg) for leg in self._world.carrier.legs.all()]})

    async def show_call(self, request: web.Request) -> web.Response:
        return web.json_response(report.full(self._world, self._leg(request)))

    async def audio(self, request: web.Request) -> web.Response:
        """Both directions; 404 once the tape was given up."""
        tape = self._leg(request).tape
        if not tape.size:
            raise web.HTTPNotFound
        return web.Response(body=tape.wav(), content_type="audio/wav")

    async def hang_up(self, request: web.Request) -> web.Response:
        """The party puts the receiver down now, whatever its script says."""
        self._world.carrier.caller_hangs_up(self._leg(request))
        return web.json_response({})

    async def set_answer(self, request: web.Request) -> web.Response:
        body = await _object(request)
        script = _script(body, self._world.settings.script)
        if "code" in body:
            script = with_code(script, str(body["code"]))
        self._world.carrier.answers[str(body.get("number", "*"))] = script
        return web.json_response({"script": script.name})

    async def list_faults(self, _: web.Request) -> web.Response:
        faults = self._world.faults
        return web.json_response({"pending": [asdict(fault) for fault in faults.pending()], "taken": faults.taken})

    async def add_fault(self, request: web.Request) -> web.Response:
        fault = parse_fault(await _object(request))
        self._world.faults.add(fault)
        return web.json_response(asdict(fault), status=201)

    async def clear_faults(self, request: web.Request) -> web.Response:
        self._world.faults.clear(request.query.get("target"))
        return web.json_response({})

    async def show_delays(self, _: web.Request) -> web.Response:
        return web.json_response(asdict(self._world.delays))

    async def change_delays(self, request: web.Request) -> web.Response:
        body = await _object(request)
        known = {field.name: field.type is not float for field in fields(Delays)}
        if set(body) - set(known):
            raise ValueError(f"delays are {', '.join(sorted(known))}")
        read: dict[str, Any] = {name: read_delay(value, may_spread=known[name]) for name, value in body.items()}
        self._world.delays = replace(self._world.delays, **read)
        return await self.show_delays(request)

    async def reset(self, _: web.Request) -> web.Response:
        world = self._world
        world.carrier.reset()
        world.faults.clear()
        world.faults.taken.clear()
        world.spoken.clear()
        world.tts_spoken.clear()
        world.stages = StageLedger()
        world.delays = world.settings.delays
        world.draws = Draws(world.settings.seed)
        return web.json_response({})

    async def show_credentials(self, _: web.Request) -> web.Response:
        return web.json_response(credentials(self._world))

    async def summary(self, _: web.Request) -> web.Response:
        return web.json_response(report.summary(self._world))

    def _leg(self, request: web.Request) -> Leg:
        leg = self._world.carrier.legs.find(request.match_info["id"])
        if leg is None:
            raise web.HTTPNotFound
        return leg


def _checked(work: Work) -> Work:
    """Bad requests answer 400 and say what was expected."""

    async def handler(request: web.Request) -> web.StreamResponse:
        try:
            return await work(request)
        except ValueError as error:
            return web.json_response({"error": str(error)}, status=400)

    return handler


async def _object(request: web.Request) -> dict[str, Any]:
    body = await request.json()
    if not isinstance(body, dict):
        raise ValueError("the body is a JSON object")
    return body


def _script(body: Mapping[str, Any], default: str) -> Script:
    """The script that a request names or brings, with the fields that it changes. Raises BadScript."""
    source = body.get("script", default)
    if not isinstance(source, str | dict):
        raise BadScript("script is a name or an object")
    script = read_script(source)
    changes = {name: body[name] for name in _OVERRIDES if name in body}
    parse_script({"steps": [], **changes})
    return replace(script, **changes)
