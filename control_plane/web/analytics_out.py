"""The answers of analytics as the API says them."""

from typing import Any

from control_plane.services.analytics.question import Answer, Dimension, Part, Series
from control_plane.services.analytics.service import Funnel
from control_plane.services.analytics.total import Total
from control_plane.web.analytics_schemas import (
    FunnelOut,
    PartOut,
    PartsOut,
    PointOut,
    SeriesOut,
    StageOut,
    SummaryOut,
)
from control_plane.web.resources import told


def summary(answer: Answer[Total]) -> Any:
    return told(SummaryOut(**_span(answer), **_total(answer.value)))


def series(answer: Answer[Series]) -> Any:
    points = [PointOut(since=each.since, until=each.until, value=each.value) for each in answer.value.points]
    return told(SeriesOut(**_span(answer), metric=answer.value.metric, interval=answer.value.interval, points=points))


def funnel(answer: Answer[Funnel]) -> Any:
    total, ordered = answer.value.total, answer.value.ordered
    came = [
        ("calls", total.calls),
        ("answered", total.answered),
        ("talked", total.talked),
        ("succeeded", total.succeeded),
        ("ordered", ordered),
    ]
    stages: list[Any] = [
        StageOut.model_validate({"stage": stage, "calls": calls, "share": _share(calls, total.calls)})
        for stage, calls in came
        if calls is not None
    ]
    return told(FunnelOut(**_span(answer), stages=stages))


def parts(answer: Answer[list[Part]], *, dimension: Dimension) -> Any:
    items = [PartOut(key=part.key, **_total(part.total)) for part in answer.value]
    return told(PartsOut(**_span(answer), dimension=dimension, items=items))


def _span(answer: Answer[Any]) -> dict[str, Any]:
    scope, standing = answer.scope, answer.standing
    return {
        "zone": scope.zone,
        "since": scope.since,
        "until": scope.until,
        "at": standing.at,
        "as_of": standing.as_of,
        "waiting": standing.waiting,
        "live": standing.live,
    }


def _total(total: Total) -> dict[str, Any]:
    return {
        "calls": total.calls,
        "answered": total.answered,
        "talked": total.talked,
        "succeeded": total.succeeded,
        "answer_rate": _share(total.answered, total.calls),
        "success_rate": _share(total.succeeded, total.answered),
        "minutes": total.minutes,
        "messages": total.messages,
        "turns": total.turns,
        "barge_ins": total.barge_ins,
        "latency_p50_ms": total.latency_ms(0.5),
        "latency_p95_ms": total.latency_ms(0.95),
    }


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None
