# SPDX-License-Identifier: Apache-2.0
"""One meter of a hundred is worked on; the others feel nothing of it."""

import unittest

from harness.keyed import KeyedCase

ONE = "mqtt-050"


class SingleMeterTest(KeyedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 100, "options": ("--phases", 3)}
    vending_keys = ("999901-2-1-14", "999901-2-2-14", "999902-2-2-14")
    sts = {ONE: {"phases": 3}}

    def untouched(self, meter):
        """All that an operation could have changed; what is used up meanwhile is left out."""
        truth = self.street.truth(meter)
        tokens = {key: value for key, value in truth["tokens"].items() if key != "units_wh"}
        return truth["orders"], truth["supply"], truth["last_transaction"], tokens

    def test_j_01_every_operation_is_for_one_meter_alone(self):
        before = {meter: self.untouched(meter) for meter in self.street.meters}
        _, (digits,) = self.by_hand(ONE, "credit", energy_wh=1000)
        self.made(self.resend(ONE, delivery="hand", channel="print"))
        resend = self.resend(ONE)
        self.made(resend)
        self.delivered(resend)
        self.street.do("open-cover", ONE)
        self.until_reported(ONE, "off", ["tamper"])
        operations = (
            ("tamper-reset", {}, 1), ("credit", {"energy_wh": 5000}, 1),
            ("free-issue", {"energy_wh": 5000}, 1), ("power-limit", {"power_w": 9000}, 1),
            ("phase-unbalance-limit", {"power_w": 9000}, 1), ("meter-test", {"test": "all"}, 1),
            ("key-revision", {"key_revision": 2}, None), ("tariff-index", {"tariff_index": 7}, None),
            ("supply-group", {"supply_group": "999902", "old_supply_group": "999901"}, None),
            ("clear-credit", {"register": "all"}, 1))
        for function, value, count in operations:
            with self.subTest(function):
                command = self.issue(ONE, function, **value)
                self.made(command)
                for number in range(1, (count or len(self.issued(command))) + 1):
                    self.delivered(command, number)
        for state in ("off", "armed"):
            self.checker.settled(self.relay(ONE, state), "succeeded")
        for verb, params in (("read", {"what": ["registers", "relay", "clock"]}),
                             ("synchronise", {}), ("set-clock", {})):
            with self.subTest(verb):
                self.checker.settled(self.utility.order(ONE, verb, params), "succeeded")
        self.checker.settled(self.deliver(ONE, "00000000000150997584"), "succeeded")
        tokens = self.street.truth(ONE)["tokens"]
        self.assertEqual((tokens["supply_group"], tokens["tariff_index"], tokens["key_revision"],
                          tokens["power_limit_w"], tokens["unbalance_limit_w"]),
                         (999902, 7, 2, 9000, 9000))
        for meter in self.street.meters:
            if meter != ONE:
                self.assertEqual(self.untouched(meter), before[meter], meter)
        rows = self.gateway.rows("SELECT DISTINCT m.id FROM token_issue i "
                                 "JOIN meter m ON m.key = i.meter")
        self.assertEqual([row["id"] for row in rows], [ONE])


if __name__ == "__main__":
    unittest.main()
