"""Which questions the sidecar answers over HTTP."""

from quart import Quart, ResponseReturnValue


def create_app() -> Quart:
    """The sidecar as an ASGI application."""
    app = Quart(__name__)

    @app.get("/health")
    async def health() -> ResponseReturnValue:
        """Whether the sidecar itself lives; it says nothing about the gateway."""
        return {"service": "metrics-sidecar", "status": "ok"}

    return app
