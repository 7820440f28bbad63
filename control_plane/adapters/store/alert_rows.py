"""How rules, alerts, deliveries and silences become rows, and rows these."""

import base64
import json
from collections.abc import Mapping
from dataclasses import fields
from typing import Any, Final

from control_plane.adapters.store.cursor import Position, position_of
from control_plane.core.alert.rule import Aggregation, Comparison, Rule, Severity
from control_plane.ports.alerts import AlertRecord, Delivery, Notice, Silence

Row = Mapping[Any, Any]

RULE_FIELDS: Final = tuple(field.name for field in fields(Rule))
_ALERT: Final = tuple(field.name for field in fields(AlertRecord))
_NOTICE: Final = tuple(field.name for field in fields(Notice))
_DELIVERY: Final = tuple(field.name for field in fields(Delivery) if field.name != "notice")
_SILENCE: Final = tuple(field.name for field in fields(Silence))


def rule_row(rule: Rule, *, at: float, removed: bool = False) -> dict[str, Any]:
    return {**{name: getattr(rule, name) for name in RULE_FIELDS}, "removed": removed, "changed_at": at}


def rule_of(row: Row) -> Rule:
    found: dict[str, Any] = {name: row[name] for name in RULE_FIELDS}
    found["aggregation"] = Aggregation(found["aggregation"])
    found["comparison"] = Comparison(found["comparison"])
    found["severity"] = Severity(found["severity"])
    for name in ("by", "channels"):
        found[name] = tuple(found[name])
    for name in ("labels", "over_labels"):
        found[name] = {label: tuple(words) for label, words in found[name].items()}
    return Rule(**found)


def alert_row(alert: AlertRecord) -> dict[str, Any]:
    return {**{name: getattr(alert, name) for name in _ALERT}, "key": alert.key}


def alert_of(row: Row) -> AlertRecord:
    return AlertRecord(**{**{name: row[name] for name in _ALERT}, "severity": Severity(row["severity"])})


def delivery_row(delivery: Delivery) -> dict[str, Any]:
    own = {name: getattr(delivery, name) for name in _DELIVERY}
    return {**own, **{name: getattr(delivery.notice, name) for name in _NOTICE}}


def delivery_of(row: Row) -> Delivery:
    notice = Notice(**{**{name: row[name] for name in _NOTICE}, "severity": Severity(row["severity"])})
    return Delivery(notice=notice, **{name: row[name] for name in _DELIVERY})


def silence_row(silence: Silence) -> dict[str, Any]:
    return {name: getattr(silence, name) for name in _SILENCE}


def silence_of(row: Row) -> Silence:
    return Silence(**{name: row[name] for name in _SILENCE})


def cursor_after(alert: AlertRecord) -> str:
    text = json.dumps([alert.raised_at, alert.id], separators=(",", ":"))
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def position(cursor: str) -> Position:
    """Raises ValueError for anything that `cursor_after` does not write."""
    try:
        return position_of(cursor)
    except ValueError:
        raise ValueError("cursor: not one that a list of alerts has returned") from None
