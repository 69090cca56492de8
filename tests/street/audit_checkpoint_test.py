# SPDX-License-Identifier: Apache-2.0
"""The audit trail beyond the ledger: heads that the box signed, entries in the system's log."""

import json
import re
import socket
import subprocess
import unittest

from harness.case import BINARY
from harness.keyed import KeyedCase, run
from harness.running import until
from harness.utility import ROOT

AWAY = "MG0709"


class AuditCheckpointTest(KeyedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1}

    @classmethod
    def configure(cls, config):
        super().configure(config)
        cls.key = cls.folder / "audit.pem"
        cls.public = cls.folder / "audit.pub"
        cls.public.write_text(run(BINARY, "operator", "make-key", cls.key))
        config["audit"] = {"signing_key_file": str(cls.key)}

    def verify(self, messages, public=None):
        file = self.folder / "checkpoints"
        file.write_text("".join(f"{message}\n" for message in messages))
        told = self.gateway.run("audit", "verify", "--checkpoint", file, "--public-key",
                                public or self.public)
        return told.returncode, told.stdout + told.stderr

    def test_a_head_that_the_box_signed_is_told_from_every_other(self):
        for _ in range(2):
            self.by_hand("mqtt-001", "tamper-reset")
        entries = len(self.audit())
        heard = self.utility.wait_for("the head of all of them", lambda h: h.topic == f"{ROOT}/audit"
                                      and h.body["entries"] == entries, 90)
        signed = heard.payload.decode()
        code, text = self.verify([signed, f"{ROOT}/audit {signed}"])
        self.assertEqual(code, 0, text)
        self.assertIn("with every hash that was kept elsewhere (2)", text)
        digits = re.search(r"[0-9a-f]{64}", self.public.read_text())[0]
        self.assertEqual(self.verify([signed], digits)[0], 0)
        self.another_tool_finds_the_same(heard.body, digits)

        for name, value in (("site", "elsewhere"), ("entries", entries + 1), ("hash", "0" * 64),
                            ("at", "2020-01-01T00:00:00Z"), ("signature", "00" * 64)):
            code, text = self.verify([signed, json.dumps({**heard.body, name: value})])
            self.assertEqual(code, 1, text)
            self.assertIn("line 2", text)
            self.assertIn("is not signed by this key, or was changed", text)
        unsigned = {key: value for key, value in heard.body.items() if key != "signature"}
        code, text = self.verify([json.dumps(unsigned)])
        self.assertEqual(code, 1, text)
        self.assertIn("is not signed", text)
        stranger = self.folder / "stranger.pub"
        stranger.write_text(run(BINARY, "operator", "make-key", self.folder / "stranger.pem"))
        self.assertEqual(self.verify([signed], stranger)[0], 1)
        code, text = self.verify([signed], "not-there")
        self.assertEqual(code, 2, text)
        self.assertIn("64 hex digits", text)

    def another_tool_finds_the_same(self, body, digits):
        """As docs/mqtt-api.md tells it."""
        octets = "\n".join(["metergate-audit-head-v1", body["site"], body["at"],
                            str(body["entries"]), body["hash"]])
        # SubjectPublicKeyInfo of Ed25519 (RFC 8410, 4).
        public = bytes.fromhex("302a300506032b6570032100" + digits)
        files = {"spki": public, "signature": bytes.fromhex(body["signature"]),
                 "octets": octets.encode()}
        for name, content in files.items():
            (self.folder / name).write_bytes(content)
        done = subprocess.run(["openssl", "pkeyutl", "-verify", "-rawin", "-pubin", "-keyform", "DER",
                               "-inkey", "spki", "-sigfile", "signature", "-in", "octets"],
                              cwd=self.folder, capture_output=True, text=True, check=False)
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_a_key_that_is_none_or_open_to_others_keeps_it_from_starting(self):
        self.gateway.stop()
        self.addCleanup(self.gateway.start)
        self.addCleanup(self.key.chmod, 0o600)
        self.key.chmod(0o640)
        self.refuses_to_start("audit.signing_key_file", "0600")
        nonsense = self.folder / "nonsense.pem"
        nonsense.touch(0o600)
        nonsense.write_text("no key\n")
        usual = self.gateway.config["audit"]
        self.addCleanup(self.gateway.config.update, audit=usual)
        for audit, *told in (
                ({"signing_key_file": str(nonsense)}, str(nonsense), "Ed25519"),
                ({"signing_key_credential": "audit.key"}, "CREDENTIALS_DIRECTORY"),
                ({"signing_key_credential": "../key"}, "a name without a slash"),
                ({**usual, "signing_key_credential": "audit.key"}, "one of signing_key_file")):
            self.gateway.config["audit"] = audit
            self.refuses_to_start(*told)

    def refuses_to_start(self, *told):
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait(20), 78)
        for part in told:
            self.assertIn(part, self.gateway.tail(3))


class SyslogTest(KeyedCase):
    street_shape = {"line": 0, "tcp": 0, "mqtt": 1}
    system_log = None

    @classmethod
    def configure(cls, config):
        super().configure(config)
        cls.place = cls.folder / "log"
        cls.listen()
        cls.addClassCleanup(lambda: cls.system_log.close())
        config["audit"] = {"syslog": True, "syslog_socket": str(cls.place)}

    @classmethod
    def listen(cls):
        if cls.system_log:
            cls.system_log.close()
        cls.place.unlink(missing_ok=True)
        cls.system_log = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_NONBLOCK)
        cls.system_log.bind(str(cls.place))
        cls.lines = []

    def until_told(self, seq):
        """All lines up to this entry of the trail."""
        def told():
            while True:
                try:
                    self.lines.append(self.system_log.recv(65_536).decode())
                except BlockingIOError:
                    return any(f" audit {seq} " in line for line in self.lines)
        until(lambda: f"entry {seq}, now {self.lines}", told)
        return self.lines

    def test_each_entry_reaches_the_systems_log_once_and_in_order(self):
        digits = self.mint.sts()
        self.by_hand("mqtt-001", "tamper-reset", fields={"comment": f"he says {digits} is wrong"})
        self.by_hand("mqtt-001", "credit", energy_wh=1000)
        trail = self.audit()
        lines = self.until_told(trail[-1]["seq"])
        told = [re.fullmatch(r"<85>metergate\[(\d+)\]: audit (\d+) (\S+) (\S+) (.*) hash=(\w{64})", line,
                             re.DOTALL) for line in lines]
        self.assertTrue(all(told), lines)
        self.assertEqual({int(one[1]) for one in told}, {self.gateway.process.pid})
        self.assertEqual([int(one[2]) for one in told], [row["seq"] for row in trail])
        for one, row in zip(told, trail):
            self.assertEqual((one[4], one[6]), (row["kind"], row["hash"].hex()))
            self.assertIn("operator=engineering", one[5])
        text = "\n".join(lines)
        self.assertIn(f"{digits[-4:]} is wrong", text)
        for secret in self.secrets():
            self.assertNotIn(secret, text)

    def test_what_nobody_took_is_sent_when_somebody_does(self):
        self.until_told(len(self.audit()) or self.an_entry())
        type(self).system_log.close()
        first = self.an_entry()
        until("the journal to tell", lambda: self.gateway.journal(AWAY))
        last = self.an_entry()
        self.listen()
        lines = self.until_told(last)
        self.assertEqual([int(re.search(r" audit (\d+) ", line)[1]) for line in lines],
                         list(range(first, last + 1)))
        # At its end it says the rest.
        self.listen()
        last = self.an_entry()
        self.gateway.stop()
        self.addCleanup(self.gateway.start)
        self.until_told(last)

    def an_entry(self):
        self.by_hand("mqtt-001", "credit", energy_wh=1000)
        return self.audit()[-1]["seq"]


if __name__ == "__main__":
    unittest.main()
