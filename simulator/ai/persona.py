"""What a simulated language model answers: the rules of a persona, tried in order."""

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from simulator.letters import plain

_EMPTY_VALUES: Final[Mapping[str, Any]] = {
    "string": "", "integer": 0, "number": 0, "boolean": False, "array": [], "object": {},
}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class ToolCall:
    name: str
    arguments: Mapping[str, Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What is said, and at most one tool that is used afterwards."""

    text: str
    tool: ToolCall | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Holds when `when` is found in the last user text, in lower case without accents, after so many replies.

    `say` are variants, taken in turn; `{name}` stands for a named group of `when` or for a remembered word.
    """

    when: re.Pattern[str]
    say: tuple[str, ...]
    tool: ToolCall | None = None
    replies: tuple[int, int] = (0, 1_000_000)
    """Assistant messages so far, from and to, both included."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Memory:
    """A word to be remembered from anything the user said, and what stands in for it before."""

    find: re.Pattern[str]
    otherwise: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Persona:
    """One role. It remembers nothing by itself: everything follows from the messages of the request."""

    name: str
    language: str
    marks: frozenset[str]
    """Frequent words of the language, without accents."""
    rules: tuple[Rule, ...]
    otherwise: tuple[str, ...]
    after_tool: Mapping[str, str] = field(default_factory=dict)
    """What is said once the named tool has answered; `*` for any other; empty for nothing."""
    memory: Mapping[str, Memory] = field(default_factory=dict)

    def answer(self, texts: Sequence[str], *, replies: int, tools: Mapping[str, Mapping[str, Any]]) -> Reply:
        """To the user's `texts`, after so many replies; `tools` maps the names on offer to their input schemas."""
        last = texts[-1] if texts else ""
        for rule in self.rules:
            found = rule.when.search(plain(last))
            if found is not None and rule.replies[0] <= replies <= rule.replies[1]:
                words = {name: last[slice(*found.span(name))] for name in found.groupdict() if found[name] is not None}
                text = _fill(rule.say[replies % len(rule.say)], {**self._remembered(texts), **words})
                return Reply(text=text, tool=_offered(rule.tool, tools))
        return Reply(text=_fill(self.otherwise[replies % len(self.otherwise)], self._remembered(texts)))

    def closing(self, tool: str) -> str:
        """What is said after the result of `tool`."""
        return self.after_tool.get(tool, self.after_tool.get("*", ""))

    def _remembered(self, texts: Sequence[str]) -> dict[str, str]:
        words = {name: memory.otherwise for name, memory in self.memory.items()}
        for text in texts:
            for name, memory in self.memory.items():
                if (found := memory.find.search(plain(text))) is not None:
                    words[name] = text[slice(*found.span("it"))].strip(".,;!?").capitalize()
        return words


@lru_cache(maxsize=1)
def personas() -> tuple[Persona, ...]:
    """All that ship with the simulator, in the order of their names."""
    folder = files("simulator") / "personas"
    found = sorted(entry.name for entry in folder.iterdir() if entry.name.endswith(".json"))
    return tuple(parse_persona(json.loads((folder / name).read_text("utf-8"))) for name in found)


def parse_persona(data: Mapping[str, Any]) -> Persona:
    """Read the JSON form. Raises KeyError, re.error."""
    return Persona(
        name=data["name"],
        language=data["language"],
        marks=frozenset(data["marks"]),
        rules=tuple(_rule(rule) for rule in data["rules"]),
        otherwise=tuple(data["otherwise"]),
        after_tool=data.get("after_tool", {}),
        memory={
            name: Memory(find=re.compile(entry["find"]), otherwise=entry["otherwise"])
            for name, entry in data.get("memory", {}).items()
        },
    )


def choose(candidates: Sequence[Persona], *, system: str, texts: Iterable[str]) -> Persona:
    """The persona that the system prompt names.

    Else the one whose language the user speaks; if that is not clear, the one of the system prompt; else the last.
    """
    named = next((persona for persona in candidates if persona.name in system), None)
    if named is not None:
        return named
    for text in (" ".join(texts), system):
        words = re.findall(r"\w+", plain(text))
        scores = [sum(word in persona.marks for word in words) for persona in candidates]
        best = max(scores)
        if scores.count(best) == 1:
            return candidates[scores.index(best)]
    return candidates[-1]


def arguments_for(schema: Mapping[str, Any], wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Arguments that satisfy a tool's schema: what is wanted and known, and something for every required one."""
    known: Mapping[str, Any] = schema.get("properties") or {}
    arguments = {name: value for name, value in wanted.items() if not known or name in known}
    for name in schema.get("required", ()):
        arguments.setdefault(name, _some(known.get(name, {})))
    return {name: _permitted(value, known.get(name, {})) for name, value in arguments.items()}


def _some(schema: Mapping[str, Any]) -> Any:
    return _EMPTY_VALUES.get(schema.get("type", "string"), "")


def _permitted(value: Any, schema: Mapping[str, Any]) -> Any:
    allowed = schema.get("enum")
    return allowed[0] if allowed and value not in allowed else value


def _offered(tool: ToolCall | None, tools: Mapping[str, Mapping[str, Any]]) -> ToolCall | None:
    if tool is None or tool.name not in tools:
        return None
    return ToolCall(name=tool.name, arguments=arguments_for(tools[tool.name], tool.arguments))


def _rule(data: Mapping[str, Any]) -> Rule:
    tool = data.get("tool")
    limits = data.get("replies", (0, 1_000_000))
    return Rule(
        when=re.compile(data["when"]),
        say=tuple(data["say"]),
        tool=ToolCall(name=tool["name"], arguments=tool.get("arguments", {})) if tool else None,
        replies=(limits[0], limits[1]),
    )


def _fill(template: str, words: Mapping[str, str]) -> str:
    return re.sub(r"{(\w+)}", lambda match: words.get(match[1], match[0]), template)
