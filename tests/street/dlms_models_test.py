# SPDX-License-Identifier: Apache-2.0
"""Meters that show the objects of another model: the gateway knows them by that model alone."""

import time
import unittest

from harness.case import StreetCase
from harness.running import until
from harness.street import seconds

SUPPLY_LOG = 2
SUPPLY_OFF, SUPPLY_ARMED = 200, 201


class IdisTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "dlms": 1, "dlms_security": "gmac",
                    "dlms_model": "idis-credit-dlms", "options": ("--baud", 115_200)}

    def entries(self, meter):
        return self.gateway.rows(
            "SELECT e.code, e.raw_code, e.sequence, e.meter_time_s FROM log_entry e"
            " JOIN meter m ON m.key = e.meter WHERE m.id = ? AND e.log = ? ORDER BY e.sequence",
            meter, SUPPLY_LOG)

    def test_the_relay_is_moved_and_its_log_tells_so_in_idis_numbers(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                for state in ("off", "armed"):
                    self.checker.settled(self.relay(meter, state), "succeeded")
                self.checker.settled(self.utility.order(meter, "synchronise", {}), "succeeded")
                until("both entries", lambda: {SUPPLY_OFF, SUPPLY_ARMED} <= {
                    entry["code"] for entry in self.entries(meter)})
                told = self.entries(meter)
                self.assertEqual({entry["code"]: entry["raw_code"] for entry in told},
                                 {SUPPLY_OFF: 60, SUPPLY_ARMED: 59})
                truth = [seconds(entry["meter_time"]) for entry in
                         self.street.truth(meter)["logs"]["supply"]]
                self.assertEqual([entry["meter_time_s"] for entry in told], truth[-len(told):])
                # Read once more, nothing is doubled and nothing is said to be lost.
                self.checker.settled(self.utility.order(meter, "synchronise", {}), "succeeded")
                self.assertEqual(self.entries(meter), told)
                self.assertEqual(self.gateway.journal("MG0506", meter), [])

    def test_a_credit_meter_takes_no_tokens(self):
        refused = self.utility.step(self.deliver("dlms-001"), "refused")
        self.assertEqual(refused["reason"], "unsupported-by-meter")

    def test_profiles_hold_the_stands_of_the_registers(self):
        order = self.utility.order("dlms-001", "read", {"what": ["registers"]})
        values = self.checker.settled(order, "succeeded")["result"]["registers"]["values"]
        names = {obis.split("*")[0] for obis in values}
        self.assertIn("1-0:1.8.0", names)
        self.assertNotIn("1-0:1.8.1", names, "this meter has no tariff registers")
        until("a day of stands", lambda: self.gateway.rows(
            "SELECT 1 FROM daily v JOIN meter m ON m.key = v.meter WHERE m.id = 'dlms-001'"))


class StsTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "dlms": 1, "dlms_security": "gmac",
                    "dlms_model": "sts-prepayment-dlms", "options": ("--baud", 115_200)}

    @classmethod
    def configure(cls, config):
        config["dlms"]["client"] = 4

    def test_a_token_is_entered_and_the_meters_word_is_the_outcome(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                order = self.deliver(meter, "00000000000150997584")
                self.checker.settled(order, "succeeded")
                # A token without a transaction: the second time the meter says what it thinks.
                self.assertEqual([o["kind"] for o in self.street.orders(meter)], ["token"])

    def test_registers_tell_the_account(self):
        order = self.utility.order("dlms-001", "read", {"what": ["registers", "relay"]})
        result = self.checker.settled(order, "succeeded")["result"]
        told = {obis.split("*")[0]: row["value"] for obis, row in
                result["registers"]["values"].items()}
        self.assertEqual(told["0-0:19.0.0"], "2", "prepayment")
        self.assertEqual(result["relay"]["state"], "on")
        self.assertLess(abs(int(told["0-0:19.10.0"]) - 5_000), 100)
        self.assertLess(time.time() - seconds(result["registers"]["read_at"]), 60)


if __name__ == "__main__":
    unittest.main()
