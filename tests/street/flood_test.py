# SPDX-License-Identifier: Apache-2.0
"""More orders than a box can take: it says no, stays small, and reads its meters all the same."""

import itertools
import json
import subprocess
import time
import unittest

from harness.case import StreetCase
from harness.row import Row
from harness.running import until
from harness.utility import ROOT

ORDERS = 1_200
# Meters are read every second: a flood that is through sooner shows nothing of it.
LEAST_SECONDS = 4
MOST_GROWTH_KB = 20 * 1024
MOST_FOR_ONE_METER = 100  # docs/mqtt-api.md, 13


class FloodTest(StreetCase):
    street_shape = {"line": 2, "tcp": 1, "mqtt": 1, "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1)
        # What the queues bear is looked at here, not what one requester may give.
        config["requester_limit"] = {"per_minute": 0}

    def readings_of(self, meter):
        return self.gateway.rows("SELECT count(*) FROM register_reading r JOIN meter m "
                                 "ON m.key = r.meter WHERE m.id = ?", meter)[0][0]

    def flood(self, first, orders):
        """Through the broker's own client, which is quicker than this program."""
        body = self.utility.body({"token": ""})
        lines = []
        for number in range(first, first + orders):
            body.update(id=f"flood-{number}", params={"token": self.mint.utrn()})
            lines.append(json.dumps(body))
        began = time.monotonic()
        subprocess.run(["mosquitto_pub", "-p", str(self.broker.port), "-V", "mqttv5", "-q", "0",
                        "-l", "-t", f"{ROOT}/meter/tcp-001/command/deliver-token"],
                       input="\n".join(lines), text=True, check=True, timeout=600)
        return orders / max(time.monotonic() - began, 0.001)

    def most_at_once(self, meter):
        """How many of its orders were taken and had not ended, at the worst moment."""
        changes = []
        for taken, ended in self.gateway.rows(
                "SELECT c.accepted_ms, c.changed_ms FROM command c JOIN meter m ON m.key = c.meter "
                "WHERE m.id = ? AND c.ended = 1", meter):
            changes += [(taken, 1), (ended, -1)]
        # What ended in the same millisecond made room before.
        return max(itertools.accumulate(change for _, change in sorted(changes)), default=0)

    def answered(self):
        """How many got a yes or a no. The broker may drop what comes with QoS 0; what was refused
        was refused because of the crowd."""
        flood = [h.body for h in self.utility.heard
                 if h.body.get("command", "").startswith("flood-")]
        refused = {body["reason"] for body in flood if body["state"] == "refused"}
        self.assertEqual(refused, {"queue-full"})
        return len({body["command"] for body in flood})

    def test_memory_is_bounded_and_meters_are_read_all_the_same(self):
        with Row("R14", "orders of a flood", ORDERS) as row:
            self.gateway.wait_for_sessions(self.street.meters)
            before = self.gateway.resident_kb()
            self.gateway.forget_peak()
            read_before = {meter: self.readings_of(meter) for meter in ("a-001", "mqtt-001")}
            began = time.monotonic()
            rate = 0
            while row.runs < row.wanted or time.monotonic() - began < LEAST_SECONDS:
                rate = self.flood(row.runs, row.wanted)
                row.runs += row.wanted
                order = self.deliver("a-001")  # behind them all
                self.utility.outcome(order, 60 + row.wanted / 10)
            growth = self.gateway.peak_kb() - before
            self.checker.settled(order, "succeeded")
            self.assertLess(growth, MOST_GROWTH_KB, "kB")
            until("what was taken to end", lambda: not self.gateway.rows(
                "SELECT 1 FROM command WHERE ended = 0"), 120)
            answered = self.answered()
            most = self.most_at_once("tcp-001")
            self.assertLessEqual(most, MOST_FOR_ONE_METER)
            seconds = time.monotonic() - began
            read = {meter: self.readings_of(meter) - count for meter, count in read_before.items()}
            # Due every second for as long as the flood is worked off; on the slow line, which has
            # the days before to fetch as well, a round takes six.
            self.assertGreaterEqual(read["mqtt-001"], seconds // 3, f"read in {seconds:.1f} s")
            self.assertGreaterEqual(read["a-001"], max(1, seconds // 9), f"read in {seconds:.1f} s")
            for meter in self.street.meters:
                self.checker.nothing_doubled(meter)
            taken = self.gateway.rows("SELECT count(*) FROM command WHERE id LIKE 'flood-%'")[0][0]
            print(f"\n{row.runs} orders at {rate:.0f} a second: {taken} taken, {most} at once, "
                  f"{answered} answered, {growth} kB more at the most, "
                  f"{read} readings in {seconds:.1f} s meanwhile")


if __name__ == "__main__":
    unittest.main()
