# SPDX-License-Identifier: Apache-2.0
"""A program gone wild, or a stolen account: it is cut, and everybody else is served."""

import json
import re
import unittest
import urllib.request

from harness.broker import free_port
from harness.case import BINARY, StreetCase
from harness.keyed import run
from harness.running import until
from harness.utility import utc

LIMITED, REFUSED = "MG0424", "MG0411"
BURST, FLOOD = 8, 40
METER = "mqtt-001"


class RequesterLimitTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 2}

    @classmethod
    def configure(cls, config):
        cls.port = free_port()
        config["metrics"] = {"port": cls.port}
        # One a minute: what a slow machine takes in meanwhile is not worth counting.
        config["requester_limit"] = {"per_minute": 1, "burst": BURST}
        config["role"] = [{"name": "nothing", "functions": []}]
        config["operator"] = []
        for name in ("anna", "ben"):
            line = run(BINARY, "operator", "make-key", cls.folder / f"{name}.pem")
            config["operator"].append({"name": name, "roles": ["nothing"],
                                       "public_keys": [line.split('"')[1]]})

    def setUp(self):
        # Every test begins with full buckets.
        self.gateway.kill()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)
        self.gateway.forget_journal()

    def read(self, name, signs=None, **fields):
        body = self.utility.body({"what": ["clock"]}, operator=name, **fields)
        if signs:
            body = json.loads(run(BINARY, "sign", "--key", self.folder / f"{signs}.pem", "--site",
                                  "street", "--meter", METER, "--verb", "read", "-",
                                  stdin=json.dumps(body)))
        rest = {key: value for key, value in body.items() if key not in ("id", "params")}
        return self.utility.order(METER, "read", body["params"], body["id"],
                                  **{"work_order": None, **rest})

    def told(self, commands):
        """Of each its refusal's reason, or the state it ended in."""
        outcomes = [self.utility.outcome(command) for command in commands]
        return [outcome.get("reason") if outcome["state"] == "refused" else outcome["state"]
                for outcome in outcomes]

    def figure(self, name):
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/metrics", timeout=10) as page:
            found = re.search(rf"^{re.escape(name)} (\S+)$", page.read().decode(), re.MULTILINE)
        return float(found[1]) if found else 0

    def test_one_requesters_flood_is_cut_and_others_are_served(self):
        told = self.told([self.read("anna") for _ in range(FLOOD)])
        self.assertIn(told.count("succeeded"), (BURST, BURST + 1), told)
        self.assertEqual(set(told), {"succeeded", "rate-limited"})
        refused = told.count("rate-limited")
        until("all to be counted", lambda: self.figure(
            'metergate_commands_refused_total{reason="rate-limited"}') == refused)
        last = self.utility.outcome(self.read("anna"))
        self.assertEqual(last["reason"], "rate-limited")
        self.assertRegex(last["expected"],
                         rf"^at most 1 a minute, {BURST} at once; the next one in \d+\.\d s$")
        # The log is not flooded with what was flooded.
        self.assertEqual([row["text"].split(" gives")[0] for row in self.gateway.journal(LIMITED)],
                         ["broker as anna"])
        self.assertEqual(self.gateway.journal(REFUSED), [])
        # Not even the one whose name was used, if he signs.
        for name, signs in (("ben", None), ("anna", "anna"), ("ben", "ben"), ("eve", None)):
            self.assertEqual(self.told([self.read(name, signs)]), ["succeeded"], (name, signs))
        sent = self.gateway.run("send", "read", METER, "clock")
        self.assertEqual(sent.returncode, 0, sent.stdout + sent.stderr)

    def test_orders_count_as_well(self):
        asked = [self.utility.order(METER, "set-relay", {"state": "armed"}, operator="anna")
                 for _ in range(BURST + 4)]
        told = [self.utility.outcome(command) for command in asked]
        refused = [outcome for outcome in told if outcome.get("reason") == "rate-limited"]
        self.assertIn(len(refused), (3, 4), told)
        self.assertIsNone(self.gateway.command(refused[-1]["command"]), "nothing was written down")

    def test_made_up_names_share_one_bucket(self):
        told = self.told([self.read(f"eve-{number}") for number in range(FLOOD)])
        self.assertIn(told.count("succeeded"), (BURST, BURST + 1), told)
        # A signature that does not hold is no name of its own.
        self.assertEqual(self.told([self.read("anna", "ben")]), ["succeeded"], "anna's, unsigned")
        self.assertEqual(self.told([self.read("mallory", "ben")]), ["rate-limited"])

    def test_a_cancel_and_a_repeat_are_never_held_back(self):
        waits = self.read("anna", not_before=utc(300), expires_at=utc(600))
        self.utility.step(waits, "accepted")
        self.told([self.read("anna") for _ in range(BURST + 2)])
        self.assertEqual(self.told([self.read("anna")]), ["rate-limited"])
        again = len(self.utility.steps(waits))
        self.utility.again(waits)
        until("the repeat to be answered", lambda: len(self.utility.steps(waits)) > again)
        self.assertEqual(self.utility.steps(waits)[-1].body["state"], "accepted")
        for _ in range(BURST):
            cancel = self.utility.order(METER, "cancel", {"command": waits}, operator="anna")
            self.assertNotEqual(self.told([cancel]), ["rate-limited"])
        self.assertEqual(self.utility.outcome(waits)["state"], "cancelled")


if __name__ == "__main__":
    unittest.main()
