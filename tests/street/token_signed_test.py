# SPDX-License-Identifier: Apache-2.0
"""Operators who sign: a vending system's whole way to a tamper reset, and what takes two of them."""

import json
import unittest

from harness.case import BINARY
from harness.keyed import KeyedCase, run

OPERATORS = {"anna": "engineering", "ben": "engineering", "carl": "technician"}
GROUP = {"function": "supply-group", "supply_group": "999902", "old_supply_group": "999901",
         "confirmed": True}


class TokenSignedTest(KeyedCase):
    street_shape = {"line": 0, "tcp": 1, "mqtt": 2}
    vending_keys = ("999901-2-1-14", "999902-2-1-14")
    access = {"dual_control": ["supply-group"]}  # signatures are required unless said otherwise

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["operator"] = []
        for name, role in OPERATORS.items():
            line = run(BINARY, "operator", "make-key", cls.key_of(name))
            config["operator"].append({"name": name, "roles": [role],
                                       "public_keys": [line.split('"')[1]]})

    @classmethod
    def key_of(cls, name):
        return cls.folder / f"{name}.pem"

    def signature(self, meter, verb, body, by, *more):
        return json.loads(run(BINARY, "sign", "--key", self.key_of(by), "--site", "street",
                              "--meter", meter, "--verb", verb, *more, "-",
                              stdin=json.dumps(body)))

    def signed(self, meter, verb, params, by, approved_by=None, key=None, **fields):
        """A command's body as its operator's own system makes it; `key`: somebody else's."""
        body = self.utility.body(params, operator=by, **fields)
        body = self.signature(meter, verb, body, key or by)
        if approved_by:
            body = self.signature(meter, verb, body, approved_by, "--approve", approved_by)
        return body

    def send(self, meter, verb, body, **options):
        rest = {name: value for name, value in body.items() if name not in ("id", "params")}
        return self.utility.order(meter, verb, body["params"], body["id"],
                                  **{"work_order": None, **rest}, **options)

    def test_j_17_the_whole_way_to_a_tamper_reset_over_the_interface(self):
        for number, meter in enumerate(("tcp-001", "mqtt-001")):
            with self.subTest(meter=meter):
                self.street.do("open-cover", meter)
                self.until_reported(meter, "off", ["tamper"])
                body = self.signed(meter, "issue-token", {"function": "tamper-reset"}, "carl",
                                   work_order="WO 12", comment="seal replaced")
                command = self.send(meter, "issue-token", body, answer_on=f"answers/crm/{meter}",
                                    correlation=f"crm-{number}".encode())
                self.made(command)
                self.delivered(command)
                for step in self.utility.steps(command) + self.utility.steps(f"{command}-1"):
                    self.assertEqual((step.topic, step.correlation),
                                     (f"answers/crm/{meter}", f"crm-{number}".encode()))
                self.until_states(command, "redeemed")
                self.until_reported(meter, "armed", [])
                entry, = self.audit(kind="token-issued", meter=meter)
                self.assertEqual((entry["operator"], entry["identity_proof"], entry["work_order"],
                                  entry["comment"], entry["details"]["issue"]),
                                 ("carl", "signature", "WO 12", "seal replaced", command))
                self.trail_is_sound()

    def test_j_54_a_change_of_supply_group_takes_the_right_and_a_second_operator(self):
        meter = "mqtt-002"

        def refused(body, reason):
            self.refused(self.send(meter, "issue-token", body), reason)
            denied = self.audit(kind="operator-denied", meter=meter)[-1]
            self.assertEqual(denied["details"]["reason"], reason)

        def asked(by, **more):
            return self.signed(meter, "issue-token", GROUP, by, **more)

        refused(asked("carl", approved_by="anna"), "not-permitted")
        refused(asked("anna"), "second-operator-needed")
        alone = asked("anna")
        alone["approval"] = {"operator": "anna", "signature": alone["signature"]}
        refused(alone, "second-operator-needed")
        refused(asked("anna", approved_by="carl"), "not-permitted")
        refused(asked("anna", key="ben", approved_by="ben"), "signature-wrong")
        moved = asked("anna", approved_by="ben")
        moved["params"] = {**GROUP, "supply_group": "999903"}  # changed after signing
        refused(moved, "signature-wrong")
        elsewhere = self.signed("mqtt-001", "issue-token", GROUP, "anna", approved_by="ben")
        refused(elsewhere, "signature-wrong")
        unsigned = self.utility.body(GROUP, operator="anna")
        refused(unsigned, "signature-missing")
        self.assertEqual(self.street.truth(meter)["tokens"]["supply_group"], 999901)

        command = self.send(meter, "issue-token", asked("anna", approved_by="ben"))
        self.made(command)
        for number in range(1, len(self.issued(command)) + 1):
            self.delivered(command, number)
        self.assertEqual(self.street.truth(meter)["tokens"]["supply_group"], 999902)
        entry, = self.audit(kind="token-issued", meter=meter)
        self.assertEqual((entry["operator"], entry["second_operator"]), ("anna", "ben"))
        told = self.gateway.run("audit", "list", "--meter", meter, "--kind", "token-issued").stdout
        self.assertRegex(told, r"anna \+ ben")
        self.trail_is_sound()


if __name__ == "__main__":
    unittest.main()
