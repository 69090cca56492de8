# SPDX-License-Identifier: Apache-2.0
"""One person harms a meter at a time: what is dangerous for many takes a second one (S8)."""

import unittest

from right_withdrawn_test import RightWithdrawnCase

ALONE = 3
CHANGE = {"situation": "leaves-now", "relay": "unchanged"}
SUPPLIER = {"supplier_id": 71, "supplier_name": "North Power"}
TECHNICIAN = {"name": "setter", "functions": ["credit", "tamper-reset", "clear-credit"],
              "credit_limit_wh": 500_000, "tenancy": True, "connect": True}


class MassLimitTest(RightWithdrawnCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 12}
    access = {"dual_control": [], "meters_alone_per_hour": ALONE}
    roles = (TECHNICIAN,)

    def asked(self, meter, verb, params, approved_by=None, by="anna"):
        """The outcome at the door: taken, or refused with these words."""
        command = self.send(meter, verb, self.signed(meter, verb, params, approved_by, by))
        if verb == "issue-token":
            outcome = self.utility.outcome(command)
            return outcome if outcome["state"] == "refused" else "taken"
        heard = self.utility.wait_for(
            f"what becomes of {command}", lambda h: h.body.get("command") == command
            and h.body.get("state") in ("accepted", "refused")).body
        return heard if heard["state"] == "refused" else "taken"

    def reset(self, number, **more):
        return self.asked(f"mqtt-{number:03}", "issue-token",
                          {"function": "tamper-reset", "delivery": "hand", "channel": "print"},
                          **more)

    def is_held_back(self, outcome, most=ALONE):
        self.assertNotEqual(outcome, "taken")
        self.assertEqual((outcome["reason"], outcome["field"]),
                         ("second-operator-needed", "approval"))
        self.assertIn(f"at most {most} different meters within an hour", outcome["expected"])
        self.assertIn(f"meter {most + 1} within an hour", outcome["value"])
        denied = self.audit(kind="operator-denied")[-1]
        self.assertEqual((denied["operator"], denied["details"]["reason"]),
                         ("anna", "second-operator-needed"))

    def test_past_so_many_meters_it_takes_a_second_operator_whatever_is_asked(self):
        for number in range(1, ALONE + 1):
            self.assertEqual(self.reset(number), "taken")
        for number in (4, 5, 4):
            self.is_held_back(self.reset(number))
            # A meter counts once, however often it is touched; credit does no harm.
            self.assertEqual(self.reset(number - 3), "taken")
        self.assertEqual(self.asked("mqtt-010", "issue-token", {
            "function": "credit", "energy_wh": 1000, "delivery": "hand", "channel": "print"}),
            "taken")
        for verb, params in (("change-tenancy", CHANGE), ("change-supplier", SUPPLIER)):
            self.is_held_back(self.asked("mqtt-010", verb, params))
        # ... nor does a restart free anything, or another's name on the same deed.
        self.gateway.kill()
        self.gateway.start()
        self.is_held_back(self.reset(11))
        self.assertEqual(self.reset(11, by="ben"), "taken")
        alone = self.signed("mqtt-012", "change-tenancy", CHANGE)
        alone["approval"] = {"operator": "anna", "signature": alone["signature"]}
        refused = self.utility.outcome(self.send("mqtt-012", "change-tenancy", alone))
        self.assertEqual((refused["reason"], refused["field"]),
                         ("second-operator-needed", "approval.operator"))
        for number in range(4, 10):
            self.assertEqual(self.reset(number, approved_by="ben"), "taken")
        self.assertEqual(self.asked("mqtt-010", "change-tenancy", CHANGE, approved_by="ben"),
                         "taken")
        # What two did does not count for one: ben has had one meter to himself.
        for number in (1, 2):
            self.assertEqual(self.reset(number, by="ben"), "taken")
        self.assertNotEqual(self.reset(3, by="ben"), "taken")


class RelayMassLimitTest(RightWithdrawnCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 6}
    access = {"dual_control": [], "meters_alone_per_hour": ALONE}
    roles = (TECHNICIAN,)

    def switch(self, number, state="off", by="anna", approved_by=None):
        meter = f"mqtt-{number:03}"
        body = self.signed(meter, "set-relay", {"state": state}, approved_by, by)
        if not approved_by:
            body.pop("signature")  # the broker's access list lets it through
        command = self.send(meter, "set-relay", body)
        return self.utility.wait_for(
            f"what becomes of {command}", lambda h: h.body.get("command") == command
            and h.body.get("state") in ("accepted", "refused")).body

    def test_orders_to_relays_count_together_whatever_name_they_bear(self):
        for number, name in ((1, "anna"), (2, "ben")):
            self.assertEqual(self.switch(number, by=name)["state"], "accepted")
        self.utility.step(self.relay("mqtt-003", "off", operator="somebody"), "accepted")
        for state in ("off", "armed"):
            refused = self.switch(4, state, by="ben")
            self.assertEqual(refused["reason"], "second-operator-needed", refused)
        self.assertEqual(self.switch(1, "armed")["state"], "accepted")
        self.assertEqual(self.switch(4, approved_by="ben")["state"], "accepted")
        self.assertEqual(self.switch(5)["reason"], "second-operator-needed")


if __name__ == "__main__":
    unittest.main()
