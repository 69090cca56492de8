# SPDX-License-Identifier: Apache-2.0
"""What a meter tells by itself, and what is read in its logs later, are the same events."""

import re
import unittest

from harness.running import until
from harness.tenancies import TenancyCase
from harness.utility import ROOT

METER = "mqtt-001"
# A person at the meter and the utility can bring these about; every log is pushed the same way.
CLASSES = {"token", "supply", "configuration", "account", "tamper"}


class AlertsTest(TenancyCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1, "history_days": 1}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["schedule"][0].update(logs_s=86_400)  # read once, when it came

    def told(self):
        """Every entry that was published, by what names it: a message may come twice, with the same
        entries in it."""
        out = {}
        for heard in self.utility.heard:
            if heard.topic != f"{ROOT}/meter/{METER}/event":
                continue
            for entry in heard.body["entries"]:
                known = out.setdefault((entry["log"], entry["sequence"]), entry)
                self.assertEqual(known, entry)
        return set(out)

    def at_the_meter(self):
        return {(log, entry["sequence"]) for log, entries in self.street.truth(METER)["logs"].items()
                for entry in entries}

    def test_p_44_an_alert_and_its_log_entry_are_one_event(self):
        before = self.at_the_meter()
        self.pushed(METER, "credit", energy_wh=5_000)
        self.street.do("key-in", METER, digits="00000000000000000000")
        for state in ("off", "armed"):
            order = self.utility.order(METER, "set-relay", {"state": state}, operator="vending")
            self.checker.settled(order, "succeeded")
        order = self.utility.order(METER, "set-tariff", {
            "tariff_id": 12, "supplier_id": 71, "supplier_name": "North Power",
            "price_minor_per_kwh": 27}, operator="customer-service")
        self.checker.settled(order, "succeeded")
        for act in ("open-cover", "close-cover"):
            self.street.do(act, METER)
        fresh = self.at_the_meter() - before
        self.assertLessEqual(CLASSES, {log for log, _ in fresh})
        until("every alert", lambda: fresh <= self.told())
        # The logs are read now, from the same entries on.
        read = self.utility.order(METER, "read", {"what": ["logs"]}, operator="vending")
        self.assertEqual(self.utility.outcome(read)["state"], "succeeded")
        until("nothing but what the meter has", lambda: self.told() == self.at_the_meter())
        noted = [re.search(r"(\S+) log no. \d+", row["text"])[0]
                 for row in self.gateway.journal("MG0801", METER)]
        self.assertEqual(len(noted), len(set(noted)), "none is noted twice")
        stored = [(row["log"], row["sequence"]) for row in self.gateway.rows(
            "SELECT log, sequence FROM log_entry")]
        self.assertEqual(len(stored), len(self.at_the_meter()))
        self.assertEqual(len(stored), len(set(stored)))


if __name__ == "__main__":
    unittest.main()
