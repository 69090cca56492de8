# SPDX-License-Identifier: Apache-2.0
"""What goes with changes of tenancy: the credit of whoever left, where the meter has no order for the
change; changes that the registry asks for; and what earlier tenancies left, handed out and erased."""

import getpass
import json
import shutil
import unittest

from harness.keyed import KeyedCase
from harness.running import until
from harness.tenancies import TenancyCase
from harness.utility import ROOT

# Like the virtual meter of the street, without the order that most STS meters do not have.
WITHOUT = "sts-prepayment-modbus"
ROLES = (*KeyedCase.roles, {"name": "tenancy", "functions": ["clear-credit"], "tenancy": True,
                            "registry": True},
         {"name": "archive", "functions": [], "sealed": True})


class TenancyOrdersTest(TenancyCase):
    street_shape = {"line": 1, "tcp": 3, "mqtt": 3, "history_days": 3}
    roles = ROLES
    operators = (*KeyedCase.operators, {"name": "customer-service", "roles": ["tenancy"]},
                 {"name": "archive", "roles": ["archive"], "local_user": getpass.getuser()})

    @classmethod
    def configure(cls, config):
        super().configure(config)
        models = cls.folder / "models"
        shutil.copytree(config["model_directories"][0], models)
        text = (models / "virtual-prepayment-modbus.toml").read_text()
        text = text.replace('name = "virtual-prepayment-modbus"', f'name = "{WITHOUT}"', 1)
        text = text.replace(', "change-tenancy"', "", 1)
        blocks = text.split("\n[modbus.change_tenancy]\n")
        text = blocks[0] + "\n" + blocks[1].partition("\n\n")[2]
        (models / f"{WITHOUT}.toml").write_text(text)
        config["model_directories"] = [str(models)]
        for meter in config["meter"]:
            if meter["id"].startswith("tcp-"):
                meter["model"] = WITHOUT

    def order(self, topic, params, operator):
        body = self.utility.body(params, operator=operator)
        self.utility.publish(topic, json.dumps(body))
        return body["id"]

    # ---- the credit of whoever left -------------------------------------------------------------

    def test_j_25_the_old_tenants_credit_is_cleared_within_the_change(self):
        meter = "tcp-001"
        self.pushed(meter, "credit", energy_wh=50_000)
        before = self.street.truth(meter)["balance_minor"]
        self.assertGreater(before, 0)
        command = self.change(meter)
        self.checker.settled(command, "succeeded")
        told = self.synchronised(meter, command)
        self.assertEqual(self.findings(told)["reset-balance"], True)
        self.assertEqual(self.street.truth(meter)["balance_minor"], 0)
        steps = self.utility.outcome(command)["result"]["steps"]
        self.assertEqual((steps["reset-balance"], steps["purge-profile"], steps["relay"]),
                         ("gateway", "gateway", "meter"))
        # In the right step: after everything was collected and the tenancy was closed.
        self.assertEqual(self.utility.outcome(f"{command}-clear-1")["state"], "succeeded")
        self.assertLess(self.utility.steps(command)[-1].body["at"],
                        self.utility.steps(f"{command}-clear")[0].body["at"])
        issued = self.gateway.rows(
            "SELECT i.* FROM token_issue i WHERE i.id = ?", f"{command}-clear")
        self.assertEqual([(row["operator"], row["identity_proof"]) for row in issued],
                         [("customer-service", "order")])

    # ---- what the registry asks for -------------------------------------------------------------

    def test_j_57_a_move_orders_the_change_of_tenancy(self):
        topic = f"{ROOT}/command/change-registry"
        for params in ({"change": "assign", "meter": "mqtt-001", "location": "plot-1",
                        "customer": "anna"},
                       {"change": "assign", "meter": "tcp-002", "location": "plot-2"}):
            self.assertEqual(
                self.utility.outcome(self.order(topic, params, "customer-service"))["state"],
                "succeeded")
        moved = self.order(topic, {"change": "move", "customer": "anna", "location": "plot-1",
                                   "new_location": "plot-2", "change_tenancy": True},
                           "customer-service")
        due = self.utility.outcome(moved)["result"]["cot_due"]
        self.assertEqual({one["meter"] for one in due}, {"mqtt-001"})
        for one in due:
            self.checker.settled(one["command"], "succeeded")
            self.synchronised(one["meter"], one["command"])
        self.assertEqual(len(self.fired("mqtt-001")), 1)
        self.assertEqual(len(self.told("tcp-002", "activated")), 0, "nobody was there before")
        denied = self.order(topic, {"change": "move-out", "customer": "anna", "location": "plot-2",
                                    "change_tenancy": True}, "archive")
        self.assertEqual(self.utility.outcome(denied)["reason"], "not-permitted")

    # ---- what earlier tenancies left ------------------------------------------------------------

    def test_a_sealed_tenancy_is_handed_out_and_erased_by_whoever_may(self):
        meter = "mqtt-002"
        held = {row[0] for row in self.street.truth(meter)["intervals"]}
        self.changed(meter)
        sealed = self.starts(meter, 1)
        self.assertGreaterEqual(len(sealed), len(held))
        topic = f"{ROOT}/meter/{meter}/command/"
        denied = self.order(topic + "export-tenancy", {"epoch": 1}, "customer-service")
        self.assertEqual(self.utility.outcome(denied)["reason"], "not-permitted")
        # To files, by a local user the gateway knows.
        out = self.folder / "handed-out"
        out.mkdir()
        self.gateway.run("export", "--meter", meter, "--tenancy", "1", "--from", "30d", "--what",
                         "profile", "--dir", out, "--work-order", "W-1")
        lines = (out / "profile.csv").read_text().splitlines()
        self.assertGreaterEqual(len(lines) - 1, len(sealed))
        # ... and over the broker, on topics of their own.
        asked = len(self.utility.heard)
        self.assertEqual(self.utility.outcome(
            self.order(topic + "export-tenancy", {"epoch": 1}, "archive"))["state"], "succeeded")
        days = {start // 86_400 for start in sealed}
        until("every sealed day", lambda: len(
            {h.payload for h in self.utility.heard[asked:]
             if h.topic == f"{ROOT}/meter/{meter}/sealed/1/profile"}) >= len(days))
        self.assertEqual(self.utility.outcome(
            self.order(topic + "erase-tenancy", {"epoch": 1}, "archive"))["state"], "succeeded")
        self.assertEqual(self.starts(meter, 1), set())
        self.assertEqual(self.log_times(meter, 1), [])
        again = self.order(topic + "export-tenancy", {"epoch": 1}, "archive")
        self.assertEqual(self.utility.outcome(again)["field"], "params.epoch")
        kinds = [row["kind"] for row in self.gateway.json_lines("audit", "list")]
        self.assertEqual(kinds.count("tenancy-exported"), 2)
        self.assertEqual(kinds.count("tenancy-erased"), 1)


if __name__ == "__main__":
    unittest.main()
