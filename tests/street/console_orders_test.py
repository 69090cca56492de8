# SPDX-License-Identifier: Apache-2.0
"""Commands from the web console: the same door, rights and silence about tokens as everywhere."""

import re

from harness.console import READS, Console, ConsoleCase, order
from harness.keyed import KeyedCase
from harness.running import until


class ConsoleOrdersTest(ConsoleCase):
    street_shape = {"line": 2, "tcp": 1, "mqtt": 1}

    def send(self, browser, meter, verb, params, **more):
        return browser.post(f"/api/meters/{meter}/commands/{verb}", order(params, **more))

    def test_an_order_goes_the_way_of_all_orders(self):
        browser = self.browser("anna")
        body = order({"state": "off"}, work_order="WO-77")
        answer = browser.post("/api/meters/tcp-001/commands/set-relay", body)
        self.assertEqual(answer.status, 202, answer.text)
        until("its end", lambda: self.gateway.command(body["id"])["state"] == "succeeded")
        stored = self.gateway.command(body["id"])
        self.assertEqual((stored["operator"], stored["work_order"], stored["origin"]),
                         ("anna-op", "WO-77", "console:anna"))
        shown = browser.get("/api/meters/tcp-001/commands").json["commands"]
        one = next(entry for entry in shown if entry["id"] == body["id"])
        self.assertEqual([step["state"] for step in one["steps"]][0], "accepted")
        self.assertEqual([step["state"] for step in one["steps"]][-1], "succeeded")
        # Sent again it is the same command, with another content it is refused.
        again = browser.post("/api/meters/tcp-001/commands/set-relay", body)
        self.assertEqual((again.status, again.json["state"]), (202, "succeeded"))
        other = browser.post("/api/meters/tcp-001/commands/set-relay",
                             {**body, "params": {"state": "armed"}})
        self.assertEqual((other.status, other.json["reason"]), (422, "conflicting-id"))
        self.assertEqual(len(self.street.orders("tcp-001", "relay")), 1)

    def test_who_asks_is_known_and_not_claimed(self):
        body = order({"what": ["registers"]}, operator="somebody-else")
        self.assertEqual(self.browser("anna").post("/api/meters/a-001/commands/read", body).status,
                         202)
        self.assertEqual(self.gateway.command(body["id"])["operator"], "anna-op")

    def test_a_login_sends_only_the_verbs_it_was_given(self):
        ben = self.browser("ben")
        self.gateway.forget_journal()
        for verb, params in (("read", {"what": ["registers"]}), ("synchronise", {}),
                             ("set-relay", {"state": "off"}), ("set-clock", {}),
                             ("cancel", {"command": "x"}), ("deliver-token", {"token": self.mint.utrn()}),
                             ("issue-token", {"function": "credit", "energy_wh": 1000}),
                             ("change-tenancy", {"situation": "leaves-now"}),
                             ("set-tariff", {"tariff_id": 1, "supplier_id": 1, "supplier_name": "x",
                                             "price_minor_per_kwh": 1})):
            answer = self.send(ben, "a-001", verb, params, comment="try")
            self.assertEqual(answer.status, 403, verb)
        self.assertEqual(ben.post("/api/meters/a-001/probe").status, 403)
        until("it to be told", lambda: len(self.gateway.journal("MG0012")) == 10)

    def test_verbs_without_a_form_are_not_sent(self):
        anna = self.browser("anna")
        for verb in ("change-supplier", "erase-tenancy", "change-registry", "nonsense"):
            self.assertEqual(self.send(anna, "a-001", verb, {}).status, 404, verb)

    def test_an_order_nobody_answers_for_is_refused_in_its_own_words(self):
        answer = self.send(self.browser("anna"), "a-001", "set-relay", {"state": "off"})
        self.assertEqual(answer.status, 422)
        self.assertEqual(answer.json["state"], "refused")
        self.assertIn("work_order", answer.text)

    def test_a_token_goes_to_its_meter_and_is_shown_nowhere(self):
        browser = self.browser("anna")
        digits = self.mint.utrn()
        body = order({"token": digits}, comment="customer called")
        self.assertEqual(browser.post("/api/meters/a-002/commands/deliver-token", body).status, 202)
        until("its end", lambda: self.gateway.command(body["id"])["state"] == "succeeded")
        for path in set(READS) - {"/api/events"}:
            text = browser.get(path.replace("a-001", "a-002")).text
            self.assertNotIn(digits, re.sub(r"[\s-]", "", text))
        stream = self.listen(browser)
        until("its line", lambda: stream.saw("a-002"))
        self.assertNotIn(digits, stream.text)
        stream.close()
        hand = self.send(browser, "a-002", "issue-token",
                         {"function": "credit", "energy_wh": 1000, "delivery": "hand",
                          "channel": "print"}, comment="x")
        self.assertEqual(hand.status, 403)

    def test_the_last_tenants_past_is_not_shown(self):
        browser = self.browser("anna")
        old = order({"what": ["registers"]}, comment="of the old tenant")
        browser.post("/api/meters/mqtt-001/commands/read", old)
        until("its end", lambda: self.gateway.command(old["id"])["state"] == "succeeded")
        until("a profile",
              lambda: browser.get("/api/meters/mqtt-001/profile").json["data"]["intervals"])
        change = self.utility.order("mqtt-001", "change-tenancy", {"situation": "leaves-now"},
                                    operator="customer-service")
        self.checker.settled(change, "succeeded")
        until("the next tenancy", lambda: len(
            browser.get("/api/meters/mqtt-001").json["tenancies"]) == 2)
        told = browser.get("/api/meters/mqtt-001").json["tenancies"]
        self.assertEqual([one["sealed"] for one in told], [True, False])
        begins = told[1]["starts"]
        commands = browser.get("/api/meters/mqtt-001/commands")
        self.assertNotIn(old["id"], commands.text)
        for line in browser.get("/api/meters/mqtt-001/events").json["lines"]:
            self.assertGreaterEqual(line["time"], begins)
        profile = browser.get("/api/meters/mqtt-001/profile").json["data"]
        self.assertEqual(profile["epoch"], 2)
        stream = self.listen(browser)
        until("a line of its own", lambda: stream.saw("mqtt-001"))
        for line in stream.lines():
            if line["fields"].get("meter") == "mqtt-001":
                self.assertGreaterEqual(line["time"], begins)
        stream.close()


class ConsoleTokensTest(Console, KeyedCase):
    """Tokens made on the box at the word of somebody who logged in."""

    def issue(self, user, energy_wh, **more):
        body = order({"function": "credit", "energy_wh": energy_wh, **more}, work_order="WO-1")
        return body["id"], self.browser(user).post("/api/meters/mqtt-001/commands/issue-token", body)

    def audited(self, kind, operator):
        return self.gateway.rows("SELECT * FROM audit WHERE kind = ? AND operator = ?", kind, operator)

    def test_a_right_the_operator_has_makes_a_token_that_reaches_its_meter_unseen(self):
        command, answer = self.issue("anna", 1_000)
        self.assertEqual(answer.status, 202, answer.text)
        until("it to be delivered",
              lambda: (self.gateway.command(f"{command}-1") or {"state": ""})["state"]
              == "succeeded")
        self.assertEqual(self.audited("token-issued", "anna-op")[0]["identity_proof"], "local-user")
        browser = self.browser("anna")
        for path in READS[:-1]:
            text = re.sub(r"[\s-]", "", browser.get(path.replace("a-001", "mqtt-001")).text)
            for digits in self.secrets():
                self.assertNotIn(digits, text, path)

    def test_a_verb_that_was_given_still_needs_the_operators_right(self):
        """The console's list is the broker's access list; roles judge as everywhere."""
        _, answer = self.issue("carl", 1_000)
        self.assertEqual((answer.status, answer.json["reason"]), (422, "not-permitted"))
        until("it to be audited", lambda: len(self.audited("operator-denied", "ben-op")) == 1)
        self.assertEqual(self.gateway.rows("SELECT * FROM token_issue WHERE operator = 'ben-op'"), [])

    def test_the_limits_of_a_role_hold_here_too(self):
        _, answer = self.issue("anna", 600_000)
        self.assertEqual((answer.status, answer.json["reason"]), (422, "over-limit"))

    def test_no_token_is_handed_out_here(self):
        _, answer = self.issue("anna", 1_000, delivery="hand", channel="print")
        self.assertEqual(answer.status, 403)
        self.assertNotRegex(answer.text, r"\d{20}")


if __name__ == "__main__":
    import unittest
    unittest.main()
