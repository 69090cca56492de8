# SPDX-License-Identifier: Apache-2.0
"""How a token gets to its meter: through the session or by hand, again, in order, to whom."""

import sqlite3
import unittest

from harness.keyed import KeyedCase
from harness.running import until

OLDER_FIRST = "Key in all 20 digits. Older tokens must be keyed in first."
STORE = 50  # token identifiers that a meter remembers


class TokenDeliveryTest(KeyedCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 4}

    def digits_seen(self, meter):
        return [order["digits"] for order in self.street.orders(meter, "token")]

    # ---- by hand --------------------------------------------------------------------------------

    def test_j_02_a_token_made_while_the_meter_is_away_is_known_again_in_its_log(self):
        for meter in ("tcp-001", "mqtt-001"):
            with self.subTest(meter=meter):
                self.away(meter)
                command, (digits,) = self.by_hand(meter, "credit", energy_wh=3000)
                self.assertEqual(self.states(command), ["outstanding"])
                self.assertEqual(self.key_in(meter, digits)["result"], "taken")
                self.assertEqual(self.states(command), ["outstanding"], "nobody could have told")
                self.back(meter)
                self.until_states(command, "redeemed-by-hand")
                settled = self.audit(kind="token-settled", meter=meter)[-1]
                self.assertEqual(settled["details"]["state"], "redeemed-by-hand")
                self.news(meter, command, "redeemed-by-hand")
                self.assertEqual(self.digits_seen(meter), [], "never sent")

    def test_j_05_three_channels_are_three_handovers_of_one_token(self):
        command, (digits,) = self.by_hand("mqtt-001", "credit", "sms", energy_wh=1000)
        for channel in ("email", "print"):
            self.made(self.resend("mqtt-001", delivery="hand", channel=channel))
        for channel in ("sms", "email", "print"):
            handed, = self.handed("mqtt-001", channel, command)
            self.assertEqual([token["digits"] for token in handed["tokens"]], [digits])
            self.assertEqual((handed["channel"], handed["operator"]), (channel, "engineering"))
        self.assertEqual([row["channel"] for row in self.handovers(command)],
                         ["sms", "email", "print"])
        self.assertEqual(len(self.issued(command)), 1)
        self.key_in("mqtt-001", digits)
        self.until_states(command, "redeemed-by-hand")

    def test_j_10_nothing_counts_before_the_meter_says_so(self):
        meter = "mqtt-002"
        before = self.street.truth(meter)["tokens"]["units_wh"]
        by_hand, (digits,) = self.by_hand(meter, "credit", energy_wh=50_000)
        self.away(meter)
        remote = self.issue(meter, "credit", energy_wh=50_000)
        self.assertEqual(self.made(remote)["state"], "outstanding")
        self.utility.step(f"{remote}-1", "accepted")
        self.assertEqual(self.states(by_hand) + self.states(remote), ["outstanding"] * 2)
        self.assertLessEqual(self.street.truth(meter)["tokens"]["units_wh"], before)
        self.back(meter)
        self.delivered(remote)
        self.until_states(remote, "redeemed")
        self.news(meter, remote, "redeemed")
        self.assertEqual(self.states(by_hand), ["outstanding"])
        self.key_in(meter, digits)
        self.until_states(by_hand, "redeemed-by-hand")
        self.assertGreater(self.street.truth(meter)["tokens"]["units_wh"], before + 99_000)

    # ---- again ----------------------------------------------------------------------------------

    def test_j_04_a_token_that_is_sent_again_is_the_same_token(self):
        meter = "mqtt-003"
        command, (digits,) = self.by_hand(meter, "credit", energy_wh=2000)
        first, = self.issued(command)
        for _ in range(2):
            again = self.made(self.resend(meter, delivery="hand", channel="print"))
            told, = again["outstanding"]
            self.assertEqual([token["digits"] for token in told["tokens"]], [digits])
            self.assertEqual(told["issue"], command)
        last, = self.issued(command)
        self.assertEqual((last["digits"], last["tid"]), (first["digits"], first["tid"]))
        self.assertEqual(len(self.audit(kind="token-issued", meter=meter)), 1)
        handed = self.handed(meter, "print", command, 3)
        self.assertEqual([token["digits"] for one in handed for token in one["tokens"]],
                         [digits] * 3)
        remote = self.resend(meter)
        self.made(remote)
        self.delivered(remote)
        self.until_states(command, "redeemed")
        self.assertEqual(self.digits_seen(meter), [digits])
        self.refused(self.resend(meter), "nothing-outstanding")

    # ---- in order -------------------------------------------------------------------------------

    def test_j_06_what_is_pushed_arrives_in_the_order_of_issue(self):
        for meter in ("a-001", "tcp-001", "mqtt-003"):
            with self.subTest(meter=meter):
                seen = len(self.digits_seen(meter))
                self.away(meter)
                commands = [self.issue(meter, "credit", energy_wh=1000 * n) for n in (3, 1, 2)]
                for command in commands:
                    self.made(command)
                self.back(meter)
                for command in commands:
                    self.delivered(command)
                issued = [self.issued(command)[0] for command in commands]
                self.assertEqual(self.digits_seen(meter)[seen:], [row["digits"] for row in issued])
                tids = [row["tid"] for row in issued]
                self.assertEqual(tids, sorted(set(tids)))

    def test_j_06_an_older_token_keyed_in_too_late_is_reported_as_too_old(self):
        """A meter remembers its newest tokens; what is older than all of them is dead."""
        meter = "mqtt-004"
        left_behind, (digits,) = self.by_hand(meter, "credit", energy_wh=1000)
        self.assertEqual(self.handed(meter, "print", left_behind)[0]["advice"], OLDER_FIRST)
        newer = [self.issue(meter, "credit", energy_wh=100) for _ in range(STORE)]
        for command in newer:
            self.delivered(command)
        self.gateway.forget_journal()
        self.assertEqual(self.key_in(meter, digits)["result"], "too-old")
        self.until_states(left_behind, "refused")
        token, = self.issued(left_behind)
        self.assertEqual(token["reason"], "too-old")
        news = self.news(meter, left_behind, "refused")
        self.assertEqual(news["tokens"], [{"number": 1, "state": "refused", "reason": "too-old"}])
        told, = until("the refusal in the log",
                      lambda: self.gateway.journal("MG0420", meter))
        self.assertIn("too-old", told["text"])
        self.refused(self.resend(meter), "nothing-outstanding")

    def test_j_07_the_first_that_fails_stops_those_behind_it(self):
        meter = "a-001"
        commands = [self.by_hand(meter, "credit", energy_wh=1000 * n)[0] for n in (1, 2, 3)]
        self.gateway.stop()
        with sqlite3.connect(self.gateway.store) as ledger:  # one digit of the second is damaged
            (digits, issue), = ledger.execute(
                "SELECT digits, issue FROM issued_token WHERE issue = "
                "(SELECT key FROM token_issue WHERE id = ?)", (commands[1],)).fetchall()
            damaged = digits[:-1] + str((int(digits[-1]) + 1) % 10)
            ledger.execute("UPDATE issued_token SET digits = ? WHERE issue = ?", (damaged, issue))
        ledger.close()
        self.gateway.start()
        self.gateway.wait_for_sessions([meter])
        self.utility.wait_for_gateway()
        told = self.made(self.resend(meter, delivery="hand", channel="print"))
        self.assertEqual([issue["issue"] for issue in told["outstanding"]], commands)
        resend = self.resend(meter)
        self.made(resend)
        self.delivered(resend, 1)
        self.assertEqual(self.delivered(resend, 2, "rejected")["meter_reason"], "not-authentic")
        until("the end of the batch", lambda: self.issued(commands[2])[0]["command"] == "")
        self.assertEqual([self.states(command) for command in commands],
                         [["redeemed"], ["refused"], ["outstanding"]])
        self.assertIsNone(self.gateway.command(f"{resend}-3"), "the third is not sent")
        self.assertEqual(self.digits_seen(meter).count(self.issued(commands[2])[0]["digits"]), 0)

    # ---- to whom --------------------------------------------------------------------------------

    def test_j_19_a_customer_gets_a_tamper_reset_only_once_cleared(self):
        meter = "tcp-001"
        for channel in ("sms", "email"):
            for fields in ({}, {"cleared": False}):
                told = self.refused(self.issue(meter, "tamper-reset", delivery="hand",
                                               channel=channel, **fields),
                                    "not-permitted", "params.cleared")
                self.assertIn("print", told["expected"])
        command, (digits,) = self.by_hand(meter, "tamper-reset")  # print: a technician's
        self.refused(self.resend(meter, delivery="hand", channel="sms"), "not-permitted",
                     "params.cleared")
        self.made(self.resend(meter, delivery="hand", channel="sms", cleared=True))
        self.assertEqual(self.handed(meter, "sms", command)[0]["tokens"][0]["digits"], digits)
        self.assertEqual([row["channel"] for row in self.handovers(command)], ["print", "sms"])
        self.key_in(meter, digits)
        self.until_states(command, "redeemed-by-hand")

    def test_j_26_engineering_tokens_go_to_technicians_where_the_role_says_so(self):
        meter = "mqtt-002"
        engineering = (("tamper-reset", {}), ("clear-credit", {"register": "all"}),
                       ("power-limit", {"power_w": 5000}), ("meter-test", {"test": "all"}))
        for function, value in engineering:
            with self.subTest(function):
                for channel in ("sms", "email"):
                    self.refused(self.issue(meter, function, "technician", delivery="hand",
                                            channel=channel, cleared=True, **value),
                                 "not-permitted", "params.channel")
        command, _ = self.by_hand(meter, "tamper-reset", by="technician")
        self.refused(self.resend(meter, "technician", delivery="hand", channel="email",
                                 cleared=True), "not-permitted", "params.channel")
        self.assertEqual([row["channel"] for row in self.handovers(command)], ["print"])
        self.by_hand(meter, "credit", "sms", by="vending", energy_wh=1000)  # a customer's token


if __name__ == "__main__":
    unittest.main()
