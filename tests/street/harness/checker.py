# SPDX-License-Identifier: Apache-2.0
"""Joins three witnesses: what the utility heard, what the ledger holds, what the meter knows."""

import json

from .profile_blob import decode
from .running import PATIENCE, until
from .street import seconds

DAY = 86_400
PROFILE = ("1-0:1.29.0*255", "1-0:3.29.0*255")  # in the order of the street's truth
DAILY = ("1-0:1.8.0*255", "1-0:3.8.0*255")
LOGS = ("token", "supply", "security", "configuration", "account", "prepayment", "tamper",
        "hardware", "supply-quality", "operating-condition")
LAWFUL = {  # meters/lifecycle.hpp, as a table of who may follow whom
    "accepted": {"scheduled", "expired", "cancelled", "superseded", "failed", "succeeded"},
    "scheduled": {"accepted", "sending", "expired", "cancelled", "superseded", "failed",
                  "succeeded"},
    "sending": {"accepted", "succeeded", "rejected", "unconfirmed", "failed"},
    "unconfirmed": {"succeeded", "rejected", "accepted", "unsettled"},
}


class Checker:
    def __init__(self, case, street, gateway, utility):
        self.case, self.street, self.gateway, self.utility = case, street, gateway, utility

    # ---- commands -------------------------------------------------------------------------------

    def settled(self, command_id, expected=None, patience=PATIENCE):
        """The command's one outcome, on which all three witnesses agree."""
        outcome = self.utility.outcome(command_id, patience)
        steps = self.gateway.steps(command_id)
        self.case.assertTrue(steps, f"the ledger has no steps of {command_id}: {outcome}")
        self._lawful(command_id, steps)
        self._told_in_order(command_id, steps)
        self._one_effect(command_id, steps, outcome)
        if expected:
            self.case.assertEqual(outcome["state"], expected, outcome)
        return outcome

    def _lawful(self, command_id, steps):
        path = [step["to_state"] for step in steps]
        self.case.assertEqual(path[0], "accepted", f"{command_id}: {path}")
        for before, after in zip(path, path[1:]):
            self.case.assertIn(after, LAWFUL.get(before, ()), f"{command_id}: {path}")
        self.case.assertNotIn(path[-1], LAWFUL, f"{command_id} has not ended: {path}")
        row = self.gateway.command(command_id)
        self.case.assertEqual((row["state"], row["ended"]), (path[-1], 1), command_id)

    def _told_in_order(self, command_id, steps):
        """Every step arrived, in order; the same message twice is QoS 1, anything else is not."""
        told = list({h.payload: (h.body["state"], h.body["attempt"])
                     for h in self.utility.steps(command_id)
                     if h.body["state"] != "refused"}.values())
        stored = [("unconfirmed" if s["to_state"] == "unsettled" else s["to_state"], s["attempt"])
                  for s in steps]
        self.case.assertEqual(told, stored, command_id)

    def _one_effect(self, command_id, steps, outcome):
        row = self.gateway.command(command_id)
        if row["verb"] not in ("deliver-token", "set-relay", "set-clock", "change-tenancy",
                               "change-supplier", "set-tariff"):
            return
        ours = {step["transaction_id"] for step in steps} - {0}
        seen = [order for order in self.street.orders(row["meter_id"])
                if order["transaction"] in ours]
        taken = sum(order["result"] == "taken" for order in seen)
        self.case.assertEqual(taken, int(outcome["state"] == "succeeded"),
                              f"{command_id} is {outcome['state']}; the meter saw {seen}")
        if outcome["state"] == "rejected":
            self.case.assertEqual([order["result"] for order in seen], [outcome["meter_reason"]])

    def nothing_doubled(self, meter):
        """No digits were taken twice, and transactions only grew."""
        orders = self.street.orders(meter)
        taken = [o["digits"] for o in orders if o["kind"] == "token" and o["result"] == "taken"]
        self.case.assertEqual(len(taken), len(set(taken)), f"{meter} took digits twice: {orders}")
        numbers = [order["transaction"] for order in orders]
        self.case.assertEqual(numbers, sorted(set(numbers)), f"{meter}: transactions must grow")

    def told_twice(self, heard):
        """Messages of an order's steps or of data in which something stands that an earlier one had
        told just so. What the broker by itself delivered again is not the gateway's."""
        told, out = set(), []
        for one in heard:
            if one.again or one.retained or not one.body.get("meter"):
                continue
            content = self._content(one)
            if told & content:
                out.append(one)
            told |= content
        return out

    @staticmethod
    def _content(heard):
        """What has to be told once: each reading and each entry of a log; of other data the whole
        message, for a day is told anew with what came to it."""
        leaf = heard.topic.rsplit("/", 1)[-1]
        rows = {"registers": "readings", "event": "entries"}.get(leaf)
        body = {name: value for name, value in heard.body.items() if name != "published_at"}
        if not rows:
            return {(heard.topic, json.dumps(body, sort_keys=True))}
        return {(heard.topic, body["epoch"], json.dumps(row, sort_keys=True)) for row in body[rows]}

    # ---- collected data -------------------------------------------------------------------------

    def _channels(self):
        return {row["key"]: row["obis"] for row in self.gateway.rows("SELECT * FROM channel")}

    def stored_profile(self, meter):
        """`{(start_s, obis): (value, marks)}`; a slot that is kept twice fails the test."""
        key = self._key(meter)
        # At once: meanwhile the gateway may fold what is hot into days.
        *hot, days = self.gateway.rows_at_once(
            *((f"SELECT * FROM {table} WHERE meter = ?", key)
              for table in ("profile_hot_0", "profile_hot_1", "profile_day")))
        # After the rows: the first of them brings its channel along.
        names, out = self._channels(), {}
        points = [((row["start_s"], row["channel"]), (row["value"], row["marks"]))
                  for table in hot for row in table]
        for row in days:
            points += decode(row["day"] * DAY, row["points"]).items()
        for (start, channel), value in points:
            place = start, names[channel]
            if place in out:
                self.case.fail(f"{meter} has {place} twice: {out[place]} and {value}")
            out[place] = value
        return out

    def true_profile(self, meter, since=0):
        return {(seconds(start), obis): (value, marks)
                for start, values, marks in self.street.truth(meter)["intervals"]
                if seconds(start) >= since for obis, value in zip(PROFILE, values)}

    def profile_complete(self, meter, since, patience=PATIENCE):
        """Every slot the meter captured since then is stored once, with its value and marks."""
        # What the meter captures while we look is not asked for.
        truth = self.true_profile(meter, since)
        until(f"all {len(truth)} profile values of {meter}",
              lambda: truth.keys() <= self.stored_profile(meter).keys(), patience)
        return self.profile_true(meter)

    def profile_true(self, meter):
        """Nothing is stored that the meter did not capture just so. How many values there are."""
        stored, truth = self.stored_profile(meter), self.true_profile(meter)
        for place, value in stored.items():
            self.case.assertEqual(value, truth.get(place), f"{meter} {place}")
        return len(stored)

    def stored_daily(self, meter):
        names = self._channels()
        return {(row["day"], names[row["channel"]]): row["value"]
                for row in self.gateway.rows("SELECT * FROM daily WHERE meter = ?",
                                             self._key(meter))}

    def daily_complete(self, meter, since, patience=PATIENCE):
        truth = {(seconds(day) // DAY, obis): value
                 for day, values, _ in self.street.truth(meter)["daily"]
                 if seconds(day) >= since for obis, value in zip(DAILY, values)}
        until(f"{len(truth)} daily values of {meter}",
              lambda: truth.keys() <= self.stored_daily(meter).keys(), patience)
        stored = self.stored_daily(meter)
        self.case.assertEqual(truth, {place: stored[place] for place in truth}, meter)
        return len(truth)

    def stored_logs(self, meter):
        return {(LOGS[row["log"] - 1], row["sequence"]):
                (row["meter_time_s"], row["cause"], row["detail"])
                for row in self.gateway.rows("SELECT * FROM log_entry WHERE meter = ?",
                                             self._key(meter))}

    def logs_complete(self, meter, patience=PATIENCE):
        truth = {(log, entry["sequence"]):
                 (seconds(entry["meter_time"]), entry["cause"], entry["detail"])
                 for log, entries in self.street.truth(meter)["logs"].items() for entry in entries}
        until(f"{len(truth)} log entries of {meter}",
              lambda: truth.keys() <= self.stored_logs(meter).keys(), patience)
        stored = self.stored_logs(meter)
        self.case.assertEqual(truth, {place: stored[place] for place in truth}, meter)
        return len(truth)

    def _key(self, meter):
        return self.gateway.rows("SELECT key FROM meter WHERE id = ?", meter)[0]["key"]
