# SPDX-License-Identifier: Apache-2.0
"""The mutants (scripts/mutants): each still fits the product, has a test, and is told of. That the
test notices is another matter, and takes hours."""

import json
import re
import unittest

from house import ROOT, text

LIST = "tests/mutants/mutants.json"
PAGE = "docs/reliability.md"
NOTICES = {"test", "street", "python", "program"}


def mutants():
    return json.loads(text(LIST))


def replacements(mutant):
    return [mutant, *([mutant["and"]] if "and" in mutant else [])]


class Mutants(unittest.TestCase):
    def test_each_replaces_what_stands_there_once(self):
        for mutant in mutants():
            for one in replacements(mutant):
                self.assertEqual(text(one["file"]).count(one["before"]), 1,
                                 f"{mutant['name']}: {one['before']!r} in {one['file']}")
                self.assertNotEqual(one["before"], one["after"], mutant["name"])

    def test_each_has_one_test_and_a_name_of_its_own(self):
        names = [mutant["name"] for mutant in mutants()]
        self.assertEqual(len(names), len(set(names)))
        for mutant in mutants():
            self.assertEqual(len(NOTICES & set(mutant)), 1, mutant["name"])
            self.assertTrue(mutant["rows"] and mutant["why"], mutant["name"])

    def test_the_python_tests_are_there(self):
        for mutant in mutants():
            if "street" in mutant:
                module, *names = mutant["street"].split(".")
                content = text(f"tests/street/{module}.py")
            elif "python" in mutant:
                file, *names = mutant["python"]
                content = text(f"tests/{file}")
            else:
                continue
            for name in names:
                self.assertRegex(content, rf"(?m)^(class|    def) {name}\b", mutant["name"])

    def test_each_is_told_of(self):
        told = set(re.findall(r"`([a-z-]+)`", (ROOT / PAGE).read_text()))
        for mutant in mutants():
            self.assertIn(mutant["name"], told, f"not named in {PAGE}")


if __name__ == "__main__":
    unittest.main()
