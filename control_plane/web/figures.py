"""What the sidecar asks this process for: its state and its counts, at once."""

import asyncio
import os
from typing import Final

from quart import Blueprint
from quart_schema import validate_response

from control_plane.services.gateway import VERSION
from control_plane.web.current import gateway
from control_plane.web.health import reasons
from control_plane.web.needs import needs
from control_plane.web.view_schemas import FigureCalls, FigureMessages, FiguresOut

PATIENCE_S: Final = 0.25

blueprint = Blueprint("figures", __name__)


@blueprint.get("/api/figures")
@needs("system:read")
@validate_response(FiguresOut)
async def figures() -> FiguresOut:
    """Never waits for the database: what was counted last is told with its age."""
    here = gateway()
    today, messages, answers, sellers = await asyncio.gather(
        here.views.overview.last_known(None, patience_s=PATIENCE_S),
        here.views.overview.messages(patience_s=PATIENCE_S),
        here.views.database_answers.get(patience_s=PATIENCE_S),
        here.views.sellers.get(patience_s=PATIENCE_S),
    )
    report = today.value.report if today else None
    return FiguresOut(
        node=here.nodes.name,
        version=VERSION,
        pid=os.getpid(),
        uptime_s=round(here.clock.wall() - here.started_at, 1),
        ready=here.ready and not here.desk.draining,
        draining=here.desk.draining,
        reasons=reasons(here, database_answers=answers.value if answers else False),
        calls=FigureCalls(
            live=here.desk.roster.live_calls,
            today=report.calls if report else None,
            answered_today=report.answered if report else None,
        ),
        messages=FigureMessages(today=report.messages if report else None, total=messages.value if messages else None),
        bots=await here.bots.count(patience_s=PATIENCE_S),
        sellers=sellers.value if sellers else 0,
        age_s=round(here.clock.steady() - today.since, 1) if today else None,
    )
