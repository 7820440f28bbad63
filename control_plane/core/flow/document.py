"""The document of a flow: what it has to look like, and the path of everything in it that is wrong.

A flow is a graph. `start` names the node that comes first; a node has an `id`, a `kind` and the fields of its kind, and
its `edges` name the nodes that may follow. It ends where a node of an ending kind is reached.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from control_plane.core.refusals import Fault

FORMAT: Final = 1
"""Of exported documents."""

MAX_NODES: Final = 300
MAX_EDGES: Final = 40
MAX_TEXT: Final = 4000
MAX_FAULTS: Final = 100
LONGEST_ID: Final = 64

LANGUAGES: Final = ("es", "en")


@dataclass(frozen=True, slots=True, kw_only=True)
class Kind:
    """What a node of one kind has. `needed` are texts that say something; `lists` are lists that are not empty."""

    needed: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    least: int = 1
    """Edges it has at least; an ending kind has none."""
    most: int = 1


KINDS: Final[Mapping[str, Kind]] = {
    "say": Kind(needed=("text",)),
    "ask": Kind(needed=("text", "slot"), optional=("type", "retries", "choices"), most=MAX_EDGES),
    "menu": Kind(needed=("text",), lists=("options",), optional=("retries",), most=MAX_EDGES),
    "collect": Kind(lists=("slots",), optional=("text", "retries"), most=MAX_EDGES),
    "branch": Kind(least=1, most=MAX_EDGES),
    "think": Kind(needed=("goal",), optional=("tools", "slots", "max_turns"), most=MAX_EDGES),
    "tool": Kind(needed=("tool",), optional=("arguments", "save_as"), most=MAX_EDGES),
    "transfer": Kind(optional=("to", "text"), least=0),
    "handoff": Kind(optional=("text", "team"), least=0),
    "hangup": Kind(optional=("text",), least=0, most=0),
}
"""Every kind of node. An edge of a branching kind may have a condition in `when`."""

ALWAYS: Final = frozenset({"id", "kind", "edges", "title", "position"})
TOP: Final = frozenset({"start", "nodes", "slots", "language", "title", "description"})
EDGE: Final = frozenset({"to", "when", "label"})
TEXTS: Final = frozenset({"text", "goal", "tool", "slot", "to", "team", "save_as", "type", "title"})
LISTS: Final = frozenset({"options", "slots", "choices", "tools"})


@dataclass(slots=True)
class _Graph:
    """The nodes that have a usable id, and who leads to whom."""

    places: dict[str, int] = field(default_factory=dict)
    edges: dict[str, list[str]] = field(default_factory=dict)


def faults(document: Mapping[str, Any]) -> tuple[Fault, ...]:
    """Everything that keeps the document from being a flow, by path (`nodes.3.edges.0.to`); empty: nothing does."""
    found: list[Fault] = []
    for fault in _faults(document):
        found.append(fault)
        if len(found) == MAX_FAULTS:
            break
    return tuple(found)


def _faults(document: Mapping[str, Any]) -> Iterator[Fault]:
    yield from (Fault(name, "there is no such field") for name in sorted(set(document) - TOP))
    if document.get("language", "es") not in LANGUAGES:
        yield Fault("language", f"one of {', '.join(LANGUAGES)}")
    slots = document.get("slots", [])
    if not (isinstance(slots, Sequence) and not isinstance(slots, str) and all(map(_is_name, slots))):
        yield Fault("slots", "a list of names")
    nodes = document.get("nodes")
    if not isinstance(nodes, list) or not nodes:
        yield Fault("nodes", "a flow has one node at least")
        return
    if len(nodes) > MAX_NODES:
        yield Fault("nodes", f"at most {MAX_NODES} nodes")
        return
    graph = _Graph()
    for position, node in enumerate(nodes):
        yield from _of_node(node, f"nodes.{position}", graph=graph, position=position)
    yield from _of_targets(nodes, graph)
    yield from _of_start(document.get("start"), graph)


def _of_node(node: Any, path: str, *, graph: _Graph, position: int) -> Iterator[Fault]:
    if not isinstance(node, Mapping):
        yield Fault(path, "a node is an object")
        return
    name = str(node.get("id", ""))
    if not _is_name(node.get("id")):
        yield Fault(f"{path}.id", f"a name of 1 to {LONGEST_ID} letters, digits, - and _")
    elif name in graph.places:
        yield Fault(f"{path}.id", f"nodes.{graph.places[name]} has the same id")
    else:
        graph.places[name] = position
    kind = KINDS.get(str(node.get("kind", "")))
    if kind is None:
        yield Fault(f"{path}.kind", f"one of {', '.join(KINDS)}")
        return
    yield from _of_fields(node, kind, path=path)
    yield from _of_edges(node.get("edges", []), kind, path=f"{path}.edges")


def _of_fields(node: Mapping[str, Any], kind: Kind, *, path: str) -> Iterator[Fault]:
    known = ALWAYS.union(kind.needed, kind.lists, kind.optional)
    yield from (Fault(f"{path}.{name}", "this kind has no such field") for name in sorted(set(node) - known))
    for name in kind.needed:
        if not str(node.get(name, "")).strip():
            yield Fault(f"{path}.{name}", "it must not be empty")
    for name in kind.lists:
        if not node.get(name):
            yield Fault(f"{path}.{name}", "it must not be empty")
    for name, value in node.items():
        if name in TEXTS and not (isinstance(value, str) and len(value) <= MAX_TEXT):
            yield Fault(f"{path}.{name}", f"a text of at most {MAX_TEXT} characters")
        if name in LISTS and not isinstance(value, list):
            yield Fault(f"{path}.{name}", "a list")


def _of_edges(edges: Any, kind: Kind, *, path: str) -> Iterator[Fault]:
    if not isinstance(edges, list):
        yield Fault(path, "a list")
        return
    if not kind.least <= len(edges) <= kind.most:
        wanted = f"exactly {kind.least}" if kind.least == kind.most else f"{kind.least} to {kind.most}"
        yield Fault(path, f"this kind has {wanted}, here are {len(edges)}")
    for position, edge in enumerate(edges):
        at = f"{path}.{position}"
        if not isinstance(edge, Mapping):
            yield Fault(at, "an edge is an object with `to`")
            continue
        yield from (Fault(f"{at}.{name}", "an edge has no such field") for name in sorted(set(edge) - EDGE))
        if not isinstance(edge.get("when", ""), str):
            yield Fault(f"{at}.when", "a condition is a text")
        if not edge.get("when") and position < len(edges) - 1 and kind is KINDS["branch"]:
            yield Fault(f"{at}.when", "without a condition the edges after it are never taken")


def _of_targets(nodes: Sequence[Any], graph: _Graph) -> Iterator[Fault]:
    for position, node in enumerate(nodes):
        edges = node.get("edges", []) if isinstance(node, Mapping) else []
        for place, edge in enumerate(edges if isinstance(edges, list) else []):
            if not isinstance(edge, Mapping):
                continue
            target = edge.get("to")
            if not (isinstance(target, str) and target in graph.places):
                yield Fault(f"nodes.{position}.edges.{place}.to", "there is no node with this id")
            elif graph.places.get(str(node.get("id"))) == position:
                graph.edges.setdefault(str(node["id"]), []).append(target)


def _of_start(start: Any, graph: _Graph) -> Iterator[Fault]:
    if not (isinstance(start, str) and start in graph.places):
        yield Fault("start", "there is no node with this id")
        return
    reached, waiting = {start}, [start]
    while waiting:
        fresh = [target for target in graph.edges.get(waiting.pop(), []) if target not in reached]
        reached.update(fresh)
        waiting += fresh
    for name, position in graph.places.items():
        if name not in reached:
            yield Fault(f"nodes.{position}", f"nothing leads to {name}")


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= LONGEST_ID and value.replace("-", "").replace("_", "").isalnum()
