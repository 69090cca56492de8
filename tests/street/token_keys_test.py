# SPDX-License-Identifier: Apache-2.0
"""What enters a meter's key: tariff index and supply group, changed by sets of tokens."""

import getpass
import json
import unittest

from harness.case import BINARY
from harness.false_clock import FalseClock
from harness.keyed import KeyedCase, run
from harness.running import until
from harness.utility import utc

NOT_THERE = "123456"      # a supply group whose vending key nobody has
WAIT = 10 * 60            # docs/tokens.md: an incomplete set is forgotten


class KeyChangeCase(KeyedCase):
    """The second operator's signature is made as they would make it, without the gateway."""

    vending_keys = ("999901-2-1-14", "999902-2-1-14")
    access = {"require_signature": False, "always_signed": [], "dual_control": ["supply-group"]}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        cls.ben = cls.folder / "ben.pem"
        public = run(BINARY, "operator", "make-key", cls.ben)
        config["operator"].append({"name": "desk", "roles": ["engineering"],
                                   "local_user": getpass.getuser()})
        config["operator"].append({"name": "ben", "roles": ["engineering"],
                                   "public_keys": [line.split('"')[1] for line in public.splitlines()
                                                   if line.startswith("public_keys")]})

    def change_group(self, meter, to="999902", old="999901", approved=True, by="engineering", **more):
        body = self.utility.body({"function": "supply-group", "supply_group": to,
                                  "old_supply_group": old, "confirmed": True, **more}, operator=by)
        text = json.dumps(body)
        if approved:
            text = run(BINARY, "sign", "--key", self.ben, "--approve", "ben", "--site", "street",
                       "--meter", meter, "--verb", "issue-token", "-", stdin=text)
        self.utility.ordered[body["id"]] = (meter, "issue-token", body)
        self.utility.send(meter, "issue-token", text)
        return body["id"]

    def recorded(self, meter):
        """As an engineer reads it on the box."""
        told, = [one for one in self.gateway.json_lines("meters") if one["meter"] == meter]
        return told["sts"]

    def in_the_meter(self, meter):
        return self.street.truth(meter)["tokens"]

    def all_taken(self, command):
        for number, _ in enumerate(self.made(command)["tokens"], 1):
            self.delivered(command, number)
        until("the new key on record", lambda: not self.recorded(
            self.utility.ordered[command][0])["key_change_pending"])

    def credit_is_taken(self, meter):
        self.pushed(meter, "credit", energy_wh=1000)


class TariffIndexTest(KeyChangeCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 6}
    sts = {"mqtt-002": {"tariff_index": 7}, "mqtt-003": {"tariff_index": 12}}

    def test_j_38_meters_with_another_index_than_01_are_pointed_out(self):
        checked = self.gateway.run("check-config", self.gateway.file, config=False)
        self.assertEqual(checked.returncode, 0, checked.stderr)
        flagged = [line for line in checked.stdout.splitlines() if "tariff_index" in line]
        self.assertEqual(len(flagged), 2, checked.stdout)
        for meter, index in (("mqtt-002", "07"), ("mqtt-003", "12")):
            self.assertTrue([line for line in flagged if meter in line and index in line], flagged)
            self.assertTrue(self.gateway.journal("MG0215", meter))
        self.assertEqual(self.gateway.journal("MG0215", "mqtt-001"), [])

    def test_j_39_an_index_that_was_brought_along_is_kept(self):
        def kept():
            return {one["meter"]: one["sts"]["tariff_index"]
                    for one in self.gateway.json_lines("meters") if "sts" in one}
        for meter, index in (("mqtt-002", 7), ("mqtt-003", 12)):
            self.assertEqual(kept()[meter], index)
            command, (digits,) = self.by_hand(meter, "credit", energy_wh=100)
            told = self.gateway.run("show", meter)
            self.assertIn(f"TI {index:02d}", told.stdout)
            self.assertNotIn(digits, told.stdout)
            self.until_states(command, "outstanding")
        self.gateway.stop()
        self.assertEqual(kept()["mqtt-003"], 12, "with nobody running as well")
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.utility.wait_for_gateway()
        self.assertEqual(kept()["mqtt-003"], 12)

    def test_j_40_the_index_is_part_of_the_key(self):
        # The record says 07 and the meter has 01: no token of the one is one of the other.
        self.assertEqual(self.in_the_meter("mqtt-002")["tariff_index"], 1)
        wrong = self.issue("mqtt-002", "credit", energy_wh=1000)
        self.assertEqual(self.delivered(wrong, expected="rejected")["meter_reason"],
                         "not-authentic")
        self.credit_is_taken("mqtt-001")

    def test_j_41_another_index_is_moved_to_01_by_a_set_in_order(self):
        for meter in ("mqtt-004", "a-001"):
            with self.subTest(meter=meter):
                self.all_taken(self.issue(meter, "tariff-index", tariff_index=7))
                self.assertEqual(self.in_the_meter(meter)["tariff_index"], 7)
                old, (under_07,) = self.by_hand(meter, "credit", energy_wh=2000)
                command = self.issue(meter, "tariff-index", tariff_index=1)
                self.all_taken(command)
                numbers = [order["digits"] for order in self.street.orders(meter, "token")][-3:]
                self.assertEqual(numbers, [row["digits"] for row in self.issued(command)])
                self.assertEqual(self.recorded(meter)["tariff_index"], 1)
                self.assertEqual(self.key_in(meter, under_07)["result"], "not-authentic")
                self.until_states(old, "refused")
                self.credit_is_taken(meter)

    def test_j_42_a_tariff_is_no_index(self):
        meter = "mqtt-005"
        keys = self.folder / "tariff.toml"
        keys.touch(0o600)
        keys.write_text(self.street.do("keys", meter)["key_config"])
        digits = run(BINARY, "token", "make", "set-tariff-rate", "--value", 7, "--time", utc(-3600),
                     "--key-config", keys).strip()
        self.assertEqual(self.key_in(meter, digits)["result"], "taken")
        self.assertEqual((self.in_the_meter(meter)["tariff_rate"],
                          self.in_the_meter(meter)["tariff_index"]), (7, 1))
        self.assertEqual(self.recorded(meter)["tariff_index"], 1)
        self.credit_is_taken(meter)

    def test_j_43_a_change_of_index_needs_its_right_and_a_confirmation(self):
        for by in ("technician", "vending", "nobody"):
            with self.subTest(by=by):
                self.refused(self.issue("mqtt-006", "tariff-index", by, tariff_index=2),
                             "not-permitted")
        self.refused(self.issue("mqtt-006", "tariff-index", tariff_index=2, confirmed=False),
                     "confirmation-missing", "params.confirmed")
        self.assertEqual(self.in_the_meter("mqtt-006")["tariff_index"], 1)


class SupplyGroupTest(KeyChangeCase):
    """mqtt-005 is on record in a supply group whose key is not there; the key 999902-2-2 had its
    time years ago."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 9}
    sts = {"mqtt-005": {"supply_group": NOT_THERE}, "mqtt-009": {"tariff_index": 9}}

    @classmethod
    def open_street(cls):
        cls.clock = FalseClock(cls.folder, "box-and-street")
        cls.street_shape = {**cls.street_shape, "environment": cls.clock.environment}
        cls.gateway_environment = cls.clock.environment
        super().open_street()

    @classmethod
    def _key_store(cls):
        store = super()._key_store()
        run(BINARY, "keys", "import", *cls.store_options, "--sgc", "999902", "--krn", 2, "--ken",
            100, "--key", cls.street.folder / "keys" / "999902-2-2-14.hex")
        return store

    def pass_time(self, seconds):
        self.clock.set(self.clock.shift_s + seconds)
        self.utility.shift_s = self.clock.shift_s

    def test_j_44_supply_group_revision_and_expiry_are_read_back(self):
        recorded = self.recorded("mqtt-006")
        self.assertEqual((recorded["supply_group"], recorded["key_revision"],
                          recorded["key_type"]), ("999901", 1, 2))
        held = json.loads(run(BINARY, "keys", "list", "--json", *self.store_options))["keys"]
        self.assertEqual({(key["sgc"], key["krn"]): key["ken"] for key in held},
                         {("999901", 1): 255, ("999902", 1): 255, ("999902", 2): 100})
        self.all_taken(self.change_group("mqtt-006"))
        # Key change tokens carry no time; what is made under the key afterwards does.
        self.all_taken(self.issue("mqtt-006", "key-revision", key_revision=2))
        self.assertEqual(self.recorded("mqtt-006")["key_revision"], 2)
        refusal = self.refused(self.issue("mqtt-006", "credit", energy_wh=1000), "no-vending-key")
        self.assertIn("KEN 100", refusal["expected"])

    def test_j_45_until_the_set_is_in_the_old_key_counts(self):
        meter = "mqtt-001"
        command = self.change_group(meter, delivery="hand", channel="print")
        digits = [token["digits"] for token in self.made(command)["tokens"]]
        self.assertTrue(self.recorded(meter)["key_change_pending"])
        self.refused(self.issue(meter, "tariff-index", tariff_index=2), "key-change-pending")
        self.credit_is_taken(meter)
        _, (under_the_old,) = self.by_hand(meter, "credit", energy_wh=1000)
        for one in digits:
            self.assertEqual(self.key_in(meter, one)["result"], "taken")
        self.until_states(command, *["redeemed-by-hand"] * len(digits))
        self.assertEqual(self.recorded(meter)["supply_group"], "999902")
        self.assertFalse(self.recorded(meter)["key_change_pending"])
        self.assertEqual(self.key_in(meter, under_the_old)["result"], "not-authentic")
        self.credit_is_taken(meter)

    def test_j_46_without_its_key_there_is_no_token(self):
        for order in (self.issue("mqtt-005", "credit", energy_wh=1000),
                      self.issue("mqtt-005", "tamper-reset")):
            refusal = self.refused(order, "no-vending-key")
            self.assertIn(f"SGC {NOT_THERE}", refusal["expected"])

    def test_j_47_both_groups_are_checked(self):
        refusal = self.refused(self.change_group("mqtt-002", old="999902", to="999901"),
                               "out-of-range", "params.old_supply_group")
        self.assertIn("as it is recorded", refusal["expected"])
        self.refused(self.change_group("mqtt-002", to="999901"), "out-of-range",
                     "params.supply_group")

    def test_j_48_both_keys_are_needed(self):
        for meter, to, old in (("mqtt-002", NOT_THERE, "999901"),
                               ("mqtt-005", "999901", NOT_THERE)):
            with self.subTest(meter=meter):
                refusal = self.refused(self.change_group(meter, to, old), "no-vending-key")
                self.assertIn(f"SGC {NOT_THERE}", refusal["expected"])
        self.assertFalse(self.recorded("mqtt-002")["key_change_pending"])

    def test_j_49_a_change_of_group_is_one_action(self):
        before = len(self.audit(kind="token-issued", meter="tcp-001"))
        command = self.change_group("tcp-001")
        self.all_taken(command)
        issues = self.gateway.rows("SELECT i.* FROM token_issue i JOIN meter m ON m.key = i.meter "
                                   "WHERE m.id = 'tcp-001'")
        self.assertEqual([row["id"] for row in issues], [command])
        self.assertEqual(len(self.audit(kind="token-issued", meter="tcp-001")), before + 1)
        self.assertEqual(self.recorded("tcp-001")["supply_group"], "999902")

    def test_j_50_its_tokens_are_a_set(self):
        command = self.change_group("mqtt-003", delivery="hand", channel="print")
        tokens = self.made(command)["tokens"]
        self.assertEqual([token["number"] for token in tokens], [1, 2, 3])
        for token, name in zip(tokens, ("first", "second", "third")):
            self.assertRegex(token["digits"], r"^\d{20}$")
            self.assertIn(name, self.decode("mqtt-003", token["digits"])["name"])
        handed, = self.handed("mqtt-003", "print", command)
        self.assertEqual([token["digits"] for token in handed["tokens"]],
                         [token["digits"] for token in tokens])
        self.assertIn("in this order", handed["advice"])
        self.assertIn("Enter 1 of 3 first:", handed["slip"]["text"])
        for token in tokens:
            grouped = " ".join(token["digits"][at:at + 4] for at in range(0, 20, 4))
            self.assertIn(f"{token['number']} of 3         {grouped}\n", handed["slip"]["text"])
            self.assertIn(f"<code>{grouped}</code>", handed["slip"]["html"])
        for form, begin in (("text", "PREPAYMENT TOKEN"), ("html", "<!DOCTYPE html>")):
            again = self.gateway.run("send", "resend-tokens", "mqtt-003", "--channel", "print",
                                     "--slip", form, "--work-order", "W-1")
            self.assertEqual((again.returncode, again.stdout[:15]), (0, begin[:15]), again.stderr)
        self.assertEqual(again.stdout, handed["slip"]["html"])
        self.assertEqual(len(self.handovers(command)), 3, "each print is written down")

    def test_j_51_a_set_half_done_is_told_and_done_again_whole(self):
        meter = "mqtt-004"
        command = self.change_group(meter, delivery="hand", channel="print")
        _, second, _ = (token["digits"] for token in self.made(command)["tokens"])
        self.assertEqual(self.key_in(meter, second)["result"], "taken")
        self.until_states(command, "outstanding", "redeemed-by-hand", "outstanding")
        self.assertTrue(self.recorded(meter)["key_change_pending"])
        self.pass_time(WAIT + 60)  # the meter has forgotten what it took
        again = self.resend(meter)
        told, = self.made(again)["outstanding"]
        self.assertEqual([token["command"] for token in told["tokens"]],
                         [f"{again}-1", f"{again}-2", f"{again}-3"])
        for number in (1, 2, 3):
            self.delivered(again, number)
        self.until_states(command, "redeemed", "redeemed", "redeemed")
        self.assertEqual(self.in_the_meter(meter)["supply_group"], 999902)
        self.assertEqual(self.recorded(meter)["supply_group"], "999902")
        self.credit_is_taken(meter)

    def test_j_51_a_set_with_too_long_a_pause_is_not_counted(self):
        meter = "mqtt-007"
        command = self.change_group(meter, delivery="hand", channel="print")
        first, second, third = (token["digits"] for token in self.made(command)["tokens"])
        self.key_in(meter, first)
        self.until_states(command, "redeemed-by-hand", "outstanding", "outstanding")
        self.pass_time(WAIT + 60)
        for one in (second, third):
            self.assertEqual(self.key_in(meter, one)["result"], "taken")
        self.until_states(command, "outstanding", "redeemed-by-hand", "redeemed-by-hand")
        self.assertEqual(self.in_the_meter(meter)["supply_group"], 999901)
        self.assertEqual(self.recorded(meter)["supply_group"], "999901")
        self.credit_is_taken(meter)  # under the old key
        self.assertEqual(self.key_in(meter, first)["result"], "taken")
        self.until_states(command, *["redeemed-by-hand"] * 3)
        self.assertEqual(self.in_the_meter(meter)["supply_group"], 999902)
        self.assertEqual(self.recorded(meter)["supply_group"], "999902")

    def test_j_51_a_set_that_the_meter_refuses_is_over(self):
        # On record under an index that the meter does not have.
        meter = "mqtt-009"
        command = self.issue(meter, "tariff-index", tariff_index=2)
        self.made(command)
        self.delivered(command, expected="rejected")
        self.until_states(command, "refused", "void", "void")
        self.assertFalse(self.recorded(meter)["key_change_pending"])
        self.refused(self.resend(meter), "nothing-outstanding")
        another = self.issue(meter, "tariff-index", tariff_index=3, delivery="hand",
                             channel="print")
        self.assertEqual(self.made(another)["state"], "outstanding")

    def test_j_53_a_meter_of_another_group_changes_nothing_for_the_others(self):
        others = {one["meter"]: one["sts"] for one in self.gateway.json_lines("meters")
                  if one["meter"] != "mqtt-008"}
        self.all_taken(self.change_group("mqtt-008"))
        told = {one["meter"]: one["sts"] for one in self.gateway.json_lines("meters")}
        self.assertEqual(told.pop("mqtt-008")["supply_group"], "999902")
        self.assertEqual(told, others)
        shown = self.gateway.run("show", "mqtt-008").stdout
        self.assertIn("SGC 999902", shown)
        self.credit_is_taken("a-001")

    def test_j_54_two_operators_and_the_trail_names_both(self):
        meter = "mqtt-002"
        self.refused(self.change_group(meter, by="technician"), "not-permitted")
        self.refused(self.change_group(meter, approved=False), "second-operator-needed")
        command = self.change_group(meter)
        self.all_taken(command)
        entry, = [one for one in self.audit(kind="token-issued", meter=meter)
                  if one["details"]["issue"] == command]
        self.assertEqual((entry["operator"], entry["second_operator"]), ("engineering", "ben"))
        denied = self.audit(kind="operator-denied", meter=meter)
        self.assertEqual([one["operator"] for one in denied], ["technician", "engineering"])
        self.trail_is_sound()


class ManyMetersTest(KeyedCase):
    """J-52: meters that were bought with the wrong supply group."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 50}
    vending_keys = ("999901-2-1-14", "999902-2-1-14")

    def test_j_52_fifty_meters_and_each_has_its_result(self):
        away = ("mqtt-017", "mqtt-042")
        for meter in away:
            self.street.do("silence", meter)
        self.gateway.wait_for_sessions(away, "offline")
        orders = {meter: self.issue(meter, "supply-group", supply_group="999902",
                                    old_supply_group="999901") for meter in self.street.meters}
        for meter, command in orders.items():
            self.made(command)
            if meter not in away:
                self.until_states(command, "redeemed", "redeemed", "redeemed")

        def groups():
            return {one["meter"]: (one["sts"]["supply_group"], one["sts"]["key_change_pending"])
                    for one in self.gateway.json_lines("meters")}
        expected = {meter: ("999901", True) if meter in away else ("999902", False)
                    for meter in self.street.meters}
        until(lambda: f"48 done and 2 pending: {groups()}", lambda: groups() == expected)
        for meter in away:
            self.street.do("unsilence", meter)
            self.until_states(orders[meter], "redeemed", "redeemed", "redeemed")
        self.assertEqual(set(groups().values()), {("999902", False)})


if __name__ == "__main__":
    unittest.main()
