# SPDX-License-Identifier: Apache-2.0
"""A power cut between a token's transaction and its token, and at every step on its way."""

import signal
import unittest

from harness.keyed import KeyedCase
from harness.running import until

NOTHING_YET = ("command-inserted", "token-stored", "commit-before")
ALL_THERE = ("command-accepted", "sending-recorded", "answer-received", "outcome-published")
SET = {"supply_group": "999902", "old_supply_group": "999901"}


class CrashTokensTest(KeyedCase):
    """What is told by the ledger alone, while nobody runs, and what becomes of it."""

    street_shape = {"line": 0, "tcp": 1, "mqtt": 1}
    vending_keys = ("999901-2-1-14", "999902-2-1-14")

    def witnesses(self, command):
        """Whether the ledger has the command, its transaction, its tokens and the trail's word."""
        issue = self.gateway.rows("SELECT 1 FROM token_issue WHERE id = ?", command)
        entries = [entry for entry in self.audit(kind="token-issued")
                   if entry["details"]["issue"] == command]
        return [bool(self.gateway.command(command)), bool(issue), bool(self.issued(command)),
                bool(entries)]

    def cut(self, point, meter, function, **value):
        """Asks for a token of a gateway that ends at that point. The command's id."""
        self.gateway.stop()
        self.gateway.start(crash_at=point, ready=False)
        command = self.issue(meter, function, **value)
        until(f"the cut at {point}", lambda: not self.gateway.alive)
        self.assertEqual(self.gateway.wait(), -signal.SIGKILL)
        return command

    def goes_on(self, command, meter, tokens=1):
        """After the next start: made once, delivered once, written down once."""
        self.gateway.start()
        self.utility.all_end("the answer", [command])
        self.made(command)
        for number in range(1, tokens + 1):
            self.delivered(command, number)
        self.assertEqual(len(self.issued(command)), tokens)
        self.until_states(command, *["redeemed"] * tokens)
        told = [entry["details"] for entry in self.audit(kind="token-issued", meter=meter)]
        self.assertEqual([d["issue"] for d in told].count(command), 1)
        for token in self.issued(command):
            seen = [o for o in self.street.orders(meter, "token") if o["digits"] == token["digits"]]
            self.assertEqual([o["result"] for o in seen], ["taken"])
        self.checker.nothing_doubled(meter)
        self.trail_is_sound()

    def test_j_09_no_token_without_its_transaction_and_none_lost(self):
        for points, there in ((NOTHING_YET, False), (ALL_THERE, True)):
            for point in points:
                meter = "tcp-001" if point == "answer-received" else "mqtt-001"
                with self.subTest(point=point, meter=meter):
                    command = self.cut(point, meter, "credit", energy_wh=1000)
                    found = self.witnesses(command)
                    self.assertEqual(set(found), {found[0]}, "both or neither")
                    if point != "commit-before":  # may have been another commit of the start
                        self.assertEqual(found[0], there)
                    self.goes_on(command, meter)
        tids = [tuple(row) for row in self.gateway.rows(
            "SELECT meter, tid FROM token_issue WHERE tid IS NOT NULL")]
        self.assertEqual(len(tids), len(set(tids)))

    def test_j_09_a_set_is_there_whole_or_not_at_all(self):
        meter = "tcp-001"
        command = self.cut("token-stored", meter, "supply-group", **SET)
        self.assertEqual(self.witnesses(command), [False] * 4)
        self.assertIsNone(self.gateway.rows(
            "SELECT pending_issue FROM meter_sts s JOIN meter m ON m.key = s.meter "
            "WHERE m.id = ?", meter)[0]["pending_issue"])
        self.gateway.start()
        self.utility.all_end("the answer", [command])
        self.made(command)
        tokens = len(self.issued(command))
        self.assertGreaterEqual(tokens, 2)
        for number in range(1, tokens + 1):
            self.delivered(command, number)
        self.until_states(command, *["redeemed"] * tokens)
        self.assertEqual(self.street.truth(meter)["tokens"]["supply_group"], 999902)

    def test_j_09_a_token_for_the_hand_is_handed_over_after_the_cut(self):
        command = self.cut("command-accepted", "mqtt-001", "credit", energy_wh=1000,
                           delivery="hand", channel="print")
        self.assertEqual(self.witnesses(command), [True] * 4)
        self.gateway.start()
        self.utility.all_end("the answer", [command])
        token, = self.issued(command)
        handed, = self.handed("mqtt-001", "print", command)
        self.assertEqual([t["digits"] for t in handed["tokens"]], [token["digits"]])
        self.assertEqual(len(self.handovers(command)), 1)
        self.assertEqual(self.key_in("mqtt-001", token["digits"])["result"], "taken")
        self.until_states(command, "redeemed-by-hand")


if __name__ == "__main__":
    unittest.main()
