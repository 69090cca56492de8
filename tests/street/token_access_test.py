# SPDX-License-Identifier: Apache-2.0
"""Who may have which token made for which meter, and that a refusal leaves none."""

import itertools
import json
import unittest

from harness.keyed import FUNCTIONS, KEY_CHANGES, ROLES, KeyedCase
from harness.schemas import definition

VALUES = {  # of each function, one that is within everybody's limits
    "credit": {"energy_wh": 1000}, "free-issue": {"energy_wh": 1000}, "tamper-reset": {},
    "clear-credit": {"register": "all"}, "power-limit": {"power_w": 5000},
    "phase-unbalance-limit": {"power_w": 3000}, "tariff-index": {"tariff_index": 7},
    "supply-group": {"supply_group": "999902", "old_supply_group": "999901"},
    "key-revision": {"key_revision": 2}, "meter-test": {"test": "all"}}
VERBS = ("deliver-token", "set-relay", "read", "synchronise", "set-clock", "issue-token")


class TokenAccessTest(KeyedCase):
    """mqtt-002 is tampered with, mqtt-003 has three phases, mqtt-004 no keys that we know."""

    street_shape = {"line": 0, "tcp": 1, "mqtt": 5, "options": ("--phases", 3)}
    vending_keys = ("999901-2-1-14", "999901-2-2-14", "999902-2-1-14")
    sts = {"mqtt-003": {"phases": 3}}
    not_keyed = ("mqtt-004",)
    access = {**KeyedCase.access, "refused_when": {"relay_on": ["clear-credit"]}}

    @classmethod
    def open_street(cls):
        super().open_street()
        cls.street.do("open-cover", "mqtt-002")
        cls.until_reported("mqtt-002", "off", ["tamper"])

    def nothing_was_made(self, meter, tokens, entries):
        """Nothing new but the trail's word that somebody was refused."""
        self.assertEqual(self.tokens_of(meter), tokens)
        new = self.audit(meter=meter)[entries:]
        self.assertTrue(all(row["kind"] in ("operator-denied", "token-refused") for row in new), new)

    def tokens_of(self, meter):
        return [tuple(row) for row in self.gateway.rows(
            "SELECT i.id, t.number FROM issued_token t JOIN token_issue i ON i.key = t.issue "
            "JOIN meter m ON m.key = i.meter WHERE m.id = ? ORDER BY i.key, t.number", meter)]

    # ---- what can be done with a meter ----------------------------------------------------------

    def test_j_03_one_place_tells_exactly_what_a_meter_can_be_asked(self):
        trial = {"deliver-token": {"token": self.mint.utrn()}, "set-relay": {"state": "off"},
                 "read": {"what": ["relay"]}, "issue-token": {"function": "credit", "energy_wh": 1000}}
        for meter in ("tcp-001", "mqtt-003", "mqtt-004"):
            can = self.utility.state_of(meter)["can"]
            for verb in VERBS:
                with self.subTest(meter=meter, verb=verb):
                    command = self.utility.order(meter, verb, trial.get(verb, {}),
                                                 operator="engineering")
                    told = self.utility.outcome(command)
                    self.assertEqual(told.get("reason") != "unsupported-by-meter",
                                     verb in can["verbs"], told)
            self.assertEqual("resend-tokens" in can["verbs"], "issue-token" in can["verbs"])
            for state in ("off", "armed", "on"):
                told = self.utility.outcome(self.relay(meter, state))
                self.assertEqual(told.get("reason") != "unsupported-by-meter",
                                 state in can["relay_states"], told)
            self.relay(meter, "armed")
            self.street.do("press-button", meter)
            for data in definition("data_class")["enum"]:
                told = self.utility.outcome(self.utility.order(meter, "read", {"what": [data]}))
                self.assertEqual(told.get("reason") != "unsupported-by-meter",
                                 data in can["reads"], told)

        def functions(meter):
            return self.utility.state_of(meter)["can"]["token_functions"]

        self.assertEqual(functions("mqtt-003"), list(FUNCTIONS))
        self.assertEqual(functions("mqtt-001"),
                         [f for f in FUNCTIONS if f != "phase-unbalance-limit"])
        self.assertEqual(functions("mqtt-004"), [])
        self.refused(self.issue("mqtt-001", "phase-unbalance-limit", power_w=3000),
                     "not-in-this-state")
        self.refused(self.issue("mqtt-004", "credit", energy_wh=1000), "unsupported-by-meter")

    # ---- rights and states ----------------------------------------------------------------------

    def expected(self, role, function, meter, pending):
        """What docs/security.md says of this configuration."""
        if function not in role["functions"]:
            return "not-permitted"
        if pending and function in KEY_CHANGES:
            return "key-change-pending"
        state = self.utility.state_of(meter)["supply"]
        if function == "free-issue" and "tamper" in state["causes"] \
                or function == "clear-credit" and state["reported"] == "on" \
                or function == "phase-unbalance-limit" and meter != "mqtt-003":
            return "not-in-this-state"
        return None

    def test_j_08_role_and_state_decide_and_a_refusal_leaves_no_token(self):
        allowed = {}
        for meter in ("mqtt-001", "mqtt-002", "mqtt-003"):  # on, tampered, three phases
            pending = False
            for role, function in itertools.product(ROLES, FUNCTIONS):
                with self.subTest(meter=meter, role=role["name"], function=function):
                    reason = self.expected(role, function, meter, pending)
                    tokens, entries = self.tokens_of(meter), len(self.audit(meter=meter))
                    command = self.issue(meter, function, role["name"], delivery="hand",
                                         channel="print", **VALUES[function])
                    if reason:
                        self.refused(command, reason)
                        self.nothing_was_made(meter, tokens, entries)
                    else:
                        self.made(command)
                        self.assertEqual(len(self.tokens_of(meter)) - len(tokens),
                                         len(self.issued(command)))
                        pending = pending or function in KEY_CHANGES
                        allowed.setdefault(meter, []).append((role["name"], function))
            self.refused(self.issue(meter, "credit", "nobody", energy_wh=1000), "not-permitted")
        # Written out once, so that no mistake is shared with `expected`.
        technician = ["tamper-reset", "power-limit", "meter-test"]
        self.assertEqual(allowed["mqtt-001"],
                         [("vending", "credit"), *(("technician", f) for f in technician),
                          ("engineering", "credit"), ("engineering", "free-issue"),
                          *(("engineering", f) for f in ("tamper-reset", "power-limit",
                                                         "tariff-index", "meter-test"))])
        self.assertIn(("technician", "clear-credit"), allowed["mqtt-002"])
        self.assertNotIn(("engineering", "free-issue"), allowed["mqtt-002"])
        self.assertIn(("technician", "phase-unbalance-limit"), allowed["mqtt-003"])

    def test_j_11_no_token_without_a_work_order_or_a_comment(self):
        meter = "tcp-001"
        tokens = self.tokens_of(meter)
        for note in ({"work_order": None}, {"work_order": ""}, {"work_order": "   "},
                     {"work_order": None, "comment": ""}, {"work_order": " ", "comment": "  "}):
            for verb, params in (("issue-token", {"function": "tamper-reset"}),
                                 ("resend-tokens", {})):
                with self.subTest(verb=verb, note=note):
                    command = self.utility.order(meter, verb, params,
                                                 **{"operator": "engineering", **note})
                    told = self.utility.outcome(command)
                    self.assertEqual((told["state"], told["reason"]),
                                     ("refused", "accountability-missing"), told)
        self.assertEqual(self.tokens_of(meter), tokens)
        command, _ = self.by_hand(meter, "tamper-reset",
                                  fields={"work_order": "WO 4711", "comment": "señor, Tür 3"})
        told = [json.loads(line) for line in
                self.gateway.run("audit", "list", "--meter", meter, "--json").stdout.splitlines()]
        entry = next(row for row in told if row["details"].get("issue") == command)
        self.assertEqual((entry["work_order"], entry["comment"]), ("WO 4711", "señor, Tür 3"))

    # ---- free issue -----------------------------------------------------------------------------

    def test_j_27_free_issue_is_a_function_of_its_own(self):
        meter = "mqtt-005"
        self.refused(self.issue(meter, "free-issue", "vending", energy_wh=1000), "not-permitted")
        sold = [self.pushed(meter, "credit", by="vending", energy_wh=wh) for wh in (3000, 4000)]
        given = self.pushed(meter, "free-issue", energy_wh=2000)
        self.assertEqual(self.issued(given)[0]["function"], "free-issue")
        self.assertEqual([self.issued(one)[0]["function"] for one in sold], ["credit"] * 2)
        report = [json.loads(line) for line in self.gateway.run(
            "audit", "list", "--meter", meter, "--kind", "token-issued", "--json"
        ).stdout.splitlines()]
        totals = {}
        for row in report:
            function = row["details"]["function"]
            totals[function] = totals.get(function, 0) + row["details"]["value"]
        self.assertEqual(totals, {"credit": 7000, "free-issue": 2000})

    def test_j_28_free_issue_has_an_amount_a_limit_and_a_note(self):
        meter = "tcp-001"
        for energy in (0, -1):
            self.refused(self.issue(meter, "free-issue", energy_wh=energy), "out-of-range",
                         "params.energy_wh")
        self.refused(self.issue(meter, "free-issue"), "missing-field", "params.energy_wh")
        self.refused(self.issue(meter, "free-issue", energy_wh=20_001), "over-limit")
        self.refused(self.issue(meter, "free-issue", energy_wh=1000, fields={"work_order": None}),
                     "accountability-missing")
        for asked, carried in ((20_000, "20.0"), (2_501, "2.6"), (1, "0.1")):
            with self.subTest(asked=asked):
                _, (digits,) = self.by_hand(meter, "free-issue", energy_wh=asked)
                read = self.decode(meter, digits)
                self.assertEqual((read["name"], read["amount"], read["unit"]),
                                 ("electricity credit", carried, "kWh"))

    # ---- the tariff index -----------------------------------------------------------------------

    def test_j_43_a_change_of_index_takes_its_own_right_and_a_confirmation(self):
        meter = "mqtt-005"
        for by in ("vending", "technician"):
            self.refused(self.issue(meter, "tariff-index", by, tariff_index=7), "not-permitted")
        for confirmed in ({"confirmed": False}, {"confirmed": None}):
            params = {key: value for key, value in
                      {"function": "tariff-index", "tariff_index": 7, **confirmed}.items()
                      if value is not None}
            self.refused(self.utility.order(meter, "issue-token", params, operator="engineering"),
                         "confirmation-missing")
        self.assertEqual(self.street.truth(meter)["tokens"]["tariff_index"], 1)


if __name__ == "__main__":
    unittest.main()
