# SPDX-License-Identifier: Apache-2.0
"""The audit trail's head goes where nobody on the box can write, and finds what the box cannot."""

import contextlib
import hashlib
import json
import sqlite3
import unittest

from harness.keyed import KeyedCase
from harness.utility import ROOT

TEXTS = ("kind", "meter", "operator", "second_operator", "identity_proof", "work_order", "comment",
         "details_json")


def number(value):
    return value.to_bytes(8, "big")


def chained(previous, row):
    """As docs/operations.md tells it: every field with its length, after the hash before."""
    octets = number(len(previous)) + previous + number(row["seq"]) + number(row["at_ms"])
    for name in TEXTS:
        text = (row[name] or "").encode()
        octets += number(len(text)) + text
    return hashlib.sha256(octets).digest()


class AuditHeadTest(KeyedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1}

    def forge(self, file, change):
        """Makes the whole trail anew, as anybody can who can write the file."""
        with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as ledger:
            ledger.row_factory = sqlite3.Row
            triggers = [row[0] for row in ledger.execute(
                "SELECT name FROM sqlite_schema WHERE type = 'trigger'")]
            for trigger in triggers:
                ledger.execute(f"DROP TRIGGER {trigger}")
            previous = hashlib.sha256(b"metergate audit trail 1").digest()
            rows = [dict(row) for row in ledger.execute("SELECT * FROM audit ORDER BY seq")]
            for row in rows:
                self.assertEqual(chained(row["previous"], row), row["hash"], "read as it is made")
            change(rows)
            for row in rows:
                row["previous"], row["hash"] = previous, chained(previous, row)
                ledger.execute("UPDATE audit SET operator = :operator, previous = :previous,"
                               " hash = :hash WHERE seq = :seq", row)
                previous = row["hash"]
            ledger.execute("UPDATE audit_head SET hash = ?", (previous,))

    def verify(self, *heads):
        options = [option for head in heads for option in ("--head", head)]
        done = self.gateway.run("audit", "verify", *options)
        return done.returncode, done.stdout + done.stderr

    def test_a_trail_forged_as_a_whole_is_found_by_a_head_that_was_published(self):
        for function in ("tamper-reset", "meter-test", "tamper-reset"):
            params = {"test": "all"} if function == "meter-test" else {}
            self.by_hand("mqtt-001", function, **params)
        entries = len(self.audit())
        self.assertGreaterEqual(entries, 3)
        told = self.utility.wait_for("the head of all of them", lambda h: h.topic == f"{ROOT}/audit"
                                     and h.body["entries"] == entries, 90)
        kept = self.folder / "heads"
        kept.write_text(told.payload.decode() + "\n")
        self.gateway.stop()
        self.addCleanup(self.gateway.start)
        for head in (told.body["hash"], kept):
            code, text = self.verify(head)
            self.assertEqual(code, 0, text)
            self.assertIn("with every hash that was kept elsewhere (1)", text)

        def change(rows):
            rows[0]["operator"] = "somebody-else"

        self.forge(self.gateway.store, change)
        self.assertEqual(self.verify()[0], 0, "the file alone looks whole")
        for head in (told.body["hash"], kept):
            code, text = self.verify(head)
            self.assertEqual(code, 1, text)
            self.assertIn("kept elsewhere", text)
        code, text = self.verify(self.folder / "not-there")
        self.assertEqual(code, 2, text)
        self.assertIn("no file that can be read", text)

    def test_it_is_retained(self):
        self.by_hand("mqtt-001", "tamper-reset")
        self.utility.wait_for("a head", lambda h: h.topic == f"{ROOT}/audit", 90)
        late = type(self.utility)(self.broker.port, "late", topics=(f"{ROOT}/audit",)).start()
        self.addCleanup(late.put_away)
        heard = late.wait_for("what the broker kept", lambda h: h.topic == f"{ROOT}/audit")
        self.assertTrue(heard.retained)
        self.assertEqual(json.loads(heard.payload)["hash"], heard.body["hash"])


if __name__ == "__main__":
    unittest.main()
