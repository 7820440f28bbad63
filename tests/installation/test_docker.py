"""The images and the composition: what can be known of them without an engine."""

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import yaml

from stack.ports import free_port
from tests.gates.house import ROOT
from tests.installation.dockerfiles import FOLDER, Dockerfile
from tests.stack.running import eventually

COMPOSE = ROOT / "docker-compose.hybrid.yml"
IMAGES = ("control_plane", "sidecar", "nginx")
MADE_LATER = {"observability", "secrets", "certificates"}


def image(name: str) -> Dockerfile:
    return Dockerfile(FOLDER / f"{name}.Dockerfile")


@pytest.fixture(scope="module")
def composition() -> dict[str, Any]:
    document: dict[str, Any] = yaml.safe_load(COMPOSE.read_text(encoding="utf-8"))
    return document


@pytest.mark.parametrize("name", IMAGES)
def test_what_an_image_copies_exists_and_reaches_the_engine(name: str) -> None:
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    for source in image(name).copied():
        assert (ROOT / source).exists(), source
        assert source.partition("/")[0] in let_through, source


@pytest.mark.parametrize("name", IMAGES)
def test_an_image_runs_as_nobody_in_particular_and_says_whether_it_is_healthy(name: str) -> None:
    described = image(name)
    assert described.of_image("USER") == ["centralita"]
    assert described.health_check
    assert described.of_image("STOPSIGNAL")


@pytest.mark.parametrize("name", ["control_plane", "sidecar"])
def test_packages_are_installed_by_their_hashes_only(name: str) -> None:
    [installs] = [one.text for one in image(name).instructions if "pip" in one.text and one.name == "RUN"]
    assert "--require-hashes" in installs
    assert "|| true" not in installs


def test_both_images_with_python_share_the_layers_of_the_packages() -> None:
    first, second = (
        [one.text for one in image(name).instructions if one.stage == 0] for name in ("control_plane", "sidecar")
    )
    assert first == second


def test_the_web_server_is_told_only_what_its_script_knows() -> None:
    script = (ROOT / "nginx" / "render.sh").read_text() + (ROOT / "nginx" / "docker-entrypoint.sh").read_text()
    composed = yaml.safe_load(COMPOSE.read_text())["services"]["nginx"]["environment"]
    for name in (*image("nginx").environment, *composed):
        assert f"${{{name}:=" in script, name
    entry = image("nginx").of_image("ENTRYPOINT")[0]
    assert "/etc/centralita/nginx/docker-entrypoint.sh" in entry


@contextmanager
def running(name: str, tmp_path: Path, port_name: str) -> Iterator[tuple[Dockerfile, int]]:
    """The command of an image with its environment, on what the image copies."""
    described, port = image(name), free_port()
    application = tmp_path / "app"
    for source in described.copied():
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        (application / source).parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, application / source)
    own = {"PATH": os.environ["PATH"], "PYTHONPATH": str(application), "DATA_DIR": str(tmp_path), port_name: str(port)}
    own["STREAM_PORT"], own["WEBHOOK_PORT"] = str(free_port()), str(free_port())
    command = [sys.executable, *described.command[1:]]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=application, env={**described.environment, **own}, stdout=log, stderr=log
        )
    try:
        yield described, port
    finally:
        process.terminate()
        assert process.wait(30) == 0


@pytest.mark.stack
@pytest.mark.parametrize(("name", "port_name"), [("control_plane", "API_PORT"), ("sidecar", "METRICS_PORT")])
def test_what_an_image_runs_gets_healthy_by_its_own_check(name: str, port_name: str, tmp_path: Path) -> None:
    with running(name, tmp_path, port_name) as (described, port):
        standard = described.environment[port_name]
        *head, address = described.health_check[1:]
        head = [part.replace("/app/", f"{tmp_path}/app/") for part in head]
        check = [sys.executable, *head, address.replace(standard, str(port))]
        assert check[-1] != address, "the check asks the port that the image opens"

        def healthy() -> bool:
            return subprocess.run(check, capture_output=True, timeout=20, check=False).returncode == 0

        eventually(healthy, within_s=60, what="health")


def test_every_service_is_locked_in(composition: dict[str, Any]) -> None:
    for name, service in composition["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert "no-new-privileges:true" in service["security_opt"], name


def test_without_tls_nothing_is_published_to_other_machines(composition: dict[str, Any]) -> None:
    ports = [port for service in composition["services"].values() for port in service.get("ports", ())]
    assert len(ports) == 3
    for port in ports:
        assert port.startswith(("127.0.0.1:", "${PUBLISH_ADDRESS:-127.0.0.1}:")), port


def test_whoever_is_waited_for_tells_its_health(composition: dict[str, Any]) -> None:
    own = {f"centralita-{name.replace('_', '-')}" for name in IMAGES}
    services = composition["services"]
    waited = {other for service in services.values() for other in service.get("depends_on", {})}
    assert waited >= {"control-a", "sidecar", "postgres", "redis"}
    for name in waited:
        assert services[name]["image"] in own or "healthcheck" in services[name], name
    for service in services.values():
        assert all(wait["condition"] == "service_healthy" for wait in service.get("depends_on", {}).values())


def test_no_secret_stands_in_the_composition_and_each_is_made_by_the_script(
    composition: dict[str, Any], tmp_path: Path
) -> None:
    subprocess.run(["sh", FOLDER / "secrets.sh", tmp_path], check=True, capture_output=True, timeout=20)
    made = {path.name for path in (tmp_path / "secrets").iterdir()}
    assert made == set(composition["secrets"])
    used = {name for service in composition["services"].values() for name in service.get("secrets", ())}
    assert used == made
    for service in composition["services"].values():
        for name, value in service.get("environment", {}).items():
            if name.endswith("_FILE") and name != "CALLBACK_LOG":
                assert value.removeprefix("/run/secrets/") in service["secrets"], name
    password = (tmp_path / "secrets" / "postgres_password").read_text()
    assert f":{password}@postgres/" in (tmp_path / "secrets" / "database_url").read_text()
    before = (tmp_path / "secrets" / "auth_token").read_text()
    subprocess.run(["sh", FOLDER / "secrets.sh", tmp_path], check=True, capture_output=True, timeout=20)
    assert (tmp_path / "secrets" / "auth_token").read_text() == before


def test_mounted_folders_of_the_repository_exist(composition: dict[str, Any]) -> None:
    for service in composition["services"].values():
        for volume in service.get("volumes", ()):
            source = volume.partition(":")[0]
            if source.startswith("./"):
                assert (ROOT / source).is_dir() or source.split("/")[1] in MADE_LATER, source
            else:
                assert source in composition["volumes"], source


def test_settings_given_to_the_containers_are_known(composition: dict[str, Any]) -> None:
    documented = (ROOT / ".env.example").read_text() + (ROOT / "metrics_sidecar" / "settings.py").read_text()
    for name in ("control-a", "control-b", "sidecar"):
        for variable in composition["services"][name]["environment"]:
            assert variable.removesuffix("_FILE") in documented, variable


def test_compose_itself_accepts_the_file(tmp_path: Path) -> None:
    docker = shutil.which("docker")
    tried = [docker or "", "compose", "version"]
    if docker is None or subprocess.run(tried, capture_output=True, timeout=30, check=False).returncode:
        pytest.skip("docker compose is not here")
    asked = subprocess.run(
        [docker, "compose", "-f", COMPOSE, "--profile", "*", "config", "--quiet"],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert asked.returncode == 0, asked.stderr
