"""Writes the description of the control plane's API that the dashboard's types are made from.

    python scripts/openapi.py            writes dashboard/openapi.json
    python scripts/openapi.py --check    only says whether it is up to date

The gateway is put together with empty settings and neither started nor connected to anything.
"""

import argparse
import asyncio
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "dashboard" / "openapi.json"


def description() -> str:
    """The whole file, the same on every machine."""
    with tempfile.TemporaryDirectory() as folder:
        return json.dumps(asyncio.run(_ask(Path(folder))), indent=2, sort_keys=True, ensure_ascii=False) + "\n"


async def _ask(folder: Path) -> object:
    from control_plane.app import create_app
    from control_plane.settings import Settings
    from control_plane.wiring import build_gateway

    app = create_app(build_gateway(Settings(data_dir=folder)))
    answer = await app.test_client().get("/openapi.json", scope_base={"client": ("127.0.0.1", 0)})
    if answer.status_code != 200:
        raise SystemExit(f"/openapi.json answered {answer.status_code}")
    return await answer.get_json()


def main(arguments: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="write nothing; exit with 1 when the file is out of date")
    wanted = parser.parse_args(arguments)
    text = description()
    if not wanted.check:
        TARGET.write_text(text, encoding="utf-8")
        print(f"{TARGET.relative_to(ROOT)} written")
        return 0
    if TARGET.is_file() and TARGET.read_text(encoding="utf-8") == text:
        print(f"{TARGET.relative_to(ROOT)} is up to date")
        return 0
    print(f"{TARGET.relative_to(ROOT)} is out of date: run python scripts/openapi.py")
    return 1


if __name__ == "__main__":
    sys.path.insert(0, str(ROOT))
    sys.exit(main())
