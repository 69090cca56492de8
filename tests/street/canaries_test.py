# SPDX-License-Identifier: Apache-2.0
"""Secrets are searched for in every octet that the gateway wrote, whatever happened, at its most
talkative level."""

import base64
import os
import re
import resource
import signal
import stat
import unittest
import urllib.request

from harness.broker import free_port
from harness.console import PASSWORD as CONSOLE_PASSWORD
from harness.console import READS, Console, order
from harness.keyed import KeyedCase, WithBrokersPassword
from harness.memory import shapes_of_key
from harness.row import Row
from harness.running import until

PASSWORD = "canary-of-the-broker-4711"
PASSPHRASE = "canary of the key store 0815"
ROUNDS = 3
GATEWAYS_OWN = ("store/", "gateway.log", "exported", "vending.keys", "console.users", "core")


def shapes_of_digits(digits):
    """As a number is written: in one piece, and in groups of four."""
    groups = [digits[at:at + 4] for at in range(0, len(digits), 4)]
    return {digits, " ".join(groups), "-".join(groups)}


class CanariesTest(Console, WithBrokersPassword, KeyedCase):
    street_shape = {"line": 1, "tcp": 1, "mqtt": 2}
    passphrase = PASSPHRASE
    brokers_password = PASSWORD

    @classmethod
    def configure(cls, config):
        super().configure(config)
        config["log"]["level"] = "debug"
        cls.metrics_port = free_port()
        config["metrics"] = {"port": cls.metrics_port}

    def setUp(self):
        self.logins = set()  # the cookies that were given out

    # ---- what is searched for, and where --------------------------------------------------------

    def canaries(self):
        """Octets and what they are."""
        out = {}
        for digits in self.secrets():
            for shape in shapes_of_digits(digits):
                out[shape.encode()] = f"digits of a token ({digits[:4]}...)"
        for file in (self.street.folder / "keys").glob("*.hex"):
            for shape in shapes_of_key(file.read_text().strip()):
                out[shape] = f"the key {file.name}"
        out[PASSWORD.encode()] = "the broker's password"
        out[base64.b64encode(PASSWORD.encode()).rstrip(b"=")] = "the broker's password"
        out[PASSPHRASE.encode()] = "the key store's passphrase"
        out[CONSOLE_PASSWORD.encode()] = "the password of a login"
        for cookie in self.logins:
            out[cookie.encode()] = "the cookie of a login"
        return out

    def written(self):
        """Places and their octets. The ledger keeps tokens and what was handed out, that is its
        office; its journal and its trail may not."""
        yield "the log", self.gateway.log.read_bytes()
        yield "the journal", self._table("SELECT * FROM journal").encode()
        yield "the audit trail", self._table("SELECT * FROM audit").encode()
        for heard in list(self.utility.heard):
            if not self.may_tell(heard):
                yield f"a message on {heard.topic}", heard.topic.encode() + b" " + heard.payload
        process = self.gateway.process.pid
        for name in ("cmdline", "environ"):
            with open(f"/proc/{process}/{name}", "rb") as file:
                yield name, file.read()
        for command in (("status",), ("meters",), ("audit", "list"),
                        ("show", "mqtt-001"), ("tail", "--lines", "1000")):
            told = self.gateway.run(*command)
            yield " ".join(command), (told.stdout + told.stderr).encode()
        yield from self.pages()

    def pages(self):
        """What the page of metrics and the console show."""
        metrics = f"http://127.0.0.1:{self.metrics_port}/metrics"
        with urllib.request.urlopen(metrics, timeout=10) as page:
            yield "the page of metrics", page.read()
        browser = self.log_in()
        events = self.listen(browser)
        until("the stream of events", lambda: "200 OK" in events.text)
        self.checker.settled(self.deliver(self.street.meters[0], self.mint.sts()))
        until("an event", lambda: events.saw(self.street.meters[0]))
        events.close()
        yield "the console's stream of events", events.octets
        own = [f"/api/meters/{meter}/commands" for meter in self.street.meters]
        for path in {"/", *READS, *own} - {"/api/events"}:
            answer = browser.get(path)
            self.assertEqual(answer.status, 200, path)
            yield f"{path} of the console", f"{answer.headers} {answer.text}".encode()

    def log_in(self):
        browser = self.browser("anna")
        self.logins |= set(browser.cookies.values())
        return browser

    def never_in_files(self):
        """Keys and words stand in no file the gateway made, the ledger's free pages included."""
        ours = {place: name for place, name in self.canaries().items()
                if not name.startswith("digits")}
        for file in self.gateways_files():
            octets = file.read_bytes()
            for canary, name in ours.items():
                self.assertNotIn(canary, octets, f"{name} in {file.name}")

    def gateways_files(self):
        return [file for file in self.folder.rglob("*") if file.is_file()
                and str(file.relative_to(self.folder)).startswith(GATEWAYS_OWN)]

    def private(self):
        """Files with secrets in them are their owner's alone."""
        canaries = self.canaries()
        for file in self.gateways_files():
            mode = stat.S_IMODE(file.stat().st_mode)
            if file.name == "gateway.log":
                continue  # the test's own redirection; its content was searched
            octets = file.read_bytes()
            holds = any(canary in octets for canary in canaries) or file.name == "vending.keys"
            if holds or file.name.startswith("ledger.db"):
                self.assertEqual(mode & 0o077, 0, f"{file.name} has mode {mode:o}")

    # ---- what happens ---------------------------------------------------------------------------

    def may_write_cores(self):
        os.chdir(self.folder)
        resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY,) * 2)

    def crash(self):
        """By a fault of its own, for which this box keeps cores."""
        self.gateway.signal(signal.SIGSEGV)
        self.assertEqual(self.gateway.wait(), -signal.SIGSEGV)
        self.assertEqual(list(self.folder.glob("core*")), [], "its memory in a file")

    def on_the_console(self, meter):
        """A token keyed in at the page, and one that is none."""
        browser, token = self.log_in(), self.mint.sts()
        body = order({"token": token}, comment="customer called")
        path = f"/api/meters/{meter}/commands/deliver-token"
        self.assertEqual(browser.post(path, body).status, 202)
        until("its end", lambda: self.gateway.command(body["id"])["ended"])
        for wrong in ({"token": token[:-1]}, {"token": token, token: token}, {"tokens": token}):
            self.assertEqual(browser.post(path, order(wrong, comment="try")).status, 422)
        other = browser.post("/api/login", {"user": "anna", "password": PASSWORD})
        self.assertEqual(other.status, 401)

    def a_day(self, number):
        """Tokens made, carried, refused, lost and given by hand; bad orders; kills; lost brokers."""
        meter = self.street.meters[number % len(self.street.meters)]
        self.pushed(meter, "credit", energy_wh=1000 + number)
        self.by_hand(meter, "credit", energy_wh=2000 + number)
        self.checker.settled(self.deliver(meter, self.mint.sts()))
        token = self.mint.sts()
        # Where no token belongs; ids and topics are left out, they are public by contract.
        for payload in (f'{{"id":"x","params":{{"token":"{token}"', f'{{"{token}":1}}',
                        f'{{"id":"x","comment":{token},"params":{{"token":"{token}x"}}}}',
                        f'{{"id":"x","issued_at":"{token}","expires_at":"{token}",'
                        f'"operator":"vending","params":{{"token":"{token}"}}}}'):
            self.utility.send(meter, "deliver-token", payload)
        wrong = self.deliver(meter, token[:-1])
        self.utility.wait_for("a refusal", lambda h: h.body.get("command") == wrong)
        self.gateway.run("send", "deliver-token", meter, "-", "--work-order", "W-9",
                         stdin=self.mint.sts() + "\n")
        self.on_the_console(meter)
        self.gateway.kill()
        self.gateway.start(before=self.may_write_cores)
        self.gateway.wait_for_sessions(self.street.meters)
        self.broker.kill()
        until("the loss to be noticed", lambda: self.gateway.journal("MG0602"))
        before = len(self.utility.heard)
        self.broker.start()
        self.utility.wait_for_gateway(after=before)
        self.crash()
        self.gateway.start()
        self.gateway.wait_for_sessions(self.street.meters)

    def test_no_canary_is_in_any_octet_that_was_written(self):
        with Row("R17", "places searched after days of trouble", ROUNDS) as row:
            for number in row:
                self.a_day(number)
            canaries = self.canaries()
            self.assertGreater(len(canaries), 20)
            any_of_them = re.compile(b"|".join(re.escape(canary) for canary in canaries))
            places = 0
            for place, octets in self.written():
                places += 1
                found = any_of_them.search(octets)
                self.assertIsNone(found, found and f"{canaries[found[0]]} in {place}")
            self.never_in_files()
            self.private()
            print(f"\n{len(canaries)} shapes of canaries, {places} places, "
                  f"{len(self.gateways_files())} files")


if __name__ == "__main__":
    unittest.main()
