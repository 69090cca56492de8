# SPDX-License-Identifier: Apache-2.0
"""Every file by itself: licence line, size, no unfinished work, no sleeping."""

import re
import unittest

from house import LAYERS, files, sources, text

MAX_LINES = 400
OURS = (*LAYERS, "tests", "scripts", "docs")


def programs():
    """Everything that is code, whatever its language."""
    named = files(*OURS, endings={".hpp", ".cpp", ".py", ".cmake", "CMakeLists.txt"})
    scripts = [path for path in files("scripts", endings={""}) if text(path).startswith("#!")]
    return sorted({*named, *scripts, "CMakeLists.txt"})


class Files(unittest.TestCase):
    def test_each_begins_with_its_licence(self):
        for path in programs():
            lines = text(path).splitlines()
            line = lines[1] if lines[0].startswith("#!") else lines[0]
            self.assertRegex(line, r"^(//|#) SPDX-License-Identifier: Apache-2\.0$", path)

    def test_each_has_one_subject_that_fits_into_400_lines(self):
        lengths = sorted(((len(text(path).splitlines()), path) for path in programs()
                          if path.endswith((".hpp", ".cpp", ".py"))), reverse=True)
        print("\nthe ten largest:", *(f"{length:5d} {path}" for length, path in lengths[:10]),
              sep="\n")
        for length, path in lengths:
            self.assertLessEqual(length, MAX_LINES, path)

    def test_none_leaves_work_for_later(self):
        unfinished = re.compile(r"\b(TO" r"DO|FIX" r"ME|X{3}|HA" r"CK)\b")
        for path in (*programs(), *files("docs", *LAYERS, "tests", endings={".md", ".toml"})):
            for number, line in enumerate(text(path).splitlines(), 1):
                self.assertIsNone(unfinished.search(line), f"{path}:{number}: {line.strip()}")

    def test_headers_are_guarded(self):
        for path in files(*LAYERS, "tests", endings={".hpp"}):
            self.assertEqual(text(path).count("#pragma once\n"), 1, path)

    def test_no_coroutines(self):
        for path in sources():
            self.assertNotRegex(text(path), r"\bco_(await|yield|return)\b", path)

    def test_tests_of_the_core_wait_for_nothing(self):
        for path in files("tests/unit", "tests/scenario", "tests/wire", endings={".cpp", ".hpp"}):
            self.assertNotRegex(text(path), r"\b(sleep_for|sleep_until|usleep|nanosleep)\b", path)


if __name__ == "__main__":
    unittest.main()
