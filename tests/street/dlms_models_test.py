# SPDX-License-Identifier: Apache-2.0
"""Meters that show the objects of another model: the gateway knows them by that model alone."""

import json
import subprocess
import time
import unittest

from harness.case import BINARY, MODELS, StreetCase
from harness.running import until
from harness.street import seconds
from harness.tenancies import TenancyCase

SUPPLY_LOG = 2
SUPPLY_OFF, SUPPLY_ARMED = 200, 201


class Ordering:
    """These meters keep no transactions: what became of an order is known from its outcome alone."""

    def done(self, order):
        told = self.utility.outcome(order)
        self.assertEqual(told["state"], "succeeded", told)
        return told


class IdisTest(Ordering, StreetCase):
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
                    self.done(self.relay(meter, state))
                self.done(self.utility.order(meter, "synchronise", {}))
                until("both entries", lambda: {SUPPLY_OFF, SUPPLY_ARMED} <= {
                    entry["code"] for entry in self.entries(meter)})
                told = self.entries(meter)
                self.assertEqual({entry["code"]: entry["raw_code"] for entry in told},
                                 {SUPPLY_OFF: 60, SUPPLY_ARMED: 59})
                truth = [seconds(entry["meter_time"]) for entry in
                         self.street.truth(meter)["logs"]["supply"]]
                self.assertEqual([entry["meter_time_s"] for entry in told], truth[-len(told):])
                # Read once more, nothing is doubled and nothing is said to be lost.
                self.done(self.utility.order(meter, "synchronise", {}))
                self.assertEqual(self.entries(meter), told)
                self.assertEqual(self.gateway.journal("MG0506", meter), [])

    def test_a_credit_meter_takes_no_tokens(self):
        refused = self.utility.step(self.deliver("dlms-001"), "refused")
        self.assertEqual(refused["reason"], "unsupported-by-meter")

    def test_profiles_hold_the_stands_of_the_registers(self):
        order = self.utility.order("dlms-001", "read", {"what": ["registers"]})
        values = self.done(order)["result"]["registers"]["values"]
        names = {obis.split("*")[0] for obis in values}
        self.assertIn("1-0:1.8.0", names)
        self.assertNotIn("1-0:1.8.1", names, "this meter has no tariff registers")
        until("a day of stands", lambda: self.gateway.rows(
            "SELECT 1 FROM daily v JOIN meter m ON m.key = v.meter WHERE m.id = 'dlms-001'"))


class StsTest(Ordering, StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "dlms": 1, "dlms_security": "gmac",
                    "dlms_model": "sts-prepayment-dlms", "options": ("--baud", 115_200)}

    @classmethod
    def configure(cls, config):
        config["dlms"]["client"] = 4

    def test_a_token_is_entered_and_the_meters_word_is_the_outcome(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                order = self.deliver(meter, "00000000000150997584")
                self.done(order)
                # A token without a transaction: the second time the meter says what it thinks.
                self.assertEqual([o["kind"] for o in self.street.orders(meter)], ["token"])

    def test_registers_tell_the_account(self):
        order = self.utility.order("dlms-001", "read", {"what": ["registers", "relay"]})
        result = self.done(order)["result"]
        told = {obis.split("*")[0]: row["value"] for obis, row in
                result["registers"]["values"].items()}
        self.assertEqual(told["0-0:19.0.0"], "2", "prepayment")
        self.assertEqual(result["relay"]["state"], "on")
        self.assertLess(abs(int(told["0-0:19.10.0"]) - 5_000), 100)
        self.assertLess(time.time() - seconds(result["registers"]["read_at"]), 60)


class GbcsTest(Ordering, TenancyCase):
    """Scripts move the relay, and a change of tenancy is a date."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "dlms": 1,
                    "dlms_model": "gbcs-prepayment-dlms"}

    def test_the_relay_is_moved_by_scripts(self):
        for state in ("off", "armed"):
            order = self.relay("dlms-001", state)
            self.done(order)
            read = self.utility.order("dlms-001", "read", {"what": ["relay"]})
            told = self.done(read)["result"]["relay"]
            self.assertEqual(told["state"], state)
        # It tells no causes: what was asked for is cause enough.
        self.assertEqual(self.gateway.journal("MG0210", "dlms-001"), [])

    def test_a_date_hides_what_was_before_it_and_nothing_more(self):
        meter = "dlms-001"
        refused = self.utility.outcome(self.change(
            meter, actions=["purge-profile", "reset-balance"], relay="unchanged"))
        self.assertEqual(refused["state"], "rejected")
        self.assertIn("a date alone, not reset-balance", json.dumps(refused))
        self.assertEqual(self.fired(meter), [])

        command = self.change(meter, actions=["purge-profile", "purge-snapshots"],
                              relay="unchanged")
        self.done(command)
        told = self.synchronised(meter, command)
        self.assertEqual(len(self.fired(meter)), 1)
        findings = self.findings(told)
        self.assertTrue(findings["purge-profile"], told)
        self.assertTrue(findings["purge-snapshots"], told)


class ConfigurationTest(unittest.TestCase):
    """`sim config` writes what meters of a model want to be shown."""

    def config(self, model):
        return subprocess.run([BINARY, "sim", "config", "--dir", "/nowhere", "--models", MODELS,
                               "--lines", "0", "--dlms-meters", "1", "--dlms-model", model],
                              capture_output=True, text=True, timeout=30)

    def test_client_and_security_are_the_models(self):
        told = self.config("sts-prepayment-dlms")
        self.assertEqual(told.returncode, 0, told.stderr)
        self.assertIn("[dlms]\nclient = 4\nauthentication = \"hls-gmac\"\n", told.stdout)
        self.assertIn('model = "sts-prepayment-dlms"', told.stdout)
        self.assertNotIn("[dlms]", self.config("gbcs-prepayment-dlms").stdout)

    def test_a_model_that_is_none_for_dlms_is_said_to_be_so(self):
        for model in ("nonsense", "eastron-sdm120"):
            told = self.config(model)
            self.assertEqual((told.returncode, told.stdout), (2, ""))
            self.assertIn(f"--dlms-model `{model}`", told.stderr)


if __name__ == "__main__":
    unittest.main()
