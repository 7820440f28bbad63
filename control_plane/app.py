"""The web application around a gateway."""

from collections.abc import AsyncGenerator, Callable
from types import ModuleType
from typing import Any, Final

from quart import Quart, request
from quart_schema import Info, QuartSchema

from control_plane.resources.registered import RESOURCES
from control_plane.services.gateway import VERSION, Gateway
from control_plane.web import (
    access,
    alerts,
    analytics,
    audit,
    auth,
    auth_account,
    blobs,
    bots,
    bots_at_work,
    call_list,
    call_notes,
    callbacks,
    calls,
    contacts,
    contacts_suppressed,
    current,
    docs,
    doctor,
    errors,
    events,
    figures,
    flows,
    forward,
    health,
    imports,
    keys,
    lists,
    media,
    orders,
    outbound,
    overview,
    pages,
    privacy,
    products,
    providers,
    recordings,
    resources,
    sellers,
    sessions,
    strict,
    tenant_settings,
    tenants,
    users,
    webhooks,
)
from control_plane.web.description import ApiDescription
from control_plane.web.json_body import JsonRequest
from control_plane.web.protocol import OnlyHttp1

BLUEPRINTS: Final[tuple[ModuleType, ...]] = (
    health,
    auth,
    auth_account,
    figures,
    overview,
    analytics,
    call_notes,
    call_list,
    calls,
    recordings,
    sessions,
    events,
    providers,
    alerts,
    callbacks,
    webhooks,
    media,
    blobs,
    bots,
    bots_at_work,
    flows,
    users,
    keys,
    tenant_settings,
    tenants,
    audit,
    outbound,
    doctor,
    docs,
    products,
    sellers,
    orders,
    contacts,
    contacts_suppressed,
    lists,
    imports,
    privacy,
    pages,
)

BODY_LIMIT: Final = 1024 * 1024


def create_app(gateway: Gateway) -> Quart:
    """A Quart app that starts the gateway with the server and stops it after the last connection."""
    app = Quart("control_plane")
    app.request_class = JsonRequest
    app.config["MAX_CONTENT_LENGTH"] = BODY_LIMIT
    app.config["BODY_TIMEOUT"] = 15
    # The documentation pages of the library load scripts from elsewhere; ours are in web/docs.py.
    QuartSchema(
        app,
        info=Info(title="Centralita", version=VERSION),
        openapi_path=None,
        swagger_ui_path=None,
        redoc_ui_path=None,
        scalar_ui_path=None,
        convert_casing=False,
        openapi_provider_class=ApiDescription,
    )
    # The library installs a JSON provider of its own, so this comes after it.
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.asgi_app = OnlyHttp1(app.asgi_app)  # type: ignore[method-assign]
    current.attach(app, gateway)
    errors.install(app)
    forward.install(app)
    access.install(app)
    _count_requests(app, gateway)
    for module in BLUEPRINTS:
        app.register_blueprint(module.blueprint)
    for resource in RESOURCES:
        app.register_blueprint(resources.blueprint_of(resource))
    strict.install(app)

    @app.while_serving
    async def live() -> AsyncGenerator[None]:
        await gateway.start()
        yield
        await gateway.stop()

    return app


def _count_requests(app: Quart, gateway: Gateway) -> None:
    async def count(response: Any) -> Any:
        route = request.url_rule.rule if request.url_rule else "unknown"
        gateway.metrics.http_requests_total.labels(route=route, status=str(response.status_code)).inc()
        return response

    register: Callable[[Any], Any] = app.after_request
    register(count)
