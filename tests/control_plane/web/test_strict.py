"""What is no number in a body is not taken for one."""

from typing import Annotated, Any

import pytest
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from control_plane.core.alert.rule import Severity
from control_plane.web.strict import make_strict
from tests.gateways import Served


class Part(BaseModel):
    count: Annotated[int, Field(ge=0)] = 0


class Whole(BaseModel):
    model_config = ConfigDict(extra="forbid")

    price: float | None = None
    on: bool = False
    severity: Severity = Severity.WARNING
    parts: list[Part] = Field(default_factory=list)
    either: dict[str, str | int] = Field(default_factory=dict)

    @field_validator("price")
    @classmethod
    def _positive(cls, price: float | None) -> float | None:
        if price is not None and price < 0:
            raise ValueError("is below nothing")
        return price


make_strict(Whole)


@pytest.mark.parametrize(
    "body",
    [{"price": "7"}, {"on": 1}, {"on": "yes"}, {"parts": [{"count": "3"}]}, {"parts": [{"count": 1.5}]}, {"more": 1}],
)
def test_texts_are_no_numbers(body: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        Whole.model_validate(body)


def test_everything_else_is_taken_as_before() -> None:
    body = {"price": 7, "on": True, "severity": "critical", "parts": [{"count": 3}], "either": {"a": "1", "b": 1}}
    whole = Whole.model_validate(body)
    assert (whole.price, whole.severity, whole.parts[0].count) == (7.0, Severity.CRITICAL, 3)
    assert whole.either == {"a": "1", "b": 1}
    with pytest.raises(ValidationError, match="below nothing"):
        Whole.model_validate({"price": -1})


async def test_the_routes_are_strict(it: Served) -> None:
    answer = await it.post("/api/callbacks", json={"items": [{"id": "a", "at": "5"}]})
    assert answer.status_code == 422
    assert (await answer.get_json())["errors"][0]["field"] == "items.0.at"


async def test_an_address_is_text(it: Served) -> None:
    assert (await it.get("/api/callbacks?open=false&limit=5")).status_code == 200
