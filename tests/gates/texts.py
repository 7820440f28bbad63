"""What the texts of the tree must not say, and where their links must lead."""

import re
from collections.abc import Iterator
from pathlib import Path

from tests.gates.house import ROOT, Breach, tree_files

LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")
HEADING = re.compile(r"^#{1,6} +(.+?) *$", re.M)
CODE = re.compile(r"^```.*?^```", re.M | re.S)

# Put together from parts, so that this file does not contain what it looks for.
OF_ONE_MACHINE = (
    "/wo" + "rk/",
    "/ro" + "ot/",
    "/home/" + "user",
    "/opt/" + "wheels",
    "/opt/" + "pypi",
    "/tmp/" + "plan",
)
OF_TOOLS = (
    "claude" + " code",
    "chat" + "gpt",
    "co" + "pilot",
    "co-authored" + "-by",
    "generated" + " with",
    "as an" + " ai",
)
OF_HISTORY = (r"\bTO" + r"DO\b", r"\bFIX" + r"ME\b", r"\bX" + r"XX\b", r"\bHA" + r"CK\b")
FORBIDDEN = {
    "a path of one machine": re.compile(r"(?<![\w.])(?:" + "|".join(map(re.escape, OF_ONE_MACHINE)) + ")"),
    "a tool that texts are written with": re.compile("|".join(OF_TOOLS), re.I),
    "work that is left": re.compile("|".join(OF_HISTORY)),
}
BINARY = {".wav", ".png", ".jpg", ".ico", ".woff2", ".gz", ".onnx", ".raw", ".ulaw"}
MADE_BY_OTHERS = {"requirements.lock", "requirements-dev.lock"}


def words() -> Iterator[Breach]:
    for path in tree_files():
        if path.suffix in BINARY or path.name in MADE_BY_OTHERS:
            continue
        text = path.read_text(encoding="utf-8", errors="replace")
        for what, pattern in FORBIDDEN.items():
            for found in pattern.finditer(text):
                line = text.count("\n", 0, found.start()) + 1
                name = path.relative_to(ROOT).as_posix()
                yield Breach(
                    rule="words", path=name, what=f":{line} names {what} ({found.group()!r}): say it otherwise"
                )


def links() -> Iterator[Breach]:
    """Relative links of the documents lead to a file, and to a heading in it."""
    for document in tree_files():
        if document.suffix != ".md":
            continue
        text = CODE.sub("", document.read_text(encoding="utf-8"))
        for target in LINK.findall(text):
            if re.match(r"[a-z]+:", target):
                continue
            place, _, anchor = target.partition("#")
            file = (document.parent / place).resolve() if place else document
            if not file.exists() or (anchor and anchor not in _anchors(file)):
                name = document.relative_to(ROOT).as_posix()
                yield Breach(rule="links", path=name, what=f": the link to {target} leads nowhere")


def _anchors(document: Path) -> set[str]:
    headings = HEADING.findall(CODE.sub("", document.read_text(encoding="utf-8")))
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
