#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""The linter finds every kind of violation in a small bad tree, and none in a good one."""
import tempfile
import unittest
from pathlib import Path

import lint

CPP = "// SPDX-License-Identifier: Apache-2.0\n"
GPL = "// SPDX-License-Identifier: GPL-3.0-only\n"
HEADER = CPP + "#pragma once\n"
GOOD = {
    "core/base/error.h": HEADER,
    "core/gate/gate.h": HEADER + '#include <vector>\n\n#include "base/error.h"\n',
    "core/journal/store.cpp": CPP + '#include <sqlite3.h>\n#include <sys/stat.h>\n#include "base/error.h"\n',
    "ui/theme/theme.h": GPL + '#pragma once\n#include <QColor>\n#include "base/error.h"\n',
    "app/console/router.h": GPL + "#pragma once\n",
    "tests/ui/console/router_test.cpp": CPP + '#include "console/router.h"\n',
    "ui/pages/tune.cpp": GPL + '#include "theme/theme.h"\n',
    "tests/gate/gate_test.cpp": CPP + '#include "gate/gate.h"\n#include <gtest/gtest.h>\n',
    "packaging/test.sh": "#!/bin/bash\n# SPDX-License-Identifier: Apache-2.0\n",
    "CMakeLists.txt": "# SPDX-License-Identifier: Apache-2.0\n",
    "README.md": "Runs at http://127.0.0.1:8787/v1.\n=======\n",
}


def rules_in(files):
    with tempfile.TemporaryDirectory() as root:
        for path, text in files.items():
            file = Path(root, path)
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return sorted(rule for _, _, rule, _ in lint.lint(root))


class LintTest(unittest.TestCase):
    def expect(self, rule, path, text):
        self.assertEqual(rules_in(GOOD | {path: text}), [rule], path)

    def test_a_good_tree_passes(self):
        self.assertEqual(rules_in(GOOD), [])

    def test_rooms_use_only_rooms_above_them(self):
        self.expect("room-order", "core/base/error.cpp", CPP + '#include "gate/gate.h"\n')
        self.expect("room-order", "ui/theme/style.cpp", GPL + '#include "pages/page.h"\n'.replace("page.h", "tune.cpp"))
        self.expect("room-order", "ui/pages/page.cpp", GPL + '#include "gate/gate.h"\n')

    def test_quoted_includes_name_a_room(self):
        self.expect("include", "core/gate/a.cpp", CPP + '#include "gate.h"\n')
        self.expect("include", "core/gate/a.cpp", CPP + '#include "theme/theme.h"\n')
        self.expect("include", "tests/ui/a.cpp", CPP + '#include "console/router.h"\n')

    def test_libraries_stay_in_their_rooms(self):
        self.expect("foreign-header", "core/gate/a.cpp", CPP + "#include <curl/curl.h>\n")
        self.expect("foreign-header", "core/gate/a.cpp", CPP + "#include <QString>\n")
        self.expect("foreign-header", "core/gate/a.cpp", CPP + "#include <regex>\n")
        self.expect("foreign-header", "core/base/a.cpp", CPP + "#include <nlohmann/json.hpp>\n")
        self.expect("foreign-header", "core/upstream/a.cpp", CPP + "#include <boost/asio/ip/tcp.hpp>\n")

    def test_files_stay_small(self):
        self.expect("size", "core/gate/a.cpp", CPP + "int x;\n" * 500)

    def test_every_source_names_its_licence(self):
        self.expect("spdx", "core/gate/a.cpp", "int x;\n")
        self.expect("spdx", "ui/pages/a.cpp", CPP)
        self.expect("spdx", "app/console/a.cpp", CPP)

    def test_headers_are_read_once(self):
        self.expect("pragma-once", "core/gate/a.h", CPP)

    def test_nothing_is_left_unfinished(self):
        self.expect("unfinished", "core/gate/a.cpp", CPP + "// TO" + "DO later\n")
        self.expect("conflict", "core/gate/a.cpp", CPP + "<" * 7 + " HEAD\n")

    def test_no_file_knows_one_machine(self):
        self.expect("machine-path", "core/gate/a.cpp", CPP + 'auto path = "/ho' + 'me/ann/x";\n')

    def test_an_allowed_exception_is_left_out(self):
        bad = {"core/gate/a.h": CPP, "tests/lint/allow_list.txt": "pragma-once core/gate/a.h\n"}
        self.assertEqual(rules_in(GOOD | bad), [])

    def test_the_real_allow_list_is_empty(self):
        lines = Path(__file__).with_name("allow_list.txt").read_text().splitlines()
        self.assertEqual([line for line in lines if line and not line.startswith("#")], [])


if __name__ == "__main__":
    unittest.main()
