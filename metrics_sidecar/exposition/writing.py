"""Writing families of several processes as one exposition, each family once."""

from collections.abc import Collection, Iterable, Iterator
from typing import Final

from metrics_sidecar.exposition.families import Family

TEXT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
OPENMETRICS_TYPE: Final = "application/openmetrics-text; version=1.0.0; charset=utf-8"
OPENMETRICS_END: Final = "# EOF\n"

_TEXT_KINDS: Final = {"info": "gauge", "stateset": "gauge", "unknown": "untyped"}
_TEXT_ENDINGS: Final = {"counter": "_total", "info": "_info"}
"""What the text format has in the family's name and OpenMetrics in the sample's only."""


def merged(readings: Iterable[Iterable[Family]], *, reserved: Collection[str] = ()) -> list[Family]:
    """One family per name, with everybody's samples. Where two processes disagree about what a name is, the first is
    right and the other's samples are left out; names of samples in `reserved` belong to nobody."""
    families: dict[str, Family] = {}
    owners: dict[str, str] = dict.fromkeys(reserved, "")
    for family in (family for reading in readings for family in reading if family.samples):
        known = families.get(family.name)
        if known is not None and known.kind != family.kind:
            continue
        names = (family.name, *family.sample_names())
        if any(owners.get(name, family.name) != family.name for name in names):
            continue
        if known is None:
            known = Family(name=family.name, kind=family.kind, help=family.help, unit=family.unit)
            families[family.name] = known
            owners |= dict.fromkeys(names, family.name)
        known.samples.extend(family.samples)
    return list(families.values())


def text(families: Iterable[Family]) -> str:
    """Prometheus text 0.0.4: no exemplars, no units."""
    return "".join(line for family in families for line in _text_lines(family))


def openmetrics(families: Iterable[Family]) -> str:
    """OpenMetrics 1.0 without its last line, `OPENMETRICS_END`."""
    return "".join(line for family in families for line in _openmetrics_lines(family))


def _text_lines(family: Family) -> Iterator[str]:
    name = family.name + _TEXT_ENDINGS.get(family.kind, "")
    # HELP knows two escapes in this format.
    yield f"# HELP {name} {_line(family.help)}\n# TYPE {name} {_TEXT_KINDS.get(family.kind, family.kind)}\n"
    for sample in family.samples:
        yield f"{family.name}{sample.suffix}{_braces(sample.labels)} {sample.value}\n"


def _openmetrics_lines(family: Family) -> Iterator[str]:
    name = family.name
    quoted = _line(family.help).replace('"', '\\"')
    yield f"# HELP {name} {quoted}\n# TYPE {name} {family.kind}\n"
    if family.unit:
        yield f"# UNIT {name} {family.unit}\n"
    for sample in family.samples:
        exemplar = f" # {sample.exemplar}" if sample.exemplar else ""
        yield f"{name}{sample.suffix}{_braces(sample.labels)} {sample.value}{exemplar}\n"


def _line(help_text: str) -> str:
    return help_text.replace("\\", "\\\\").replace("\n", "\\n")


def _braces(labels: str) -> str:
    return f"{{{labels}}}" if labels else ""
