"""What the description says of every operation beside its models."""

import re
from typing import Any

import pytest
from pydantic import BaseModel
from quart_schema import validate_request, validate_response

from control_plane.web import operation
from control_plane.web.description_headers import RESPONSE
from control_plane.web.needs import SIGNED_IN, needs
from tests.gateways import Served

METHODS = ("get", "post", "put", "patch", "delete")


async def described(it: Served) -> Any:
    return await (await it.get("/openapi.json")).get_json()


async def operations(it: Served) -> dict[str, Any]:
    paths = (await described(it))["paths"]
    return {f"{method} {path}": paths[path][method] for path in paths for method in METHODS if method in paths[path]}


async def test_every_operation_has_a_name_of_its_own(it: Served) -> None:
    names = [each["operationId"] for each in (await operations(it)).values()]
    assert len(names) == len(set(names))
    assert [name for name in names if not re.fullmatch("[a-z][a-z0-9_]*", name)] == []


async def test_every_operation_says_in_a_sentence_what_it_does(it: Served) -> None:
    for label, each in (await operations(it)).items():
        assert each["summary"], label
        assert all(parameter.get("description") for parameter in each["parameters"] if parameter.get("in") == "path")


async def test_every_operation_stands_under_a_heading_that_is_explained(it: Served) -> None:
    headings = {tag["name"]: tag["description"] for tag in (await described(it))["tags"]}
    assert all(headings.values()), headings
    used = {tag for each in (await operations(it)).values() for tag in each["tags"]}
    assert used == headings.keys()


async def test_it_says_who_may(it: Served) -> None:
    found = await operations(it)
    assert found["get /health"]["security"] == []
    assert found["post /api/auth/login"]["security"] == []
    assert found["get /api/calls"]["security"] == [{"bearer": ["calls:read"]}, {"session": ["calls:read"]}]
    assert "`calls:read`" in found["get /api/calls"]["description"]
    schemes = (await described(it))["components"]["securitySchemes"]
    assert schemes["session"]["name"] == "centralita_session"


async def test_it_says_how_each_operation_fails(it: Served) -> None:
    told = await described(it)
    answers = told["paths"]["/api/calls/{call_id}/hangup"]["post"]["responses"]
    assert answers["404"] == {"$ref": "#/components/responses/404.not_found.unknown_call"}
    problem = told["components"]["responses"]["409.call_not_live"]["content"]["application/problem+json"]["schema"]
    own = {"properties": {"code": {"enum": ["call_not_live"]}, "status": {"const": 409}}}
    assert problem == {"allOf": [{"$ref": "#/components/schemas/Problem"}, own]}
    assert "WWW-Authenticate" in told["components"]["responses"]["401.unauthorized"]["headers"]


async def test_each_parameter_of_a_path_is_one(it: Served) -> None:
    async def view(row_id: str, number: int) -> str:
        return ""

    it.app.add_url_rule("/api/notes/<row_id>/versions/<int:number>", "notes.version", view)
    told = told_by(it)["paths"]["/api/notes/{row_id}/versions/{number}"]["get"]["parameters"]
    assert [(each["name"], each["schema"]["type"]) for each in told] == [("row_id", "string"), ("number", "integer")]


class Note(BaseModel):
    """A note."""

    text: str


def told_by(it: Served) -> Any:
    return it.app.extensions["QUART_SCHEMA"].openapi_provider.schema()


def change(it: Served, *marks: Any, answer: type[BaseModel] = Note) -> Any:
    """The description of one more route, whose handler is marked so."""

    async def view(row_id: str, data: Note) -> Note:
        """Change it.

        More is said here.
        """
        return data

    for mark in (validate_request(Note), validate_response(answer), *marks):
        view = mark(view)
    it.app.add_url_rule("/api/notes/<row_id>", "notes.update", view, methods=["PATCH"])
    return told_by(it)["paths"]["/api/notes/{row_id}"]["patch"]


async def test_marks_of_a_handler_are_told(it: Served) -> None:
    told = change(
        it,
        needs("notes:write"),
        operation.fails("unknown_note", "version_mismatch"),
        operation.takes("If-Match", "Idempotency-Key!"),
        operation.gives("ETag"),
        operation.called("change_note"),
        operation.area("Notes", "What people wrote down."),
    )
    assert (told["operationId"], told["tags"], told["summary"]) == ("change_note", ["Notes"], "Change it.")
    assert told["description"] == "More is said here.\n\nNeeds the permission `notes:write`."
    assert {"$ref": "#/components/parameters/IfMatch"} in told["parameters"]
    assert {"$ref": "#/components/parameters/IdempotencyKeyNeeded"} in told["parameters"]
    assert told["responses"]["200"]["headers"] == {"ETag": {"$ref": "#/components/headers/ETag"}}
    assert told["responses"]["412"] == {"$ref": "#/components/responses/412.version_mismatch"}
    assert told["responses"]["404"] == {"$ref": "#/components/responses/404.not_found.unknown_note"}
    assert told["responses"]["403"] == {"$ref": "#/components/responses/403.foreign_origin.not_allowed"}


async def test_a_code_may_have_another_status_where_it_is_about_the_path(it: Served) -> None:
    told = change(it, operation.fails("404 unknown_bot"))
    assert told["responses"]["404"] == {"$ref": "#/components/responses/404.not_found.unknown_bot"}


async def test_whoever_is_known_needs_no_permission(it: Served) -> None:
    told = change(it, needs(SIGNED_IN))
    assert told["security"] == [{"bearer": []}, {"session": []}]
    assert told["responses"]["403"] == {"$ref": "#/components/responses/403.foreign_origin"}


def same_name() -> type[BaseModel]:
    class Note(BaseModel):
        other: int

    return Note


async def test_two_models_of_one_name_are_an_error(it: Served) -> None:
    with pytest.raises(ValueError, match="two models of the API are called Note"):
        change(it, answer=same_name())


@pytest.mark.parametrize(
    "mark", [operation.fails("no_such_code"), operation.takes("X-Unheard-Of"), operation.gives("X-Unheard-Of")]
)
async def test_a_mark_that_nobody_knows_is_an_error(it: Served, mark: Any) -> None:
    with pytest.raises(ValueError, match=r"no_such_code|X-Unheard-Of"):
        change(it, mark)


async def test_two_operations_of_one_name_are_an_error(it: Served) -> None:
    with pytest.raises(ValueError, match="two operations of the API are called calls_hangup"):
        change(it, operation.called("calls_hangup"))


async def test_describing_twice_says_the_same(it: Served) -> None:
    assert told_by(it) == told_by(it)


def test_every_header_is_explained() -> None:
    assert all(header["description"] for header in RESPONSE.values())
