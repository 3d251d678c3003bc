#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Holds the documents against the program.

    check_documents.py links                     relative links lead to files that are there
    check_documents.py commands --bin FOLDER     every command in a ```sh block runs; where a ```text block follows,
                                                 its output is exactly that
    check_documents.py labels                    the options of the help pages are called as in the window
    check_documents.py program                   the README's C++ program is that of tests/consumer, its output too

Commands of a document run in its order in one empty folder that holds the sample data. Only mixtura-cli is run.
"""
import argparse
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

ROOT = pathlib.Path(__file__).resolve().parents[2]
FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
CONSUMER = ROOT / "tests/consumer"


def documents():
    return [ROOT / "README.md", *sorted(ROOT.glob("resources/**/*.md")), *sorted(ROOT.glob("tests/**/*.md"))]


def check_links(_arguments):
    for document in documents():
        for target in LINK.findall(FENCE.sub("", document.read_text(encoding="utf-8"))):
            path = target.split("#")[0]
            if path and "://" not in path and not (document.parent / path).exists():
                yield f"{document.relative_to(ROOT)}: links to {path}, which is not there"


def blocks(document):
    """(language, text) of each fenced block."""
    return FENCE.findall(document.read_text(encoding="utf-8"))


def check_commands(arguments):
    environment = {**os.environ, "PATH": f"{arguments.bin.resolve()}{os.pathsep}{os.environ['PATH']}", "LC_ALL": "C.UTF-8"}
    for document in documents():
        with tempfile.TemporaryDirectory() as folder:
            for sample in (ROOT / "resources/data").glob("*.csv"):
                shutil.copy(sample, folder)
            (pathlib.Path(folder) / "resources").symlink_to(ROOT / "resources")
            output = None
            for language, text in blocks(document):
                if language == "text" and output is not None and output != text:
                    yield f"{document.name}: the output shown is not that of the command before it, which is\n{output}"
                output = None
                for line in text.replace("\\\n", " ").splitlines() if language == "sh" else []:
                    words = shlex.split(line, comments=True)
                    if not words or pathlib.PurePath(words[0]).name != "mixtura-cli":
                        continue
                    result = subprocess.run(["mixtura-cli", *words[1:]], cwd=folder, env=environment, text=True,
                                            capture_output=True, check=False, stdin=subprocess.DEVNULL)
                    output = result.stdout
                    if result.returncode != 0:
                        yield f"{document.name}: {line}\n  ended with {result.returncode}: {result.stderr.strip()}"


def check_program(_arguments):
    shown = [text for language, text in blocks(ROOT / "README.md") if language == "cpp"]
    program = (CONSUMER / "main.cpp").read_text(encoding="utf-8").split("\n", 1)[1]
    if shown != [program]:
        yield "README.md: its C++ program is not that of tests/consumer/main.cpp"
    if (CONSUMER / "expected_output.txt").read_text(encoding="utf-8") not in \
            [text for language, text in blocks(ROOT / "README.md") if language == "text"]:
        yield "README.md: does not show tests/consumer/expected_output.txt"


def check_labels(_arguments):
    sources = [*ROOT.glob("app/fit/*.cpp"), *ROOT.glob("app/data/*.cpp"), *ROOT.glob("app/simulation/*.cpp")]
    shown = {label.replace("&", "").rstrip(":") for source in sources
             for label in re.findall(r'\btr\("((?:[^"\\]|\\.)*)"\)', source.read_text(encoding="utf-8"))}
    for name in ("gaussian-mixture.md", "importing-data.md"):
        section = (ROOT / "resources/help" / name).read_text(encoding="utf-8").split("\n## Options\n")[1].split("\n## ")[0]
        for label in re.findall(r"^\| ([^|]+?) \|", section, re.MULTILINE):
            if label != "label" and label not in shown:
                yield f"{name}: no label in the window says \"{label}\""
    for table in re.findall(r"^\| field \|.*\n\|.*\n((?:\|.*\n)+)",
                            (ROOT / "resources/help/simulation.md").read_text(encoding="utf-8"), re.MULTILINE):
        for label in re.findall(r"^\| ([^|]+?) \|", table, re.MULTILINE):
            if label not in shown:
                yield f"simulation.md: no label in the window says \"{label}\""


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    checks = {"links": check_links, "labels": check_labels, "commands": check_commands, "program": check_program}
    parser.add_argument("check", choices=checks)
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / "build/bin")
    arguments = parser.parse_args()
    findings = list(checks[arguments.check](arguments))
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
