"""What one line of Nginx's callback log says."""

import hashlib
import math
import re
from dataclasses import asdict, dataclass, replace
from typing import Any, Final
from urllib.parse import parse_qs

import orjson

LONGEST_FIELD: Final = 200
MOST_FIELDS: Final = 200
_ID: Final = re.compile(r"[A-Za-z0-9_-]{1,64}")
_CARRIER: Final = re.compile(r"(?:/n/[a-z0-9-]+)?/webhook/([a-z0-9_-]{1,32})(?:/|\?|$)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Callback:
    """One call that was not answered. Its fields hold telephone numbers: never to be logged."""

    id: str
    at: float
    """Unix seconds."""
    from_: str
    """Whom we missed: of a call of ours that was not carried on, the one we called."""
    to: str
    """Our number."""
    call_sid: str
    carrier: str

    def to_json(self) -> dict[str, Any]:
        fields = asdict(self)
        return {"from" if name == "from_" else name: value for name, value in fields.items()}


def from_json(data: dict[str, Any]) -> Callback:
    """Raises KeyError, TypeError and ValueError on anything `to_json` has not written."""
    return Callback(
        id=str(data["id"]),
        at=float(data["at"]),
        from_=str(data["from"]),
        to=str(data["to"]),
        call_sid=str(data["call_sid"]),
        carrier=str(data["carrier"]),
    )


def read(line: bytes) -> Callback | None:
    """`None` when the line cannot be used: it has no id, no time, or names no caller and no call."""
    try:
        data = orjson.loads(line)
        # A carrier that is set to GET sends the same fields in the query.
        form = parse_qs(str(data["body"] or data.get("query", "")), max_num_fields=MOST_FIELDS)
        at, identity, uri = float(data["at"]), str(data["id"]), str(data.get("uri", ""))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError, AttributeError):
        return None
    found = _CARRIER.match(uri)
    person, ours = _field(form, "From"), _field(form, "To")
    if _field(form, "Direction").startswith("outbound"):
        person, ours = ours, person
    callback = Callback(
        id=identity,
        at=at,
        from_=person,
        to=ours,
        call_sid=_field(form, "CallSid"),
        carrier=found[1] if found else "",
    )
    usable = _ID.fullmatch(identity) and math.isfinite(at) and at >= 0 and (callback.from_ or callback.call_sid)
    return _named_by_call(callback) if usable else None


def _named_by_call(callback: Callback) -> Callback:
    """A carrier asks again about a call that got no answer: all its lines have one id."""
    if not callback.call_sid:
        return callback
    of_call = hashlib.sha256(f"{callback.carrier}/{callback.call_sid}".encode()).hexdigest()[:32]
    return replace(callback, id=of_call)


def _field(form: dict[str, list[str]], name: str) -> str:
    text = "".join(letter for letter in form.get(name, [""])[0] if letter.isprintable())
    # A plus sign that was not encoded reads as a space.
    return (f"+{text[1:]}" if re.fullmatch(r" [0-9]+", text) else text.strip())[:LONGEST_FIELD]
