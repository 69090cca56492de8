# SPDX-License-Identifier: Apache-2.0
"""A firmware image on its way into a DLMS meter: over both wires, stopped in the middle, taken up."""

import hashlib
import os
import pty
import re
import signal
import subprocess
import unittest
from pathlib import Path

from harness.case import BINARY, StreetCase

OK, USAGE, REFUSED, UNAVAILABLE, IO_ERROR = 0, 2, 3, 69, 74
BLOCK = 200


def sealed(octets):
    content = os.urandom(octets - 32)
    return content + hashlib.sha256(content).digest()


class ImageTest(StreetCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 0, "hdlc": 1, "dlms": 1, "dlms_security": "gmac",
                    "options": ("--unpaced",)}
    starts_gateway = False

    def setUp(self):
        self.file = self.folder / "fw-2.0.0.image"

    def at(self, meter):
        place = (["--device", self.street.folder / "hdlc", "--physical", 17]
                 if meter == "hdlc-001" else
                 ["--host", "127.0.0.1", "--port", self.street.dlms_port])
        return [*place, "--client", 1, "--security", "gmac", "--client-title", "4d54470000000009",
                "--counter-file", self.folder / f"{meter}.ours",
                "--street-meter", self.street.serial(meter)]

    def dlms(self, *arguments, code=OK):
        ran = subprocess.run([str(a) for a in (BINARY, "dlms", *arguments)], capture_output=True,
                             text=True, timeout=120)
        self.assertEqual(ran.returncode, code, f"{arguments}\n{ran.stdout}\n{ran.stderr}")
        return ran.stdout if code == OK else ran.stderr

    def firmware(self, meter):
        return self.dlms("read", *self.at(meter), "1-0:0.2.0:1")

    def test_an_image_is_verified_and_runs_when_it_is_told_to(self):
        for meter in ("hdlc-001", "dlms-001"):
            with self.subTest(meter):
                self.file.write_bytes(sealed(10 * BLOCK + 50))
                self.assertEqual(self.dlms("image", *self.at(meter), self.file),
                                 "11 blocks; verified\n")
                self.assertNotIn("fw-2.0.0", self.firmware(meter))
                told = self.dlms("image", *self.at(meter), self.file, "--resume", "--activate")
                self.assertEqual(told, "11 blocks; verified; activated\n")
                self.assertIn("fw-2.0.0", self.firmware(meter))

    def sending(self, meter, blocks, until_block, then):
        """Lets an image go on its way on a terminal; at that block `then(process)` is done. What the
        person sees up to the end."""
        self.file.write_bytes(sealed(blocks * BLOCK))
        command = [str(a) for a in (BINARY, "dlms", "image", *self.at(meter), self.file)]
        ours, theirs = pty.openpty()
        with subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=theirs,
                              env={**os.environ, "TERM": "xterm", "COLUMNS": "100"}) as process:
            os.close(theirs)
            seen, done = b"", False
            try:
                while part := os.read(ours, 65_536):
                    seen += part
                    # The bar says how far it is.
                    told = re.findall(rb"(\d+)/%d" % blocks, seen)
                    if told and int(told[-1]) >= until_block and not done:
                        done = True
                        then(process)
            except OSError:
                pass  # that is how a terminal ends
            finally:
                os.close(ours)
            process.wait()
        self.assertTrue(done, seen.decode())
        return seen.decode()

    def test_an_image_is_made_as_the_document_says(self):
        document = (Path(__file__).parents[2] / "docs" / "virtual-dlms-meter.md").read_text()
        command = re.search(r"`(\{ cat firmware; [^`]*)`", document)[1]
        (self.folder / "firmware").write_bytes(os.urandom(700))
        subprocess.run(["sh", "-c", command], cwd=self.folder, check=True)
        self.assertEqual(self.dlms("image", *self.at("dlms-001"), self.folder / "firmware.image"),
                         "4 blocks; verified\n")

    def test_a_transfer_that_was_killed_is_taken_up_where_it_stood(self):
        meter, blocks = "dlms-001", 10_000
        # One of the bar's thirty places is filled from 334 on.
        seen = self.sending(meter, blocks, 340, lambda process: process.send_signal(signal.SIGKILL))
        self.assertIn("█", seen)
        left = self.dlms("read", *self.at(meter), "0-0:44.0.0:18:4")
        there = int(re.search(r"double-long-unsigned (\d+)", left)[1])
        self.assertTrue(340 <= there < blocks, left)
        told = self.dlms("image", *self.at(meter), self.file, "--resume")
        self.assertEqual(told, f"{blocks} blocks, {there} were there before; verified\n")

    def test_where_the_line_is_cut_the_meter_is_called_again(self):
        meter, blocks = "dlms-001", 10_000

        def cut(_):
            # Without power the meter is silent, and its association is gone afterwards.
            self.street.do("cut-power", meter)
            self.street.do("restore-power", meter)

        seen = self.sending(meter, blocks, 300, cut)
        self.assertIn("the meter is called again", seen)
        self.assertRegex(seen, rf"{blocks} blocks, \d+ were there before; verified")

    def test_what_is_no_sound_image_is_refused_and_said_to_be(self):
        self.file.write_bytes(b"\0" * 1000)
        self.assertIn("verify: the meter says that it failed",
                      self.dlms("image", *self.at("dlms-001"), self.file, code=REFUSED))
        self.assertIn("no-such-file", self.dlms("image", *self.at("dlms-001"),
                                                self.folder / "no-such-file", code=IO_ERROR))
        self.file.write_bytes(b"")
        self.assertIn("has 0 octets", self.dlms("image", *self.at("dlms-001"), self.file,
                                                code=USAGE))
        self.file.write_bytes(sealed(1000))
        self.assertIn("no OBIS code", self.dlms("image", *self.at("dlms-001"), self.file,
                                                "--object", "nonsense", code=USAGE))
        self.assertIn("object-undefined", self.dlms("image", *self.at("dlms-001"), self.file,
                                                    "--object", "0-1:44.0.0", code=REFUSED))

    def test_all_attributes_of_an_object_are_told_by_name(self):
        for meter in ("hdlc-001", "dlms-001"):
            account = self.dlms("read", *self.at(meter), "0-0:19.0.0:111:all")
            self.assertIn("account 0-0:19.0.0", account)
            self.assertIn("    account_mode: enum 2  = prepayment", account)
            self.assertIn("  available_credit: double-long ", account)
        limiter = self.dlms("read", *self.at("dlms-001"), "0-0:17.0.0:71:all")
        self.assertIn("threshold_active: double-long-unsigned 4294967295", limiter)
        self.assertIn("season_profile_active",
                      self.dlms("read", *self.at("dlms-001"), "0-0:13.0.0:20:all"))
        self.assertIn("security_suite: enum 0  = AES-GCM-128",
                      self.dlms("read", *self.at("dlms-001"), "0-0:43.0.0:64:all"))
        association = self.dlms("read", *self.at("dlms-001"), "0-0:40.0.0:15:all")
        self.assertIn("secret: not read: a password", association)
        self.assertIn("association_status: enum 2  = associated", association)
        self.assertIn("buffer: `metergate dlms profile` shows it",
                      self.dlms("read", *self.at("dlms-001"), "1-0:99.1.0:7:all"))
        self.assertIn("the meter's list tells no attributes of class 21, 0-0:16.1.0*255",
                      self.dlms("read", *self.at("dlms-001"), "0-0:16.1.0:21:all", code=REFUSED))


if __name__ == "__main__":
    unittest.main()
