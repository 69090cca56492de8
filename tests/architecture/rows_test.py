# SPDX-License-Identifier: Apache-2.0
"""The acceptance rows: each stands in docs/acceptance.md, and what it names exists."""

import re
import unittest

from house import files, text

TABLE = "docs/acceptance.md"
ROWS = [f"J-{number:02d}" for number in range(1, 64)] \
    + [f"P-{number:02d}" for number in range(1, 46)]
SECURITY = "docs/security.md"
NAMED = re.compile(r"`([a-z]+/[a-z_/]+\.(?:py|cpp))::([A-Za-z0-9_.]+)`")


def table():
    """Row to (what holds, held by), in the order of the page."""
    cells = [[cell.strip() for cell in line.strip("|").split("|")]
             for line in text(TABLE).splitlines() if re.match(r"\| [A-Z]-\d", line)]
    return [(cell[0], cell[1], cell[2]) for cell in cells]


def tests_in(path):
    """The names of the tests of one file."""
    content = text(path)
    if path.endswith(".py"):
        return set(re.findall(r"^    def (test_\w+)\(", content, re.MULTILINE))
    return {f"{suite}.{name}" for suite, name
            in re.findall(r"^TEST(?:_[FP])?\((\w+), (\w+)\)", content, re.MULTILINE)}


def rows_of(name):
    """`test_j_04_j_06_...` and `TokenStory.J04_...` belong to their rows."""
    return {f"{kind.upper()}-{number}"
            for kind, number in re.findall(r"(?:^|_)([jp])_(\d\d)(?=_)", name)
            + re.findall(r"(?:^|[._])([JP])(\d\d)(?=_)", name)}


class Rows(unittest.TestCase):
    def test_each_row_stands_there_once_and_in_order(self):
        self.assertEqual([row for row, _, _ in table()], ROWS)

    def test_each_says_what_holds_and_by_what(self):
        open_rows = []
        for row, what, held_by in table():
            self.assertTrue(what, row)
            if held_by == "`open`":
                open_rows.append(row)
            elif held_by.startswith("out of reach: "):
                self.assertGreater(len(held_by), 30, f"{row}: say why")
            else:
                self.assertEqual(re.sub(r"[\s,]", "", NAMED.sub("", held_by)), "",
                                 f"{row}: neither tests nor `open` nor a reason: {held_by}")
                self.assertIn(row, set().union(*(rows_of(name) for _, name
                                                 in NAMED.findall(held_by))),
                              f"{row}: no test is named after it")
        print(f"\n{len(open_rows)} of {len(ROWS)} rows open: {' '.join(open_rows)}")

    def test_each_named_test_exists(self):
        for row, _, held_by in table():
            for path, name in NAMED.findall(held_by):
                self.assertIn(f"tests/{path}", files("tests", endings={".py", ".cpp"}), row)
                self.assertIn(name, tests_in(f"tests/{path}"), f"{row}: {path}")

    def test_each_test_of_a_row_is_named(self):
        told = {row: {name for _, name in NAMED.findall(held_by)} for row, _, held_by in table()}
        for path in files("tests/street", "tests/scenario", endings={".py", ".cpp"}):
            for name in tests_in(path):
                for row in rows_of(name):
                    self.assertIn(name, told.get(row, ()), f"{path}: not named in {TABLE} at {row}")

class SecurityRows(unittest.TestCase):
    def rows(self):
        cells = [[cell.strip() for cell in line.strip("|").split("|")]
                 for line in text(SECURITY).splitlines() if re.match(r"\| S\d", line)]
        return [(cell[0], cell[2]) for cell in cells]

    def test_each_stands_there_once_and_in_order(self):
        self.assertEqual([row for row, _ in self.rows()], [f"S{n}" for n in range(1, 23)])

    def test_each_is_shown_or_said_to_be_open(self):
        for row, shown in self.rows():
            for path, name in NAMED.findall(shown):
                self.assertIn(f"tests/{path}", files("tests", endings={".py", ".cpp"}), row)
                self.assertIn(name, tests_in(f"tests/{path}"), f"{row}: {path}")
            self.assertTrue(NAMED.search(shown) or "**open" in shown or shown == "said here", row)


if __name__ == "__main__":
    unittest.main()
