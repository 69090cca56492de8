# SPDX-License-Identifier: Apache-2.0
"""Meters behind the sign-on of IEC 62056-21: read out in mode C, and reached by HDLC in mode E."""

import subprocess
import unittest

from harness.case import BINARY, StreetCase
from harness.running import until
from harness.street import seconds
from harness.utility import utc


ENERGY = "1-0:1.8.0*255"
PATIENCE = 90  # at 300 baud everything begins slowly


class SignOnTest(StreetCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 0, "mode_c": 2, "hdlc": 1, "mode_e": True}

    @classmethod
    def configure(cls, config):
        # A readout takes a second or two: not every five seconds.
        config["schedule"][0]["registers_s"] = 15

    def energy_heard(self, meter):
        """Import of a meter, as it was published by itself."""
        return [row["value"] for message in self.utility.heard
                if message.topic.endswith(f"/{meter}/registers")
                for reading in message.body["readings"]
                for obis, row in reading["values"].items() if obis == ENERGY]

    def test_registers_of_a_readout_are_kept_and_published(self):
        for meter in self.street.on_mode_c:
            with self.subTest(meter):
                until(f"registers of {meter} at the broker", lambda: self.energy_heard(meter), PATIENCE)
                kept = self.gateway.rows(
                    "SELECT count(*) FROM register_reading r JOIN meter m ON m.key = r.meter"
                    " WHERE m.id = ?", meter)
                self.assertGreater(kept[0][0], 0)

    def test_a_read_tells_registers_with_their_units_and_the_clock(self):
        for meter in ("mode-c-002", "hdlc-001"):
            order = self.utility.order(meter, "read", {"what": ["registers", "clock"]})
            result = self.checker.settled(order, "succeeded", PATIENCE)["result"]
            energy = [row for obis, row in result["registers"]["values"].items()
                      if obis == ENERGY]
            self.assertEqual([row["unit"] for row in energy], ["Wh"])
            self.assertLess(abs(seconds(result["clock"]["meter_time"]) - seconds(utc())), 30)

    def test_what_a_readout_does_not_have_is_refused(self):
        refused = self.utility.outcome(self.relay("mode-c-001", "off"))
        self.assertEqual((refused["state"], refused["reason"]),
                         ("refused", "unsupported-by-meter"))

    def test_meters_behind_mode_e_take_orders(self):
        for meter in self.street.on_hdlc:
            self.checker.settled(self.relay(meter, "off"), "succeeded", PATIENCE)

    def test_a_silent_meter_is_set_aside_and_comes_back(self):
        meters = ("mode-c-001", "hdlc-001")
        for state, action in (("silent", "silence"), ("online", "unsilence")):
            for meter in meters:
                self.street.do(action, meter)
            self.gateway.wait_for_sessions(meters, state, 120)

    def test_a_copied_readout_is_explained(self):
        done = subprocess.run([BINARY, "decode", "-"], input="/VMG5x\n1.8.0(000123.4*kWh)\n!\n",
                              capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("maker VMG, mode C, 9600 baud", done.stdout)
        self.assertIn("000123.4 kWh", done.stdout)


if __name__ == "__main__":
    unittest.main()
