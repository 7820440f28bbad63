"""A flow's document is checked to its depth, and every fault has its path."""

from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from control_plane.core.flow.document import KINDS, MAX_FAULTS, MAX_NODES, MAX_TEXT, faults

WHOLE: dict[str, Any] = {
    "start": "hello",
    "language": "es",
    "slots": ["day"],
    "nodes": [
        {"id": "hello", "kind": "say", "text": "Hola.", "edges": [{"to": "menu"}]},
        {
            "id": "menu",
            "kind": "menu",
            "text": "¿Cita o ventas?",
            "options": ["cita", "ventas"],
            "edges": [{"to": "day", "when": "option == 'cita'"}, {"to": "person"}],
        },
        {"id": "day", "kind": "ask", "text": "¿Qué día?", "slot": "day", "edges": [{"to": "check"}]},
        {"id": "check", "kind": "branch", "edges": [{"to": "think", "when": "day"}, {"to": "day"}]},
        {"id": "think", "kind": "think", "goal": "Acordar la hora.", "edges": [{"to": "data"}]},
        {"id": "data", "kind": "collect", "slots": ["name"], "edges": [{"to": "book"}]},
        {"id": "book", "kind": "tool", "tool": "book", "edges": [{"to": "bye"}]},
        {"id": "bye", "kind": "hangup", "text": "Adiós."},
        {"id": "person", "kind": "transfer", "edges": [{"to": "human"}]},
        {"id": "human", "kind": "handoff"},
    ],
}


def broken(place: int, **fields: Any) -> list[tuple[str, str]]:
    """The faults when a node says something else; None takes the field away."""
    document = deepcopy(WHOLE)
    node = document["nodes"][place]
    for name, value in fields.items():
        node[name] = value
        if value is None:
            del node[name]
    return [(fault.field, fault.message) for fault in faults(document)]


def test_a_whole_flow_has_no_faults_and_uses_every_kind() -> None:
    assert faults(WHOLE) == ()
    assert {node["kind"] for node in WHOLE["nodes"]} == set(KINDS)


@pytest.mark.parametrize(
    ("place", "fields", "path"),
    [
        (0, {"text": " "}, "nodes.0.text"),
        (0, {"text": "x" * (MAX_TEXT + 1)}, "nodes.0.text"),
        (0, {"text": 7}, "nodes.0.text"),
        (0, {"colour": "red"}, "nodes.0.colour"),
        (0, {"kind": "sing"}, "nodes.0.kind"),
        (0, {"kind": None}, "nodes.0.kind"),
        (0, {"edges": []}, "nodes.0.edges"),
        (0, {"edges": "menu"}, "nodes.0.edges"),
        (0, {"edges": ["menu"]}, "nodes.0.edges.0"),
        (0, {"edges": [{"to": "menu", "if": "x"}]}, "nodes.0.edges.0.if"),
        (0, {"edges": [{"to": "menu", "when": 1}]}, "nodes.0.edges.0.when"),
        (0, {"edges": [{"to": "nowhere"}]}, "nodes.0.edges.0.to"),
        (0, {"edges": [{"to": ["menu"]}]}, "nodes.0.edges.0.to"),
        (1, {"options": []}, "nodes.1.options"),
        (1, {"options": "cita"}, "nodes.1.options"),
        (3, {"edges": [{"to": "think"}, {"to": "day", "when": "x"}]}, "nodes.3.edges.0.when"),
        (7, {"edges": [{"to": "hello"}]}, "nodes.7.edges"),
        (7, {"id": "hello"}, "nodes.7.id"),
        (7, {"id": "two words"}, "nodes.7.id"),
        (7, {"id": None}, "nodes.7.id"),
        (9, {"id": ""}, "nodes.9.id"),
    ],
)
def test_every_fault_of_a_node_has_its_path(place: int, fields: dict[str, Any], path: str) -> None:
    assert path in [field for field, _ in broken(place, **fields)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"nodes": []}, "nodes"),
        ({"nodes": {}}, "nodes"),
        ({"nodes": [3]}, "nodes.0"),
        ({"nodes": [{}] * (MAX_NODES + 1)}, "nodes"),
        ({"start": "nowhere"}, "start"),
        ({"start": ["hello"]}, "start"),
        ({"language": "fr"}, "language"),
        ({"slots": "day"}, "slots"),
        ({"slots": [""]}, "slots"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_every_fault_of_the_whole_has_its_path(fields: dict[str, Any], path: str) -> None:
    assert path in [fault.field for fault in faults({**WHOLE, **fields})]


def test_a_node_that_nothing_leads_to_is_named() -> None:
    assert broken(8, edges=[]) == [("nodes.9", "nothing leads to human")]


def test_of_very_many_faults_only_some_are_told() -> None:
    assert len(faults({**WHOLE, "nodes": [3] * MAX_NODES})) == MAX_FAULTS


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)
NODE = st.fixed_dictionaries(
    {},
    optional=dict.fromkeys(("id", "text", "options", "slots", "edges"), JSON) | {"kind": st.sampled_from([*KINDS])},
)


@given(
    st.fixed_dictionaries({"start": JSON, "nodes": st.lists(NODE | JSON, max_size=4) | JSON}, optional={"slots": JSON})
)
def test_whatever_it_is_it_can_be_checked(document: dict[str, Any]) -> None:
    assert faults(document)
