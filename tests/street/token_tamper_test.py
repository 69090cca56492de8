# SPDX-License-Identifier: Apache-2.0
"""Tamper and its reset, clearing what is left: tokens that act on one meter and its supply."""

import time
import unittest

from harness.keyed import KeyedCase
from harness.street import seconds
from harness.utility import ROOT

METERS = ("a-001", "tcp-001", "mqtt-001")  # one on each sort of wire


class TokenTamperTest(KeyedCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 5}

    def tamper(self, meter):
        """The cover is opened and closed again; the gateway has seen it. Afterwards, whatever came
        between, the meter is as before."""
        self.addCleanup(self.reset_if_tampered, meter)
        self.street.do("open-cover", meter)
        self.street.do("close-cover", meter)
        self.until_reported(meter, "off", ["tamper"])

    def back_on(self, meter):
        """Armed by the reset, closed by the customer."""
        self.until_reported(meter, "armed", [])
        self.street.do("press-button", meter)
        self.until_reported(meter, "on", [])

    def reset_if_tampered(self, meter):
        if "tamper" in self.street.truth(meter)["causes"]:
            self.reset(meter)

    def reset(self, meter):
        command = self.pushed(meter, "tamper-reset")
        self.until_states(command, "redeemed")
        self.back_on(meter)

    # ---- tamper ---------------------------------------------------------------------------------

    def test_j_12_tamper_is_told_with_its_time_and_cause(self):
        for meter in METERS:
            with self.subTest(meter=meter):
                after, opened = len(self.utility.heard), time.time()
                self.tamper(meter)
                told = self.utility.wait_for(
                    f"the tamper of {meter}", lambda h: h.topic == f"{ROOT}/meter/{meter}/event"
                    and any(entry["log"] == "tamper" for entry in h.body["entries"]), after=after)
                entry = next(e for e in told.body["entries"] if e["log"] == "tamper")
                self.assertLess(abs(seconds(entry["meter_time"]) - opened), 10)
                truth = self.street.truth(meter)["logs"]["tamper"]
                self.assertIn((entry["sequence"], entry["event"], entry["cause"]),
                              [(e["sequence"], e["event"], e["cause"]) for e in truth])
                self.checker.logs_complete(meter)
                self.reset(meter)

    def test_j_13_in_tamper_neither_credit_nor_an_order_brings_the_supply_back(self):
        meter = "mqtt-001"
        self.tamper(meter)
        before = self.street.truth(meter)["tokens"]["units_wh"]
        credit = self.pushed(meter, "credit", energy_wh=5000)
        self.until_states(credit, "redeemed")
        self.assertEqual(self.street.truth(meter)["tokens"]["units_wh"], before + 5000)
        told = self.refused(self.relay(meter, "armed"), "not-in-this-state", "params.state")
        self.assertIn("tamper-reset", told["expected"])
        self.street.do("press-button", meter)
        self.assertEqual(self.supply(meter), ("off", ["tamper"]))
        self.until_reported(meter, "off", ["tamper"])
        self.reset(meter)

    def test_j_14_one_call_makes_the_reset_and_the_supply_comes_back(self):
        for meter in METERS:
            with self.subTest(meter=meter):
                self.tamper(meter)
                command = self.issue(meter, "tamper-reset", "technician",
                                     {"work_order": None, "comment": "cover was loose"})
                told = self.made(command)
                self.assertEqual(told["function"], "tamper-reset")
                token, = self.issued(command)
                read = self.decode(meter, token["digits"])
                self.assertEqual((read["class"], read["subclass"], read["verdict"]), (2, 5, "sound"))
                self.delivered(command)
                self.back_on(meter)

    def test_j_18_a_tamper_reset_is_good_for_its_meter_only(self):
        first, second = "tcp-001", "mqtt-001"
        self.tamper(first)
        self.tamper(second)
        command, (digits,) = self.by_hand(first, "tamper-reset")
        self.assertEqual(self.key_in(second, digits)["result"], "not-authentic")
        strange = self.deliver(second, digits)
        outcome = self.checker.settled(strange, "rejected")
        self.assertEqual((outcome["meter_reason"], outcome["meter_raw"]),
                         ("not-authentic", "CRCError"))
        self.assertEqual(self.supply(second), ("off", ["tamper"]))
        self.assertEqual(self.key_in(first, digits)["result"], "taken")
        self.until_states(command, "redeemed-by-hand")
        self.back_on(first)
        self.assertEqual(self.key_in(first, digits)["result"], "duplicate", "and only once")
        self.reset(second)

    # ---- clear credit ---------------------------------------------------------------------------

    def energy(self, meter):
        """The registers of a billing's interest, as the meter answers them."""
        told = self.utility.outcome(self.utility.order(meter, "read", {"what": ["registers"]}))
        return {obis: float(row["value"]) for obis, row
                in told["result"]["registers"]["values"].items() if obis.startswith("1-0:1.8.")}

    def test_j_20_clear_credit_takes_all_credit_and_no_energy(self):
        for meter in ("a-001", "mqtt-002"):
            with self.subTest(meter=meter):
                self.street.do("set-load", meter, watts=[0])
                before = self.energy(meter)
                self.assertTrue(before)
                self.assertGreater(self.street.truth(meter)["balance_minor"], 0)
                command = self.pushed(meter, "clear-credit", register="all")
                self.until_states(command, "redeemed")
                self.assertEqual(self.street.truth(meter)["balance_minor"], 0)
                self.assertEqual(self.energy(meter), before)

    def test_j_21_cleared_the_supply_is_off_until_a_credit_follows(self):
        meter = "mqtt-003"
        clear = self.issue(meter, "clear-credit", register="all")
        self.assertIn("credit token", self.made(clear)["warning"])
        self.delivered(clear)
        self.until_reported(meter, "off", ["no-credit"])
        self.pushed(meter, "credit", energy_wh=10_000)
        self.back_on(meter)
        # Both made ahead for one visit: the slip says it, and they go in in order.
        clear, (clears,) = self.by_hand(meter, "clear-credit", register="all")
        credit, (credits,) = self.by_hand(meter, "credit", energy_wh=10_000)
        self.assertIn("credit token", self.handed(meter, "print", clear)[0]["advice"])
        self.assertNotIn("disconnects", self.handed(meter, "print", credit)[0]["advice"])
        self.assertEqual(self.key_in(meter, clears)["result"], "taken")
        self.assertEqual(self.supply(meter), ("off", ["no-credit"]))
        self.assertEqual(self.key_in(meter, credits)["result"], "taken")
        self.assertEqual(self.supply(meter), ("armed", []))
        self.until_states(clear, "redeemed-by-hand")
        self.until_states(credit, "redeemed-by-hand")

    def test_j_22_clear_credit_is_the_standard_token(self):
        for register, number in (("electricity", 0), ("electricity-currency", 4), ("all", 65535)):
            with self.subTest(register):
                _, (digits,) = self.by_hand("mqtt-004", "clear-credit", register=register)
                read = self.decode("mqtt-004", digits)
                self.assertEqual((read["class"], read["subclass"], read["verdict"]), (2, 1, "sound"))
                self.assertEqual(read["register"], number, read)

    def test_j_23_clear_credit_needs_its_note_too(self):
        meter = "mqtt-004"
        for note in ({"work_order": None}, {"work_order": ""},
                     {"work_order": None, "comment": "  "}):
            with self.subTest(note=note):
                self.refused(self.issue(meter, "clear-credit", fields=note, register="all"),
                             "accountability-missing")
        command, _ = self.by_hand(meter, "clear-credit", register="all",
                                  fields={"work_order": None, "comment": "tenant moved out"})
        self.assertEqual(self.audit(kind="token-issued", meter=meter)[-1]["comment"],
                         "tenant moved out")
        self.assertEqual(self.issued(command)[0]["comment"], "tenant moved out")

    def test_j_24_a_clear_credit_token_is_good_for_its_meter_only(self):
        first, second = "mqtt-004", "mqtt-005"
        _, (digits,) = self.by_hand(first, "clear-credit", register="all")
        before = self.street.truth(second)["tokens"]
        self.assertEqual(self.key_in(second, digits)["result"], "not-authentic")
        outcome = self.checker.settled(self.deliver(second, digits), "rejected")
        self.assertEqual(outcome["meter_reason"], "not-authentic")
        after = self.street.truth(second)["tokens"]
        self.assertEqual(after["money_minor"], before["money_minor"])
        self.assertEqual(self.street.truth(second)["supply"], "on")
        self.assertEqual(self.key_in(first, digits)["result"], "taken")
        self.assertEqual(self.street.truth(first)["balance_minor"], 0)


if __name__ == "__main__":
    unittest.main()
