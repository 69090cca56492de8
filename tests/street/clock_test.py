# SPDX-License-Identifier: Apache-2.0
"""Clocks that are wrong and are set: the box's and the meters'."""

import time
import unittest

from harness.checker import DAY
from harness.clocks import HALF_HOUR, ClockCase
from harness.row import Row
from harness.running import until
from harness.utility import utc


LIVES_S = 5  # of an order whose time runs out while the clock is wrong
LATE_S = 3   # a busy machine may tell it


class BoxClockTest(ClockCase):
    """Only the box has a wrong clock."""

    street_shape = {"line": 0, "tcp": 1, "mqtt": 1}

    def setUp(self):
        self.box_clock.set(0)

    def test_no_command_expires_or_is_sent_early_because_the_clock_was_set(self):
        known = (3600, -3600, 10 * 365 * DAY)
        with Row("R12", "steps of the box's clock", len(known)) as row:
            for number in row:
                step = (known[number] if number < len(known)
                        else row.chance.choice((-1, 1)) * row.chance.randrange(60, 5 * 365 * DAY))
                self.box_clock.set(0)
                self.street.do("silence", "tcp-001")
                self.gateway.wait_for_sessions(["tcp-001"], "silent")
                waits = self.deliver("tcp-001")
                later = self.deliver("mqtt-001", not_before=utc(300))
                token, began = self.mint.utrn(), time.monotonic()
                dies = self.deliver("tcp-001", token, expires_at=utc(LIVES_S))
                for order in (waits, later, dies):
                    self.utility.step(order, "accepted")
                self.box_clock.set(step)
                self.expires(dies, began)
                self.street.do("unsilence", "tcp-001")
                self.checker.settled(waits, "succeeded", 60)
                self.assertEqual(self.gateway.command(later)["state"], "accepted")
                self.box_clock.set(0)
                self.checker.settled(dies, "expired")
                seen = [order["digits"] for order in self.street.orders("tcp-001", "token")]
                self.assertNotIn(token, seen)
                cancel = self.utility.order("mqtt-001", "cancel", {"command": later})
                self.checker.settled(cancel, "succeeded")

    def expires(self, order, began):
        """When its time is over by a clock that nobody sets, neither sooner nor later."""
        ended = self.utility.wait_for(f"{order} to expire", lambda h: h.body.get("final")
                                      and h.body.get("command") == order, LIVES_S + LATE_S)
        self.assertEqual((ended.body["state"], ended.body["reason"]),
                         ("expired", "expired-before-sending"))
        self.assertGreater(ended.at - began, LIVES_S - 0.1, "seconds")

    def test_a_box_that_wakes_in_1970_takes_nothing_until_its_clock_is_right(self):
        self.gateway.stop()
        self.box_clock.set(-time.time() + 60)
        self.gateway.start()
        order = self.deliver("mqtt-001")
        refusal = self.utility.wait_for("its refusal", lambda h: h.body.get("command") == order)
        self.assertEqual(refusal.body["reason"], "issued-in-future")
        self.box_clock.set(0)
        self.checker.settled(self.deliver("mqtt-001"), "succeeded")
        for meter in self.street.meters:
            self.checker.profile_complete(meter, time.time() - DAY + HALF_HOUR)
            self.checker.daily_complete(meter, time.time() - DAY)


class MeterClockTest(ClockCase):
    """Only a meter has a wrong clock."""

    street_shape = {"line": 0, "tcp": 2, "mqtt": 2}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["schedule"][0].update(clock_drift_limit_s=60)

    def test_a_wrong_clock_is_an_alarm_and_an_order_sets_it(self):
        for meter, offset in (("tcp-001", 4000), ("mqtt-001", -4000)):
            with self.subTest(meter=meter):
                self.street.do("set-clock-offset", meter, seconds=offset)
                until("the alarm", lambda meter=meter: self.gateway.journal("MG0211", meter))
                self.checker.settled(self.utility.order(meter, "set-clock", {}), "succeeded")
                until("the right time in the retained state", lambda meter=meter: abs(
                    self.utility.state_of(meter).get("clock_offset_ms", 9999)) < 3000)
                self.checker.profile_true(meter)
                self.checker.logs_complete(meter)

    def test_what_a_meter_captured_by_a_wrong_clock_is_kept_as_it_is(self):
        for meter, offset in (("tcp-002", -7000), ("mqtt-002", 7000)):
            with self.subTest(meter=meter):
                since = self.now() - DAY + HALF_HOUR
                self.checker.profile_complete(meter, since)
                self.street.do("set-clock-offset", meter, seconds=offset)
                until("the alarm", lambda meter=meter: self.gateway.journal("MG0211", meter))
                for _ in range(6):
                    self.pass_time(HALF_HOUR)
                    self.checker.profile_true(meter)
                self.checker.logs_complete(meter)
                self.street.do("set-clock-offset", meter, seconds=0)
                self.pass_time(5 * HALF_HOUR)
                self.checker.profile_complete(meter, self.now() - 4 * HALF_HOUR)


if __name__ == "__main__":
    unittest.main()
