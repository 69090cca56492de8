# SPDX-License-Identifier: Apache-2.0
"""The relay: three states and the causes that hold it open, in step with the meter."""

import unittest

from harness.case import StreetCase
from harness.running import until
from harness.tokens import refused_utrn

UNEXPLAINED, DRIFT, CHANGED = "MG0210", "MG0216", "MG0209"
REFUSALS = {1: "duplicate", 2: "wrong-meter", 3: "not-authentic", 5: "account-high",
            6: "account-low", 7: "locked-out"}


class RelayCase(StreetCase):
    @classmethod
    def configure(cls, config):
        config["schedule"][0].update(logs_s=1, relay_s=1)

    def shows(self, meter, state, *causes):
        """Box and utility have what the meter has."""
        truth = self.street.truth(meter)
        self.assertEqual((truth["supply"], set(causes) <= set(truth["causes"])), (state, True), truth)
        until(f"{meter} to be told {state}", lambda: (told := self.utility.state_of(meter))
              and told["supply"]["reported"] == state
              and set(causes) <= set(told["supply"]["causes"]))

    def order(self, meter, state, expected="succeeded"):
        return self.checker.settled(self.relay(meter, state), expected)


class RelayTest(RelayCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 7}

    def test_p_32_p_33_p_41_off_armed_and_by_a_hand_on(self):
        for meter in ("a-001", "mqtt-001"):
            with self.subTest(meter):
                self.order(meter, "off")
                self.shows(meter, "off", "remote")
                self.street.do("press-button", meter)
                self.shows(meter, "off", "remote")
                self.order(meter, "armed")
                self.shows(meter, "armed")
                self.street.do("press-button", meter)
                self.shows(meter, "on")
                self.order(meter, "off")
                self.shows(meter, "off", "remote")

    def test_p_34_tamper_opens_it_and_tells_why(self):
        self.order("mqtt-002", "armed")
        self.street.do("press-button", "mqtt-002")
        self.shows("mqtt-002", "on")
        self.street.do("open-cover", "mqtt-002")
        self.shows("mqtt-002", "off", "tamper")
        until("the log entry", lambda: any(
            row["fields_json"].find("tamper-started") >= 0
            for row in self.gateway.journal("MG0801", "mqtt-002")))

    def test_p_35_cycling_in_commissioning_is_no_alarm(self):
        self.order("tcp-001", "armed")
        self.street.do("press-button", "tcp-001")
        self.shows("tcp-001", "on")
        self.street.do("cycle-relay", "tcp-001", times=3)
        until("the cycles in the log", lambda: len(
            [row for row in self.street.truth("tcp-001")["logs"]["supply"]]) >= 6)
        self.checker.settled(self.utility.order("tcp-001", "read", {"what": ["relay", "logs"]}),
                             "succeeded")
        self.assertEqual(self.gateway.journal(UNEXPLAINED, "tcp-001"), [])

    def test_p_38_a_change_nobody_ordered_and_nothing_explains_is_an_alarm(self):
        self.order("mqtt-007", "off")
        self.order("mqtt-007", "armed")
        self.street.do("press-button", "mqtt-007")
        self.shows("mqtt-007", "on")
        self.assertEqual(self.gateway.journal(UNEXPLAINED, "mqtt-007"), [])
        self.street.do("force-relay", "mqtt-007", state="armed")
        until("the alarm", lambda: self.gateway.journal(UNEXPLAINED, "mqtt-007"))
        self.order("mqtt-007", "off")
        self.street.do("force-relay", "mqtt-007", state="armed")
        until("the drift", lambda: self.gateway.journal(DRIFT, "mqtt-007"))

    def test_p_39_a_power_cut_keeps_each_state(self):
        for state in ("off", "armed", "on"):
            with self.subTest(state):
                self.order("mqtt-003", "off")
                if state != "off":
                    self.order("mqtt-003", "armed")
                if state == "on":
                    self.street.do("press-button", "mqtt-003")
                self.street.do("cut-power", "mqtt-003")
                self.street.do("restore-power", "mqtt-003")
                self.shows("mqtt-003", state)

    def test_p_42_transaction_ids_only_grow_over_a_restart_too(self):
        self.order("mqtt-004", "off")
        self.gateway.kill()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.order("mqtt-004", "armed")
        numbers = [order["transaction"] for order in self.street.orders("mqtt-004")]
        self.assertEqual(numbers, sorted(set(numbers)))
        self.checker.nothing_doubled("mqtt-004")

    def test_p_43_the_twenty_first_operation_of_a_day_is_held_back_here(self):
        for number in range(20):
            self.order("mqtt-005", "off" if number % 2 else "armed")
        seen = len(self.street.orders("mqtt-005"))
        outcome = self.order("mqtt-005", "off", "failed")
        self.assertEqual(outcome["reason"], "relay-limit-reached")
        self.assertEqual(len(self.street.orders("mqtt-005")), seen)

    def test_p_45_each_refusal_of_a_code_has_its_reason(self):
        for number, (refusal, word) in enumerate(REFUSALS.items()):
            with self.subTest(word):
                outcome = self.checker.settled(
                    self.deliver("mqtt-006", refused_utrn(900 - number, refusal)), "rejected")
                self.assertEqual(outcome["meter_reason"], word)
                self.assertTrue(outcome["meter_raw"])


class ForceConnectTest(RelayCase):
    """Where a market lets an armed supply be closed with nobody at the meter."""

    model = "virtual-prepayment-mqtt-connect"
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1, "options": ("--mqtt-model", model)}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["meter_range"][0]["model"] = cls.model
        config["access"] = {"require_signature": False, "always_signed": [], "dual_control": []}
        config["role"] = [{"name": "switching", "functions": [], "connect": True},
                          {"name": "billing", "functions": [], "tenancy": True}]
        config["operator"] = [{"name": "field", "roles": ["switching"]},
                              {"name": "billing", "roles": ["billing"]}]

    def trail(self, kind):
        return [row["operator"] for row in self.gateway.rows(
            "SELECT operator FROM audit WHERE kind = ? ORDER BY seq", kind)]

    def test_p_33_only_from_armed_and_only_by_who_may(self):
        meter = "mqtt-001"
        self.order(meter, "off")
        held = self.checker.settled(self.relay(meter, "on", operator="field"), "rejected")
        self.assertEqual(held["reason"], "meter-refused")
        self.shows(meter, "off", "remote")
        self.order(meter, "armed")
        seen = len(self.street.orders(meter))
        denied = self.utility.outcome(self.relay(meter, "on", operator="billing"))
        self.assertEqual((denied["reason"], denied["field"]), ("not-permitted", "operator"))
        self.assertIn("connect = true: switching", denied["expected"])
        self.assertEqual(len(self.street.orders(meter)), seen)
        self.shows(meter, "armed")
        self.checker.settled(self.relay(meter, "on", operator="field"), "succeeded")
        self.shows(meter, "on")
        self.assertEqual(self.gateway.journal(UNEXPLAINED, meter), [])
        self.assertEqual(self.trail("operator-denied"), ["billing"])
        self.assertEqual(self.trail("connect-ordered"), ["field", "field"])


class NewMeterTest(RelayCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 1, "options": ("--supply", "off")}

    def test_p_40_a_new_meter_is_off_and_registering_it_switches_nothing(self):
        for meter in ("a-001", "mqtt-001"):
            self.shows(meter, "off", "initial")
            self.assertEqual(self.street.orders(meter, "relay"), [])
            self.assertEqual(self.utility.state_of(meter)["supply"]["desired"], "unknown")


class LoadLimitTest(RelayCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1, "options": ("--load-limit", "3000")}

    def test_p_37_over_the_limit_it_opens_and_is_armed_again(self):
        self.order("mqtt-001", "armed")
        self.street.do("press-button", "mqtt-001")
        self.street.do("set-load", "mqtt-001", watts=[5_000])
        until("the limit", lambda: self.street.truth("mqtt-001")["logs"]["operating-condition"],
              patience=90)
        self.street.do("usual-load", "mqtt-001")
        until("armed again", lambda: self.street.truth("mqtt-001")["supply"] == "armed",
              patience=60)
        self.shows("mqtt-001", "armed")
        self.assertEqual(self.gateway.journal(UNEXPLAINED, "mqtt-001"), [])


if __name__ == "__main__":
    unittest.main()
