"""The carriers' webhooks: raw bytes to the intake, an answer within milliseconds."""

from logging import INFO, WARNING
from typing import Any, Final

from quart import Blueprint, request

from control_plane.observability.logging import get_logger
from control_plane.ports.errors import BadSignature, MalformedMessage
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.doctor.mark import HEADER
from control_plane.web.current import gateway
from control_plane.web.errors import problem
from control_plane.web.json_body import BodyTooLarge, raw_body

log = get_logger("webhooks")

LIMIT: Final = 256 * 1024

REFUSALS: Final = {BadSignature: "refused", MalformedMessage: "malformed", BodyTooLarge: "too_large"}

blueprint = Blueprint("webhooks", __name__)


@blueprint.post("/webhook/<carrier>")
async def webhook(carrier: str) -> Any:
    """Verified, stored, then acknowledged; worked afterwards. A refusal says nothing about the reason."""
    here = gateway()
    intake = here.intakes.get(carrier)
    if intake is None:
        return problem(404, "unknown_carrier", title="There is no such carrier")
    began = here.clock.steady()
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        outcome = str(await intake.accept(headers, await raw_body(LIMIT)))
    except (BadSignature, MalformedMessage, BodyTooLarge) as error:
        by_doctor = isinstance(error, BadSignature) and here.doctor.mark.holds(headers.get(HEADER, ""))
        refusal = "doctor" if by_doctor else REFUSALS[type(error)]
        here.metrics.webhooks_total.labels(carrier=carrier, outcome=refusal).inc()
        log.log(INFO if by_doctor else WARNING, "webhook refused", carrier=carrier, outcome=refusal, error=str(error))
        raise
    except StoreUnavailable as error:
        here.metrics.webhooks_total.labels(carrier=carrier, outcome="not_stored").inc()
        log.error("webhook not stored, the carrier will repeat it", carrier=carrier, error=str(error))
        raise
    here.metrics.webhooks_total.labels(carrier=carrier, outcome=outcome).inc()
    here.metrics.webhook_ack_seconds.observe(here.clock.steady() - began)
    return {"status": outcome}
