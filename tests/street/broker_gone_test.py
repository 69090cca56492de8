# SPDX-License-Identifier: Apache-2.0
"""The broker dies, forgets, refuses: nothing that was for it is lost."""

import collections
import json
import signal
import time
import unittest
from datetime import datetime

from harness.broker import LASTING
from harness.case import StreetCase
from harness.row import Row
from harness.running import until
from harness.utility import ROOT

MAX_IN_FLIGHT = 20          # docs/mqtt-api.md, 13
MOST_GROWTH_KB = 4 * 1024   # during an outage


def milliseconds(text):
    return round(datetime.fromisoformat(text.replace("Z", "+00:00")).timestamp() * 1000)


class BrokerGoneTest(StreetCase):
    street_shape = {"line": 2, "tcp": 2, "mqtt": 1}
    broker_lines = LASTING  # the utility's session survives, so that every message can be counted

    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(registers_s=1, relay_s=0, clock_s=0, logs_s=2)

    def order_on_the_box(self, meter):
        """As an engineer, who needs no broker."""
        told = self.gateway.run("send", "deliver-token", meter, "-", "--work-order", "W-7",
                                "--no-wait", "--json", stdin=self.mint.utrn() + "\n")
        self.assertEqual(told.returncode, 0, told.stderr)
        return json.loads(told.stdout.splitlines()[0])["command"]

    def heard_readings(self):
        return {(h.body["meter"], milliseconds(row["read_at"])) for h in self.utility.heard
                if h.topic.endswith("/registers") for row in h.body["readings"]}

    def stored_readings(self, before_ms):
        return {(row["id"], row["read_ms"]) for row in self.gateway.rows(
            "SELECT m.id, r.read_ms FROM register_reading r JOIN meter m ON m.key = r.meter "
            "WHERE r.read_ms < ?", before_ms)}

    def outage(self, while_away=lambda: None):
        """The broker is killed and comes back; returns the orders given meanwhile."""
        meters = self.street.on_line + self.street.on_tcp
        self.gateway.forget_journal()
        self.gateway.forget_peak()
        before = self.gateway.resident_kb()
        # It hangs before it dies: what it was given last is neither acknowledged nor kept.
        self.broker.signal(signal.SIGSTOP)
        unheard = [self.order_on_the_box(meter) for meter in meters]
        until("the first ones carried out", lambda: not self.gateway.rows(
            "SELECT 1 FROM command WHERE ended = 0"))
        self.broker.kill()
        until("the loss to be noticed",
              lambda: self.gateway.must_live() and self.gateway.journal("MG0602"))
        orders = unheard + [self.order_on_the_box(meter) for meter in meters * 3]
        until("all of them carried out without a broker", lambda: not self.gateway.rows(
            "SELECT 1 FROM command WHERE ended = 0"))
        self.growth = self.gateway.peak_kb() - before
        self.assertLess(self.growth, MOST_GROWTH_KB, "kB during the outage")
        while_away()
        waiting = self.gateway.status()
        self.assertGreaterEqual(waiting["outbox_messages"], len(orders))
        back_at = len(self.utility.heard)
        self.broker.start()
        for order in orders:
            self.checker.settled(order, "succeeded")
        # Without the Z a whole second sorts before its parts.
        told = [h.body["at"].rstrip("Z") for h in self.utility.heard[back_at:] if h.body.get("command")]
        self.assertEqual(told, sorted(told), "outcomes arrive in the order they happened")
        until("an empty outbox", lambda: not any(
            self.gateway.status()[what] for what in ("outbox_messages", "outbox_data_days")))
        return orders

    def little_is_told_twice(self, before, kills=0):
        """Since then: what was in flight when the broker went, and after a kill once what stood for
        a meter and day and was not marked yet as told (docs/decisions/0010)."""
        twice = self.checker.told_twice(self.utility.heard)[before:]
        marks = collections.Counter(
            (h.topic, h.body.get("day")) for h in twice if "/result/" not in h.topic)
        unmarked = sum(min(count, kills) for count in marks.values())
        self.assertLessEqual(len(twice) - unmarked, MAX_IN_FLIGHT, [h.topic for h in twice])
        self.nothing_is_told_twice()
        return len(twice)

    def nothing_is_told_twice(self):
        """While nothing breaks: but for a day to which something came just as it was on its way."""
        before, since = len(self.checker.told_twice(self.utility.heard)), len(self.utility.heard)
        until("two rounds of readings", lambda: len(
            [h for h in self.utility.heard[since:] if h.topic.endswith("/registers")]) >= 8)
        again = self.checker.told_twice(self.utility.heard)[before:]
        self.assertLessEqual(len(again), len(self.street.meters), [h.topic for h in again])

    def no_reading_is_missing(self):
        until("enough readings to tell", lambda: len(self.stored_readings(time.time() * 1000)) > 10)
        stored = self.stored_readings(time.time() * 1000)
        until(lambda: f"readings {sorted(stored - self.heard_readings())[:3]}",
              lambda: stored <= self.heard_readings())

    def test_what_happened_meanwhile_arrives_in_order_and_whole(self):
        before = len(self.checker.told_twice(self.utility.heard))
        self.outage()
        self.no_reading_is_missing()
        self.little_is_told_twice(before)
        # A modem that was refused several times tries again after a minute at the latest.
        self.utility.wait_for_state("mqtt-001", "online", 90)

    def test_also_when_the_gateway_is_killed_meanwhile(self):
        def cut():
            self.gateway.kill()
            self.gateway.start()
        with Row("R5", "outages with a kill inside", 1) as row:
            twice, growth = 0, 0
            for _ in row:
                before = len(self.checker.told_twice(self.utility.heard))
                self.outage(cut)
                self.no_reading_is_missing()
                twice += self.little_is_told_twice(before, kills=1)
                growth = max(growth, self.growth)
                for meter in self.street.meters:
                    self.checker.nothing_doubled(meter)
            print(f"\n{twice} messages told twice, {growth} kB more at the most")

    def test_the_loss_is_one_line_however_long_it_lasts(self):
        self.gateway.forget_journal()
        self.broker.kill()
        until("both connections to be reported", lambda: self.gateway.must_live()
              and len(self.gateway.journal("MG0602")) >= 2)
        # Attempts go on: every half second to a second.
        for _ in range(3):
            self.assertEqual(self.gateway.run("status").returncode, 0)
        self.broker.start()
        until("both to be back", lambda: len(self.gateway.journal("MG0601")) >= 2)
        reports = [row["text"] for row in self.gateway.journal("MG0602")]
        self.assertEqual(len(reports), len(set(reports)), reports)

    def test_the_retained_states_are_there_again(self):
        self.broker.kill()
        after = len(self.utility.heard)
        self.broker.start()
        for topic in [f"{ROOT}/state"] + [f"{ROOT}/meter/{m}/state" for m in self.street.on_line]:
            self.utility.wait_for(topic, lambda h, topic=topic: h.topic == topic, after=after)


class BrokerForgetsTest(StreetCase):
    """Without persistence a broker loses what it acknowledged; the sender repeats."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 2}
    broker_lines = ("persistence false",)

    def test_a_repeated_id_is_answered_whatever_the_broker_forgot(self):
        with Row("R6", "brokers killed that forget", 4) as kills:
            self.kill_and_judge(kills)

    def give_orders(self):
        return [self.deliver(meter) for meter in self.street.meters]

    def kill_under_way(self):
        orders = self.give_orders()
        self.broker.kill()
        self.broker.start()
        return orders

    def kill_with_commands(self):
        """It took them, and nobody else has them."""
        self.gateway.kill()
        orders = self.give_orders()
        self.broker.kill()
        before = len(self.utility.heard)
        self.broker.start()
        self.gateway.start()
        self.utility.wait_for_gateway(after=before)
        self.assertEqual([self.gateway.command(order) for order in orders], [None] * len(orders))
        return orders

    def kill_with_outcomes(self):
        """It took them for the utility, and the gateway counts them as told."""
        self.gateway.signal(signal.SIGSTOP)
        orders = self.give_orders()
        self.utility.put_away()
        self.gateway.signal(signal.SIGCONT)
        until("all of them carried out and told", lambda: all(
            (self.gateway.command(order) or {"ended": 0})["ended"] for order in orders)
            and self.gateway.status()["outbox_messages"] == 0)
        self.broker.kill()
        self.broker.start()
        self.utility.start()
        self.assertEqual([order for order in orders if self.utility.ended(order)], [])
        return orders

    def is_answered_again(self, order):
        """Whoever lost the answer asks under the same id."""
        after = len(self.utility.heard)
        self.utility.again(order)
        again = self.utility.wait_for(f"{order} to be answered again",
                                      lambda h: h.body.get("command") == order, after=after)
        self.assertEqual(again.body, self.utility.outcome(order))

    def kill_and_judge(self, kills):
        ways = (self.kill_under_way, self.kill_with_commands, self.kill_with_outcomes)
        given, repeats = 0, 0
        for number in kills:
            orders = ways[number % len(ways)]()
            self.utility.wait_until_back()
            given += len(orders)
            repeats += self.utility.insist("the outcomes", orders,
                                           lambda: all(map(self.utility.ended, orders)))
            for order in orders:
                row = self.gateway.command(order)
                self.assertEqual((row["state"], row["ended"]), ("succeeded", 1))
                self.is_answered_again(order)
        for meter in self.street.meters:
            self.checker.nothing_doubled(meter)
            taken = [o for o in self.street.orders(meter, "token") if o["result"] == "taken"]
            self.assertEqual(len([o for o in taken if o["transaction"] > 0]),
                             kills.wanted)
        print(f"\n{given} orders, {repeats} repeats")


if __name__ == "__main__":
    unittest.main()
