"""The description of the API is valid and complete."""

from typing import Any

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from tests.gateways import Served

ROUTES = {
    ("post", "/api/call/initiate"),
    ("get", "/api/calls"),
    ("get", "/api/calls/live"),
    ("get", "/api/calls/{call_id}/waveform"),
    ("get", "/api/figures"),
    ("get", "/api/overview"),
    ("get", "/api/providers"),
    ("get", "/api/callbacks"),
    ("post", "/api/callbacks"),
    ("post", "/api/callbacks/{callback_id}/done"),
    ("get", "/api/auth/session"),
    ("get", "/health"),
    ("get", "/health/ready"),
    ("get", "/api/calls/{call_id}"),
    ("post", "/api/calls/{call_id}/hangup"),
    ("post", "/api/calls/{call_id}/transfer"),
    ("post", "/api/calls/{call_id}/dtmf"),
    ("post", "/api/calls/{call_id}/say"),
    ("get", "/api/sessions/stats"),
    ("get", "/api/sessions/{call_id}"),
    ("get", "/api/sessions/{call_id}/context"),
    ("get", "/api/sessions/{call_id}/history"),
}


@pytest.fixture
async def description(it: Served) -> Any:
    return await (await it.get("/openapi.json")).get_json()


def test_it_is_valid_openapi_3_1(description: Any) -> None:
    assert description["openapi"].startswith("3.1")
    faults = OpenAPIV31SpecValidator(description).iter_errors()
    assert [f"{list(fault.absolute_path)}: {fault.message}" for fault in faults] == []


def test_every_route_of_the_api_is_in_it(description: Any) -> None:
    described = {(method, path) for path, methods in description["paths"].items() for method in methods}
    assert described >= ROUTES


def test_every_route_says_what_it_takes_and_gives(description: Any) -> None:
    for method, path in sorted(ROUTES):
        operation = description["paths"][path][method]
        assert operation["responses"]["200"]["content"]["application/json"]["schema"], path
        assert operation["responses"]["default"] == {"$ref": "#/components/responses/Problem"}, path
    order = description["paths"]["/api/call/initiate"]["post"]["requestBody"]["content"]["application/json"]["schema"]
    assert order == {"$ref": "#/components/schemas/CallIn"}
    assert description["components"]["schemas"]["CallIn"]["required"] == ["telefono"]


def test_every_answer_in_json_is_a_model_with_a_name(description: Any) -> None:
    for path, methods in description["paths"].items():
        for method, operation in methods.items():
            answers = [answer for answer in operation["responses"].values() if "$ref" not in answer]
            assert answers, (method, path)
            kinds = [content for answer in answers for content in answer.get("content", {}).items()]
            schemas = [content["schema"] for kind, content in kinds if kind == "application/json"]
            assert all("$ref" in schema for schema in schemas), (method, path)


def test_every_refusal_is_a_problem(description: Any) -> None:
    for name, answer in description["components"]["responses"].items():
        assert list(answer["content"]) == ["application/problem+json"], name


def test_it_names_the_product_and_its_version(description: Any) -> None:
    assert description["info"]["title"] == "Centralita"
    assert description["info"]["version"]
