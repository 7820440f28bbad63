"""How a carrier's webhook is taken and answered, whichever way it came in."""

from collections.abc import Awaitable, Callable, Mapping
from logging import INFO, WARNING
from typing import Any, Final

import orjson
from werkzeug.exceptions import HTTPException

from control_plane.observability.logging import get_logger
from control_plane.ports.errors import BadSignature, MalformedMessage
from control_plane.ports.stores import StoreUnavailable
from control_plane.services.doctor.mark import HEADER
from control_plane.services.gateway import Gateway
from control_plane.web.errors import PROBLEMS, fault_problem, http_problem, known_problem
from control_plane.web.json_body import BodyTooLarge

log = get_logger("webhooks")

PREFIX: Final = "/webhook/"
ROUTE: Final = "/webhook/<carrier>"
"""As its requests are counted by."""

LIMIT: Final = 256 * 1024
"""Most bytes of a body."""

REFUSALS: Final = {BadSignature: "refused", MalformedMessage: "malformed", BodyTooLarge: "too_large"}

Answer = tuple[int, dict[str, str], bytes]
"""Status, headers with names in lower case, body."""

Body = Callable[[], Awaitable[bytes]]


async def received(here: Gateway, carrier: str, *, headers: Mapping[str, str], body: Body) -> str:
    """Verified, stored, then acknowledged; worked afterwards. What became of it, for the answer.

    `carrier` is one of `intakes`; names of `headers` are in lower case. Raises BadSignature, MalformedMessage,
    StoreUnavailable, and what `body` raises.
    """
    began = here.clock.steady()
    try:
        outcome = str(await here.intakes[carrier].accept(headers, await body()))
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
    return outcome


async def answered(here: Gateway, carrier: str, *, headers: Mapping[str, str], body: Body) -> Answer:
    """The same as a whole answer, for ways in that have none of the application's machinery; counted as a request."""
    try:
        outcome = await received(here, carrier, headers=headers, body=body)
    except tuple(PROBLEMS) as error:
        answer = _problem(known_problem(error), carrier)
    except Exception as fault:
        # A border: the carrier gets an answer whatever goes wrong, and the log the reason.
        answer = _problem(fault_problem(fault), carrier)
    else:
        answer = 200, {"content-type": "application/json"}, b'{"status":"%b"}' % outcome.encode()
    here.metrics.http_requests_total.labels(route=ROUTE, status=str(answer[0])).inc()
    return answer


def refused(here: Gateway, error: HTTPException) -> Answer:
    """A request that is none for a carrier's webhook, counted as such."""
    here.metrics.http_requests_total.labels(route="unknown", status=str(error.code)).inc()
    return _problem(http_problem(error), "")


def _problem(told: tuple[dict[str, Any], int, dict[str, str]], carrier: str) -> Answer:
    body, status, headers = told
    where = {"instance": PREFIX + carrier} if carrier else {}
    return status, {name.lower(): value for name, value in headers.items()}, orjson.dumps({**body, **where})
