# SPDX-License-Identifier: Apache-2.0
"""The off switch is a weapon: nobody darkens a street, whoever's name he has stolen."""

import unittest

from harness.case import StreetCase
from harness.row import Row
from harness.running import until
from harness.tenancies import TenancyCase
from harness.utility import ROOT

PER_HOUR, PER_LINE = 12, 4
BLOWN, RELEASED = "MG0422", "MG0423"


class RelayFuseTest(StreetCase):
    street_shape = {"line": 6, "tcp": 0, "mqtt": 20, "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["relay_off_fuse"] = {"per_hour": PER_HOUR, "per_line_hour": PER_HOUR}

    def opened(self):
        """How many orders to open reached a meter, by the meters."""
        return sum(order["kind"] == "relay" for meter in self.street.meters
                   for order in self.street.orders(meter))

    def refused(self, outcome):
        return outcome["state"] == "refused" and outcome["reason"] == "relay-off-fuse"

    def test_no_more_supplies_are_opened_than_may_be_whoever_asks_and_however_often(self):
        with Row("R16", "orders to open supplies", 60) as row:
            asked, meters = [], self.street.meters
            for number in row:
                # ARMED opens what is on; sent to one that is off already it would not count.
                is_first = number < len(meters)
                state = "armed" if is_first and row.chance.random() < 0.3 else "off"
                asked.append(self.relay(meters[number % len(meters)], state))
                if number == row.wanted // 2:
                    self.gateway.kill()
                    self.gateway.start()
            outcomes = [self.utility.outcome(order) for order in asked]
            refused = [outcome for outcome in outcomes if self.refused(outcome)]
            self.assertEqual(len(refused), row.wanted - PER_HOUR,
                             [outcome for outcome in outcomes if not self.refused(outcome)])
            self.assertIn(f"at most {PER_HOUR} within an hour", refused[0]["expected"])
            self.assertEqual(self.opened(), PER_HOUR)
            alarm = self.utility.wait_for("the alarm", lambda h: h.topic == f"{ROOT}/alarm"
                                          and h.body["event"] == BLOWN)
            first = next(h for h in self.utility.heard if self.refused({"state": None, "reason": None}
                                                                       | h.body))
            self.assertLess(abs(alarm.at - first.at), 1.0, "seconds between refusal and alarm")
            self.only_a_person_with_a_reason_releases_it()

    def only_a_person_with_a_reason_releases_it(self):
        without = self.gateway.run("release-fuse")
        self.assertEqual(without.returncode, 3, without.stderr)
        self.assertIn("a work order or a comment", without.stderr)
        self.assertTrue(self.refused(self.utility.outcome(self.relay("mqtt-001", "off"))))
        done = self.gateway.run("release-fuse", "--comment", "the vending system may")
        self.assertEqual(done.returncode, 0, done.stderr)
        self.assertIn("no longer counts", done.stdout)
        self.checker.settled(self.relay("mqtt-001", "off"), "succeeded")
        self.assertEqual(len(until("the journal to tell", lambda: self.gateway.journal(RELEASED))), 1)
        entry = self.gateway.rows("SELECT comment FROM audit WHERE kind = 'fuse-released'")
        self.assertEqual([row[0] for row in entry], ["the vending system may"])
        # A restart finds it released.
        self.gateway.kill()
        self.gateway.start()
        self.checker.settled(self.relay("mqtt-002", "off"), "succeeded")


class LineFuseTest(StreetCase):
    street_shape = {"line": PER_LINE + 1, "tcp": 1, "mqtt": 0, "options": ("--wire-speed", 20)}

    @classmethod
    def configure(cls, config):
        config["relay_off_fuse"] = {"per_line_hour": PER_LINE}

    def test_one_line_is_held_back_and_the_others_are_not(self):
        *first, last = self.street.on_line
        for meter in first:
            self.checker.settled(self.relay(meter, "off"), "succeeded")
        outcome = self.utility.outcome(self.relay(last, "off"))
        self.assertEqual((outcome["state"], outcome["reason"]), ("refused", "relay-off-fuse"))
        self.assertIn("on line line-a", outcome["expected"])
        self.checker.settled(self.relay(self.street.on_tcp[0], "off"), "succeeded")
        # What brings supplies back is not held back.
        self.checker.settled(self.relay(first[0], "armed"), "succeeded")

    def test_what_waits_for_a_silent_meter_counts(self):
        self.gateway.run("release-fuse", "--comment", "a test of its own")
        *waiting, last = self.street.on_line
        for meter in waiting:
            self.street.do("silence", meter)
        orders = [self.relay(meter, "off") for meter in waiting]
        for order in orders:
            self.utility.wait_for("its acceptance", lambda h, order=order:
                                  h.body.get("command") == order and h.body["state"] == "accepted")
        self.assertEqual(self.utility.outcome(self.relay(last, "off"))["reason"], "relay-off-fuse")
        for meter in waiting:
            self.street.do("unsilence", meter)
            self.gateway.run("probe", meter)
        for order in orders:
            self.checker.settled(order, "succeeded")


class ChangeFuseTest(TenancyCase):
    street_shape = {"line": 2, "tcp": 0, "mqtt": 3}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["relay_off_fuse"] = {"per_hour": 2}

    def test_changes_of_tenancy_that_open_a_supply_count(self):
        # One that leaves the relay alone opens nothing.
        self.checker.settled(self.change("a-001", relay="unchanged"), "succeeded")
        first, second, third = "a-002", "mqtt-001", "mqtt-002"
        self.checker.settled(self.change(first), "succeeded")
        self.checker.settled(self.change(second, relay="armed"), "succeeded")
        held = self.utility.outcome(self.change(third))
        self.assertEqual((held["state"], held["reason"], held["field"]),
                         ("refused", "relay-off-fuse", "params.relay"))
        self.assertEqual(self.fired(third), [])
        # They count together with orders to the relay.
        self.assertEqual(self.utility.outcome(self.relay("mqtt-003", "off"))["reason"],
                         "relay-off-fuse")
        self.checker.settled(self.change(third, relay="unchanged"), "succeeded")


class SpreadTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 12}
    SPREAD_S = 8

    @classmethod
    def configure(cls, config):
        config["relay_off_fuse"] = {"spread_s": cls.SPREAD_S}

    def drawn(self, orders):
        """Of each, how many milliseconds after its acceptance it may leave."""
        rows = [self.gateway.command(order) for order in orders]
        return [row["not_before_ms"] - row["accepted_ms"] for row in rows]

    def test_each_waits_for_a_time_of_its_own_that_a_restart_keeps(self):
        orders = [self.relay(meter, "off") for meter in self.street.meters]
        for order in orders:
            self.utility.step(order, "accepted")
        drawn = self.drawn(orders)
        self.gateway.kill()
        self.gateway.start()
        self.assertEqual(self.drawn(orders), drawn)
        for order in orders:
            self.checker.settled(order, "succeeded")
        self.assertEqual(self.drawn(orders), drawn)
        self.assertLessEqual(max(drawn), self.SPREAD_S * 1000)
        self.assertGreaterEqual(min(drawn), 0)
        # Twelve within a quarter of the time: once in 30,000 runs.
        self.assertGreater(max(drawn) - min(drawn), self.SPREAD_S * 250, drawn)
        for order in orders:
            sent = next(step["at_ms"] for step in self.gateway.steps(order)
                        if step["to_state"] == "sending")
            self.assertGreaterEqual(sent, self.gateway.command(order)["not_before_ms"])
        # The same command is known again, whatever was drawn for it.
        again = len(self.utility.steps(orders[0]))
        self.utility.again(orders[0])
        until("the repeat to be answered", lambda: len(self.utility.steps(orders[0])) > again)
        self.assertEqual(self.utility.steps(orders[0])[-1].body["state"], "succeeded")
        # What brings a supply back does not wait.
        armed = self.relay("mqtt-001", "armed")
        self.checker.settled(armed, "succeeded")
        self.assertIsNone(self.gateway.command(armed)["not_before_ms"])


if __name__ == "__main__":
    unittest.main()
