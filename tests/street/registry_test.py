# SPDX-License-Identifier: Apache-2.0
"""Which meter stands where for whom: changes, look-ups, conflicts, and vending that depends on it."""

import json
import signal
import unittest

from harness.keyed import ROLES, KeyedCase
from harness.running import until
from harness.utility import ROOT, utc

UNPLACED, CONFLICT, PLACED, DUE = "MG0903", "MG0902", "MG0904", "MG0905"


class RegistryCase(KeyedCase):
    roles = (*ROLES, {"name": "registrar", "functions": [], "registry": True})
    operators = (*KeyedCase.operators, {"name": "registrar", "roles": ["registrar"]})
    registry = {}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        if cls.registry:
            config["registry"] = dict(cls.registry)

    # ---- changes --------------------------------------------------------------------------------

    def change(self, change, by="registrar", fields=None, **params):
        """Publishes a `change-registry` on the box's own topic and returns its id."""
        body = self.utility.body({"change": change, **params}, **{"operator": by, **(fields or {})})
        self.utility.publish(f"{ROOT}/command/change-registry", json.dumps(body))
        return body["id"]

    def changed(self, change, **params):
        """Of a change that succeeded: its result."""
        command = self.change(change, **params)
        outcome = self.utility.outcome(command)
        self.assertEqual(outcome["state"], "succeeded", outcome)
        self.assertNotIn("meter", outcome)
        topics = {h.topic for h in self.utility.steps(command)}
        self.assertEqual(topics, {f"{ROOT}/result/{command}"})
        return outcome["result"]

    def turned_away(self, reason, change, **params):
        before = self.links()
        outcome = self.utility.outcome(self.change(change, **params))
        self.assertEqual((outcome["state"], outcome["reason"]), ("refused", reason), outcome)
        self.assertEqual(self.links(), before, "a refusal leaves nothing")
        return outcome

    # ---- witnesses ------------------------------------------------------------------------------

    def links(self):
        return ([tuple(row) for row in self.gateway.rows("SELECT * FROM placement")],
                [tuple(row) for row in self.gateway.rows("SELECT * FROM occupancy")])

    def show(self, *filter):
        return self.gateway.json_lines("registry", "show", *filter)

    def history(self, *filter):
        """(location, meter or customer, whether it is over), oldest first."""
        return [(row["location"], row.get("meter") or row["customer"], "to" in row)
                for row in self.gateway.json_lines("registry", "history", *filter)]

    def portrait(self, *meter):
        return self.gateway.json_lines("show", *meter)[0]

    def alarms(self, event, meter=None):
        return [h.body for h in self.utility.heard if h.topic == f"{ROOT}/alarm"
                and h.body["event"] == event and meter in (None, h.body.get("meter"))]

    def until_alarms(self, count, event, meter=None):
        until(lambda: f"{count} alarms {event} of {meter}, now {self.alarms(event, meter)}",
              lambda: len(self.alarms(event, meter)) == count)

    def journal(self, event):
        return [json.loads(row["fields_json"]) for row in
                self.gateway.rows("SELECT * FROM journal WHERE event = ? ORDER BY id", event)]

    def until_place(self, meter, **place):
        """The meter's retained state says so."""
        def told():
            state = self.utility.state_of(meter) or {}
            return state.get("place", {}) == ({"in_conflict": False, **place} if place else {})
        until(lambda: f"{meter} to be told at {place}, now {self.utility.state_of(meter)}", told)


class RegistryTest(RegistryCase):
    """Each test has locations, customers and, as far as it goes, meters of its own."""

    street_shape = {"line": 2, "tcp": 1, "mqtt": 6}

    def test_j_55_links_have_dates_and_a_history(self):
        result = self.changed("assign", meter="mqtt-001", location="plot-55", customer="anna-55",
                              effective="2026-03-01T00:00:00Z")
        self.assertEqual(result["change"], "assign")
        self.until_place("mqtt-001", location="plot-55", customer="anna-55")
        self.assertEqual(self.show("--location", "plot-55"),
                         [{"location": "plot-55", "meter": "mqtt-001", "customer": "anna-55"}])
        self.changed("unassign", meter="mqtt-001")
        self.until_place("mqtt-001")
        placement, = (row for row in self.gateway.json_lines("registry", "history", "--location",
                                                             "plot-55") if "meter" in row)
        self.assertEqual(placement["from"], "2026-03-01T00:00:00Z")
        self.assertGreater(placement["to"], placement["from"])
        told = self.audit(kind="registry-changed", meter="mqtt-001")
        self.assertEqual([row["details"]["change"] for row in told], ["assign", "unassign"])
        self.assertEqual({(row["operator"], row["work_order"]) for row in told},
                         {("registrar", "W-1")})
        self.trail_is_sound()

    def test_j_55_who_may_not_changes_nothing_and_the_same_id_changes_once(self):
        self.turned_away("not-permitted", "assign", meter="mqtt-001", location="plot-55b",
                         by="vending")
        self.assertTrue(self.audit(kind="operator-denied", operator="vending"))
        self.turned_away("accountability-missing", "assign", meter="mqtt-001", location="plot-55b",
                         fields={"work_order": None})
        self.turned_away("missing-field", "assign", meter="mqtt-001")
        self.turned_away("unknown-meter", "assign", meter="nobody", location="plot-55b")
        body = self.utility.body({"change": "move-in", "customer": "ben-55", "location": "plot-55b"},
                                 operator="registrar")
        for _ in range(2):
            self.utility.publish(f"{ROOT}/command/change-registry", json.dumps(body))
        until("both answered", lambda: sum(h.body["final"] for h in
                                           self.utility.steps(body["id"])) >= 2)
        self.assertEqual({h.body["state"] for h in self.utility.steps(body["id"])},
                         {"accepted", "succeeded"})
        self.assertEqual(self.history("--customer", "ben-55"), [("plot-55b", "ben-55", False)])
        body["params"]["customer"] = "carla-55"
        self.utility.publish(f"{ROOT}/command/change-registry", json.dumps(body))
        self.utility.wait_for("the other content to be refused", lambda h: h.body.get("command")
                              == body["id"] and h.body.get("reason") == "conflicting-id")

    def test_j_56_a_second_link_is_refused(self):
        self.changed("assign", meter="mqtt-002", location="plot-56", customer="anna-56")
        told = self.turned_away("meter-placed", "assign", meter="mqtt-002", location="plot-56b")
        self.assertIn("plot-56", told["expected"])
        self.turned_away("location-taken", "assign", meter="mqtt-003", location="plot-56")
        self.turned_away("location-occupied", "move-in", customer="ben-56", location="plot-56")
        self.changed("unassign", meter="mqtt-002")

    def test_j_57_the_customer_leaves_and_the_pair_stays(self):
        self.changed("assign", meter="a-001", location="plot-57", customer="anna-57")
        self.changed("assign", meter="a-002", location="plot-57b")
        result = self.changed("move", customer="anna-57", location="plot-57",
                              new_location="plot-57b")
        self.assertEqual(self.show("--location", "plot-57"),
                         [{"location": "plot-57", "meter": "a-001"}])
        self.assertEqual(self.show("--customer", "anna-57"),
                         [{"location": "plot-57b", "meter": "a-002", "customer": "anna-57"}])
        self.assertIn({"meter": "a-001", "left": "anna-57"}, result["cot_due"])
        due = [row for row in self.journal(DUE) if row["meter"] == "a-001"]
        self.assertEqual([(row["left"], row["entered"]) for row in due], [("anna-57", "nobody")])

    def test_j_58_the_account_moves_along_and_the_history_does_not(self):
        self.changed("assign", meter="mqtt-003", location="plot-58", customer="anna-58")
        self.changed("move", customer="anna-58", location="plot-58", new_location="plot-58b")
        self.changed("move-in", customer="ben-58", location="plot-58")
        self.assertEqual(self.history("--customer", "anna-58"),
                         [("plot-58", "anna-58", True), ("plot-58b", "anna-58", False)])
        self.assertEqual(self.history("--customer", "ben-58"), [("plot-58", "ben-58", False)])
        self.assertNotIn("anna", json.dumps(self.show("--customer", "ben-58")))
        self.assertNotIn("anna", json.dumps(self.portrait("mqtt-003")["place"]))
        self.changed("unassign", meter="mqtt-003")

    def test_j_59_j_60_a_defective_meter_goes_and_a_new_one_comes(self):
        self.changed("assign", meter="mqtt-004", location="plot-59", customer="anna-59")
        self.changed("unassign", meter="mqtt-004")
        self.assertEqual(self.show("--location", "plot-59"),
                         [{"location": "plot-59", "customer": "anna-59"}])
        self.until_place("mqtt-004")
        asked = len(self.utility.heard)
        self.changed("assign", meter="mqtt-005", location="plot-59")
        self.assertEqual(self.show("--customer", "anna-59"),
                         [{"location": "plot-59", "meter": "mqtt-005", "customer": "anna-59"}])
        self.utility.wait_for("its first reading", lambda h: h.topic ==
                              f"{ROOT}/meter/mqtt-005/registers", after=asked)
        result = self.changed("replace", meter="mqtt-005", new_meter="mqtt-004")
        self.assertEqual(self.show("--meter", "mqtt-005"), [{"meter": "mqtt-005"}])
        self.assertEqual(self.show("--meter", "mqtt-004"),
                         [{"location": "plot-59", "meter": "mqtt-004", "customer": "anna-59"}])
        self.assertNotIn("cot_due", result, "both have served nobody but her")

    def test_j_62_a_meter_out_of_reach_is_unassigned(self):
        self.changed("assign", meter="mqtt-006", location="plot-62", customer="anna-62")
        self.away("mqtt-006")
        self.changed("unassign", meter="mqtt-006")
        self.assertEqual(self.show("--meter", "mqtt-006"), [{"meter": "mqtt-006"}])
        self.assertEqual(self.gateway.sessions()["mqtt-006"], "offline")
        self.back("mqtt-006")

    def test_j_55_a_cut_leaves_a_change_with_its_answer_or_neither(self):
        for point in ("box-command-written", "box-command-durable"):
            with self.subTest(point=point):
                self.gateway.stop()
                self.gateway.start(crash_at=point)
                body = self.utility.body({"change": "move-in", "customer": f"anna-{point}",
                                          "location": f"plot-{point}"}, operator="registrar")
                send = lambda: self.utility.publish(f"{ROOT}/command/change-registry",
                                                    json.dumps(body))
                send()
                self.assertEqual(self.gateway.wait(), -signal.SIGKILL)
                durable = point == "box-command-durable"
                self.assertEqual(self.history("--customer", f"anna-{point}"),
                                 [(f"plot-{point}", f"anna-{point}", False)] if durable else [])
                self.assertEqual(self.gateway.command(body["id"]) is not None, durable)
                self.gateway.start()
                send()
                self.assertEqual(self.utility.outcome(body["id"])["state"], "succeeded")
                self.assertEqual(self.history("--customer", f"anna-{point}"),
                                 [(f"plot-{point}", f"anna-{point}", False)])
        self.gateway.wait_for_sessions(self.street.meters)
        self.trail_is_sound()

    def test_j_55_at_the_box_the_command_line_does_the_same(self):
        """Whoever owns the box is known by the kernel, and needs a role as well."""
        told = self.gateway.run("registry", "assign", "tcp-001", "plot-cli", "--comment", "by hand")
        self.assertEqual(told.returncode, 3, told.stdout + told.stderr)
        self.assertIn("not-permitted", told.stdout)
        told = self.gateway.run("registry", "assign", "tcp-001", "plot-cli")
        self.assertEqual(told.returncode, 2, "neither work order nor comment")

    # ---- look-ups -------------------------------------------------------------------------------

    def test_j_15_a_meter_is_found_by_its_serial_number(self):
        for meter in self.street.meters:
            serial = self.street.serial(meter)
            until(f"{meter} to have said {serial}",
                  lambda meter=meter: self.portrait(meter)["serial"])
            self.assertEqual(self.portrait("--serial", serial)["meter"], meter)
        part = self.street.serial("a-001")[:-1]
        for unknown in (part, "0", "no such"):
            told = self.gateway.run("show", "--serial", unknown)
            self.assertEqual((told.returncode, told.stdout), (2, ""), told.stderr)

    def test_j_16_one_reply_opens_the_meters_page(self):
        meter = "a-002"
        until("its serial", lambda: self.portrait(meter)["serial"])
        made, _ = self.by_hand(meter, "credit", energy_wh=1000)
        waiting = self.utility.order(meter, "read", {"what": ["registers"]}, not_before=utc(300))
        self.utility.step(waiting, "accepted")
        self.changed("assign", meter=meter, location="plot-16", customer="anna-16")
        self.until_reported(meter, *self.supply(meter))
        # What is told at once is on disk, where `show` looks, within a moment.
        until("the supply in the ledger", lambda: self.portrait(meter)["supply_reported"]
              == self.supply(meter)[0])
        page = self.portrait(meter)
        self.assertEqual((page["meter"], page["serial"], page["model"]),
                         (meter, self.street.serial(meter), "virtual-prepayment-modbus"))
        self.assertEqual((page["state"], page["supply_reported"], page["supply_causes"]),
                         ("online", *self.supply(meter)))
        self.assertEqual(page["place"], {"in_conflict": False, "location": "plot-16",
                                         "customer": "anna-16"})
        self.assertEqual([token["id"] for token in page["outstanding_tokens"]], [made])
        self.assertEqual([command["id"] for command in page["commands"]
                          if not command["is_final"]], [waiting])
        self.assertGreater(page["last_contact"], utc(-60))
        self.changed("unassign", meter=meter)


class UnplacedTest(RegistryCase):
    """A box that sells nothing to a meter whose place is not known, and one port that leads to a
    meter of another."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 1}
    registry = {"unplaced": "block"}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        # The same wire under another name: who is assigned here can be seen there.
        line = next(line for line in config["line"] if line["name"] == "tcp")
        config["line"].append({**line, "name": "tcp-b"})
        config["meter"].append({"id": "moved", "model": "virtual-prepayment-modbus",
                                "line": "tcp-b", "address": 1})

    def test_j_63_no_credit_for_a_live_meter_without_a_place(self):
        self.until_alarms(1, UNPLACED, "mqtt-001")
        self.refused(self.issue("mqtt-001", "credit", energy_wh=1000), "place-unknown")
        self.refused(self.issue("mqtt-001", "free-issue", energy_wh=1000), "place-unknown")
        told = self.utility.outcome(self.deliver("mqtt-001", self.mint.sts()))
        self.assertEqual((told["state"], told["reason"]), ("refused", "place-unknown"), told)
        self.pushed("mqtt-001", "power-limit", power_w=9000)
        self.assertEqual(len(self.alarms(UNPLACED, "mqtt-001")), 1)
        self.changed("assign", meter="mqtt-001", location="plot-63", customer="anna-63")
        self.pushed("mqtt-001", "credit", energy_wh=1000)
        self.assertEqual([row["meter"] for row in self.journal(PLACED)
                          if row["meter"] == "mqtt-001"], ["mqtt-001"])
        self.changed("unassign", meter="mqtt-001")
        self.until_alarms(2, UNPLACED, "mqtt-001")

    def test_j_61_a_meter_that_answers_elsewhere_is_a_conflict_once(self):
        serial = self.street.serial("tcp-001")
        self.changed("assign", meter="tcp-001", location="plot-61", customer="anna-61")
        self.utility.outcome(self.relay("tcp-001", "off"))
        self.utility.outcome(self.relay("moved", "off"))
        self.until_alarms(1, CONFLICT)
        alarm, = self.alarms(CONFLICT)
        self.assertEqual(alarm["fields"], {
            "meter": "moved", "serial": serial, "port": "tcp-b/1", "recorded": "tcp-001",
            "recorded_port": "tcp/1"})
        with self.subTest("told once, and in doubt as long as it is open"):
            self.utility.outcome(self.relay("moved", "off"))
            self.assertEqual(len(self.alarms(CONFLICT)), 1)
            self.assertTrue(self.portrait("tcp-001")["place"]["in_conflict"])
            for meter in ("tcp-001", "moved"):
                told = self.utility.outcome(self.deliver(meter, self.mint.sts()))
                self.assertEqual(told["reason"], "place-in-doubt", told)
        with self.subTest("settled: where it is recorded"):
            open_ones = self.gateway.json_lines("registry", "conflicts")
            self.assertEqual([(row["serial"], row["seen"]["meter"]) for row in open_ones],
                             [(serial, "moved")])
            self.changed("settle", serial=serial, seat="recorded")
            self.assertEqual(self.gateway.json_lines("registry", "conflicts"), [])
            self.turned_away("no-conflict", "settle", serial=serial, seat="recorded")
            made = self.issue("tcp-001", "credit", energy_wh=1000)
            self.assertEqual(self.utility.outcome(f"{made}-1")["state"], "succeeded")
        with self.subTest("seen there again: told again, and ended by the record"):
            self.utility.outcome(self.relay("moved", "off"))
            self.until_alarms(2, CONFLICT)
            self.changed("unassign", meter="tcp-001")
            self.changed("assign", meter="moved", location="plot-61b")
            self.assertEqual(self.gateway.json_lines("registry", "conflicts"), [])
            self.assertEqual(len(self.gateway.json_lines("registry", "conflicts", "--all")), 2)

    def test_j_15_a_serial_number_that_is_there_twice_is_told(self):
        serial = self.street.serial("tcp-001")
        until("both to have said it", lambda: all(self.portrait(meter)["serial"] == serial
                                                  for meter in ("tcp-001", "moved")))
        told = self.gateway.run("show", "--serial", serial)
        self.assertEqual(told.returncode, 2, told.stdout)
        self.assertIn("moved", told.stderr)
        self.assertIn("tcp-001", told.stderr)


if __name__ == "__main__":
    unittest.main()
