"""The command `python -m benchmarks.turns`: how human the turn taking is, with each strategy.

For each strategy a fresh simulator and a fresh gateway are started, and all scenes are played, some at a time.
"""

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Final

from benchmarks import machine, tables
from benchmarks.stack import Plan, Stack
from benchmarks.turns_play import play
from benchmarks.turns_results import TurnResult, evaluate
from benchmarks.turns_tables import cost_rows, figure_rows, missed
from simulator.ai.scene_personas import PREFIXES
from simulator.caller.scenes import SCENES, Scene, scenes

STRATEGIES: Final[Mapping[str, Mapping[str, str]]] = {
    "fixed": {"TURN_ENDPOINTING": "fixed", "TURN_SPECULATION": "false"},
    "adaptive": {"TURN_ENDPOINTING": "adaptive", "TURN_SPECULATION": "false"},
    "semantic": {"TURN_ENDPOINTING": "semantic", "TURN_SPECULATION": "false"},
    "semantic+speculation": {"TURN_ENDPOINTING": "semantic", "TURN_SPECULATION": "true"},
}


def main() -> int:
    options = _options()
    wanted = _wanted(options)
    if not wanted:
        print("No scene has such a name.", file=sys.stderr)
        return 2
    cores = machine.divide(machine.available_cores(), options.pin)
    machine.settle(cores.others)
    results = []
    for strategy in options.strategies:
        settings = {
            **STRATEGIES[strategy],
            "TURN_MODEL": options.model,
            "MAX_CALLS": str(options.at_once + 10),
            "RECORD_CALLS": "false",
        }
        with Stack(Plan(cores=cores, settings=settings, seed=options.seed)) as stack:
            result = evaluate(strategy, play(stack, wanted, at_once=options.at_once, persona=PREFIXES[options.corpus]))
        results.append(result)
        _print_one(result)
    _print_all(results)
    if options.json:
        document = {"machine": machine.describe(), "results": [asdict(result) for result in results]}
        options.json.write_text(json.dumps(document, indent=1, ensure_ascii=False) + "\n")
    return 1 if any(result.invalid for result in results) else 0


def _wanted(options: argparse.Namespace) -> list[Scene]:
    repeat: int = options.repeat
    chosen = [
        scene
        for scene in scenes(options.corpus)
        if (not options.scenes or any(part in scene.name for part in options.scenes))
        and options.language in ("", scene.language)
    ]
    return chosen * repeat


def _print_one(result: TurnResult) -> None:
    print(f"\n{result.strategy}, {result.seconds:.0f} s")
    print("\n".join(f"  {line}" for line in result.failures))
    stages = (f"{name.removesuffix('_ms')} {tables.number(one['p50'], 0)}" for name, one in result.stages_ms.items())
    print(f"  stages, p50 in ms: {', '.join(stages)}")
    for doubt in result.invalid:
        print(f"  invalid: {doubt}")
    for sentence in missed(result):
        print(f"  missed: {sentence}")
    sys.stdout.flush()


def _print_all(results: Sequence[TurnResult]) -> None:
    print("\n", tables.markdown(figure_rows(results)), "\n\n", tables.markdown(cost_rows(results)), sep="")


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.turns", description="How human the turn taking is.")
    parser.add_argument("--strategies", type=_strategies, default=list(STRATEGIES), metavar="NAME,NAME,…")
    parser.add_argument("--corpus", choices=tuple(SCENES), default="tuned", help="held_out: nothing was tuned with it")
    parser.add_argument("--model", default="off", help="that hears the end of a turn: auto, or the path of its weights")
    parser.add_argument("--scenes", type=_parts, default=[], metavar="NAME,NAME,…", help="parts of the names of scenes")
    parser.add_argument("--language", choices=("", "es", "en"), default="")
    parser.add_argument("--at-once", type=int, default=20, help="so many calls at a time")
    parser.add_argument("--repeat", type=int, default=1, help="how often each scene is played")
    parser.add_argument("--seed", type=int, default=1, help="of the delays that are drawn")
    parser.add_argument("--pin", type=int, default=0, metavar="CORE", help="the core of the gateway")
    parser.add_argument("--json", type=Path, metavar="FILE", help="everything, for programs")
    return parser.parse_args()


def _parts(text: str) -> list[str]:
    return [part for part in text.split(",") if part]


def _strategies(text: str) -> list[str]:
    names = _parts(text)
    unknown = set(names) - set(STRATEGIES)
    if unknown or not names:
        raise argparse.ArgumentTypeError(f"strategies are {', '.join(STRATEGIES)}")
    return names


if __name__ == "__main__":
    sys.exit(main())
