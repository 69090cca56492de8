# SPDX-License-Identifier: Apache-2.0
"""What the meters captured is in the ledger and at the broker once: no hole, no double, no lie."""

import time
import unittest

from harness.case import StreetCase
from harness.checker import DAY
from harness.running import until
from harness.street import seconds
from harness.utility import utc

DAYS = 3


class BackFillTest(StreetCase):
    """A gateway that is new to meters that are not."""

    street_shape = {"line": 2, "tcp": 1, "mqtt": 2, "history_days": DAYS + 2,
                    "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["schedule"][0]["back_fill_days"] = DAYS

    def published(self, meter):
        """Profile slots as the utility heard them: `{(start, obis): {values...}}`."""
        heard = {}
        for message in self.utility.heard:
            if message.topic.endswith(f"/{meter}/profile"):
                obis = [channel["obis"] for channel in message.body["channels"]]
                for row in message.body["intervals"]:
                    for name, value in zip(obis, row["values"]):
                        heard.setdefault((seconds(row["start"]), name), set()).add(value)
        return heard

    def test_all_of_the_time_asked_for_is_read_kept_and_published(self):
        since = time.time() - DAYS * DAY + 1800
        for meter in self.street.meters:
            with self.subTest(meter=meter):
                count = self.checker.profile_complete(meter, since)
                self.assertGreaterEqual(count, 2 * 48 * DAYS - 2)
                self.assertGreaterEqual(self.checker.daily_complete(meter, since), 2 * (DAYS - 1))
                self.checker.logs_complete(meter)
                stored = {place: {value} for place, (value, _) in
                          self.checker.stored_profile(meter).items()}
                until(f"the profile of {meter} at the broker",
                      lambda: stored.keys() <= self.published(meter).keys())
                # Marked values are told with their marks; twice is QoS 1, two values are a lie.
                self.assertEqual({place: self.published(meter)[place] for place in stored}, stored)

    def test_reading_everything_again_changes_nothing(self):
        before = {meter: self.checker.profile_complete(meter, time.time() - DAY)
                  for meter in self.street.meters}
        orders = [self.utility.order(meter, "synchronise", {}) for meter in self.street.meters]
        orders += [self.utility.order(meter, "read", {
            "what": ["profile", "daily", "logs"], "from": utc(-2 * DAY)})
            for meter in self.street.on_tcp]
        for order in orders:
            self.checker.settled(order, "succeeded")
        for meter, count in before.items():
            # A half-hour may have ended meanwhile.
            self.assertIn(self.checker.profile_true(meter) - count, (0, 2), meter)
            self.checker.logs_complete(meter)


class NoisyLineTest(StreetCase):
    """Answers come broken, cut short, late or never; what is kept is right all the same."""

    street_shape = {"line": 2, "tcp": 0, "mqtt": 0, "options": ("--wire-speed", 10)}

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1, logs_s=2)

    def test_noise_costs_time_and_never_truth(self):
        for meter in self.street.meters:
            for fault, share in (("corrupt", 60), ("truncate", 40), ("lose", 40), ("babble", 40)):
                self.street.do(fault, meter, per_mille=share)
            self.street.do("late", meter, ms=60, per_mille=40)
        orders = [self.deliver(meter) for _ in range(6) for meter in self.street.meters]
        for order in orders:
            self.checker.settled(order, "succeeded", 60)
        for meter in self.street.meters:
            self.checker.nothing_doubled(meter)
            self.assertGreater(self.checker.profile_complete(meter, time.time() - DAY + 1800), 90)
            self.checker.logs_complete(meter)
        stats = self.street.do("line-stats")["lines"][0]
        self.assertGreater(stats["broken"] + stats["unanswered"], 0, "there was no noise")
        self.assertEqual(stats["collisions"], 0, stats)


class SwappedMeterTest(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 0, "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1)

    def rows_of(self, meter):
        return {table: self.gateway.rows(
            f"SELECT count(*) FROM {table} WHERE meter = (SELECT key FROM meter WHERE id = ?)",
            meter)[0][0] for table in ("register_reading", "daily", "log_entry")}

    def last_contact(self, meter):
        return next(line["last_contact"] for line in self.gateway.ask("meters")
                    if line.get("meter") == meter)

    def everything_is_there(self, meter):
        self.checker.profile_complete(meter, time.time() - DAY + 1800)
        self.checker.logs_complete(meter)

    def swap(self, meter):
        """Nobody changes a meter faster than it is missed."""
        self.street.do("silence", meter)
        self.utility.wait_for_state(meter, "silent")
        self.street.do("swap", meter)
        self.street.do("unsilence", meter)

    def test_nothing_is_kept_of_a_stranger_and_nothing_is_sent_to_it(self):
        for meter in self.street.meters:
            with self.subTest(meter=meter):
                self.everything_is_there(meter)
                own = self.street.serial(meter)
                self.gateway.forget_journal()
                self.swap(meter)
                self.utility.wait_for_state(meter, "wrong-meter")
                stranger = self.street.serial(meter)
                self.assertNotEqual(own, stranger)
                told = until("the alarm", lambda meter=meter: self.gateway.journal("MG0205", meter))
                self.assertIn(stranger, told[0]["text"])
                kept = self.rows_of(meter)
                for _ in range(3):
                    before = self.last_contact(meter)
                    self.gateway.run("probe", meter)
                    until("it to be looked at again", lambda meter=meter, before=before:
                          self.last_contact(meter) > before)
                outcome = self.checker.settled(self.deliver(meter), "failed")
                self.assertEqual(outcome["reason"], "wrong-meter")
                self.assertEqual(self.street.orders(meter), [])
                self.assertEqual(self.rows_of(meter), kept)
                # One trouble, one alarm.
                self.assertEqual(len(self.gateway.journal("MG0205", meter)), 1)
                # Who is known to be a stranger is asked for its name each time.
                self.street.do("swap", meter)
                self.gateway.run("probe", meter)
                self.utility.wait_for_state(meter, "online")
                self.checker.settled(self.deliver(meter), "succeeded")
                self.everything_is_there(meter)

    def test_an_order_never_reaches_a_stranger_however_quick_the_change_was(self):
        for meter in self.street.meters:
            # A proof of identity serves for the routine reads of half a minute; none shall be
            # under way when somebody changes a meter faster than it is missed.
            self.everything_is_there(meter)
            self.street.do("swap", meter)
            outcome = self.checker.settled(self.deliver(meter), "failed")
            self.assertEqual(outcome["reason"], "wrong-meter")
            self.assertEqual(self.street.orders(meter), [])
            self.street.do("swap", meter)
            self.gateway.run("probe", meter)
            self.utility.wait_for_state(meter, "online")


if __name__ == "__main__":
    unittest.main()
