# SPDX-License-Identifier: Apache-2.0
"""Secrets in the memory of the running gateway, and none of it in a core (faults.md S12).

They are long ones: where a short one was, something else soon stands by chance."""

import collections
import hmac
import os
import resource
import signal
import subprocess
import sys
import unittest

from harness.keyed import KeyedCase, WithBrokersPassword
from harness.memory import found_in, shapes_of_key
from harness.running import until

PASSWORD = "".join(f"canary-of-the-broker-{number:04};" for number in range(24))
TAIL = 300  # of its octets are not looked for: they may be written over
PASSPHRASE = "canary of the key store 0815;" * 24
KEY = "999901-2-1-14"
# Paho's own: the client's copy, behind the mark of its allocator, and the CONNECT packet it made.
PAHOS_MARK = b"\x88" * 8
PAHOS_CONNECT = b"\x00\x03box" + len(PASSWORD).to_bytes(2, "big")


def decoder_key(config):
    """A meter's key by DKGA04 (IEC 62055-41 6.5.3.6), from what the street says of it."""
    has = dict(line.split(" = ") for line in config.split("\n[")[0].splitlines() if " = " in line)
    has = {name: value.strip('"') for name, value in has.items()}
    assert has["dkga"] == "04", config
    octets = 8 if has["ea"] == "07" else 16

    def items(*names):
        texts = [name if name == "04" else has[name] for name in names]
        return bytes([len(texts)]) + b"".join(bytes([len(t)]) + t.encode() for t in texts)

    block = (items("04", "base_date", "ea", "ti") + b"\0" + items("sgc", "kt", "krn", "pan")
             + (8 * octets).to_bytes(4, "big"))
    return hmac.digest(bytes.fromhex(has["vending_key"]), block, "sha256")[:octets]


class MemoryTest(WithBrokersPassword, KeyedCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 2}
    passphrase = PASSPHRASE
    vending_keys = (KEY,)
    brokers_password = PASSWORD

    def found(self, octets, before=0):
        return found_in(self.gateway.process.pid, octets, before)

    def tokens_are_made_and_taken(self):
        for number, meter in enumerate(self.street.meters):
            self.pushed(meter, "credit", energy_wh=1000 + number)
            self.by_hand(meter, "credit", energy_wh=2000 + number)

    # ---- keys -----------------------------------------------------------------------------------

    def test_a_vending_key_stands_in_the_key_store_and_nowhere_else(self):
        hex_digits = (self.street.folder / "keys" / f"{KEY}.hex").read_text().strip()
        octets = bytes.fromhex(hex_digits)
        (home, _), = self.found(octets)
        self.tokens_are_made_and_taken()
        self.assertEqual([address for address, _ in self.found(octets)], [home])
        for shape in shapes_of_key(hex_digits) - {octets}:
            self.assertEqual(self.found(shape), [], "written down in some way")

    def test_the_keys_of_meters_are_gone_once_a_token_is_made(self):
        self.tokens_are_made_and_taken()
        for meter in self.street.meters:
            key = decoder_key(self.street.do("keys", meter)["key_config"])
            for shape in shapes_of_key(key.hex()):
                self.assertEqual(self.found(shape), [], f"the key of {meter}")

    # ---- words ----------------------------------------------------------------------------------

    def test_the_key_stores_passphrase_is_forgotten_once_the_keys_are_read(self):
        self.tokens_are_made_and_taken()
        self.assertEqual(self.found(self.passphrase.encode()), [])
        # Nor a part of it, as a string that grows leaves behind.
        self.assertEqual(self.found(self.passphrase[:64].encode()), [])

    def test_the_brokers_password_stands_where_paho_keeps_it_and_nowhere_else(self):
        self.gateway.stop()
        before = len(self.utility.heard)
        self.gateway.start()
        self.utility.wait_for_gateway(after=before)
        self.assertEqual(self.copies_of_the_password(), {"client": 1, "packet": 1})
        self.broker.kill()
        until("the loss to be noticed", lambda: self.gateway.journal("MG0602"))
        before = len(self.utility.heard)
        self.broker.start()
        self.utility.wait_for_gateway(after=before)
        # What Paho gave back it did not overwrite; what we gave back we did.
        copies = self.copies_of_the_password()
        self.assertEqual(copies["client"], 1)
        self.assertEqual({"ours", "ours, given back"} & set(copies), set(), copies)

    def copies_of_the_password(self):
        """How many there are, by whose they are: the allocator writes over the first 16 octets of
        what it is given back, of which Paho's own mark takes eight."""
        password, counted = PASSWORD.encode(), collections.Counter()
        for _, before in self.found(password[TAIL:], TAIL + len(PAHOS_MARK)):
            start, intact = before[:-TAIL], 0
            while before[len(start) + intact:] != password[intact:TAIL]:
                intact += 1
            whose = {0: "ours", len(PAHOS_MARK): "client, given back",
                     2 * len(PAHOS_MARK): "ours, given back"}.get(intact, "packet, given back")
            if intact == 0 and start.endswith(PAHOS_MARK):
                whose = "client"
            elif intact == 0 and start.endswith(PAHOS_CONNECT):
                whose = "packet"
            counted[whose] += 1
        return dict(counted)

    # ---- the end --------------------------------------------------------------------------------

    def ended_by(self, process, number):
        """How the kernel says it ended: `CLD_DUMPED` with a core, `CLD_KILLED` without."""
        os.kill(process.pid, number)
        ended = os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        process.wait()
        self.assertEqual(ended.si_status, number)
        return ended.si_code

    def may_write_cores(self):
        os.chdir(self.folder)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    def test_no_core_is_written_however_it_ends(self):
        other = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE,
                                 preexec_fn=self.may_write_cores)
        with other.stdin:
            if self.ended_by(other, signal.SIGSEGV) != os.CLD_DUMPED:
                self.skipTest("this box writes no cores of anybody")
        self.assertTrue(list(self.folder.glob("core*")))
        for core in self.folder.glob("core*"):
            core.unlink()
        for number in (signal.SIGSEGV, signal.SIGABRT):
            self.gateway.stop()
            self.gateway.start(before=self.may_write_cores)
            self.assertEqual(self.ended_by(self.gateway.process, number), os.CLD_KILLED)
            self.assertEqual(list(self.folder.glob("core*")), [])
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)


if __name__ == "__main__":
    unittest.main()
