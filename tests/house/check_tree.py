#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks of the source tree itself.

    check_tree.py layering|licences|names|lists|format [--root FOLDER] [--clang-format PROGRAM]

Prints one line for each finding and ends with 1 if there was any; 77 where a check cannot be made here.
"""
import argparse
import os
import pathlib
import posixpath
import re
import subprocess
import sys

# Fixed names at the root; names that begin with a dot are free.
ROOT_NAMES = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "app", "core", "packaging", "plugins",
              "resources", "tests"}
# Left to right: a domain of the core may include its own headers and those of domains left of it.
CORE_DOMAINS = ["common", "linalg", "data", "compute", "gaussian_mixture", "factor_mixture", "variational",
                "interpretation", "experts", "incremental", "sdp", "selection", "simulation", "io", "plan", "report"]
# What each folder of the desktop application may include from its neighbours.
APP_ARROWS = {
    "session": set(),
    "plots": {"session"},
    "data": {"session", "plots"},
    "fit": {"session", "plots"},
    "results": {"session", "plots"},
    "simulation": {"session", "plots", "results"},
    "shell": {"session", "plots", "data", "fit", "results", "simulation"},
}
SOURCE_ENDINGS = {".cpp", ".h", ".hpp", ".c", ".cl", ".cu", ".cuh"}
SCRIPT_ENDINGS = {".py", ".R", ".sh", ".cmake"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)
QT_HEADER = re.compile(r"^(Q[A-Z]\w*|Qt\w+/.*|qcustomplot\.h)$")


def tracked_files(root):
    """Every file of the tree as a path relative to the root, without build trees and git's own folder."""
    for folder, subfolders, files in os.walk(root):
        relative = pathlib.PurePosixPath(os.path.relpath(folder, root).replace(os.sep, "/"))
        subfolders[:] = sorted(name for name in subfolders
                               if name not in {".git", "__pycache__"}
                               and not (str(relative) == "." and (name.startswith("build") or name.startswith("."))
                                        and name != ".ci"))
        for name in sorted(files):
            yield relative / name


def includes(root, path):
    """(line, bracket, header) of every #include line of a file."""
    text = (root / path).read_text(encoding="utf-8")
    return [(text.count("\n", 0, match.start(2)) + 1, match.group(1), match.group(2)) for match in INCLUDE.finditer(text)]


def layering_of(path, bracket, header):
    """Why the file `path` may not include `header`, or None where it may."""
    part, parts = path.parts[0], path.parts
    of_plots = path.parts[:2] == ("app", "plots") or path.parts[:4] == ("tests", "app", "desktop", "plots")
    if header == "qcustomplot.h" and not of_plots:
        return "only app/plots knows QCustomPlot"
    if QT_HEADER.match(header) and (part in {"core", "plugins"} or path.parts[:2] == ("app", "cli")):
        return f"{part if part != 'app' else 'app/cli'} knows no Qt"
    if bracket == "<" and re.match(r"^armadillo|^arma/", header):
        if parts[:3] not in {("core", "mixtura", "linalg"), ("core", "mixtura", "sdp")} or path.suffix != ".cpp":
            return "Armadillo stays in the .cpp files of core/mixtura/linalg and core/mixtura/sdp"
    if part == "core" and len(parts) > 3 and parts[2] not in CORE_DOMAINS:
        return f"core/{parts[2]} has no place among the domains of the core"
    if part == "core" and len(parts) > 3:
        own = CORE_DOMAINS.index(parts[2])
        match = re.match(r"^mixtura/(\w+)/", header)
        if match and match.group(1) in CORE_DOMAINS and CORE_DOMAINS.index(match.group(1)) > own:
            return f"core/{parts[2]} stands left of core/{match.group(1)}"
        if re.match(r"^(app|session|shell|plots|results|fit|data)/", header):
            return "core knows nothing of the programs"
    if part == "plugins":
        if header.startswith("Eigen/"):
            return "plugins know no Eigen: its alignment follows compiler flags"
        match = re.match(r"^mixtura/(\w+)/", header)
        if match and match.group(1) != "compute":
            return "plugins know mixtura/compute alone"
    if part == "app" and len(parts) > 2 and parts[1] in APP_ARROWS:
        match = re.match(r"^(?:app/)?(\w+)/", header)
        if bracket == '"' and match and match.group(1) in APP_ARROWS and match.group(1) != parts[1] \
                and match.group(1) not in APP_ARROWS[parts[1]]:
            return f"app/{parts[1]} may not know app/{match.group(1)}"
    return None


def check_layering(root, _arguments):
    """Style guide section 2: who may know whom, over the #include lines."""
    for path in tracked_files(root):
        if path.suffix not in SOURCE_ENDINGS:
            continue
        for line, bracket, header in includes(root, path):
            reason = layering_of(path, bracket, header)
            if reason:
                yield f"{path}:{line}: includes {header}: {reason}"
    session = root / "app/session/CMakeLists.txt"
    if session.exists() and "Qt6::Widgets" in session.read_text(encoding="utf-8"):
        yield "app/session/CMakeLists.txt: links Qt6::Widgets: the session has no widgets"


def licence_of(path):
    """The licence a file of the tree stands under."""
    is_desktop = path.parts[0] == "app" and len(path.parts) > 2 and path.parts[1] != "cli"
    return "GPL-3.0-or-later" if is_desktop else "Apache-2.0"


def is_source_or_script(root, path):
    if path.suffix in SOURCE_ENDINGS | SCRIPT_ENDINGS or path.name == "CMakeLists.txt":
        return True
    if path.name.endswith((".h.in", ".cmake.in", ".cpp.in")):
        return True
    with open(root / path, "rb") as file:
        return path.suffix == "" and file.read(2) == b"#!"


def check_licences(root, _arguments):
    """Every source, CMake file and script names its licence on the first line (the second after #!)."""
    for path in tracked_files(root):
        if not is_source_or_script(root, path):
            continue
        lines = (root / path).read_text(encoding="utf-8").splitlines()[:2] + ["", ""]
        line = lines[1] if lines[0].startswith("#!") else lines[0]
        match = re.match(r"^(?://|#|--|/\*) SPDX-License-Identifier: ([\w.+-]+)", line)
        if not match:
            yield f"{path}: no SPDX-License-Identifier on its first line"
        elif match.group(1) != licence_of(path):
            yield f"{path}: says {match.group(1)}, stands under {licence_of(path)}"


def check_names(root, _arguments):
    """The names at the root are fixed."""
    present = {name for name in os.listdir(root) if not name.startswith(".") and not name.startswith("build")
               and name != "CMakeUserPresets.json"}
    for name in sorted(present - ROOT_NAMES):
        yield f"{name}: not one of the names at the root; put it into one of the folders"
    for name in sorted(ROOT_NAMES - present):
        yield f"{name}: missing at the root"


def check_lists(root, _arguments):
    """Every .cpp is listed in a CMakeLists.txt, and a header of the core that is listed, so
    installed, includes no header that is not."""
    paths = list(tracked_files(root))
    listed = set()
    for path in paths:
        if path.name == "CMakeLists.txt":
            text = re.sub(r"#.*", "", (root / path).read_text(encoding="utf-8")).replace("${PROJECT_SOURCE_DIR}/", "/")
            for name in re.findall(r"[^\s()\";]+\.(?:cpp|h)\b", text):
                listed.add(pathlib.PurePosixPath(posixpath.normpath(
                    name[1:] if name.startswith("/") else posixpath.join(path.parent, name))))

    for path in paths:
        if path.suffix == ".cpp" and path.parts[0] in {"core", "app", "plugins", "tests"} and path not in listed:
            yield f"{path}: in no CMakeLists.txt"
        if path.suffix == ".h" and path.parts[:2] == ("core", "mixtura") and path in listed:
            for line, _bracket, header in includes(root, path):
                included = pathlib.PurePosixPath("core") / header
                if header.startswith("mixtura/") and (root / included).exists() and included not in listed:
                    yield f"{path}:{line}: is installed, but includes {header}, which is not listed"


def check_format(root, arguments):
    """clang-format has nothing to change."""
    files = [str(path) for path in tracked_files(root) if path.suffix in {".cpp", ".h"}]
    try:
        version = subprocess.run([arguments.clang_format, "--version"], capture_output=True, text=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        print(f"{arguments.clang_format} cannot be run here")
        sys.exit(77)
    if not re.search(r"version 14\.", version.stdout):
        print(f"needs clang-format 14, the house's version; this is {version.stdout.strip()}")
        sys.exit(77)
    result = subprocess.run([arguments.clang_format, "--dry-run", "-Werror", *files], cwd=root, capture_output=True,
                            text=True, check=False)
    for line in result.stderr.splitlines():
        match = re.match(r"^(\S+?):(\d+):\d+: error: code should be clang-formatted", line)
        if match:
            yield f"{match.group(1)}:{match.group(2)}: clang-format would change this"
    if result.returncode != 0 and "clang-formatted" not in result.stderr:
        yield result.stderr.strip()


CHECKS = {"layering": check_layering, "licences": check_licences, "names": check_names, "lists": check_lists,
          "format": check_format}


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("check", choices=CHECKS)
    parser.add_argument("--root", type=pathlib.Path, default=pathlib.Path(__file__).resolve().parents[2])
    parser.add_argument("--clang-format", default="clang-format-14")
    arguments = parser.parse_args()
    findings = list(CHECKS[arguments.check](arguments.root.resolve(), arguments))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
