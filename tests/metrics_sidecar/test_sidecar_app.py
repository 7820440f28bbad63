"""What the sidecar answers."""

from metrics_sidecar.app import create_app


async def test_the_sidecar_says_that_it_lives() -> None:
    answer = await create_app().test_client().get("/health")
    assert answer.status_code == 200
    assert await answer.get_json() == {"service": "metrics-sidecar", "status": "ok"}
