"""The doctor over HTTP: the last examination, and a new one."""

from typing import Any, Literal

from pydantic import BaseModel
from quart import Blueprint
from quart_schema import document_response, validate_response

from control_plane.services.doctor.form import as_json
from control_plane.web.current import gateway
from control_plane.web.needs import needs

blueprint = Blueprint("doctor", __name__)

Grade = Literal["ok", "warn", "fail"]


class Sentence(BaseModel):
    """One text in each language."""

    en: str
    es: str


class CheckOut(BaseModel):
    """One line. `code` is stable; `remedy` is empty when there is nothing to do."""

    name: str
    group: str
    level: Grade
    code: str
    values: dict[str, str]
    seen: Sentence
    remedy: Sentence
    took_s: float


class ReportOut(BaseModel):
    """One examination."""

    at: float
    age_s: float
    took_s: float
    level: Grade
    checks: list[CheckOut]


class DoctorOut(BaseModel):
    """Whether an examination runs, and the last one; `report` is null when there was none since the start."""

    running: bool
    report: ReportOut | None


class DoctorStarted(BaseModel):
    """`started` is false when one was running already."""

    started: bool


@blueprint.get("/api/doctor")
@needs("system:read")
@validate_response(DoctorOut)
async def latest() -> Any:
    """The last examination."""
    here = gateway()
    report = here.doctor.latest
    if report is None:
        return {"running": here.doctor.running, "report": None}
    age_s = round(max(0.0, here.clock.wall() - report.at), 1)
    return {"running": here.doctor.running, "report": {**as_json(report), "age_s": age_s}}


@blueprint.post("/api/doctor/run")
@needs("system:write")
@document_response(DoctorStarted, 202)
async def run() -> Any:
    """Examine now, in the background: some seconds, with an echo call over the public address."""
    return DoctorStarted(started=gateway().doctor.start()).model_dump(), 202
