"""The routes that every resource has: a list by pages, and one row made, read, changed and removed."""

from collections.abc import Callable, Mapping
from copy import copy
from typing import Annotated, Any, Final, Literal, cast

from pydantic import BaseModel, ConfigDict, Field, create_model
from pydantic.fields import FieldInfo
from quart import Blueprint, Response, request
from quart_schema import document_response, validate_querystring, validate_request

from control_plane.core.refusals import Refused, invalid
from control_plane.resources.crud import Query
from control_plane.resources.idempotency import Ask
from control_plane.resources.resource import Resource
from control_plane.services.business import Change
from control_plane.web.current import gateway
from control_plane.web.needs import asked_version, needs, who
from control_plane.web.operation import area, fails, gives, takes
from control_plane.web.schemas import Cursor, PageLimit
from control_plane.web.view_schemas import Nothing

LONGEST_KEY: Final = 200

PAGING: Final = ("limit", "cursor", "sort", "q")


def blueprint_of(resource: Resource) -> Blueprint:
    """All routes of the resource's verbs below `/api/<name>`."""
    blueprint = Blueprint(resource.name, __name__)
    for verb in sorted(resource.verbs):
        _ROUTES[verb](blueprint, resource)
    return blueprint


def _list(blueprint: Blueprint, resource: Resource) -> None:
    query = _query_model(resource)
    answer = create_model(
        f"{resource.out.__name__.removesuffix('Out')}Page",
        __doc__="A page of the list; `next_cursor` is empty at the end.",
        items=(list[resource.out], ...),  # type: ignore[name-defined]
        next_cursor=(str, ...),
    )

    async def view(query_args: Any) -> Any:
        given = query_args.model_dump()
        filters = {name: given[_parameter(name)] for name in resource.filters}
        wanted = Query(
            filters=filters,
            text=given.get("q") or "",
            sort=given["sort"],
            cursor=given["cursor"],
            limit=given["limit"],
        )
        found = await gateway().business.page(who(), resource, query=wanted)
        return told(answer(items=found.items, next_cursor=found.next_cursor))

    view.__doc__ = f"Page by page. {resource.about}"
    _add(blueprint, view, resource=resource, verb="list")(validate_querystring(query), document_response(answer))


def _create(blueprint: Blueprint, resource: Resource) -> None:
    async def view(data: Any) -> Any:
        answer = await gateway().business.create(who(), resource, data=data, ask=await asked(f"create {resource.name}"))
        location = f"/api/{resource.name}/{answer['id']}"
        return answer, 201, {"Location": location, **etag(answer.get("version"))}

    view.__doc__ = f"Make a new {_words(resource)}."
    _add(blueprint, view, resource=resource, verb="create")(
        validate_request(cast(Any, resource.create)), document_response(resource.out, 201)
    )


def _get(blueprint: Blueprint, resource: Resource) -> None:
    async def view(row_id: str) -> Any:
        found, version = await gateway().business.get(who(), resource, row_id=row_id)
        return told(found, version=version)

    view.__doc__ = f"One {_words(resource)}."
    _add(blueprint, view, resource=resource, verb="get")(document_response(resource.out))


def _update(blueprint: Blueprint, resource: Resource) -> None:
    changes = partial(cast(type[BaseModel], resource.update or resource.create))

    async def view(row_id: str, data: Any) -> Any:
        fields = {name: getattr(data, name) for name in data.model_fields_set}
        if not fields:
            raise Refused("invalid", "Nothing to change was sent.")
        change = Change(row_id=row_id, fields=fields, version=asked_version())
        found, version = await gateway().business.update(who(), resource, change=change)
        return told(found, version=version)

    view.__doc__ = f"Change some fields of a {_words(resource)}; those that are not sent stay."
    _add(blueprint, view, resource=resource, verb="update")(validate_request(changes), document_response(resource.out))


def _delete(blueprint: Blueprint, resource: Resource) -> None:
    async def view(row_id: str) -> Any:
        await gateway().business.delete(who(), resource, row_id=row_id, version=asked_version())
        return "", 204

    view.__doc__ = f"Remove a {_words(resource)}."
    _add(blueprint, view, resource=resource, verb="delete")(document_response(Nothing, 204))


_ROUTES: Final = {"list": _list, "create": _create, "get": _get, "update": _update, "delete": _delete}


_REFUSED: Final[Mapping[str, tuple[str, ...]]] = {
    "create": ("conflict", "idempotency_key_reused"),
    "update": ("conflict", "version_mismatch", "changed_meanwhile"),
    "delete": ("in_use", "version_mismatch", "changed_meanwhile"),
}
_TAKEN: Final[Mapping[str, tuple[str, ...]]] = {
    "create": ("Idempotency-Key",),
    "update": ("If-Match",),
    "delete": ("If-Match",),
}
_GIVEN: Final[Mapping[str, tuple[str, ...]]] = {
    "create": ("Location", "ETag"),
    "get": ("ETag",),
    "update": ("ETag",),
}


def _add(blueprint: Blueprint, view: Any, *, resource: Resource, verb: str) -> Callable[..., None]:
    method, path, right = _SHAPES[verb]
    path = path.format(resource.name)
    unknown = (f"404 unknown_{resource.one}",) if "<row_id>" in path else ()
    refused = resource.refuses if verb in _REFUSED else ()

    def register(*decorators: Any) -> None:
        decorated = view
        for decorate in reversed(decorators):
            decorated = decorate(decorated)
        decorated.__name__ = verb
        for mark in (
            fails(*_REFUSED.get(verb, ()), *refused, *unknown),
            takes(*_TAKEN.get(verb, ())),
            gives(*_GIVEN.get(verb, ())),
            area(resource.name.replace("_", " ").replace("-", " ").capitalize(), resource.about),
            needs(f"{resource.area}:{right}"),
        ):
            decorated = mark(decorated)
        blueprint.add_url_rule(path, verb, decorated, methods=[method])

    return register


_SHAPES: Final[Mapping[str, tuple[str, str, str]]] = {
    "list": ("GET", "/api/{}", "read"),
    "create": ("POST", "/api/{}", "write"),
    "get": ("GET", "/api/{}/<row_id>", "read"),
    "update": ("PATCH", "/api/{}/<row_id>", "write"),
    "delete": ("DELETE", "/api/{}/<row_id>", "write"),
}
"""Method, path and right of each verb."""


def _words(resource: Resource) -> str:
    return resource.one.replace("_", " ")


def _query_model(resource: Resource) -> type[BaseModel]:
    names = sorted({name for column in resource.sort_columns for name in (column, f"-{column}")})
    fields: dict[str, Any] = {
        "limit": (PageLimit, 50),
        "cursor": (Cursor, ""),
        "sort": (
            Annotated[
                Literal[tuple(names)],
                Field(description="A minus in front turns the order round."),
            ],
            resource.sort,
        ),
    }
    if resource.searched:
        fields["q"] = (Annotated[str, Field(max_length=100, description="Words, as they begin or go on.")], "")
    for name, each in resource.filters.items():
        fields[_parameter(name)] = (
            Annotated[each.kind | None, Field(alias=name, description=each.description or f"Only with this {name}.")],
            None,
        )
    config = ConfigDict(extra="forbid", populate_by_name=True)
    return create_model(f"{resource.out.__name__.removesuffix('Out')}Query", __config__=config, **fields)


def _parameter(name: str) -> str:
    """How the query model calls a filter: one may be called like a parameter of paging, or like a word of Python."""
    return f"only_{name}"


def partial(model: type[BaseModel]) -> type[BaseModel]:
    """The same fields, each of which may be left out; what is left out is not in `model_fields_set`."""

    def without_defaults(schema: dict[str, Any]) -> None:
        for each in schema.get("properties", {}).values():
            each.pop("default", None)

    fields: dict[str, Any] = {name: (each.annotation, _optional(each)) for name, each in model.model_fields.items()}
    config = ConfigDict(extra="forbid", json_schema_extra=without_defaults)
    name = f"{model.__name__.removesuffix('In')}Changes"
    return create_model(name, __config__=config, __doc__="What to change; the rest stays.", **fields)


def _optional(field: FieldInfo) -> FieldInfo:
    optional = copy(field)
    optional.default, optional.default_factory = None, None
    return optional


def told(answer: BaseModel, *, version: int | None = None, status: int = 200) -> Response:
    """A model as the answer to the request."""
    response = Response(answer.model_dump_json(), status, content_type="application/json")
    response.headers.update(etag(version))
    return response


def etag(version: int | None) -> dict[str, str]:
    return {} if version is None else {"ETag": f'"{version}"'}


async def asked(what: str) -> Ask:
    """What the request asks for, as far as it may be repeated. Raises Refused for a key that no client means."""
    key = request.headers.get("idempotency-key", "").strip()
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise invalid("Idempotency-Key", f"at most {LONGEST_KEY} printable characters")
    return Ask(key=key, what=f"{what} {request.path}", body=cast(bytes, await request.get_data(as_text=False)))
