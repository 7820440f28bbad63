"""How large things may be."""

import ast
from collections.abc import Iterator

from tests.gates.house import PROGRAMS, Breach, Source, sources

FILE_LINES = 300
FUNCTION_LINES = 50
DEPTH = 3
PARAMETERS = 6
POSITIONAL = 2

Function = ast.FunctionDef | ast.AsyncFunctionDef
BLOCKS = (ast.If, ast.For, ast.AsyncFor, ast.While, ast.With, ast.AsyncWith, ast.Try, ast.TryStar, ast.Match)


def file_lines() -> Iterator[Breach]:
    for source in sources(*PROGRAMS):
        lines = source.text.count("\n")
        if lines > FILE_LINES:
            yield Breach(
                rule="file_lines",
                path=source.path,
                what=f": {lines} lines, at most {FILE_LINES}: give one of its reasons to change a module of its own",
            )


def function_lines() -> Iterator[Breach]:
    for source, function in _functions():
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > FUNCTION_LINES:
            yield _breach(
                "function_lines", source, function, f"{lines} lines, at most {FUNCTION_LINES}: name a step, take it out"
            )


def depth() -> Iterator[Breach]:
    for source, function in _functions():
        deepest = _depth(function.body)
        if deepest > DEPTH:
            yield _breach(
                "depth", source, function, f"{deepest} blocks deep, at most {DEPTH}: return early or take a step out"
            )


def parameters() -> Iterator[Breach]:
    for source, function in _functions():
        if function.name.startswith("__") and function.name != "__init__":
            continue  # the language fixes these signatures
        given = function.args
        positional = [argument.arg for argument in (*given.posonlyargs, *given.args)]
        if positional[:1] in (["self"], ["cls"]):
            positional = positional[1:]
        count = len(positional) + len(given.kwonlyargs)
        if count > PARAMETERS:
            yield _breach(
                "parameters",
                source,
                function,
                f"{count} parameters, at most {PARAMETERS}: some of them are one value that has no name yet",
            )
        elif len(positional) > POSITIONAL:
            yield _breach(
                "parameters",
                source,
                function,
                f"put `*` before `{positional[POSITIONAL]}`: keyword-only from the third",
            )


def _functions() -> Iterator[tuple[Source, Function]]:
    for source in sources(*PROGRAMS):
        for node in ast.walk(source.tree):
            if isinstance(node, Function):
                yield source, node


def _breach(rule: str, source: Source, function: Function, what: str) -> Breach:
    return Breach(rule=rule, path=source.path, what=f":{function.lineno} {function.name}(): {what}")


def _depth(body: list[ast.stmt]) -> int:
    """Blocks within blocks; `elif` stays on the level of its `if`, functions within count for themselves."""
    return max((1 + _below(node) for node in body if isinstance(node, BLOCKS)), default=0)


def _below(node: ast.stmt) -> int:
    match node:
        case ast.If(orelse=[ast.If() as other]):
            return max(_depth(node.body), _below(other))
        case ast.Match():
            return max(_depth(case.body) for case in node.cases)
        case ast.Try() | ast.TryStar():
            handlers = [handler.body for handler in node.handlers]
            return max(_depth(part) for part in (node.body, *handlers, node.orelse, node.finalbody))
    return max(_depth(getattr(node, part, [])) for part in ("body", "orelse"))
