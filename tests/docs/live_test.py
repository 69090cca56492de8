# SPDX-License-Identifier: Apache-2.0
"""The examples of docs/examples/north, really sent: each command goes to a running gateway over a
real broker, and every message that comes back is held against its schema."""

import copy
import csv
import json
import os
import subprocess
import sys
import unittest
from datetime import datetime, timedelta, timezone
from pathlib import Path

import paho.mqtt.client as mqtt

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "street"))

from documents import CLOSED, faults, north_examples
from harness.case import BINARY, StreetCase
from harness.running import until
from harness.utility import ROOT, Utility

COMMANDS = {name: body for name, body in north_examples().items() if name.startswith("command-")}
PLACES = {  # the last but one or last level of a topic, below a meter or the site
    "result": "north-result", "refused": "north-result", "registers": "north-registers",
    "daily": "north-daily", "profile": "north-profile", "event": "north-event",
    "token": "north-token", "issue": "north-issue",
    "tenancy": "north-tenancy", "alarm": "north-alarm", "audit": "north-audit"}


def moved_to_now(example):
    """The example as if it were given now: its times keep their distances."""
    def time_of(text):
        return datetime.fromisoformat(text.replace("Z", "+00:00"))

    body = copy.deepcopy(example)
    shift = datetime.now(timezone.utc) - time_of(body["issued_at"])
    for field in ("issued_at", "not_before", "expires_at"):
        if field in body:
            moved = time_of(body[field]) + shift
            # A minute is a short life on a busy machine.
            moved += timedelta(minutes=10) if field == "expires_at" else timedelta()
            body[field] = moved.isoformat(timespec="milliseconds").replace("+00:00", "Z")
    if "effective" in body.get("params", {}):
        moved = time_of(body["params"]["effective"]) + shift
        body["params"]["effective"] = moved.isoformat(timespec="milliseconds")
    return body


def verb_of(name):
    return name.removeprefix("command-").split(".")[0]


def schema_of(topic):
    """The file that describes what is published there."""
    levels = topic.removeprefix(f"{ROOT}/").split("/")
    if topic.startswith("answers/"):
        return "north-result.json"
    if "command" in levels:
        return f"north-command-{levels[-1]}.json"
    if levels[-1] == "state":
        return "north-meter-state.json" if levels[0] == "meter" else "north-gateway-state.json"
    if "sealed" in levels:
        return PLACES[levels[-1]] + ".json"
    return PLACES[levels[2] if levels[0] == "meter" else levels[0]] + ".json"


class LiveExamples(StreetCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 4, "token_rule": "cryptographic"}
    # The example that sets a clock to a wrong time gets a meter of its own, and so does the one that
    # leaves a key change unfinished.
    METERS = {"command-set-clock.given": "mqtt-003", "command-set-clock": "mqtt-002",
              "command-issue-token.tariff-index": "mqtt-004",
              "command-resend-tokens.hand": "mqtt-004"}

    @classmethod
    def configure(cls, config):
        """A key store with the street's keys, the keys of the meters that get tokens made, and the
        operator of the examples at the broker's word."""
        keys, passphrase = cls.folder / "vending.keys", cls.folder / "passphrase"
        passphrase.touch(0o600)
        passphrase.write_text("known to every reader of this test\n")
        store = ("--file", keys, "--passphrase-file", passphrase)
        for command in ((BINARY, "keys", "init", *store),
                        ("sh", cls.street.folder / "keys" / "import.sh", *store)):
            subprocess.run([str(part) for part in command], check=True, timeout=60,
                           stdout=subprocess.DEVNULL,
                           env={**os.environ, "METERGATE": str(BINARY)})
        config["key_store"] = {"file": str(keys), "passphrase_file": str(passphrase)}
        with (cls.street.folder / "keys" / "meters.csv").open() as table:
            facts = {row["meter"]: row for row in csv.DictReader(table)}
        ours = ("mqtt-001", "mqtt-004")
        mqtt_range = next(one for one in config["meter_range"] if one["prefix"] == "mqtt-")
        mqtt_range.update(first=2, count=2)
        config["meter"] = [{"id": meter, "model": mqtt_range["model"],
                            "sts": {"pan": facts[meter]["pan"], "supply_group": facts[meter]["supply_group"]}}
                           for meter in ours]
        config["access"] = {"require_signature": False, "always_signed": []}
        config["role"] = [{"name": "all", "functions": ["credit", "tamper-reset", "tariff-index"],
                           "credit_limit_wh": 100000, "engineering_to_customer": True,
                           "registry": True, "tenancy": True, "sealed": True}]
        config["operator"] = [{"name": name, "roles": ["all"]} for name in
                              ("engineering", "switching", "customer-service", "billing",
                               "data-protection")]

    def send(self, name, meter=None, **options):
        body = moved_to_now(COMMANDS[name])
        if verb_of(name) == "change-registry":
            if "meter" in body["params"]:
                body["params"]["meter"] = "mqtt-001"
            self.utility.publish(f"{ROOT}/command/change-registry", json.dumps(body))
            return body["id"]
        self.utility.order(meter or self.METERS.get(name, "mqtt-001"), verb_of(name),
                           body.pop("params", None), body.pop("id"),
                           **{"operator": None, "work_order": None, **body}, **options)
        return COMMANDS[name]["id"]

    def test_every_example_is_taken_and_everything_that_comes_back_keeps_to_its_schema(self):
        # The broker keeps commands for a gateway only once it has been there.
        self.utility.wait_for("the gateway on the broker", lambda h: h.topic == f"{ROOT}/state")
        waiting = self.send("command-set-relay")
        self.utility.step(waiting, "accepted")
        later = {"command-set-relay", "command-cancel", "command-change-registry.settle",
                 "command-erase-tenancy"}
        for name in sorted(COMMANDS.keys() - later):
            with self.subTest(name):
                command = self.send(name)
                if "effective" in COMMANDS[name].get("params", {}):
                    self.utility.step(command, "accepted")  # its day is far
                    continue
                outcome = self.utility.outcome(command)
                self.assertIn(outcome["state"], ("succeeded", "rejected"), outcome)
        with self.subTest("command-erase-tenancy"):
            erased = self.utility.outcome(self.send("command-erase-tenancy"))
            self.assertEqual(erased["state"], "succeeded", erased)
        with self.subTest("command-cancel"):
            self.assertEqual(self.utility.outcome(self.send("command-cancel"))["state"],
                             "succeeded")
            self.assertEqual(self.utility.outcome(waiting)["reason"], "cancelled-by-request")

        with self.subTest("what was made is delivered"):
            for delivery in ("tamper-12-1", "resend-4-1"):
                self.assertEqual(self.utility.outcome(delivery)["state"], "succeeded")

        with self.subTest("on a response topic, and from a client of MQTT 3.1.1"):
            read = moved_to_now(COMMANDS["command-read"])
            self.utility.order("a-001", "read", read["params"], "read-5-answered",
                               answer_on="answers/mdm/5", correlation=b"5")
            self.utility.outcome("read-5-answered")
            self.assertEqual({(h.topic, h.correlation) for h in
                              self.utility.steps("read-5-answered")}, {("answers/mdm/5", b"5")})
            old = Utility(self.broker.port, "old", mqtt.MQTTv311)
            self.part(old).start()
            old.order("a-001", "read", read["params"], "read-5-old")
            self.assertEqual(old.outcome("read-5-old")["state"], "succeeded")

        with self.subTest("refusals"):
            settled = self.utility.outcome(self.send("command-change-registry.settle"))
            self.assertEqual(settled["reason"], "no-conflict")
            self.utility.send("mqtt-001", "read", "[" * 9 + "]" * 9)
            again = moved_to_now(COMMANDS["command-deliver-token"])
            again["params"]["token"] = "73946144332040217316"
            self.utility.send("mqtt-001", "deliver-token", json.dumps({**again, "id": "vend-1003"}))
            self.assertEqual(self.utility.outcome("vend-1003")["reason"], "token-check-digit")
            self.utility.wait_for("the refusal of what nobody can read",
                                  lambda h: h.body.get("reason") == "too-deep")

        with self.subTest("an alarm"):
            self.street.do("swap", "a-001")
            order = self.relay("a-001", "off")
            self.assertEqual(self.utility.outcome(order)["reason"], "wrong-meter")
            self.utility.wait_for("the alarm of a swapped meter",
                                  lambda h: h.body.get("event") == "MG0205")

        with self.subTest("how far the audit trail goes"):
            self.utility.wait_for("the head of the audit trail",
                                  lambda h: h.topic == f"{ROOT}/audit" and h.body["entries"] > 1, 90)

        with self.subTest("the last will"):
            self.gateway.kill()
            self.utility.wait_for("the gateway's last will",
                                  lambda h: h.body.get("state") == "offline"
                                  and h.topic == f"{ROOT}/state")
        self.every_kind_was_heard()
        self.everything_keeps_to_its_schema()

    def every_kind_was_heard(self):
        wanted = {"north-result.json", "north-meter-state.json", "north-gateway-state.json",
                  *(name + ".json" for name in PLACES.values())}
        heard = set()

        def all_kinds():
            heard.update(schema_of(h.topic) for h in list(self.utility.heard))
            return wanted <= heard

        until(lambda: f"messages of {wanted - heard}", all_kinds)

    def everything_keeps_to_its_schema(self):
        for heard in self.utility.heard:
            if heard.body.get("id") is None and "/command/" in heard.topic:
                continue  # the unreadable one was ours
            if heard.body.get("id") == "vend-1003":
                continue
            with self.subTest(heard.topic):
                self.assertEqual(faults(schema_of(heard.topic), heard.body, CLOSED), [],
                                 heard.payload)
                if "/command/" not in heard.topic:
                    self.assertEqual(heard.body["site"], "street")
                levels = heard.topic.split("/")
                if heard.topic.startswith(f"{ROOT}/meter/") and "/command/" not in heard.topic:
                    self.assertEqual(heard.body["meter"], levels[4])
                    if levels[5] == "result":
                        self.assertEqual(heard.body["command"], levels[6])


if __name__ == "__main__":
    unittest.main()
