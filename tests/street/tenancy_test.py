# SPDX-License-Identifier: Apache-2.0
"""Changes of tenancy: the old tenant's data is here before the meter forgets it, the new tenant's
comes by itself, and neither sees the other's."""

import json
import re
import unittest

from harness.case import BINARY
from harness.keyed import run
from harness.running import until
from harness.street import seconds
from harness.tenancies import TenancyCase
from harness.utility import ROOT, utc

PERIOD = 1_800
PURGED = {"token", "account", "hardware", "configuration", "supply-quality",
          "operating-condition", "supply", "tamper", "prepayment"}
CHANGED, CHECK_FAILED, TARIFF_MISSING = "MG1001", "MG1003", "MG1006"


class TenancyTest(TenancyCase):
    street_shape = {"line": 2, "tcp": 2, "mqtt": 8, "history_days": 3}

    def collected_before_the_purge(self, meter):
        # Something in every log that a person at the meter can fill.
        for act in ("open-cover", "close-cover", "cut-power", "restore-power"):
            self.street.do(act, meter)
        self.street.do("key-in", meter, digits="00000000000000000000")
        truth = self.street.truth(meter)
        for name in ("token", "hardware", "supply", "tamper"):
            self.assertTrue(truth["logs"][name], f"{name}: nothing there to purge")
        before = {seconds(start) for start, _, _ in truth["intervals"]}
        logs = {name: len(rows) for name, rows in truth["logs"].items()}
        told = self.changed(meter)
        self.assertEqual(self.starts(meter, 1) & before, before, "read before it was erased")
        after = self.street.truth(meter)
        first = seconds(told["effective"]) // PERIOD * PERIOD
        self.assertEqual([start for start, _, _ in after["intervals"] if seconds(start) < first], [])
        for name in PURGED:
            self.assertFalse([row for row in after["logs"][name]
                              if seconds(row["meter_time"]) + 5 < seconds(told["effective"])], name)
        for log, count in logs.items():
            held = [entry for entry in self.log_times(meter, 1)
                    if entry[0] == list(truth["logs"]).index(log) + 1]
            self.assertGreaterEqual(len(held), count, f"{log}: all of it is in the old tenancy")
        self.assertNotIn(False, self.findings(told).values(), told)
        return told

    def test_p_11_p_12_p_13_p_14_p_15_p_16_p_17_p_18_p_19_p_20_all_is_collected_and_then_purged(self):
        for meter in ("a-001", "mqtt-001"):
            with self.subTest(meter):
                told = self.collected_before_the_purge(meter)
                self.assertTrue(self.findings(told)["recorded"], "the log begins with the change")

    def test_p_01_p_22_the_change_is_found_in_the_log_with_its_time(self):
        told = self.changed("mqtt-002")
        [entry] = [row for row in self.street.truth("mqtt-002")["logs"]["configuration"]
                   if row["event"] == "tenancy-changed"]
        self.assertLessEqual(abs(seconds(entry["meter_time"]) - seconds(told["effective"])), 5)
        [fired] = self.fired("mqtt-002")
        self.assertEqual(fired["transaction"], told["transaction"])

    def test_p_07_p_08_a_billing_snapshot_on_each_side_of_it(self):
        self.changed("tcp-001")
        rows = self.gateway.rows(
            "SELECT b.* FROM billing_snapshot b JOIN meter m ON m.key = b.meter WHERE m.id = ?"
            " ORDER BY sequence", "tcp-001")
        self.assertEqual([(row["epoch"], row["cause"]) for row in rows
                          if row["cause"].endswith("tenancy")],
                         [(1, "before-tenancy"), (2, "after-tenancy")])
        truth = {one["sequence"]: one for one in self.street.truth("tcp-001")["billing"]}
        for row in rows:
            if row["sequence"] in truth:
                self.assertEqual(row["import_wh"], truth[row["sequence"]]["import_wh"])

    def test_p_21_p_36_the_relay_is_off_or_armed_afterwards_and_never_on(self):
        for meter, wanted in (("mqtt-003", "off"), ("mqtt-004", "armed")):
            with self.subTest(wanted):
                told = self.changed(meter, relay=wanted)
                self.assertTrue(self.findings(told)["relay"], told)
                self.assertEqual(self.street.truth(meter)["supply"], wanted)
                self.street.do("cut-power", meter)
                self.street.do("restore-power", meter)
                self.assertEqual(self.street.truth(meter)["supply"], wanted)
                until("the box to know it", lambda meter=meter, wanted=wanted:
                      self.utility.state_of(meter)["supply"]["reported"] == wanted)

    def test_p_05_the_newest_of_two_dated_changes_is_the_one_that_happens(self):
        older = self.change("mqtt-005", "leaves-later", effective=utc(3_600), valid_s=7_200)
        self.utility.step(older, "accepted")
        newer = self.change("mqtt-005", "leaves-later", effective=utc(2), valid_s=7_200)
        self.assertEqual(self.checker.settled(older, "superseded")["reason"], "newer-change")
        self.checker.settled(newer, "succeeded")
        self.synchronised("mqtt-005", newer)
        self.assertEqual(len(self.fired("mqtt-005")), 1)

    def test_p_26_a_dated_change_outlives_the_gateway_and_the_meters_power(self):
        command = self.change("a-002", "leaves-later", effective=utc(12), valid_s=7_200)
        self.utility.step(command, "accepted")
        self.gateway.kill()
        self.gateway.start()
        self.street.do("cut-power", "a-002")
        self.street.do("restore-power", "a-002")
        self.checker.settled(command, "succeeded", patience=60)
        self.synchronised("a-002", command)
        self.assertEqual(len(self.fired("a-002")), 1)
        self.gateway.wait_for_sessions(self.street.meters)

    def test_p_24_p_25_p_28_at_once_on_either_tenants_word(self):
        for situation in ("left-unannounced", "leaves-now"):
            told = self.changed("mqtt-006", situation=situation)
            self.assertNotIn(False, self.findings(told).values())
        self.assertEqual(len(self.fired("mqtt-006")), 2)
        self.assertEqual([row["epoch"] for row in self.gateway.json_lines("tenancy", "mqtt-006",
                                                                          "--json")], [1, 2, 3])

    def test_p_31_one_synchronisation_whatever_shows_the_change(self):
        """With a late answer the pushed alert comes first (the street's meters push within a quarter
        of a second); the log is read in either case. Lost answers, and what is read back then:
        tests/scenario/cut_anywhere_test.cpp."""
        meter = "mqtt-007"
        for number, (late_ms, evidence) in enumerate(((0, "response"), (600, "log-entry")), 1):
            with self.subTest(late_ms=late_ms):
                if late_ms:
                    self.street.do("late", meter, ms=late_ms)
                told = self.synchronised(meter, self.change(meter), patience=120)
                self.street.do("heal", meter)
                self.checker.settled(self.utility.order(meter, "read", {"what": ["logs"]}),
                                     "succeeded")
                self.assertEqual(told["evidence"], evidence)
                self.assertEqual(len(self.told(meter, "activated")), number)
                self.assertEqual(len(self.told(meter, "synchronised")), number)
                self.assertEqual(len(self.fired(meter)), number)

    def test_p_23_p_29_p_30_the_new_tenants_view_holds_nothing_of_the_old(self):
        told = self.changed("mqtt-008")
        effective = seconds(told["effective"])
        first = effective // PERIOD * PERIOD
        self.assertEqual([s for s in self.starts("mqtt-008", 2) if s < first], [])
        self.assertEqual([t for _, t in self.log_times("mqtt-008", 2) if t + 5 < effective], [])
        files = self.folder / "exported"
        files.mkdir()
        done = self.gateway.run("export", "--meter", "mqtt-008", "--dir", files, "--from", "10d")
        self.assertEqual(done.returncode, 0, done.stderr)
        starts = re.findall(r"20\d\d-\d\d-\d\dT\d\d:\d\d:\d\dZ",
                            (files / "profile.csv").read_text())
        self.assertEqual([start for start in starts if seconds(start) < first], [])
        journal = self.gateway.rows("SELECT * FROM journal WHERE meter = 'mqtt-008' AND log <> ''")
        for row in journal:
            time = json.loads(row["fields_json"])["meter_time"]
            self.assertGreaterEqual(seconds(time) + 5, effective)

    def test_p_27_a_meter_that_is_away_is_told_of_and_changed_once_when_it_is_back(self):
        self.street.do("silence", "tcp-002")
        command = self.change("tcp-002")
        waits = self.utility.wait_for(
            "the reason", lambda h: h.body.get("command") == command
            and h.body.get("reason") in ("not-collected", "waiting-for-meter"), patience=60)
        self.assertEqual(waits.body["state"], "accepted")
        self.assertEqual(self.fired("tcp-002"), [])
        self.street.do("unsilence", "tcp-002")
        self.checker.settled(command, "succeeded", patience=60)
        self.assertEqual(len(self.fired("tcp-002")), 1)

    def test_who_has_no_right_to_it_is_refused_and_it_is_written_down(self):
        before = self.fired("a-001")
        outcome = self.utility.outcome(self.change("a-001", by="vending"))
        self.assertEqual((outcome["state"], outcome["reason"]), ("refused", "not-permitted"))
        self.assertEqual(self.fired("a-001"), before)
        denied = self.gateway.rows("SELECT * FROM audit WHERE kind = 'operator-denied'")
        self.assertEqual([row["meter"] for row in denied], ["a-001"])


class CreditModeTest(TenancyCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 4, "history_days": 2,
                    "options": ("--credit-mode",)}

    def test_p_09_in_credit_mode_the_balance_is_reset(self):
        told = self.changed("mqtt-001", actions=["reset-balance"])
        self.assertEqual(self.street.truth("mqtt-001")["balance_minor"], 0)
        self.assertTrue(self.findings(told)["reset-balance"], told)

    def test_p_06_only_what_was_asked_for_is_done_and_looked_at(self):
        for meter, action, gone in (("mqtt-002", "purge-profile", "intervals"),
                                    ("mqtt-003", "purge-token-log", "token"),
                                    ("mqtt-004", "purge-snapshots", "daily")):
            with self.subTest(action):
                # Wrong digits: something for the token log, so that its purge can be seen.
                self.street.do("key-in", meter, digits="00000000000000000000")
                before = self.kept(meter)
                self.assertGreater(before[gone], 0, f"{gone}: nothing there to purge")
                told = self.changed(meter, actions=[action], relay="unchanged")
                self.assertEqual(set(self.findings(told)) - {"recorded"}, {action})
                after = self.kept(meter)
                for name, count in before.items():
                    if name == gone:
                        self.assertLess(after[name], count, name)
                    else:
                        self.assertGreaterEqual(after[name], count, name)

    def kept(self, meter):
        truth = self.street.truth(meter)
        return {"intervals": len(truth["intervals"]), "daily": len(truth["daily"]),
                "token": len(truth["logs"]["token"]), "hardware": len(truth["logs"]["hardware"])}


class SupplierTest(TenancyCase):
    street_shape = {"line": 1, "tcp": 0, "mqtt": 2, "history_days": 2}

    def tariff(self, meter, number, supplier, **params):
        command = self.utility.order(
            meter, "set-tariff", {"tariff_id": number, "supplier_id": supplier,
                                  "supplier_name": f"Supplier {supplier}",
                                  "price_minor_per_kwh": 20 + number, **params},
            operator="customer-service")
        return self.checker.settled(command, "succeeded")

    def supplier(self, meter, number):
        command = self.utility.order(
            meter, "change-supplier", {"supplier_id": number,
                                       "supplier_name": f"Supplier {number}"},
            operator="customer-service")
        return self.checker.settled(command, "succeeded")

    def read_tariff(self, meter):
        command = self.utility.order(meter, "read", {"what": ["tariff", "billing"]})
        return self.checker.settled(command, "succeeded")["result"]["tariff"]

    def test_p_02_p_03_delayed_tariffs_of_the_old_supplier_go_and_the_active_one_is_renamed(self):
        for meter in ("a-001", "mqtt-001"):
            with self.subTest(meter):
                self.tariff(meter, 1, 51)
                self.tariff(meter, 2, 51, activates=utc(86_400))
                self.tariff(meter, 3, 71, activates=utc(86_400))
                self.assertEqual(self.read_tariff(meter)["pending"], 2)
                self.supplier(meter, 71)
                tariff = self.read_tariff(meter)
                self.assertEqual((tariff["supplier_id"], tariff["supplier_name"],
                                  tariff["pending"]), (71, "Supplier 71", 1))
                truth = self.street.truth(meter)
                self.assertEqual(truth["tariff"]["supplier_id"], 71)
                self.assertEqual([one["id"] for one in truth["pending_tariffs"]], [3])
                self.assertEqual(self.fired(meter, "supplier")[0]["supply"], truth["supply"])

    def utrn(self, meter, counter):
        """A code of 10.00 as the meter's supplier of the moment makes it."""
        keys = self.folder / f"{meter}.keys.toml"
        keys.touch(0o600)
        keys.write_text(self.street.do("keys", meter)["key_config"])
        made = run(BINARY, "token", "make", "utrn", "--amount", "10.00", "--counter", counter,
                   "--key-config", keys)
        return "".join(re.findall(r"\d", made.splitlines()[0]))

    def test_codes_of_the_old_supplier_die_with_its_keys(self):
        meter = "mqtt-001"
        old = self.utrn(meter, 7)
        self.supplier(meter, 81)
        for code, state in ((old, "rejected"), (self.utrn(meter, 8), "succeeded")):
            order = self.utility.order(meter, "deliver-token", {"token": code}, operator="vending")
            told = self.checker.settled(order, state)
        self.assertEqual(told["state"], "succeeded")

    def test_p_04_everything_is_pushed_and_arrives_once(self):
        self.supplier("mqtt-002", 72)
        # Pushed again from the beginning: nothing of it is kept twice, and none is another value.
        self.checker.profile_complete("mqtt-002", 0)
        self.checker.logs_complete("mqtt-002")

    def test_p_10_the_default_tariff_after_a_change_of_tenancy_is_an_alarm_until_one_is_loaded(self):
        self.tariff("mqtt-001", 7, 51)
        self.read_tariff("mqtt-001")
        told = self.changed("mqtt-001")
        self.assertTrue(self.findings(told)["default-tariff"], told)
        until("the alarm", lambda: self.gateway.journal(TARIFF_MISSING, "mqtt-001"))
        self.tariff("mqtt-001", 8, 51)
        self.assertEqual(self.read_tariff("mqtt-001")["id"], 8)


if __name__ == "__main__":
    unittest.main()
