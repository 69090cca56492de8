# SPDX-License-Identifier: Apache-2.0
"""docs/mqtt-meter-profile.md, its examples and the meter-*.json schemas against each other. That the
gateway reads and writes just these is proved by tests/unit/gateway/meter_mqtt."""

import json
import unittest

from documents import DOCS, blocks, faults, page

EXAMPLES = {file.name.removesuffix(".json"): json.loads(file.read_text())
            for file in sorted((DOCS / "examples" / "meter").glob("*.json"))}


def schema_of(example):
    sort = example.split(".")[0]
    if sort in ("presence", "push"):
        return f"meter-{sort}.json"
    return "meter-request.json" if example.endswith(".request") else "meter-response.json"


class MeterProfile(unittest.TestCase):
    def test_every_example_is_what_its_schema_says(self):
        for name, payload in EXAMPLES.items():
            with self.subTest(name):
                self.assertEqual(faults(schema_of(name), payload), [])

    def test_no_example_passes_for_one_of_another_sort(self):
        for name, payload in EXAMPLES.items():
            for other in ("presence", "push", "request", "response"):
                if schema_of(name) != f"meter-{other}.json":
                    with self.subTest(f"{name} as {other}"):
                        self.assertNotEqual(faults(f"meter-{other}.json", payload), [])

    def test_every_block_is_an_example_and_every_example_is_shown(self):
        shown = blocks(page("mqtt-meter-profile.md"))
        for name, payload in shown:
            with self.subTest(name):
                self.assertEqual(payload, EXAMPLES.get(name))
        self.assertEqual({name for name, _ in shown}, set(EXAMPLES))


if __name__ == "__main__":
    unittest.main()
