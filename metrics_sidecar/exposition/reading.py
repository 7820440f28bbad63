"""Reading an exposition of a process that is not trusted to write a good one.

Both formats are read: Prometheus text 0.0.4 and OpenMetrics 1.0. What is not well formed is left out and counted; what
remains can be written out again without breaking the whole. Samples get the label `process`; one they have already
becomes `exported_process`, as Prometheus does it. Times of samples are left out.
"""

import re
from dataclasses import dataclass, field
from typing import Final

from metrics_sidecar.exposition.families import SUFFIXES, Family, Sample, escaped

MOST_SAMPLES: Final = 20_000
LONGEST_LINE: Final = 4096
LONGEST_HELP: Final = 500
LONGEST_EXEMPLAR: Final = 128
"""Characters of its labels; the specification's limit."""

_NAME: Final = r"[a-zA-Z_:][a-zA-Z0-9_:]*+"
_PAIR: Final = r'[a-zA-Z_][a-zA-Z0-9_]*+="(?:[^"\\]|\\[\\"n])*+"'
_LABELS: Final = rf"(?:{_PAIR}(?:,{_PAIR})*+,?)?"
_LINE: Final = re.compile(
    rf"({_NAME})[ \t]*(?:\{{({_LABELS})\}})?[ \t]+([^\s_#]++)(?:[ \t]+[^\s_#]++)?[ \t]*(?:# (\{{{_LABELS}\}} [^\n]++))?"
)
_PAIRS: Final = re.compile(r'([a-zA-Z_][a-zA-Z0-9_]*+)="((?:[^"\\]|\\[\\"n])*+)"')
_EXEMPLAR: Final = re.compile(rf"\{{({_LABELS})\}} ([^\s_#]++)(?: ([0-9.+eE-]++))?")
_ABOUT: Final = re.compile(rf"# (HELP|TYPE|UNIT) ({_NAME})(?: (.*))?")
_TEXT_KINDS: Final = {"untyped": "unknown"}


@dataclass(slots=True, kw_only=True)
class Reading:
    """What one process exposed. `dropped` counts lines that could not be used."""

    families: dict[str, Family] = field(default_factory=dict)
    dropped: int = 0


class NoExpositionError(ValueError):
    """The answer is no text."""


def read(body: bytes, process: str) -> Reading:
    """Raises NoExpositionError."""
    try:
        text = body.decode("utf-8")
    except UnicodeDecodeError as error:
        raise NoExpositionError("not UTF-8") from error
    return _Reader(process).read(text)


class _Reader:
    def __init__(self, process: str) -> None:
        self._label = f'process="{escaped(process)}"'
        self._reading = Reading()
        self._owners: dict[str, tuple[Family, str]] = {}
        """Name of a sample to its family and its ending there."""
        self._about: dict[tuple[str, str], str] = {}
        self._seen: set[tuple[str, frozenset[tuple[str, str]]]] = set()
        self._created: set[str] = set()

    def read(self, text: str) -> Reading:
        for line in text.split("\n"):  # splitlines() would also split at characters that labels may hold
            if not line or line == "# EOF":
                continue
            taken = len(line) <= LONGEST_LINE and (self._comment(line) if line[0] == "#" else self._sample(line))
            self._reading.dropped += not taken
        self._describe()
        return self._reading

    def _comment(self, line: str) -> bool:
        found = _ABOUT.fullmatch(line)
        if not found:
            return True
        what, name, text = found.groups(default="")
        if what == "TYPE":
            return self._declare(name, text.strip())
        self._about.setdefault((what, name), text[:LONGEST_HELP])
        return True

    def _declare(self, name: str, kind: str) -> bool:
        kind = _TEXT_KINDS.get(kind, kind)
        if kind == "gauge" and name in self._created:
            return True
        if kind == "counter":
            name = name.removesuffix("_total")
        if kind not in SUFFIXES or name in self._reading.families or name in self._owners:
            return False
        self._own(Family(name=name, kind=kind))
        return True

    def _own(self, family: Family) -> None:
        self._reading.families.setdefault(family.name, family)
        for suffix in SUFFIXES[family.kind]:
            self._owners.setdefault(f"{family.name}{suffix}", (family, suffix))
        if family.kind in ("counter", "histogram", "summary"):
            self._created.add(f"{family.name}_created")

    def _sample(self, line: str) -> bool:
        found = _LINE.fullmatch(line)
        if not found or len(self._seen) >= MOST_SAMPLES:
            return False
        name, labels, value, exemplar = found.groups(default="")
        if name in self._created and name not in self._owners:
            return True
        if name not in self._owners and name not in self._reading.families:
            self._own(Family(name=name, kind="unknown"))
        if name not in self._owners:  # a counter without `_total`, say: not to be told apart from its family's name
            return False
        family, suffix = self._owners[name]
        pairs = _PAIRS.findall(labels)
        key = (name, frozenset(pairs))
        if key in self._seen or not _is_number(value) or not _fits(family.kind, suffix, pairs=dict(pairs)):
            return False
        text = self._relabelled(pairs)
        if text is None:
            return False
        self._seen.add(key)
        family.samples.append(Sample(suffix, text, value, _exemplar(exemplar, suffix) if exemplar else ""))
        return True

    def _relabelled(self, pairs: list[tuple[str, str]]) -> str | None:
        names = [name for name, _ in pairs]
        if len(set(names)) < len(names) or any(name.startswith("__") for name in names):
            return None
        if "process" in names:
            if "exported_process" in names:
                return None
            pairs = [("exported_process" if name == "process" else name, value) for name, value in pairs]
        return ",".join((self._label, *(f'{name}="{value}"' for name, value in pairs)))

    def _describe(self) -> None:
        """HELP may come before TYPE and under the name that the text format gives a counter."""
        for family in self._reading.families.values():
            names = (family.name, *family.sample_names())
            helps = (self._about[("HELP", name)] for name in names if ("HELP", name) in self._about)
            family.help = _plain(next(helps, ""))
            unit = self._about.get(("UNIT", family.name), "").strip()
            family.unit = unit if re.fullmatch(r"[a-z0-9_]+", unit) and family.name.endswith(f"_{unit}") else ""


def _fits(kind: str, suffix: str, *, pairs: dict[str, str]) -> bool:
    """Buckets and quantiles without a number would make the whole exposition unreadable."""
    if suffix == "_bucket":
        return _is_number(pairs.get("le", ""))
    if kind == "summary" and not suffix:
        return _is_number(pairs.get("quantile", ""))
    return True


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return "_" not in text and text.isascii() and text == text.strip()


def _exemplar(text: str, suffix: str) -> str:
    found = _EXEMPLAR.fullmatch(text.rstrip())
    if not found or suffix not in ("_total", "_bucket") or not _is_number(found[2]):
        return ""
    pairs = _PAIRS.findall(found[1])
    length = sum(len(name) + len(value) for name, value in pairs)
    fits = length <= LONGEST_EXEMPLAR and len({name for name, _ in pairs}) == len(pairs)
    return text.rstrip() if fits and (not found[3] or _is_number(found[3])) else ""


def _plain(help_text: str) -> str:
    """Unescaped, and on one line."""
    text = re.sub(r"\\(.)", lambda found: {"n": " "}.get(found[1], found[1]), help_text)
    return "".join(letter if letter.isprintable() else " " for letter in text)
