# SPDX-License-Identifier: Apache-2.0
"""The checks of check_tree.py find what they are there to find."""
import pathlib
import shutil
import subprocess
import sys
import tempfile
import unittest

CHECK_TREE = pathlib.Path(__file__).with_name("check_tree.py")
APACHE = "// SPDX-License-Identifier: Apache-2.0\n"
GPL = "// SPDX-License-Identifier: GPL-3.0-or-later\n"


class CheckTree(unittest.TestCase):
    def setUp(self):
        self.root = pathlib.Path(tempfile.mkdtemp())
        self.addCleanup(shutil.rmtree, self.root)

    def write(self, path, text):
        (self.root / path).parent.mkdir(parents=True, exist_ok=True)
        (self.root / path).write_text(text, encoding="utf-8")

    def findings(self, check):
        result = subprocess.run([sys.executable, CHECK_TREE, check, "--root", self.root], capture_output=True, text=True,
                                check=False)
        if result.returncode == 77:
            self.skipTest(result.stdout)
        self.assertEqual(result.returncode, 1 if result.stdout else 0, result.stderr)
        return result.stdout.splitlines()

    def assert_layering_finds(self, path, header, reason):
        self.write(path, f"{APACHE}#pragma once\n\n#include {header}\n")
        self.assertEqual(self.findings("layering"), [f"{path}:4: includes {header.strip(chr(34) + '<>')}: {reason}"])

    def test_layering_keeps_qt_out_of_the_core(self):
        self.assert_layering_finds("core/mixtura/data/a.cpp", "<QString>", "core knows no Qt")

    def test_layering_keeps_qt_out_of_the_command_line(self):
        self.assert_layering_finds("app/cli/a.cpp", "<QtCore/QString>", "app/cli knows no Qt")

    def test_layering_keeps_the_order_of_the_core_domains(self):
        self.assert_layering_finds("core/mixtura/common/a.h", '"mixtura/data/data_set.h"',
                                   "core/common stands left of core/data")

    def test_layering_wants_a_place_for_every_core_domain(self):
        self.assert_layering_finds("core/mixtura/novel/a.h", '"mixtura/data/data_set.h"',
                                   "core/novel has no place among the domains of the core")

    def test_layering_keeps_plugins_to_the_compute_interface(self):
        self.assert_layering_finds("plugins/cuda/a.cpp", '"mixtura/linalg/cholesky.h"',
                                   "plugins know mixtura/compute alone")

    def test_layering_keeps_qcustomplot_in_plots(self):
        self.assert_layering_finds("app/results/a.cpp", "<qcustomplot.h>", "only app/plots knows QCustomPlot")

    def test_layering_keeps_the_arrows_of_the_application(self):
        self.assert_layering_finds("app/session/a.h", '"shell/main_window.h"', "app/session may not know app/shell")

    def test_layering_accepts_what_points_the_right_way(self):
        self.write("core/mixtura/plan/a.cpp", f'{APACHE}#include "mixtura/common/error.h"\n')
        self.write("app/plots/a.cpp", f'{GPL}#include <qcustomplot.h>\n#include "session/fit_job.h"\n')
        self.assertEqual(self.findings("layering"), [])

    def test_licences_finds_a_missing_and_a_wrong_one(self):
        self.write("core/mixtura/data/a.cpp", "#pragma once\n")
        self.write("app/shell/b.cpp", APACHE)
        self.write("app/shell/c.cpp", GPL)
        self.write("packaging/d", "#!/bin/sh\n# SPDX-License-Identifier: Apache-2.0\n")
        self.assertEqual(self.findings("licences"), [
            "app/shell/b.cpp: says Apache-2.0, stands under GPL-3.0-or-later",
            "core/mixtura/data/a.cpp: no SPDX-License-Identifier on its first line"])

    def test_names_finds_a_new_folder_at_the_root(self):
        for folder in ("app", "core", "packaging", "plugins", "resources", "tests"):
            (self.root / folder).mkdir()
        for file in ("CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "notes.txt", ".gitignore"):
            self.write(file, "")
        self.assertEqual(self.findings("names"),
                         ["notes.txt: not one of the names at the root; put it into one of the folders"])

    def test_lists_finds_a_source_nobody_builds(self):
        self.write("core/mixtura/data/CMakeLists.txt", "target_sources(a PRIVATE used.cpp\n# left.cpp\n)\n")
        self.write("core/mixtura/data/used.cpp", APACHE)
        self.write("core/mixtura/data/left.cpp", APACHE)
        self.assertEqual(self.findings("lists"), ["core/mixtura/data/left.cpp: in no CMakeLists.txt"])

    def test_lists_finds_an_installed_header_that_needs_one_left_out(self):
        self.write("core/mixtura/data/CMakeLists.txt", "target_sources(a PUBLIC FILE_SET HEADERS FILES open.h)\n")
        self.write("core/mixtura/data/open.h", f'{APACHE}#include "mixtura/data/hidden.h"\n')
        self.write("core/mixtura/data/hidden.h", APACHE)
        self.assertEqual(self.findings("lists"), [
            "core/mixtura/data/open.h:2: is installed, but includes mixtura/data/hidden.h, which is not listed"])

    def test_format_finds_a_line_out_of_shape(self):
        self.write(".clang-format", "BasedOnStyle: Google\n")
        self.write("core/a.cpp", f"{APACHE}int  x;\n")
        self.assertEqual(self.findings("format"), ["core/a.cpp:2: clang-format would change this"])


if __name__ == "__main__":
    unittest.main()
