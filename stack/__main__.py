"""The command `python -m stack`."""

import sys

from stack.footprint import footprint
from stack.options import EdgeOptions, parse
from stack.serving import serve_edge
from stack.up import up


def main() -> int:
    options = parse(sys.argv[1:])
    if isinstance(options, EdgeOptions):
        serve_edge(options)
    return up(options) if options.command == "up" else footprint()


if __name__ == "__main__":
    sys.exit(main())
