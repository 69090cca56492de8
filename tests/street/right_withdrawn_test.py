# SPDX-License-Identifier: Apache-2.0
"""A right that is withdrawn while its order waits: nothing is sent, and the utility is told."""

import json
import signal
import unittest

from harness.case import BINARY
from harness.keyed import KeyedCase, run
from harness.running import until
from harness.utility import utc

RELOADED = "MG0101"
SETTER = {"name": "setter", "functions": ["credit", "supply-group"], "credit_limit_wh": 500_000,
          "tenancy": True, "connect": True}
GROUP = {"function": "supply-group", "supply_group": "999902", "old_supply_group": "999901",
         "confirmed": True}


class RightWithdrawnCase(KeyedCase):
    vending_keys = ("999901-2-1-14", "999902-2-1-14")
    access = {"dual_control": ["supply-group"]}  # signatures are required unless said otherwise
    roles = (SETTER,)

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["operator"] = []
        for name in ("anna", "ben"):
            line = run(BINARY, "operator", "make-key", cls.key_of(name))
            config["operator"].append({"name": name, "roles": ["setter"],
                                       "public_keys": [line.split('"')[1]]})

    @classmethod
    def key_of(cls, name):
        return cls.folder / f"{name}.pem"

    def signed(self, meter, verb, params, approved_by=None, by="anna"):
        body = self.utility.body(params, operator=by, expires_at=utc(3_600))
        for signs, more in ((by, ()), (approved_by, ("--approve", approved_by))):
            if signs:
                body = json.loads(run(BINARY, "sign", "--key", self.key_of(signs), "--site",
                                      "street", "--meter", meter, "--verb", verb, *more, "-",
                                      stdin=json.dumps(body)))
        return body

    def send(self, meter, verb, body):
        rest = {name: value for name, value in body.items() if name not in ("id", "params")}
        return self.utility.order(meter, verb, body["params"], body["id"],
                                  **{"work_order": None, **rest})

    def order(self, meter, verb, params, approved_by=None):
        command = self.send(meter, verb, self.signed(meter, verb, params, approved_by))
        self.utility.step(command, "succeeded" if verb == "issue-token" else "accepted")
        return command

    def operator(self, name):
        return next(one for one in self.gateway.config["operator"] if one["name"] == name)

    def withdraw(self, name, **instead):
        """Until the end of the test this operator is what `instead` says."""
        one = self.operator(name)
        self.addCleanup(self.reload)
        self.addCleanup(one.update, dict(one))
        one.update(instead)
        self.reload()

    def reload(self):
        self.gateway.forget_journal()
        self.gateway.write()
        self.gateway.signal(signal.SIGHUP)
        until("the reload", lambda: self.gateway.must_live() and self.gateway.journal(RELOADED))

    def never_sent(self, meter, command, who="operator anna"):
        """Told while the meter is still away; and back again, it hears nothing."""
        outcome = self.checker.settled(command, "failed")
        self.assertEqual(outcome["reason"], "not-permitted")
        self.assertIn(f"no longer, for {who}", outcome["detail"])
        seen = len(self.street.orders(meter))
        self.back(meter)
        self.gateway.wait_for_sessions([meter])
        asked = self.utility.order(meter, "read", {"what": ["clock"]})
        self.checker.settled(asked, "succeeded")
        self.assertEqual(len(self.street.orders(meter)), seen)
        entry = next(row for row in self.audit(kind="operator-denied", meter=meter)
                     if row["details"].get("command") == command)
        self.assertEqual(entry["details"]["reason"], "not-permitted")
        self.trail_is_sound()


class RightWithdrawnTest(RightWithdrawnCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 5,
                    "options": ("--mqtt-model", "virtual-prepayment-mqtt-connect")}

    @classmethod
    def configure(cls, config):
        for spread in config["meter_range"]:
            if spread["prefix"] == "mqtt-":
                spread["model"] = "virtual-prepayment-mqtt-connect"
        super().configure(config)

    def test_an_order_that_waits_for_a_silent_meter_is_not_sent_when_the_right_is_gone(self):
        for meter, verb, params in (("mqtt-001", "set-relay", {"state": "on"}),
                                    ("a-001", "change-tenancy", {"situation": "leaves-now"})):
            with self.subTest(verb=verb):
                self.away(meter)
                command = self.order(meter, verb, params)
                self.withdraw("anna", roles=[])
                self.never_sent(meter, command)
                self.doCleanups()

    def test_a_key_that_is_taken_out_takes_its_tokens_with_it(self):
        meter = "mqtt-002"
        self.away(meter)
        command = self.order(meter, "issue-token", {"function": "credit", "energy_wh": 5_000})
        self.withdraw("anna", public_keys=[run(
            BINARY, "operator", "make-key", self.folder / "another.pem").split('"')[1]])
        self.never_sent(meter, f"{command}-1")
        self.assertEqual(self.states(command), ["outstanding"])

    def test_both_of_two_operators_have_to_have_the_right_still(self):
        meter = "mqtt-003"
        self.away(meter)
        command = self.order(meter, "issue-token", GROUP, approved_by="ben")
        self.withdraw("ben", roles=[])
        self.never_sent(meter, f"{command}-1", "approval.operator ben")
        self.assertEqual(self.street.truth(meter)["tokens"]["supply_group"], 999901)

    def test_a_restart_with_other_rules_is_no_way_round_it(self):
        meter = "mqtt-004"
        self.away(meter)
        command = self.order(meter, "set-relay", {"state": "on"})
        self.gateway.kill()
        anna = self.operator("anna")
        self.addCleanup(self.reload)
        self.addCleanup(anna.update, dict(anna))
        anna["roles"] = []
        self.gateway.start()
        self.never_sent(meter, command)

    def test_who_still_has_the_right_is_served(self):
        meter = "mqtt-005"
        self.away(meter)
        command = self.order(meter, "issue-token", {"function": "credit", "energy_wh": 5_000})
        self.withdraw("ben", roles=[])
        self.back(meter)
        self.delivered(command)


class SignedRelayTest(RightWithdrawnCase):
    """Where a switch takes more than the broker's word."""

    street_shape = {"line": 0, "tcp": 0, "mqtt": 3}
    access = {**RightWithdrawnCase.access, "sign_relay": True}
    roles = ({"name": "setter", "functions": []},)

    def test_an_order_to_a_relay_takes_a_signature_that_holds_for_it(self):
        meter, other = "mqtt-001", "mqtt-002"
        for state in ("off", "armed"):
            told = self.utility.outcome(self.relay(meter, state, operator="anna"))
            self.assertEqual((told["state"], told["reason"], told["field"]),
                             ("refused", "signature-missing", "signature"))
        for told_meter, changed in ((other, {}), (meter, {"params": {"state": "armed"}}),
                                    (meter, {"operator": "ben"})):
            body = {**self.signed(meter, "set-relay", {"state": "off"}), **changed}
            told = self.utility.outcome(self.send(told_meter, "set-relay", body))
            self.assertEqual(told["reason"], "signature-wrong", told)
        self.assertEqual(self.street.orders(meter) + self.street.orders(other), [])
        body = self.signed(meter, "set-relay", {"state": "off"})
        self.checker.settled(self.send(meter, "set-relay", body), "succeeded")
        denied = self.audit(kind="operator-denied", meter=meter)
        self.assertEqual([row["details"]["reason"] for row in denied],
                         ["signature-missing"] * 2 + ["signature-wrong"] * 2)
        # Other verbs are as they were.
        asked = self.utility.order(meter, "read", {"what": ["clock"]})
        self.checker.settled(asked, "succeeded")

    def test_a_key_that_is_taken_out_ends_its_orders(self):
        meter = "mqtt-003"
        self.away(meter)
        command = self.order(meter, "set-relay", {"state": "off"})
        self.withdraw("anna", public_keys=[run(
            BINARY, "operator", "make-key", self.folder / "third.pem").split('"')[1]])
        self.never_sent(meter, command)


if __name__ == "__main__":
    unittest.main()
