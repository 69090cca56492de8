# SPDX-License-Identifier: Apache-2.0
"""DLMS/COSEM meters beside all the others: on an HDLC line, and ciphered over TCP."""

import sqlite3
import struct
import time
import unittest

from harness.case import StreetCase
from harness.running import until
from harness.street import seconds
from harness.tenancies import TenancyCase
from harness.utility import utc

ASSOCIATION_REFUSED = "MG0217"


class DlmsCase(StreetCase):
    """One meter on each wire; those that speak DLMS want GMAC and ciphering to be used."""

    street_shape = {"line": 1, "tcp": 1, "mqtt": 1, "hdlc": 2, "dlms": 2, "dlms_security": "gmac"}

    def counter_at(self, meter):
        """The highest invocation counter the meter has taken from the gateway."""
        record = (self.street.folder / f"{meter}.counters").read_bytes()
        _, received, last = struct.unpack(">IBI", record)
        return last if received else None

    def counter_kept(self, meter):
        rows = self.gateway.rows("SELECT c.reserved_end FROM dlms_counter c JOIN meter m"
                                 " ON m.key = c.meter WHERE m.id = ?", meter)
        return rows[0][0] if rows else 0


class MixedStreetTest(DlmsCase):
    def test_orders_of_every_kind_are_done(self):
        for meter in ("hdlc-001", "dlms-001", "a-001", "mqtt-001"):
            orders = [
                self.deliver(meter, self.mint.utrn(250)),
                self.deliver(meter, "00000000000150997584"),
                self.relay(meter, "off"),
                self.relay(meter, "armed"),
                self.utility.order(meter, "set-clock", {}),
                self.utility.order(meter, "read", {"what": ["registers", "relay", "clock"]}),
                self.utility.order(meter, "synchronise", {}),
                self.utility.order(meter, "set-tariff", {
                    "tariff_id": 12, "supplier_id": 71, "supplier_name": "North Power",
                    "price_minor_per_kwh": 27}),
            ]
            for order in orders[:-1]:
                with self.subTest(meter=meter, order=self.utility.ordered[order][1]):
                    self.checker.settled(order, "succeeded")
            self.checker.nothing_doubled(meter)
            self.assertEqual([o["kind"] for o in self.street.orders(meter)][:2], ["token"] * 2)

    def test_what_was_read_is_what_the_meters_have(self):
        for meter in self.street.on_hdlc + self.street.on_dlms:
            with self.subTest(meter):
                self.assertGreater(self.checker.profile_complete(meter, time.time() - 86_000), 80)
                self.assertGreater(self.checker.daily_complete(meter, time.time() - 86_400), 0)
                self.checker.logs_complete(meter)

    def test_a_read_tells_registers_with_their_units(self):
        for meter in ("hdlc-002", "dlms-002"):
            order = self.utility.order(meter, "read", {"what": ["registers", "clock", "relay"]})
            result = self.checker.settled(order, "succeeded")["result"]
            energy = [row for obis, row in result["registers"]["values"].items()
                      if obis.startswith("1-0:1.8.0")]
            self.assertEqual([row["unit"] for row in energy], ["Wh"])
            self.assertLess(abs(seconds(result["clock"]["meter_time"]) - seconds(utc())), 5)
            self.assertEqual(result["relay"]["state"], "on")

    def test_a_meter_that_went_away_is_served_again_when_it_is_back(self):
        for meter in ("hdlc-002", "dlms-002"):
            self.street.do("silence", meter)
        self.gateway.wait_for_sessions(("hdlc-002", "dlms-002"), "silent", 120)
        self.gateway.wait_for_sessions(("hdlc-001", "dlms-001"), "online")
        for meter in ("hdlc-002", "dlms-002"):
            self.street.do("unsilence", meter)
        self.gateway.wait_for_sessions(("hdlc-002", "dlms-002"), "online", 120)


class KilledTest(DlmsCase):
    def test_a_command_cut_in_the_middle_has_one_end_and_no_counter_is_used_twice(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                until("a counter in use", lambda: self.counter_at(meter))
                self.street.do("late", meter, ms=300)
                order = self.deliver(meter)
                until("the order to leave", lambda: any(
                    step["to_state"] == "sending" for step in self.gateway.steps(order)))
                self.gateway.kill()
                before, kept = self.counter_at(meter), self.counter_kept(meter)
                self.assertLess(before, kept, "on disk before it was used")
                self.street.do("heal", meter)
                self.gateway.start()
                self.checker.settled(order, "succeeded")
                self.checker.nothing_doubled(meter)
                until("a counter past all that may have been used",
                      lambda: self.counter_at(meter) >= kept)
                self.assertEqual(self.gateway.journal(ASSOCIATION_REFUSED, meter), [])

    def test_a_ledger_from_before_is_brought_up_to_the_meters_counter(self):
        meter = "dlms-002"
        until("a counter in use", lambda: self.counter_at(meter))
        self.gateway.kill()
        highest = self.counter_at(meter)
        # As an old copy of the ledger would have it.
        with sqlite3.connect(self.gateway.store) as ledger:
            ledger.execute("DELETE FROM dlms_counter")
        self.gateway.start()
        order = self.deliver(meter)
        self.checker.settled(order, "succeeded")
        self.assertGreater(self.counter_at(meter), highest)


class WrongKeyTest(DlmsCase):
    starts_gateway = False

    def test_a_wrong_key_is_told_and_holds_nobody_else_up(self):
        wrong = ("hdlc-002", "dlms-002")
        for meter in wrong:
            file = self.street.folder / "dlms-keys" / f"{meter}.toml"
            file.write_text('encryption_key = "000102030405060708090a0b0c0d0e0f"\n'
                            'authentication_key = "d0d1d2d3d4d5d6d7d8d9dadbdcdddedf"\n')
        self.gateway.start()
        right = [meter for meter in self.street.meters if meter not in wrong]
        self.gateway.wait_for_sessions(right)
        for meter in wrong:
            with self.subTest(meter):
                until("the refusal", lambda: self.gateway.journal(ASSOCIATION_REFUSED, meter))
                self.assertNotEqual(self.gateway.sessions()[meter], "online")
                self.utility.wait_for(f"the alarm about {meter}", lambda h: h.topic.endswith(
                    "/alarm") and h.body["event"] == ASSOCIATION_REFUSED
                    and h.body["meter"] == meter)
        for meter in ("hdlc-001", "dlms-001"):
            self.checker.settled(self.deliver(meter), "succeeded")
        for secret in ("000102030405060708090a0b0c0d0e0f", "d0d1d2d3d4d5d6d7"):
            self.assertNotIn(secret, self.gateway.text())

    def test_a_key_file_others_can_read_keeps_the_gateway_from_starting(self):
        file = self.street.folder / "dlms-keys" / "dlms-001.toml"
        file.chmod(0o644)
        try:
            told = self.gateway.run("check-config", self.gateway.file, config=False)
            self.assertEqual(told.returncode, 78)
            self.assertIn("chmod 0600", told.stdout)
        finally:
            file.chmod(0o600)


class DlmsTenancyTest(TenancyCase):
    # At 9600 baud collecting everything takes longer than anybody wants to wait here.
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1, "hdlc": 1, "dlms": 1, "dlms_security": "gmac",
                    "options": ("--baud", 115_200)}

    def test_a_tenant_leaves_and_the_next_ones_data_comes_by_itself(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                before = {seconds(start) for start, _, _ in self.street.truth(meter)["intervals"]}
                told = self.changed(meter)
                self.assertEqual(self.starts(meter, 1) & before, before,
                                 "read before it was erased")
                self.assertNotIn(False, self.findings(told).values(), told)
                [fired] = self.fired(meter)
                self.assertEqual(fired["transaction"], told["transaction"])


if __name__ == "__main__":
    unittest.main()
