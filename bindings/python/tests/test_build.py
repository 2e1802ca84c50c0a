"""The source distribution builds by itself, offline, into one wheel for Python 3.11 and later."""

from __future__ import annotations

import email
import os
import subprocess
import sys
import sysconfig
import tarfile
import zipfile
from pathlib import Path

import pytest

HERE = Path(__file__).resolve().parents[1]
SDIST = "import sys; from scikit_build_core.build import build_sdist; print(build_sdist(sys.argv[1]))"


@pytest.fixture(scope="module")
def sdist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The source distribution, unpacked."""
    folder = tmp_path_factory.mktemp("sdist")
    words = [sys.executable, "-c", SDIST, str(folder)]
    subprocess.run(words, cwd=HERE, check=True, capture_output=True)
    (archive,) = folder.glob("*.tar.gz")
    with tarfile.open(archive) as tar:
        tar.extractall(folder, filter="data")
    return folder / archive.name.removesuffix(".tar.gz")


def test_the_source_distribution_has_what_it_needs_and_no_more(sdist: Path) -> None:
    names = {path.name for path in sdist.iterdir()}
    assert names >= {"pyproject.toml", "CMakeLists.txt", "ffi_build.py", "glue.c", "src", "core", "PKG-INFO"}
    assert names.isdisjoint({"tests", "build", "requirements-test.txt"})
    assert {path.name for path in (sdist / "core").iterdir()} == {
        "CMakeLists.txt",
        "LICENSE",
        "include",
        "src",
    }
    assert not list(sdist.rglob("__pycache__")) and not list(sdist.rglob("*.so"))


def test_the_source_distribution_builds_a_wheel_offline(sdist: Path, tmp_path: Path) -> None:
    """Not optimized, which is much sooner done: whether all sources are there shows all the same."""
    words = [sys.executable, "-m", "pip", "wheel", "--no-build-isolation", "--no-deps", "--no-index"]
    words += ["-C", "cmake.build-type=None", "-w"]
    environment = {**os.environ, "CMAKE_BUILD_PARALLEL_LEVEL": "2", "CFLAGS": "-O0 -g0"}
    done = subprocess.run(
        [*words, str(tmp_path), str(sdist)], capture_output=True, text=True, env=environment, check=False
    )
    assert done.returncode == 0, done.stdout + done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    if sysconfig.get_config_var("Py_GIL_DISABLED"):
        pytest.skip("free-threaded interpreters have wheels of their own")
    assert "-cp311-abi3-" in wheel.name
    with zipfile.ZipFile(wheel) as archive:
        names = archive.namelist()
        (metadata,) = [name for name in names if name.endswith("/METADATA")]
        message = email.message_from_string(archive.read(metadata).decode())
        archive.extractall(tmp_path / "unpacked")
    assert {"attain/py.typed", "attain/_attain.pyi", "attain/__init__.py", "attain/_attain.abi3.so"} <= set(
        names
    )
    assert ("attain/attain.so" in names) == Path("/usr/include/sqlite3.h").is_file()
    assert any(name.endswith("licenses/LICENSE") for name in names)
    assert not any(name.startswith("core") or name.endswith((".c", ".h", ".a")) for name in names)
    required = [line for line in message.get_all("Requires-Dist") or [] if "extra ==" not in line]
    assert {line.split(">")[0] for line in required} == {"cffi"}
    code = "import attain; print(attain.__file__, attain.Plan.parse('unit A x').units['unit'])"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "unpacked")}
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env=environment, check=True
    )
    assert done.stdout == f"{tmp_path / 'unpacked' / 'attain' / '__init__.py'} ['A']\n"


def test_the_free_threaded_build_compiles(tmp_path: Path, repository: Path) -> None:
    """Without the limited interface, as CMakeLists.txt asks for where there is none."""
    source = tmp_path / "_attain.c"
    subprocess.run(
        [sys.executable, HERE / "ffi_build.py", repository / "include", source],
        check=True,
        capture_output=True,
    )
    words = ["cc", "-std=c11", "-fsyntax-only", "-D_CFFI_NO_LIMITED_API", "-DPy_GIL_DISABLED=1"]
    folders = [HERE, repository / "include", sysconfig.get_path("include")]
    done = subprocess.run(
        [*words, *(f"-I{folder}" for folder in folders), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr


def test_the_glue_is_clean(repository: Path, tmp_path: Path) -> None:
    """With the warnings of the house."""
    source = tmp_path / "glue_only.c"
    source.write_text('#include <Python.h>\n#include "glue.c"\n')
    words = ["cc", "-std=c11", "-fsyntax-only", "-Wall", "-Wextra", "-Wpedantic", "-Wconversion", "-Wshadow"]
    words += [
        "-Wstrict-prototypes",
        "-Wno-unused-function",
        "-Werror",
        "-isystem",
        sysconfig.get_path("include"),
    ]
    folders = [HERE, repository / "include"]
    done = subprocess.run(
        [*words, *(f"-I{folder}" for folder in folders), str(source)],
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
