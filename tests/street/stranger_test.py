# SPDX-License-Identifier: Apache-2.0
"""The first ten minutes of a stranger with the README."""

from harness.case import StreetCase
from harness.running import until


class StrangerTest(StreetCase):
    """Told in one go, because that is how it is done."""

    def test_a_token_a_dead_meter_and_a_kill_in_mid_command(self):
        with self.subTest("meters come up"):
            self.assertEqual(self.gateway.status()["meters_reachable"], len(self.street.meters))
            for meter in self.street.meters:
                self.utility.wait_for_state(meter, "online")

        with self.subTest("a token is delivered"):
            for meter in ("a-001", "tcp-001", "mqtt-001"):
                outcome = self.checker.settled(self.deliver(meter, self.mint.utrn(1234)),
                                               "succeeded")
                self.assertEqual(outcome["result"], {"value": 1234, "unit": "minor"})

        with self.subTest("a meter is unplugged and comes back"):
            for meter in ("a-002", "tcp-002", "mqtt-002"):
                self.street.do("silence", meter)
            for meter in ("a-002", "tcp-002"):
                self.utility.wait_for_state(meter, "silent", 60)
            self.utility.wait_for_state("mqtt-002", "offline")
            self.street.do("unsilence", "*")
            for meter in ("a-002", "tcp-002", "mqtt-002"):
                self.utility.wait_for_state(meter, "online", 60)

        with self.subTest("the line was used lawfully"):
            for line in self.street.do("line-stats")["lines"]:
                self.assertGreater(line["requests"], 20)
                self.assertEqual((line["collisions"], line["early_requests"]), (0, 0), line)

        with self.subTest("the gateway is killed in mid-command"):
            meters = ("a-003", "tcp-001", "mqtt-003")
            for meter in meters:
                self.street.do("late", meter, ms=400)
            orders = [self.deliver(meter) for meter in meters]
            for order in orders:
                self.utility.step(order, "sending")
            self.gateway.kill()
            for order in orders:
                until(f"{order} to be on disk", lambda order=order: self.gateway.command(order))
            self.street.do("heal", "*")
            self.gateway.start()
            for order in orders:
                self.checker.settled(order, "succeeded", 60)
            for meter in meters:
                self.checker.nothing_doubled(meter)
