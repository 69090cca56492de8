# SPDX-License-Identifier: Apache-2.0
"""Changes of tenancy and tariff from the web console, and what takes two persons."""

import json
from datetime import datetime, timedelta, timezone

from harness.case import BINARY
from harness.console import USERS, Console, ConsoleCase, order
from harness.keyed import KeyedCase, run
from harness.running import until

TARIFF = {"tariff_id": 12, "supplier_id": 71, "supplier_name": "North Power",
          "price_minor_per_kwh": 27}


class ConsoleChangesTest(ConsoleCase):
    street_shape = {"line": 2, "tcp": 1, "mqtt": 1}
    users = {**USERS, "dora": ("customer-service", "change-tenancy,set-tariff"),
             "emil": ("ben-op", "change-tenancy,set-tariff")}

    def send(self, user, meter, verb, params, **more):
        body = order(params, **more)
        return body["id"], self.browser(user).post(f"/api/meters/{meter}/commands/{verb}", body)

    def test_a_tenant_who_leaves_now(self):
        command, answer = self.send("dora", "a-001", "change-tenancy",
                                    {"situation": "leaves-now", "relay": "armed"},
                                    work_order="W-1")
        self.assertEqual(answer.status, 202, answer.text)
        self.checker.settled(command, "succeeded")
        self.assertEqual([one["sealed"] for one in self.browser("dora").get(
            "/api/meters/a-001").json["tenancies"]], [True, False])
        row = self.gateway.rows("SELECT * FROM audit WHERE kind = 'change-ordered' AND meter = ?",
                                "a-001")[-1]
        self.assertEqual((row["operator"], row["identity_proof"], row["work_order"]),
                         ("customer-service", "local-user", "W-1"))

    def test_one_who_leaves_later_is_waited_for(self):
        later = (datetime.now(timezone.utc) + timedelta(days=2)).replace(microsecond=0, second=0)
        ends = (later + timedelta(days=1)).strftime("%Y-%m-%dT%H:%M:%SZ")
        command, answer = self.send(
            "dora", "a-002", "change-tenancy",
            {"situation": "leaves-later", "effective": later.strftime("%Y-%m-%dT%H:%M:%SZ")},
            comment="end of contract", expires_at=ends)
        self.assertEqual(answer.status, 202, answer.text)
        self.assertIn(self.gateway.command(command)["state"], ("accepted", "scheduled"))

    def test_a_tariff_reaches_the_meter(self):
        command, answer = self.send("dora", "tcp-001", "set-tariff", TARIFF, work_order="W-2")
        self.assertEqual(answer.status, 202, answer.text)
        self.checker.settled(command, "succeeded")

    def test_each_is_asked_who_why_and_whether_he_may(self):
        for verb, params in (("change-tenancy", {"situation": "leaves-now"}), ("set-tariff", TARIFF)):
            # The login was not given the verb.
            self.assertEqual(self.send("anna", "mqtt-001", verb, params, comment="x")[1].status, 403)
            # It was, and the operator's roles have not the right.
            _, answer = self.send("emil", "mqtt-001", verb, params, comment="x")
            self.assertEqual((answer.status, answer.json["reason"]), (422, "not-permitted"))
            # Nobody says why.
            _, answer = self.send("dora", "mqtt-001", verb, params)
            self.assertEqual(answer.status, 422)
            self.assertIn("work_order", answer.text)
            # A claimed operator is nobody.
            command, answer = self.send("emil", "mqtt-001", verb, params, comment="x",
                                        operator="customer-service")
            self.assertEqual((answer.status, answer.json["reason"]), (422, "not-permitted"))
            self.assertIsNone(self.gateway.command(command))
        until("four entries in the audit trail", lambda: len(self.gateway.rows(
            "SELECT * FROM audit WHERE kind = 'operator-denied' AND operator = 'ben-op'")) == 4)


class ConsoleTwoPersonsTest(Console, KeyedCase):
    """Credit takes two here: who logged in, and somebody who signed."""

    access = {"require_signature": False, "always_signed": [], "dual_control": ["credit"]}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        cls.keys = {}
        for operator in config["operator"]:
            key = cls.keys[operator["name"]] = cls.folder / f"{operator['name']}.pem"
            operator["public_keys"] = [run(BINARY, "operator", "make-key", key).split('"')[1]]

    def asked(self):
        body = order({"function": "credit", "energy_wh": 1000}, work_order="WO-1")
        # What the page shows for signing: who asks is the one who logged in.
        return {**body, "operator": "anna-op"}

    def approved(self, body, by, meter="mqtt-001"):
        return json.loads(run(BINARY, "sign", "--key", self.keys[by], "--approve", by, "--site",
                              "street", "--meter", meter, "--verb", "issue-token", "-",
                              stdin=json.dumps(body)))

    def send(self, body):
        return self.browser("anna").post("/api/meters/mqtt-001/commands/issue-token", body)

    def test_one_person_alone_makes_no_token_and_two_do(self):
        body = self.asked()
        alone = self.send(body)
        self.assertEqual((alone.status, alone.json["reason"]), (422, "second-operator-needed"))
        # The same command: a refusal leaves no trace.
        taken = self.send(self.approved(body, "vending"))
        self.assertEqual(taken.status, 202, taken.text)
        until("it to be delivered", lambda: (self.gateway.command(f"{body['id']}-1")
                                             or {"state": ""})["state"] == "succeeded")
        made = self.gateway.rows("SELECT * FROM audit WHERE kind = 'token-issued'")[-1]
        self.assertEqual((made["operator"], made["second_operator"], made["identity_proof"]),
                         ("anna-op", "vending", "local-user"))

    def test_the_second_person_is_another_one_who_may_and_signed_this(self):
        body = self.asked()
        # `metergate sign` would not make it: his own signature under his own name.
        himself = json.loads(run(BINARY, "sign", "--key", self.keys["anna-op"], "--site", "street",
                                 "--meter", "mqtt-001", "--verb", "issue-token", "-",
                                 stdin=json.dumps(body)))["signature"]
        himself = self.send({**body, "approval": {"operator": "anna-op", "signature": himself}})
        self.assertEqual(himself.json["reason"], "second-operator-needed")
        self.assertEqual(self.send(self.approved(body, "ben-op")).json["reason"], "not-permitted")
        changed = self.approved(body, "vending")
        changed["params"] = {"function": "credit", "energy_wh": 2000}
        self.assertEqual(self.send(changed).json["reason"], "signature-wrong")
        elsewhere = self.approved(body, "vending", meter="mqtt-002")
        self.assertEqual(self.send(elsewhere).json["reason"], "signature-wrong")
        named = {**body, "approval": {"operator": "vending", "signature": "00" * 64}}
        self.assertEqual(self.send(named).json["reason"], "signature-wrong")
        self.assertEqual(self.gateway.rows("SELECT * FROM token_issue WHERE id = ?", body["id"]), [])


if __name__ == "__main__":
    import unittest
    unittest.main()
