# SPDX-License-Identifier: Apache-2.0
"""docs/mqtt-api.md against the examples and the schemas. That the schemas' words are the code's is
proved by tests/unit/gateway/north/documented_words_test.cpp."""

import re
import unittest

from documents import (DOCS, SCHEMAS, blocks, codes, north_examples, north_schema_of, page, section,
                       tables)

PAGE = page("mqtt-api.md")
WORDS = {name: part["enum"] for name, part in SCHEMAS["north-common.json"]["$defs"].items()
         if "enum" in part}


def first_words(heading):
    """The words in the first column of a section's tables."""
    return [codes(row[0])[0] for table in tables(section(PAGE, heading)) for row in table[1:]
            if codes(row[0])]


def table_with(text, heading):
    return next(table for table in tables(text) if table[0][0] == heading)


class Blocks(unittest.TestCase):
    def test_every_block_is_an_example_word_for_word(self):
        examples = north_examples()
        for name, payload in blocks(PAGE):
            with self.subTest(name):
                self.assertIn(name, examples, "a comment before the block names its example")
                self.assertEqual(payload, examples[name])
                self.assertEqual(list(payload), list(examples[name]), "the order of fields")

    def test_every_schema_is_shown_at_least_once(self):
        shown = {north_schema_of(name) for name, _ in blocks(PAGE)}
        self.assertEqual(shown | {"north-command-read.json"},
                         {name for name in SCHEMAS if name.startswith("north-")}
                         - {"north-common.json"})


class Words(unittest.TestCase):
    def test_every_reason_is_explained_in_its_section_and_no_other(self):
        at_the_door = set(first_words("7 Refusals")) - {"reason", "field", "value", "expected"}
        later = set(first_words("8 Reasons of an accepted command"))
        self.assertEqual(at_the_door | later, set(WORDS["reason"]))
        # What may come to light, or change, after a command was taken.
        self.assertEqual(at_the_door & later, {
            "unsupported-by-meter", "not-permitted", "over-limit", "signature-missing",
            "second-operator-needed"})

    def test_every_word_of_a_meter_that_says_no_is_explained(self):
        rows = table_with(section(PAGE, "5 Answers"), "word")[1:]
        self.assertEqual([codes(row[0])[0] for row in rows], WORDS["meter_refusal"])

    def test_every_state_is_named(self):
        self.assertEqual(codes(next(row[3] for row in tables(section(PAGE, "5 Answers"))[0]
                                    if row[0] == "`state`"))[:-1], WORDS["state"])

    def test_every_verb_has_a_section_and_a_row(self):
        rows = tables(section(PAGE, "4 The verbs"))[0][1:]
        self.assertEqual({codes(row[0])[0] for row in rows}, set(WORDS["verb"]))
        for verb in WORDS["verb"]:
            self.assertIn(f"\n### {verb}\n", PAGE)

    def test_every_function_of_a_token_is_explained_with_its_value(self):
        params = SCHEMAS["north-command-issue-token.json"]["properties"]["params"]
        needed = {word: [] for word in WORDS["token_function"]}
        for rule in params["allOf"]:
            for word in rule["if"]["properties"].get("function", {"enum": ()})["enum"]:
                needed[word] += [name for name in rule["then"]["required"] if name != "confirmed"]
        rows = table_with(section(PAGE, "issue-token"), "function")[1:]
        self.assertEqual({codes(row[0])[0]: codes(row[1]) for row in rows}, needed)

    def test_every_word_of_a_token_made_here_is_named(self):
        text = section(PAGE, "issue-token")
        for name in ("credit_register", "meter_test", "token_delivery", "hand_channel",
                     "issued_state"):
            for word in WORDS[name]:
                self.assertIn(f"`{word}`", text, name)

    def test_every_mark_log_event_unit_and_session_is_named(self):
        profile = section(PAGE, "profile")
        self.assertEqual([codes(row[0])[0] for row in table_with(profile, "mark")[1:]],
                         WORDS["mark"])
        logs = table_with(section(PAGE, "event"), "log")[1:]
        self.assertEqual([codes(row[0])[0] for row in logs], WORDS["log"])
        self.assertEqual({word for row in logs for word in codes(row[1])} | {"unknown"},
                         set(WORDS["event"]))
        self.assertEqual(set(WORDS["unit"]) - {""} - set(codes(section(PAGE, "registers"))), set())
        states = section(PAGE, "`meter/{meter}/state`")
        for word in (*WORDS["session"], *WORDS["supply"], *WORDS["supply_cause"]):
            self.assertIn(f"`{word}`", states)

    def test_every_param_has_a_row(self):
        for verb in WORDS["verb"]:
            params = SCHEMAS[f"north-command-{verb}.json"]["properties"]["params"]
            shown = [word for table in tables(section(PAGE, verb)) if table[0][0] == "param"
                     for row in table[1:] for word in codes(row[0])]
            self.assertEqual(shown, list(params["properties"]), verb)

    def test_every_field_of_a_command_has_a_row(self):
        table = table_with(section(PAGE, "3 Giving a command"), "field")
        self.assertEqual([codes(row[0])[0] for row in table[1:]],
                         list(SCHEMAS["north-command-read.json"]["properties"]))

    def test_every_field_that_is_published_is_named(self):
        def fields(part):
            if isinstance(part, dict):
                if isinstance(part.get("properties"), dict):
                    yield from part["properties"]
                for inner in part.values():
                    yield from fields(inner)
            elif isinstance(part, list):
                for inner in part:
                    yield from fields(inner)

        text = re.sub(r"^```.*?^```$", "", PAGE, flags=re.MULTILINE | re.DOTALL)
        named = {word for code in codes(text) for word in re.findall(r"[a-z_]+", code)}
        for name, schema in SCHEMAS.items():
            if name.startswith("north-"):
                self.assertEqual(set(fields(schema)) - named, set(), name)


class Links(unittest.TestCase):
    def test_every_link_of_the_pages_leads_to_a_file_and_a_heading(self):
        def anchor(heading):
            kept = re.sub(r"[^a-z0-9 _-]", "", heading.lower())
            return kept.replace(" ", "-")

        for file in [*DOCS.rglob("*.md"), *DOCS.parent.glob("*.md"),
                     *DOCS.parent.glob("[a-z]*/README.md")]:
            text = re.sub(r"^```.*?^```$", "", file.read_text(), flags=re.MULTILINE | re.DOTALL)
            for target in re.findall(r"\]\(([^)\s]+)\)", text):
                if "://" in target:
                    continue
                path, _, fragment = target.partition("#")
                aim = (file.parent / path) if path else file
                with self.subTest(f"{file.name}: {target}"):
                    self.assertTrue(aim.exists())
                    if fragment:
                        headings = re.findall(r"^#+ (.+)$", aim.read_text(), re.MULTILINE)
                        self.assertIn(fragment, map(anchor, headings))


if __name__ == "__main__":
    unittest.main()
