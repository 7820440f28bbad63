"""The rules of the house, over the whole tree. The way out stands in each message."""

import pytest

from tests.gates import borders, coverage, sizes, texts, walls
from tests.gates.exceptions import EXEMPTIONS
from tests.gates.house import ROOT, Breach, Rule

RULES: tuple[Rule, ...] = (
    sizes.file_lines,
    sizes.function_lines,
    sizes.depth,
    sizes.parameters,
    borders.environment,
    borders.clock,
    borders.tasks,
    borders.core_is_pure,
    borders.web_server,
    borders.adapters_by_name,
    borders.settings_readers,
    borders.module_names,
    borders.packages,
    coverage.core_tests,
    texts.words,
    texts.links,
    walls.reachable_subqueries,
)

pytestmark = pytest.mark.gate


def is_exempt(breach: Breach) -> bool:
    return any((breach.rule, breach.path) == (exempt.rule, exempt.path) for exempt in EXEMPTIONS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_the_tree_keeps_the_rule(rule: Rule) -> None:
    breaches = [str(breach) for breach in rule() if not is_exempt(breach)]
    assert not breaches, f"{len(breaches)} place(s) break the rule `{rule.__name__}`:\n  " + "\n  ".join(breaches)


def test_every_exemption_is_still_needed_and_says_why() -> None:
    broken = {(breach.rule, breach.path) for rule in RULES for breach in rule()}
    for exempt in EXEMPTIONS:
        assert len(exempt.reason.split()) >= 5, f"{exempt.path}: say why it is exempt from `{exempt.rule}`"
        assert (exempt.rule, exempt.path) in broken, (
            f"{exempt.path} keeps `{exempt.rule}`: take it out of tests/gates/exceptions.py"
        )


def test_the_gates_look_at_something() -> None:
    assert (ROOT / "pyproject.toml").is_file()
    assert (ROOT / "control_plane" / "core").is_dir()
