# SPDX-License-Identifier: Apache-2.0
"""A street whose meters decrypt, and a gateway that makes tokens for them under a key store.

Keys are the street's PUBLIC TEST KEYS (docs/meter-models.md)."""

import csv
import json
import os
import subprocess

from .case import BINARY, StreetCase
from .running import PATIENCE, until

FUNCTIONS = ("credit", "free-issue", "tamper-reset", "clear-credit", "power-limit",
             "phase-unbalance-limit", "tariff-index", "supply-group", "key-revision", "meter-test")
KEY_CHANGES = ("tariff-index", "supply-group", "key-revision")
ROLES = (
    {"name": "vending", "functions": ["credit"], "credit_limit_wh": 500_000},
    {"name": "technician", "functions": ["tamper-reset", "clear-credit", "power-limit",
                                         "phase-unbalance-limit", "meter-test"],
     "power_limit_max_w": 20_000},
    {"name": "engineering", "functions": list(FUNCTIONS), "credit_limit_wh": 500_000,
     "free_issue_limit_wh": 20_000, "power_limit_max_w": 20_000, "engineering_to_customer": True},
)


def run(*command, environment=None, stdin=None):
    """A subcommand that has to succeed."""
    done = subprocess.run([str(part) for part in command], input=stdin, timeout=60, text=True,
                          capture_output=True, check=False,
                          env={**os.environ, "METERGATE": str(BINARY), **(environment or {})})
    if done.returncode:
        raise AssertionError(f"{command}: {done.returncode}\n{done.stdout}{done.stderr}")
    return done.stdout


class KeyedCase(StreetCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 3}
    vending_keys = ("999901-2-1-14",)  # files of DIR/keys: group, key type, revision, base date
    passphrase = "known to every reader of this test"
    sts = {}                           # meter -> more of its [meter.sts]
    not_keyed = ()                     # meters without [meter.sts]
    access = {"require_signature": False, "always_signed": [], "dual_control": []}
    roles = ROLES
    operators = ({"name": "vending", "roles": ["vending"]},
                 {"name": "technician", "roles": ["technician"]},
                 {"name": "engineering", "roles": ["engineering"]})

    @classmethod
    def open_street(cls):
        cls.street_shape = {**cls.street_shape, "token_rule": "cryptographic"}
        super().open_street()

    @classmethod
    def configure(cls, config):
        config["key_store"] = cls._key_store()
        config["meter"] = cls._meters(config.pop("meter_range"))
        config["access"] = dict(cls.access)
        config["role"] = [dict(role) for role in cls.roles]
        config["operator"] = [dict(operator) for operator in cls.operators]
        config["schedule"][0].update(logs_s=1, relay_s=1)

    @classmethod
    def _key_store(cls):
        store = {"file": cls.folder / "vending.keys", "passphrase_file": cls.folder / "passphrase"}
        store["passphrase_file"].touch(0o600)
        store["passphrase_file"].write_text(cls.passphrase + "\n")
        cls.store_options = ("--file", store["file"], "--passphrase-file", store["passphrase_file"])
        run(BINARY, "keys", "init", *cls.store_options)
        for name in cls.vending_keys:
            cls.import_key(name)
        return {key: str(path) for key, path in store.items()}

    @classmethod
    def import_key(cls, name):
        group, kind, revision, base = name.split("-")
        run(BINARY, "keys", "import", *cls.store_options, "--sgc", group, "--kt", kind, "--krn",
            revision, "--base-date", base, "--dkga", "04", "--ken", 255, "--ea", "07+11",
            "--key", cls.street.folder / "keys" / f"{name}.hex")

    @classmethod
    def _meters(cls, ranges):
        """The ranges one by one: only a meter of its own has keys of its own."""
        with (cls.street.folder / "keys" / "meters.csv").open() as table:
            pans = {row["meter"]: row["pan"] for row in csv.DictReader(table)}
        out = []
        for spread in ranges:
            for number in range(spread["count"]):
                meter = {"id": f"{spread['prefix']}{number + 1:03d}", "model": spread["model"]}
                if "line" in spread:
                    meter.update(line=spread["line"], address=spread["first_address"] + number)
                if meter["id"] not in cls.not_keyed:
                    meter["sts"] = {"pan": pans[meter["id"]], "supply_group": "999901",
                                    **cls.sts.get(meter["id"], {})}
                out.append(meter)
        return out

    # ---- what nothing may tell ------------------------------------------------------------------

    @classmethod
    def secrets(cls):
        made = {row["digits"] for row in cls.gateway.rows("SELECT digits FROM issued_token")}
        return super().secrets() | made

    @classmethod
    def may_tell(cls, heard):
        """A handover is the token itself, and so is the answer to a command with `hand`."""
        _meter, verb, body = cls.utility.ordered.get(heard.body.get("command"), ("", "", {}))
        asked = body.get("params", {}).get("delivery") == "hand"
        return "/token/" in heard.topic or (
            verb in ("issue-token", "resend-tokens") and asked and "result" in heard.body)

    # ---- orders ---------------------------------------------------------------------------------

    def issue(self, meter, function, by="engineering", fields=None, **params):
        """Publishes an `issue-token` and returns its id."""
        if function in KEY_CHANGES:
            params.setdefault("confirmed", True)
        return self.utility.order(meter, "issue-token", {"function": function, **params},
                                  **{"operator": by, **(fields or {})})

    def made(self, command, patience=PATIENCE):
        """Of an `issue-token` or `resend-tokens` that succeeded: its result."""
        outcome = self.utility.outcome(command, patience)
        self.assertEqual(outcome["state"], "succeeded", outcome)
        return outcome["result"]

    def by_hand(self, meter, function, channel="print", **more):
        """The digits of a token that was made to be keyed in."""
        command = self.issue(meter, function, delivery="hand", channel=channel, **more)
        return command, [token["digits"] for token in self.made(command)["tokens"]]

    def delivered(self, command, number=1, expected="succeeded"):
        """The outcome of a delivery, on which all witnesses agree."""
        return self.checker.settled(f"{command}-{number}", expected)

    def pushed(self, meter, function, **more):
        """Made and taken by the meter through its session."""
        command = self.issue(meter, function, **more)
        self.made(command)
        self.delivered(command)
        return command

    def resend(self, meter, by="engineering", fields=None, **params):
        return self.utility.order(meter, "resend-tokens", params,
                                  **{"operator": by, **(fields or {})})

    def refused(self, command, reason, field=None):
        """Turned away at the door for that reason, and nothing was made."""
        outcome = self.utility.outcome(command)
        self.assertEqual((outcome["state"], outcome["reason"]), ("refused", reason), outcome)
        if field:
            self.assertEqual(outcome["field"], field, outcome)
        self.assertIsNone(self.gateway.command(command))
        self.assertEqual(self.issued(command), [])
        return outcome

    def key_in(self, meter, digits):
        return self.street.do("key-in", meter, digits=digits)

    # ---- witnesses ------------------------------------------------------------------------------

    def issued(self, command):
        """The tokens of an issue as the ledger has them."""
        return self.gateway.rows("SELECT t.*, i.operator, i.work_order, i.comment, i.function, i.tid "
                                 "FROM issued_token t JOIN token_issue i ON i.key = t.issue "
                                 "WHERE i.id = ? ORDER BY t.number", command)

    def states(self, command):
        return [token["state"] for token in self.issued(command)]

    def until_states(self, command, *expected, patience=PATIENCE):
        until(lambda: f"the tokens of {command} to be {expected}, now {self.states(command)}",
              lambda: self.states(command) == list(expected), patience)

    def handovers(self, command):
        return self.gateway.rows("SELECT h.* FROM token_handover h JOIN token_issue i "
                                 "ON i.key = h.issue WHERE i.id = ? ORDER BY h.at_ms", command)

    def handed(self, meter, channel, issue, count=1):
        """The messages that handed this issue over, the same one once."""
        def found():
            told = {h.body["at"]: h.body for h in self.utility.heard
                    if h.topic.endswith(f"/meter/{meter}/token/{channel}")
                    and h.body.get("issue") == issue}
            return list(told.values()) if len(told) >= count else None
        return until(f"{count} handovers of {issue}", found)

    def news(self, meter, issue, state):
        """What was published of it when its state became this one; the same news once."""
        return self.utility.wait_for(
            f"the news that {issue} is {state}",
            lambda h: h.topic.endswith(f"/meter/{meter}/issue")
            and (h.body["issue"], h.body["state"]) == (issue, state)).body

    def audit(self, **wanted):
        """Entries of the trail, oldest first, whose columns are so."""
        rows = self.gateway.rows("SELECT * FROM audit ORDER BY seq")
        return [{**dict(row), "details": json.loads(row["details_json"] or "{}")} for row in rows
                if all(row[key] == value for key, value in wanted.items())]

    def trail_is_sound(self):
        told = self.gateway.run("audit", "verify")
        self.assertEqual(told.returncode, 0, told.stdout + told.stderr)

    def decode(self, meter, digits):
        """What an engineer's bench reads from the digits with this meter's key."""
        keys = self.folder / f"{meter}.keys.toml"
        keys.touch(0o600)
        keys.write_text(self.street.do("keys", meter)["key_config"])
        return json.loads(run(BINARY, "token", "decode", "-", "--key-config", keys, "--json",
                              stdin=digits))

    def away(self, meter):
        """Out of reach, and the gateway knows it."""
        self.street.do("silence", meter)
        until(lambda: f"{meter} to be away, now {self.gateway.sessions()}",
              lambda: self.gateway.sessions().get(meter) in ("silent", "offline"))

    def back(self, meter):
        self.street.do("unsilence", meter)

    def supply(self, meter):
        truth = self.street.truth(meter)
        return truth["supply"], truth["causes"]

    @classmethod
    def until_reported(cls, meter, supply, causes):
        """The gateway has read it so, and said it on the meter's state topic."""
        def told():
            state = (cls.utility.state_of(meter) or {}).get("supply", {})
            return (state.get("reported"), state.get("causes")) == (supply, causes)
        until(lambda: f"{meter} to be told {supply} {causes}, now {cls.utility.state_of(meter)}",
              told)


class WithBrokersPassword:
    """Beside KeyedCase, before it: the gateway logs in to the broker by `brokers_password`."""

    brokers_password = ""

    @classmethod
    def open_street(cls):
        passwords = cls.folder / "passwords"
        subprocess.run(["mosquitto_passwd", "-c", "-b", passwords, "box", cls.brokers_password],
                       check=True, capture_output=True)
        cls.broker_lines = ("allow_anonymous true", f"password_file {passwords}")
        super().open_street()

    @classmethod
    def configure(cls, config):
        super().configure(config)
        password = cls.folder / "north.password"
        password.touch(0o600)
        password.write_text(cls.brokers_password + "\n")
        config["north"]["broker"].update(username="box", password_file=str(password))
