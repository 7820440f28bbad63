"""Alerts over HTTP: see them, change their rules, silence them, try the channels."""

from typing import Any, Final

from quart import Blueprint, request
from quart_schema import document_response, validate_request, validate_response

from control_plane.ports.alerts import AlertFilter
from control_plane.services.alerts.desk import AlertDesk
from control_plane.web.alert_schemas import (
    AlertList,
    AlertOut,
    ChannelList,
    ChannelOut,
    RuleIn,
    RuleList,
    RuleOut,
    RulePatch,
    SilenceIn,
    SilenceList,
    SilenceOut,
    TestIn,
    TestResult,
    TestResults,
)
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.needs import needs
from control_plane.web.operation import fails
from control_plane.web.view_schemas import Nothing

PAGE_LIMIT: Final = 200
STATES: Final = {"": True, "open": True, "all": None}

blueprint = Blueprint("alerts", __name__)


def desk() -> AlertDesk:
    return gateway().alerts.desk


@blueprint.before_request
async def _only_printable() -> Any:
    """No database takes the others."""
    for name, text in request.args.items(multi=True):
        if not text.isprintable():
            detail = f"{name}: control characters are not taken"
            return problem(422, "invalid", title="The request is not valid", detail=detail)
    return None


@blueprint.get("/api/alerts")
@needs("system:read")
@fails("invalid")
@validate_response(AlertList)
async def alerts() -> Any:
    """Newest first. `state`: `open` (default) or `all`; filters `node`, `rule_id`, `tenant`; paging `limit`,
    `cursor`."""
    args = request.args
    limit, state = args.get("limit", "50"), args.get("state", "")
    try:
        if state not in STATES:
            raise ValueError("state: is open or all")
        if not (limit.isdecimal() and len(limit) < 10):
            raise ValueError("limit: has to be a whole number")
        wanted = AlertFilter(
            open=STATES[state],
            node=args.get("node", ""),
            rule_id=args.get("rule_id", ""),
            tenant=args.get("tenant", ""),
            limit=min(PAGE_LIMIT, max(1, int(limit))),
            cursor=args.get("cursor", ""),
        )
        page = await desk().alerts(wanted)
    except ValueError as error:
        return problem(422, "invalid", title="The request is not valid", detail=str(error))
    return AlertList(items=[AlertOut.of(alert) for alert in page.items], next_cursor=page.next_cursor)


@blueprint.get("/api/alerts/rules")
@needs("system:read")
@validate_response(RuleList)
async def rules() -> RuleList:
    """All rules, by id."""
    return RuleList(items=[RuleOut.of(rule) for rule in await desk().rules()])


@blueprint.post("/api/alerts/rules")
@needs("system:write")
@fails("bad_rule", "unknown_channel")
@validate_request(RuleIn)
@validate_response(RuleOut, 201)
async def add_rule(data: RuleIn) -> tuple[RuleOut, int]:
    """The rule with its new id; it is looked at from the next interval on."""
    return RuleOut.of(await desk().add_rule(data.rule())), 201


@blueprint.patch("/api/alerts/rules/<rule_id>")
@needs("system:write")
@fails("unknown_rule", "bad_rule", "unknown_channel")
@validate_request(RulePatch)
@validate_response(RuleOut)
async def change_rule(rule_id: str, data: RulePatch) -> RuleOut:
    """Change the fields that are given."""
    return RuleOut.of(await desk().change_rule(rule_id, data.changes()))


@blueprint.delete("/api/alerts/rules/<rule_id>")
@needs("system:write")
@fails("unknown_rule")
@document_response(Nothing, 204)
async def remove_rule(rule_id: str) -> tuple[str, int]:
    """Its open alerts are resolved."""
    await desk().remove_rule(rule_id)
    return "", 204


@blueprint.get("/api/alerts/silences")
@needs("system:read")
@validate_response(SilenceList)
async def silences() -> SilenceList:
    """Those that are not over."""
    return SilenceList(items=[SilenceOut.of(silence) for silence in await desk().silences()])


@blueprint.post("/api/alerts/silences")
@needs("system:write")
@fails("unknown_rule")
@validate_request(SilenceIn)
@validate_response(SilenceOut, 201)
async def silence(data: SilenceIn) -> tuple[SilenceOut, int]:
    """From now on."""
    return SilenceOut.of(await desk().silence(data.silence(gateway().clock.wall()))), 201


@blueprint.delete("/api/alerts/silences/<silence_id>")
@needs("system:write")
@fails("unknown_silence")
@document_response(Nothing, 204)
async def end_silence(silence_id: str) -> tuple[str, int]:
    """People are told again, also of alerts that were raised meanwhile and are still open."""
    await desk().end_silence(silence_id)
    return "", 204


@blueprint.get("/api/alerts/channels")
@needs("system:read")
@validate_response(ChannelList)
async def channels() -> ChannelList:
    """What ALERT_CHANNELS names; never an address."""
    return ChannelList(items=[ChannelOut.of(channel) for channel in desk().channels])


@blueprint.post("/api/alerts/test")
@needs("system:write")
@fails("unknown_channel")
@validate_request(TestIn)
@validate_response(TestResults)
async def test(data: TestIn) -> TestResults:
    """Send a test message; answers within about ten seconds, whatever the services do."""
    return TestResults(items=[TestResult.of(tried) for tried in await desk().test(data.channel)])
