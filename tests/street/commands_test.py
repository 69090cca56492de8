# SPDX-License-Identifier: Apache-2.0
"""Every verb over both versions of MQTT, ids that come again, and how commands end unsent."""

import json
import unittest

import paho.mqtt.client as mqtt

from harness.case import StreetCase
from harness.checker import Checker
from harness.street import seconds
from harness.utility import ROOT, Utility, utc

RELAY_ORDERS_A_DAY = 20  # of the virtual meter's model


class VerbsTest(StreetCase):
    """A meter on each sort of wire is given every verb."""

    street_shape = {"line": 2, "tcp": 1, "mqtt": 2}

    @classmethod
    def open_street(cls):
        super().open_street()
        cls.old = cls.part(Utility(cls.broker.port, "old", mqtt.MQTTv311, (f"{ROOT}/#",))).start()

    def all_verbs(self, utility, meter, **answer):
        """The ids by verb; each has ended well and in the eyes of all three witnesses."""
        checker = Checker(self, self.street, self.gateway, utility)
        give = lambda verb, params, **fields: utility.order(meter, verb, params, **answer, **fields)
        waiting = give("set-relay", {"state": "off"}, not_before=utc(300))
        ids = {
            "cancel": give("cancel", {"command": waiting}),
            "deliver-token": give("deliver-token", {"token": self.mint.utrn(250)}),
            "set-relay": give("set-relay", {"state": "armed"}),
            "read": give("read", {"what": ["registers", "relay", "clock"]}, operator=None,
                         work_order=None),
            "synchronise": give("synchronise", {}, operator=None, work_order=None),
            "set-clock": give("set-clock", {}),
        }
        checker.settled(waiting, "cancelled")
        for verb, command in ids.items():
            with self.subTest(verb=verb, meter=meter):
                outcome = checker.settled(command, "succeeded")
                self.assertEqual((outcome["meter"], outcome["verb"]), (meter, verb))
                self.outcome_is_good(meter, verb, outcome)
        return [waiting, *ids.values()]

    def outcome_is_good(self, meter, verb, outcome):
        result = outcome.get("result", {})
        if verb == "deliver-token":
            self.assertEqual(result, {"value": 250, "unit": "minor"})
        if verb == "read":
            energy = [row for obis, row in result["registers"]["values"].items()
                      if obis.startswith("1-0:1.8.0")]
            self.assertEqual([row["unit"] for row in energy], ["Wh"])
            self.assertIn(result["relay"]["state"], ("on", "armed", "off"))
            self.assertLess(abs(seconds(result["clock"]["meter_time"]) - seconds(utc())), 5)
        if verb == "synchronise":
            truth = self.street.truth(meter)
            self.assertGreater(len(truth["intervals"]), 40)
            self.assertIn("profile_intervals", result)

    def test_mqtt_5_answers_on_the_response_topic_with_the_correlation_data(self):
        for number, meter in enumerate(("a-001", "tcp-001", "mqtt-001")):
            answer_on, correlation = f"answers/{meter}", f"corr-{number}".encode()
            ids = self.all_verbs(self.utility, meter, answer_on=answer_on, correlation=correlation)
            for command in ids:
                answers = self.utility.steps(command)
                self.assertEqual({h.topic for h in answers}, {answer_on})
                self.assertEqual({h.correlation for h in answers}, {correlation})
                self.assertFalse(any(h.retained for h in answers))

    def test_mqtt_3_1_1_answers_on_the_default_result_topic(self):
        for meter in ("a-002", "mqtt-002"):
            for command in self.all_verbs(self.old, meter):
                self.assertEqual({h.topic for h in self.old.steps(command)},
                                 {f"{ROOT}/meter/{meter}/result/{command}"})

    def test_no_answer_goes_where_only_the_gateway_and_meters_may_speak(self):
        for forged in (f"{ROOT}/meter/mqtt-001/state", "metergate/elsewhere", "$SYS/broker"):
            command = self.utility.order("mqtt-001", "read", {"what": ["relay"]}, answer_on=forged)
            self.utility.outcome(command)
            self.assertEqual({h.topic for h in self.utility.steps(command)},
                             {f"{ROOT}/meter/mqtt-001/result/{command}"}, forged)


class IdsTest(StreetCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 4}

    @classmethod
    def configure(cls, config):
        config["north"]["max_live_commands_per_meter"] = 25

    def refusal(self, command, reason):
        heard = self.utility.wait_for(
            f"{command} refused for {reason}", lambda h: h.body.get("command") == command
            and h.body.get("state") == "refused" and h.body.get("reason") == reason)
        self.assertIs(heard.body["final"], True)
        return heard.body

    def test_the_same_command_again_is_answered_with_what_became_of_the_first(self):
        for meter in ("a-001", "mqtt-001"):
            with self.subTest(meter=meter):
                command = self.deliver(meter)
                first = self.checker.settled(command, "succeeded")
                seen = self.street.orders(meter)
                for _ in range(3):
                    before = len(self.utility.heard)
                    self.utility.again(command)
                    again = self.utility.wait_for(
                        f"another answer to {command}",
                        lambda h: h.body.get("command") == command, after=before)
                    self.assertEqual(again.body, first)
                self.assertEqual(self.street.orders(meter), seen)
                self.checker.settled(command, "succeeded")

    def test_a_repeat_while_the_first_is_on_its_way_has_no_second_effect(self):
        self.street.do("late", "mqtt-001", ms=300)
        command = self.deliver("mqtt-001")
        for _ in range(5):
            self.utility.again(command)
        self.checker.settled(command, "succeeded")
        self.street.do("heal", "mqtt-001")
        self.checker.nothing_doubled("mqtt-001")

    def test_an_id_with_another_content_is_refused_and_the_first_stays(self):
        command = self.deliver("mqtt-001")
        first = self.checker.settled(command, "succeeded")
        seen = self.street.orders("mqtt-001")
        self.utility.order("mqtt-001", "deliver-token", {"token": self.mint.utrn()},
                           command_id=command)
        self.assertEqual(self.refusal(command, "conflicting-id")["field"], "id")
        elsewhere = self.street.orders("mqtt-002")
        _, verb, body = self.utility.ordered[command]
        self.utility.send("mqtt-002", verb, json.dumps(body))
        self.utility.wait_for("a refusal for the other meter", lambda h: h.topic ==
                              f"{ROOT}/meter/mqtt-002/result/{command}"
                              and h.body["reason"] == "conflicting-id")
        self.assertEqual(self.street.orders("mqtt-001"), seen)
        self.assertEqual(self.street.orders("mqtt-002"), elsewhere)
        self.assertEqual(self.gateway.command(command)["state"], first["state"])

    def test_digits_are_delivered_once_unless_a_repeat_is_asked_for(self):
        token = self.mint.sts()
        self.checker.settled(self.deliver("mqtt-001", token), "succeeded")
        refused = self.refusal(self.deliver("mqtt-001", token), "duplicate-token")
        self.assertNotIn(token, json.dumps(refused))
        again = self.utility.order("mqtt-001", "deliver-token",
                                   {"token": token, "allow_repeat": True})
        outcome = self.checker.settled(again, "rejected")
        self.assertEqual(outcome["meter_reason"], "duplicate")
        # Another meter may be given them: whether they are meant for it, it knows itself.
        self.checker.settled(self.deliver("mqtt-002", token), "succeeded")

    def test_the_meters_own_refusal_reaches_the_utility_and_ends_it(self):
        outcome = self.checker.settled(self.deliver("a-001", self.mint.refused(2)), "rejected")
        self.assertEqual(outcome["reason"], "meter-refused")
        self.assertTrue(outcome["meter_reason"])

    def test_a_command_without_a_chance_expires_unsent(self):
        self.street.do("silence", "mqtt-003")
        self.utility.wait_for_state("mqtt-003", "offline")
        command = self.deliver("mqtt-003", expires_at=utc(2))
        outcome = self.checker.settled(command, "expired")
        self.assertEqual(outcome["reason"], "expired-before-sending")
        before = self.street.orders("mqtt-003")
        self.street.do("unsilence", "mqtt-003")
        self.utility.wait_for_state("mqtt-003", "online")
        self.checker.settled(self.deliver("mqtt-003"), "succeeded")
        self.assertEqual(len(self.street.orders("mqtt-003")), len(before) + 1)

    def test_the_message_expiry_of_mqtt_5_counts_when_it_is_sooner(self):
        command = self.utility.order("mqtt-002", "deliver-token", {"token": self.mint.utrn()},
                                     expiry_s=1, not_before=utc(60))
        self.checker.settled(command, "expired")

    def test_nothing_is_sent_before_its_time(self):
        due = utc(2)
        command = self.deliver("mqtt-001", not_before=due)
        # What may go now does not wait for it.
        self.checker.settled(self.deliver("mqtt-001"), "succeeded")
        self.assertEqual([h.body["state"] for h in self.utility.steps(command)], ["accepted"])
        self.checker.settled(command, "succeeded")
        self.assertGreaterEqual(self.utility.step(command, "sending")["at"], due)

    def test_cancel_takes_back_what_was_not_sent_and_says_when_it_is_too_late(self):
        waiting = self.deliver("a-001", not_before=utc(300))
        self.utility.step(waiting, "accepted")
        cancel = self.utility.order("a-001", "cancel", {"command": waiting})
        self.checker.settled(cancel, "succeeded")
        outcome = self.checker.settled(waiting, "cancelled")
        self.assertEqual(outcome["reason"], "cancelled-by-request")
        done = self.deliver("a-001")
        self.checker.settled(done, "succeeded")
        for meter, target, reason in (("a-001", done, "too-late-to-cancel"),
                                      ("a-001", waiting, "too-late-to-cancel"),
                                      ("a-001", "never-heard-of", "unknown-command"),
                                      ("mqtt-001", done, "unknown-command")):
            cancel = self.utility.order(meter, "cancel", {"command": target})
            self.assertEqual(self.checker.settled(cancel, "failed")["reason"], reason)

    def test_the_relay_is_operated_so_often_a_day_and_in_the_order_given(self):
        meter = "mqtt-003"
        ids = [self.relay(meter, "armed" if n % 2 else "off")
               for n in range(RELAY_ORDERS_A_DAY + 1)]
        outcomes = [self.checker.settled(command) for command in ids]
        self.assertEqual([o["state"] for o in outcomes[:-1]], ["succeeded"] * RELAY_ORDERS_A_DAY)
        self.assertEqual((outcomes[-1]["state"], outcomes[-1]["reason"]),
                         ("failed", "relay-limit-reached"))
        numbers = [o["transaction"] for o in outcomes[:-1]]
        self.assertEqual(numbers, sorted(numbers))
        relay = self.street.orders(meter, "relay")
        self.assertEqual([o["transaction"] for o in relay], numbers)
        # A token is no relay order.
        self.checker.settled(self.deliver(meter), "succeeded")

    def test_a_full_queue_refuses_and_keeps_what_it_has(self):
        waiting = [self.deliver("mqtt-004", not_before=utc(300)) for _ in range(25)]
        for command in waiting:
            self.utility.step(command, "accepted")
        self.refusal(self.deliver("mqtt-004"), "queue-full")
        # A repeat is no new command.
        before = len(self.utility.heard)
        self.utility.again(waiting[0])
        again = self.utility.wait_for("the repeat's answer",
                                      lambda h: h.body.get("command") == waiting[0], after=before)
        self.assertEqual(again.body["state"], "accepted")
        # Nor does it fill the other meters' queues.
        self.checker.settled(self.deliver("a-001"), "succeeded")


class StartTest(StreetCase):
    """What waits at the broker when the gateway comes."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 2}

    def test_retained_commands_are_refused_at_every_start_and_while_it_runs(self):
        meter, whole = "mqtt-002", self.utility.body({"token": self.mint.utrn()})
        seen = self.street.orders(meter)
        retain = lambda: self.utility.send(meter, "deliver-token", json.dumps(whole), retained=True)
        self.gateway.stop()
        retain()
        for happens in (self.gateway.start, lambda: (self.gateway.stop(), self.gateway.start()),
                        lambda: (self.gateway.kill(), self.gateway.start()), retain):
            number = len(self.utility.heard)
            happens()
            heard = self.utility.wait_for("a refusal of what is retained",
                                          lambda h: h.body.get("reason") == "retained",
                                          after=number)
            self.assertEqual((heard.topic, heard.body["meter"], heard.body["verb"]),
                             (f"{ROOT}/refused", meter, "deliver-token"))
        self.utility.send(meter, "deliver-token", "", retained=True)
        self.assertIsNone(self.gateway.command(whole["id"]))
        self.assertEqual(self.street.orders(meter), seen)

    def test_what_the_broker_took_while_the_gateway_was_away_is_done_once(self):
        for away in (self.gateway.stop, self.gateway.kill):
            # Its session is known to the broker: what is published meanwhile is kept for it.
            self.checker.settled(self.deliver("mqtt-001"), "succeeded")
            away()
            missed = [self.deliver("mqtt-001"), self.relay("mqtt-001", "armed")]
            self.gateway.start()
            for command in missed:
                self.checker.settled(command, "succeeded", 10)
        self.checker.nothing_doubled("mqtt-001")


if __name__ == "__main__":
    unittest.main()
