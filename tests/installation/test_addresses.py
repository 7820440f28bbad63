"""Whoever examines a running installation is told where it really is."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

from stack.addresses import FILE_NAME, doctor_command, told
from stack.plan import ROOT, Plan


def plan(folder: Path, *, nodes: Mapping[str, int], sidecar: int = 3009, edge: int = 8080, public: str = "") -> Plan:
    return Plan(
        cwd=ROOT,
        data=folder,
        logs=folder,
        token="t",
        environment={},
        nodes=nodes,
        sidecar_port=sidecar,
        edge_port=edge,
        public=public,
    )


def test_the_doctor_is_sent_to_the_ports_that_were_chosen(tmp_path: Path) -> None:
    ordinary, other = plan(tmp_path, nodes={"main": 3008}), plan(tmp_path, nodes={"main": 5}, sidecar=6, edge=7)
    assert doctor_command(ordinary) == ".venv/bin/gateway doctor --url http://127.0.0.1:8080"
    expected = "SIDECAR_URL=http://127.0.0.1:6 .venv/bin/gateway doctor --url http://127.0.0.1:7"
    assert doctor_command(other) == expected


def test_addresses_lie_in_the_data_folder_as_long_as_it_runs(tmp_path: Path) -> None:
    with told(plan(tmp_path, nodes={"a": 1, "b": 2})):
        assert json.loads((tmp_path / FILE_NAME).read_text()) == {
            "process": os.getpid(),
            "url": "http://127.0.0.1:8080",
            "sidecar_url": "http://127.0.0.1:3009",
            "control_planes": {"a": "http://127.0.0.1:1", "b": "http://127.0.0.1:2"},
        }
    assert list(tmp_path.iterdir()) == []


def test_carriers_are_given_the_address_that_leads_to_any_control_plane(tmp_path: Path) -> None:
    two = plan(tmp_path, nodes={"a": 1, "b": 2}, public="https://calls.example.com")
    assert two.carriers == "https://calls.example.com"
    assert two.webhook_base("a") == "https://calls.example.com/n/a"
    assert plan(tmp_path, nodes={"a": 1, "b": 2}).carriers == "http://127.0.0.1:8080"
