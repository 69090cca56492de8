# SPDX-License-Identifier: Apache-2.0
"""Limits that tokens set: the meters switch by them, and the gateway tells what happened."""

import unittest

from harness.checker import LOGS
from harness.false_clock import FalseClock
from harness.keyed import ROLES, KeyedCase
from harness.running import until

MINUTE = 60
PAUSE = 180  # docs/tokens.md: off for three minutes, then on again
EVENTS = {900: "load-limit-exceeded", 901: "load-limit-restored"}  # the model's codes
CAUSE = {"power": 1, "unbalance": 2}
PER_PHASE = ("1-0:21.7.0*255", "1-0:41.7.0*255", "1-0:61.7.0*255")


class TokenLimitsTest(KeyedCase):
    """Meters of three phases; the gateway knows mqtt-004 as one of a single phase. Street and box
    live by one clock, which the tests push on: minutes pass at once."""

    street_shape = {"line": 0, "tcp": 1, "mqtt": 4, "options": ("--phases", 3)}
    sts = {meter: {"phases": 3} for meter in ("tcp-001", "mqtt-001", "mqtt-002", "mqtt-003")}
    roles = tuple({**role, "power_limit_max_w": 18_201_620} if role["name"] == "engineering"
                  else role for role in ROLES)

    @classmethod
    def open_street(cls):
        cls.clock = FalseClock(cls.folder, "box-and-street")
        cls.street_shape = {**cls.street_shape, "environment": cls.clock.environment}
        cls.gateway_environment = cls.clock.environment
        super().open_street()

    def pass_time(self, seconds):
        self.clock.set(self.clock.shift_s + seconds)
        self.utility.shift_s = self.clock.shift_s

    def let_it_come_to(self, meter, supply, step=20, most=15 * MINUTE):
        """Time passes until the meter's supply is so; how long that took."""
        passed = 0
        while self.street.truth(meter)["supply"] != supply:
            self.assertLess(passed, most, f"{meter} is still not {supply}")
            self.pass_time(step)
            passed += step
        return passed

    def draw(self, meter, *watts):
        self.street.do("set-load", meter, watts=list(watts))

    def limited(self, meter):
        """What the gateway has of the meter's limits at work: `(event, cause, watts)`."""
        return [(EVENTS[row["raw_code"]], row["cause"], row["detail"])
                for row in self.entries(meter, "operating-condition") if row["raw_code"] in EVENTS]

    def entries(self, meter, log):
        return self.gateway.rows(
            "SELECT e.* FROM log_entry e JOIN meter m ON m.key = e.meter "
            "WHERE m.id = ? AND e.log = ? ORDER BY e.sequence", meter, LOGS.index(log) + 1)

    def until_limited(self, meter, *events, cause):
        until(lambda: f"{events} of {meter}, now {self.limited(meter)}",
              lambda: [(event, why) for event, why, _ in self.limited(meter)]
              == [(event, cause) for event in events])

    def nothing_else_is_told(self, meter):
        """A limit at work is neither tamper nor an order."""
        self.assertEqual(self.entries(meter, "tamper"), [])
        self.assertEqual(self.street.orders(meter, "relay"), [])
        self.assertEqual(self.utility.state_of(meter)["supply"]["desired"], "unknown")
        self.assertEqual(self.gateway.journal("MG0210", meter), [], "unexplained")

    # ---- the power limit ------------------------------------------------------------------------

    def test_j_29_a_limit_is_kept_as_sent_and_as_confirmed(self):
        for meter in ("mqtt-001", "tcp-001"):
            with self.subTest(meter=meter):
                command = self.pushed(meter, "power-limit", power_w=5000)
                self.until_states(command, "redeemed")
                value, = self.gateway.rows("SELECT value FROM token_issue WHERE id = ?", command)
                self.assertEqual(value["value"], 5000)
                self.assertEqual(self.street.truth(meter)["tokens"]["power_limit_w"], 5000)
                kept, = [entry for entry in self.audit(kind="token-settled", meter=meter)
                         if entry["details"]["issue"] == command]
                self.assertEqual((kept["details"]["function"], kept["details"]["value"],
                                  kept["details"]["state"]), ("power-limit", 5000, "redeemed"))

    def test_j_30_a_peak_of_seconds_does_not_switch_and_an_average_does(self):
        meter = "mqtt-001"
        self.draw(meter, 500, 0, 0)
        self.pushed(meter, "power-limit", power_w=1000)
        self.pass_time(5 * MINUTE)
        self.draw(meter, 2000, 0, 0)
        self.pass_time(10)
        self.draw(meter, 500, 0, 0)
        self.pass_time(5 * MINUTE)
        self.checker.logs_complete(meter)
        self.assertEqual((self.supply(meter), self.limited(meter)), (("on", []), []))
        self.draw(meter, 2000, 0, 0)
        self.assertGreaterEqual(self.let_it_come_to(meter, "off"), MINUTE)
        self.until_limited(meter, "load-limit-exceeded", cause=CAUSE["power"])
        (_, _, watts), = self.limited(meter)
        self.assertGreater(watts, 1000)
        self.draw(meter, 500, 0, 0)

    def test_j_31_over_the_limit_it_is_off_and_comes_back_by_itself(self):
        for meter in ("mqtt-002", "tcp-001"):
            with self.subTest(meter=meter):
                self.pushed(meter, "power-limit", power_w=1000)
                self.draw(meter, 2000, 0, 0)
                self.let_it_come_to(meter, "off")
                self.until_reported(meter, "off", ["overload"])
                self.draw(meter, 500, 0, 0)
                self.assertLessEqual(self.let_it_come_to(meter, "on"), PAUSE + MINUTE)
                self.until_reported(meter, "on", [])
                self.until_limited(meter, "load-limit-exceeded", "load-limit-restored",
                                   cause=CAUSE["power"])
                self.nothing_else_is_told(meter)
                until("the utility to hear of both", lambda: {
                    entry["event"] for heard in list(self.utility.heard)
                    if heard.topic.endswith(f"/meter/{meter}/event")
                    for entry in heard.body["entries"] if entry["event"].startswith("load-")
                } == {"load-limit-exceeded", "load-limit-restored"})

    def test_j_32_it_goes_on_until_less_is_drawn(self):
        meter, cycles = "mqtt-003", 4
        self.pushed(meter, "power-limit", power_w=1000)
        self.draw(meter, 900, 700, 0)
        for _ in range(cycles):
            self.let_it_come_to(meter, "off")
            self.let_it_come_to(meter, "on")
        self.draw(meter, 400, 300, 0)
        self.pass_time(10 * MINUTE)
        self.assertEqual(self.supply(meter), ("on", []))
        self.until_limited(meter, *["load-limit-exceeded", "load-limit-restored"] * cycles,
                           cause=CAUSE["power"])
        alarm = self.utility.wait_for("the alarm", lambda heard: heard.body.get("event")
                                      == "MG0214"
                                      and heard.body.get("meter") == meter)
        self.assertGreaterEqual(int(alarm.body["fields"]["times"]), 3)
        self.assertEqual(len(self.gateway.journal("MG0214", meter)), 1, "once, not at each")

    def test_j_33_from_ten_watts_in_steps_of_ten(self):
        meter = "mqtt-002"
        for watts in (0, 9, 15, 1005):
            with self.subTest(refused=watts):
                self.refused(self.issue(meter, "power-limit", power_w=watts),
                             "out-of-range", "params.power_w")
        self.refused(self.issue(meter, "power-limit", power_w=18_201_630), "out-of-range")
        # 14 bits are exact; above them the standard counts in tens, hundreds and thousands, and
        # the limit is never below the one that was asked for (IEC 62055-41, 6.3.6).
        for watts, coded in ((10, 10), (16_380, 16_380), (16_390, 16_394), (180_230, 180_324),
                             (18_201_620, 18_201_624)):
            with self.subTest(watts=watts):
                self.pushed(meter, "power-limit", power_w=watts)
                self.assertEqual(self.street.truth(meter)["tokens"]["power_limit_w"], coded)

    # ---- three phases ---------------------------------------------------------------------------

    def test_j_34_each_phase_is_read_where_the_meter_has_three(self):
        self.draw("mqtt-003", 400, 300, 200)
        read = self.utility.order("mqtt-003", "read", {"what": ["registers"]})
        values = self.checker.settled(read, "succeeded")["result"]["registers"]["values"]
        self.assertEqual([values[code] for code in PER_PHASE],
                         [{"value": watts, "unit": "W"} for watts in ("400", "300", "200")])

    def test_j_35_an_unbalance_limit_is_for_polyphase_meters(self):
        command = self.issue("mqtt-004", "phase-unbalance-limit", power_w=1000)
        self.refused(command, "not-in-this-state", "params.function")

    def test_j_36_the_unbalance_limit_is_what_the_token_says(self):
        for watts in (9, 1234):
            self.refused(self.issue("mqtt-001", "phase-unbalance-limit", power_w=watts),
                         "out-of-range", "params.power_w")
        command, (digits,) = self.by_hand("mqtt-001", "phase-unbalance-limit", power_w=1230)
        told = self.decode("mqtt-001", digits)
        self.assertEqual((told["name"], told["watts"]),
                         ("set-maximum-phase-power-unbalance-limit", 1230), told)
        self.key_in("mqtt-001", digits)
        self.until_states(command, "redeemed-by-hand")
        self.assertEqual(self.street.truth("mqtt-001")["tokens"]["unbalance_limit_w"], 1230)

    def test_j_37_past_the_unbalance_limit_it_disconnects_and_says_why(self):
        meter = "tcp-001"
        self.draw(meter, 1000, 1000, 1000)
        self.pushed(meter, "power-limit", power_w=20_000)
        self.pushed(meter, "phase-unbalance-limit", power_w=500)
        seen = len(self.limited(meter))
        self.pass_time(10 * MINUTE)
        self.assertEqual(self.supply(meter), ("on", []), "as much on each phase")
        self.draw(meter, 1800, 1000, 400)
        self.let_it_come_to(meter, "off")
        self.until_reported(meter, "off", ["overload"])
        event, cause, watts = until("its log entry", lambda: self.limited(meter)[seen:])[0]
        self.assertEqual((event, cause), ("load-limit-exceeded", CAUSE["unbalance"]))
        self.assertGreater(watts, 500)


if __name__ == "__main__":
    unittest.main()
