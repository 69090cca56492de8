# SPDX-License-Identifier: Apache-2.0
"""Schemas against the examples: what is right passes, and each schema notices what is wrong."""

import copy
import unittest

from documents import CLOSED, DOCS, SCHEMAS, faults, north_examples, north_schema_of
from jsonschema import Draft202012Validator


class Schemas(unittest.TestCase):
    def test_every_schema_is_one_and_bears_the_name_of_its_file(self):
        for name, schema in SCHEMAS.items():
            with self.subTest(name):
                Draft202012Validator.check_schema(schema)
                self.assertEqual(schema["$id"], name)
                self.assertEqual(schema["$schema"], Draft202012Validator.META_SCHEMA["$id"])

    def test_every_reference_leads_somewhere(self):
        def references(part):
            if isinstance(part, dict):
                yield from ([part["$ref"]] if "$ref" in part else [])
                for inner in part.values():
                    yield from references(inner)
            elif isinstance(part, list):
                for inner in part:
                    yield from references(inner)

        for name, schema in SCHEMAS.items():
            for reference in references(schema):
                file, _, pointer = reference.partition("#")
                place = SCHEMAS[file or name]
                for key in pointer.strip("/").split("/"):
                    self.assertIn(key, place, f"{name}: {reference}")
                    place = place[key]

    def test_every_word_list_of_the_north_is_used(self):
        text = "".join((DOCS / "schemas" / name).read_text() for name in SCHEMAS
                       if name.startswith("north-"))
        for word in SCHEMAS["north-common.json"]["$defs"]:
            self.assertIn(f"#/$defs/{word}\"", text)


class Examples(unittest.TestCase):
    def test_every_north_schema_has_an_example_and_every_example_a_schema(self):
        named = {north_schema_of(example) for example in north_examples()}
        self.assertEqual(named, {name for name in SCHEMAS if name.startswith("north-")}
                         - {"north-common.json"})

    def test_every_example_is_what_its_schema_says_and_nothing_more(self):
        for name, payload in north_examples().items():
            with self.subTest(name):
                self.assertEqual(faults(north_schema_of(name), payload, CLOSED), [])

    def test_taking_away_any_required_field_is_noticed(self):
        for name, payload in north_examples().items():
            schema = north_schema_of(name)
            for field in SCHEMAS[schema].get("required", ()):
                with self.subTest(f"{name} without {field}"):
                    less = {key: value for key, value in payload.items() if key != field}
                    self.assertNotEqual(faults(schema, less), [])

    def test_another_type_in_any_field_is_noticed(self):
        for name, payload in north_examples().items():
            for field in payload:
                with self.subTest(f"{name}: {field}"):
                    wrong = copy.deepcopy(payload)
                    wrong[field] = [["no field holds this"]]
                    self.assertNotEqual(faults(north_schema_of(name), wrong), [])


class Commands(unittest.TestCase):
    def setUp(self):
        self.token = north_examples()["command-deliver-token"]
        self.read = north_examples()["command-read"]

    def refused(self, verb, payload):
        self.assertNotEqual(faults(f"north-command-{verb}.json", payload), [], payload)

    def test_an_unknown_field_is_refused(self):
        self.refused("deliver-token", {**self.token, "opertor": "vending"})
        self.refused("read", {**self.read, "params": {"what": ["clock"], "until": "now"}})

    def test_an_order_says_who_and_why(self):
        without = {key: value for key, value in self.token.items() if key != "work_order"}
        self.refused("deliver-token", without)
        self.refused("deliver-token", {**without, "comment": "  "})
        self.assertEqual(faults("north-command-deliver-token.json",
                                {**without, "comment": "at the counter"}), [])
        self.refused("deliver-token", {**self.token, "operator": ""})

    def test_ids_keep_to_their_alphabet(self):
        for wrong in ("", "a/b", "a+b", "a b", "#", "a" * 65, "é"):
            self.refused("read", {**self.read, "id": wrong})

    def test_times_are_rfc_3339_with_a_zone(self):
        for wrong in ("2026-03-01", "2026-03-01T10:17:00", "10:17", "yesterday", ""):
            self.refused("read", {**self.read, "issued_at": wrong})

    def test_a_token_has_twenty_digits(self):
        for wrong in ("7394614433204021731", "739461443320402173155", "7394614433204021731x", ""):
            self.refused("deliver-token", {**self.token, "params": {"token": wrong}})

    def test_a_function_has_its_own_value_and_no_other(self):
        credit = north_examples()["command-issue-token.credit"]
        for wrong in ({}, {"function": "credit"}, {"function": "money", "energy_wh": 1},
                      {"function": "credit", "energy_wh": 0}, {"function": "credit", "power_w": 10},
                      {"function": "tamper-reset", "energy_wh": 1},
                      {"function": "power-limit", "power_w": 15},
                      {"function": "clear-credit", "register": "water"},
                      {"function": "meter-test", "test": "everything"},
                      {"function": "supply-group", "supply_group": "201457", "confirmed": True},
                      {"function": "supply-group", "supply_group": 201457,
                       "old_supply_group": "999901", "confirmed": True}):
            self.refused("issue-token", {**credit, "params": wrong})
        self.assertEqual(faults("north-command-issue-token.json", {**credit, "params": {
            "function": "supply-group", "supply_group": "201457", "old_supply_group": "999901",
            "confirmed": True}}), [])

    def test_a_key_change_is_confirmed(self):
        change = north_examples()["command-issue-token.tariff-index"]
        for confirmed in ({}, {"confirmed": False}):
            self.refused("issue-token", {**change, "params": {
                "function": "tariff-index", "tariff_index": 2, **confirmed}})

    def test_a_channel_goes_with_delivery_by_hand_and_only_then(self):
        for verb, example, params in (("issue-token", "command-issue-token",
                                       {"function": "tamper-reset"}),
                                      ("resend-tokens", "command-resend-tokens", {})):
            for wrong in ({"delivery": "hand"}, {"channel": "sms"},
                          {"delivery": "remote", "channel": "sms"},
                          {"delivery": "hand", "channel": "pigeon"}):
                self.refused(verb, {**north_examples()[example], "params": {**params, **wrong}})

    def test_ids_leave_room_for_those_of_the_deliveries(self):
        for verb in ("issue-token", "resend-tokens"):
            example = north_examples()[f"command-{verb}"]
            self.refused(verb, {**example, "id": "a" * 59})
            self.assertEqual(faults(f"north-command-{verb}.json", {**example, "id": "a" * 58}), [])

    def test_a_signature_is_128_hex_digits(self):
        issue = north_examples()["command-issue-token"]
        self.refused("issue-token", {**issue, "signature": "0" * 127})
        self.refused("issue-token", {**issue, "approval": {"operator": "ben"}})
        self.assertEqual(faults("north-command-issue-token.json", {
            **issue, "signature": "0" * 128,
            "approval": {"operator": "ben", "signature": "F" * 128}}), [])

    def test_what_is_read_is_named_once_each(self):
        for wrong in ([], ["clock", "clock"], ["weather"], "clock", [1]):
            self.refused("read", {**self.read, "params": {"what": wrong}})


class Handovers(unittest.TestCase):
    def test_no_token_is_handed_over_without_its_digits(self):
        handed = copy.deepcopy(north_examples()["token.set"])
        del handed["tokens"][2]["digits"]
        self.assertNotEqual(faults("north-token.json", handed), [])


class Results(unittest.TestCase):
    def test_an_end_is_final_and_a_step_is_not(self):
        step = north_examples()["result.accepted"]
        self.assertNotEqual(faults("north-result.json", {**step, "final": True}), [])
        end = north_examples()["result.succeeded"]
        self.assertNotEqual(faults("north-result.json", {**end, "final": False}), [])

    def test_unconfirmed_is_either(self):
        step = north_examples()["result.unconfirmed"]
        for final in (True, False):
            self.assertEqual(faults("north-result.json", {**step, "final": final}), [])


if __name__ == "__main__":
    unittest.main()
