# SPDX-License-Identifier: Apache-2.0
"""TLS to the broker: who is spoken to, who is let in, and what a new certificate takes."""

import array
import fcntl
import os
import re
import shutil
import socket
import ssl
import subprocess
import termios
import unittest

from harness.broker import Broker, free_port
from harness.certificates import Authority
from harness.refusing import RefusingCase
from harness.running import Running, die_with_parent, until
from harness.utility import ROOT


CONNACK = bytes((0x20, 3, 0, 0, 0))  # MQTT 5: taken, no session, no properties


class StandIn(Running):
    """A program one speaks to."""

    def listen(self, command):
        with open(self.log, "ab") as output:
            self.process = subprocess.Popen([str(part) for part in command], bufsize=0,
                                            stdin=subprocess.PIPE, stdout=output,
                                            stderr=subprocess.STDOUT, preexec_fn=die_with_parent)

    def say(self, octets):
        """Read by the other side in one piece: it was asked for what was said before."""
        self.process.stdin.write(octets)
        fileno = self.process.stdin.fileno()
        until("it to listen", lambda: not waits_in_pipe(fileno))

    def octets(self):
        return self.log.read_bytes()


def waits_in_pipe(fileno):
    """How many octets nobody has read yet."""
    count = array.array("i", [0])
    fcntl.ioctl(fileno, termios.FIONREAD, count)
    return count[0]


class TlsTest(RefusingCase):
    @classmethod
    def open_street(cls):
        cls.authority = Authority(cls.folder, "authority")
        certificate, key = cls.authority.issue("broker")
        cls.tls_port = free_port()
        cls.broker_lines = (f"listener {cls.tls_port} 127.0.0.1",
                            f"cafile {cls.authority.certificate}", f"certfile {certificate}",
                            f"keyfile {key}", "require_certificate true", "use_identity_as_username true")
        cls.starts_gateway = False
        super().open_street()
        cls.good = cls.authority.issue("box")
        cls.stranger = Authority(cls.folder, "stranger")
        cls.forged = cls.stranger.issue("forged")

    def setUp(self):
        if self.gateway.alive:
            self.gateway.stop()
            self.gateway.forget_journal()

    def start(self, ca, pair, host="localhost", **more):
        tls = {"ca_file": str(ca), **more}
        if pair:
            tls.update(certificate_file=str(pair[0]), key_file=str(pair[1]))
        self.gateway.config["north"]["broker"] = {
            "host": host, "port": self.tls_port, "reconnect_max_ms": 1000, "tls": tls}
        self.gateway.start()

    def test_ca_and_client_certificate_let_it_in(self):
        for host in ("localhost", "127.0.0.1"):
            self.start(self.authority.certificate, self.good, host)
            self.it_is_let_in()
            order = self.deliver("tcp-001")
            self.checker.settled(order, "succeeded")
            self.setUp()

    def stays_outside(self):
        self.gateway.wait_for_sessions(self.street.meters)
        self.the_meters_are_served()
        until("what kept it out", lambda: self.gateway.journal("MG0603")
              or self.gateway.journal("MG0602"))
        self.assertEqual(self.gateway.journal("MG0601"), [])
        self.assertTrue(self.gateway.alive)

    def test_a_broker_of_another_authority_is_not_spoken_to(self):
        self.start(self.stranger.certificate, self.good)
        self.stays_outside()

    def test_a_broker_of_another_authority_is_called_so(self):
        self.start(self.stranger.certificate, self.good)
        self.assertRegex(self.the_refusal(), "(?i)certificate")

    def test_without_a_certificate_the_broker_lets_it_not_in(self):
        self.start(self.authority.certificate, None)
        self.stays_outside()
        self.assertIn("certificate required", self.the_refusal())

    def test_a_certificate_of_another_authority_does_not_help(self):
        self.start(self.authority.certificate, self.forged)
        self.stays_outside()
        self.assertIn("unknown ca", self.the_refusal())

    def meet(self, port):
        """The gateway's broker is another one, from the next start to the end of the test."""
        usual, type(self).tls_port = self.tls_port, port
        self.addCleanup(setattr, type(self), "tls_port", usual)

    def another_broker(self, pair):
        port = free_port()
        other = Broker(self.folder, (
            f"listener {port} 127.0.0.1", f"cafile {self.authority.certificate}",
            f"certfile {pair[0]}", f"keyfile {pair[1]}", "require_certificate true"), "other")
        self.addCleanup(other.put_away)
        other.start()
        self.meet(port)
        return other

    def test_a_broker_under_another_name_is_not_spoken_to(self):
        self.another_broker(self.authority.issue("elsewhere", "DNS:broker.example.org"))
        self.start(self.authority.certificate, self.good)
        self.stays_outside()
        self.assertIn("hostname mismatch", self.the_refusal())

    def test_a_broker_whose_certificate_has_ended_is_not_spoken_to(self):
        self.another_broker(self.authority.issue("ended", days=-1))
        self.start(self.authority.certificate, self.good)
        self.stays_outside()
        self.assertIn("certificate has expired", self.the_refusal())

    def test_a_broker_that_signed_its_own_certificate_is_not_spoken_to(self):
        self.another_broker((self.stranger.certificate, self.stranger.key))
        self.start(self.authority.certificate, self.good)
        self.stays_outside()

    def test_a_certificate_of_ours_that_has_ended_does_not_help(self):
        self.start(self.authority.certificate, self.authority.issue("late", days=-1))
        self.stays_outside()

    def test_a_broker_that_speaks_old_tls_only_is_not_spoken_to(self):
        certificate, key = self.authority.issue("old")
        for version in ("-tls1", "-tls1_1"):
            port = free_port()
            # The key of a broker of ours: it is the version alone that is refused.
            server = Running(f"old{version}", self.folder)
            server.launch(["openssl", "s_server", "-accept", f"127.0.0.1:{port}", version,
                           "-cipher", "DEFAULT:@SECLEVEL=0", "-cert", certificate, "-key", key,
                           "-quiet"])
            self.addCleanup(server.put_away)
            until("the listener", lambda port=port: Broker._listens(port))
            self.meet(port)
            self.start(self.authority.certificate, self.good)
            self.stays_outside()
            self.setUp()

    # ---- certificates that are revoked ----------------------------------------------------------

    def test_a_broker_whose_certificate_was_revoked_is_not_spoken_to(self):
        stolen = self.authority.issue("stolen")
        self.another_broker(stolen)
        self.start(self.authority.revoke(stolen[0]), self.good, check_revoked=True)
        self.stays_outside()
        self.assertRegex(self.the_refusal(), "(?i)certificate")

    def test_a_broker_that_is_on_no_list_is_spoken_to(self):
        stolen = self.authority.issue("stolen")
        self.start(self.authority.revoke(stolen[0]), self.good, check_revoked=True)
        self.it_is_let_in()

    def test_a_list_that_has_ended_is_none(self):
        self.start(self.authority.revoke(ends="20210101000000Z"), self.good, check_revoked=True)
        self.stays_outside()

    def test_a_new_list_is_taken_with_the_next_connection(self):
        again = self.authority.issue("again")
        other = self.another_broker(again)
        both = self.authority.revoke()
        self.start(both, self.good, check_revoked=True)
        until("it to be let in", lambda: self.gateway.journal("MG0601"))
        self.gateway.forget_journal()
        self.authority.revoke(again[0])
        other.kill()
        other.start()
        until("the refusal", lambda: self.gateway.journal("MG0603"))
        self.assertEqual(self.gateway.journal("MG0601"), [])

    def test_lists_are_asked_for_where_there_are_none(self):
        self.gateway.config["north"]["broker"] = {
            "host": "localhost", "port": self.tls_port,
            "tls": {"ca_file": str(self.authority.certificate), "check_revoked": True}}
        self.gateway.start(ready=False)
        self.assertEqual(self.gateway.wait(10), 78)
        for part in ("north.broker.tls.ca_file", str(self.authority.certificate), "X509 CRL",
                     "check_revoked"):
            self.assertIn(part, self.gateway.tail(3))

    # ---- what is agreed upon --------------------------------------------------------------------

    def stand_in(self, name, *options):
        """A broker's place is taken by one that tells what was said; `.say` speaks to whoever is
        connected, and to the program itself (openssl-s_server(1))."""
        certificate, key = self.authority.issue(name)
        port = free_port()
        server = StandIn(name, self.folder)
        server.listen(["stdbuf", "-o0", "openssl", "s_server", "-accept", f"127.0.0.1:{port}", "-cert", certificate,
                       "-key", key, "-msg", "-tlsextdebug", *options])
        self.addCleanup(server.put_away)
        until("the listener", lambda: Broker._listens(port))
        self.meet(port)
        self.start(self.authority.certificate, self.good)
        self.addCleanup(self.gateway.kill)  # in order it would wait for an answer nobody gives
        return server

    def test_renegotiation_is_refused(self):
        server = self.stand_in("again-and-again", "-tls1_2")
        until("the CONNECT", lambda: b"MQTT" in server.octets())
        server.say(CONNACK)
        until("the subscription", lambda: b"/command/+" in server.octets())
        server.say(b"r\n")
        until("an answer to the request", lambda: "no_renegotiation" in server.text()
              or server.text().count("ClientHello") > server.text().count("ServerHello"))
        self.assertIn("no_renegotiation", server.text())
        after = server.text().partition("HelloRequest")[2]
        self.assertNotIn("ClientHello", after.partition("no_renegotiation")[0])

    def test_nothing_is_sent_before_the_broker_is_known(self):
        """A broker that offers 0-RTT and resumption is met again as a stranger."""
        server = self.stand_in("early", "-early_data")
        for number in (1, 2):
            until("the CONNECT", lambda number=number: server.octets().count(b"MQTT") >= number)
            server.say(CONNACK)
            server.say(b"q\n")
        hellos = re.findall(r"ClientHello.*?ServerHello", server.text(), re.DOTALL)
        self.assertGreaterEqual(len(hellos), 2)
        for hello in hellos:
            offered = re.findall(r"client extension \"([^\"]+)\" \(id=(\d+)\), len=(\d+)", hello)
            self.assertTrue(offered, hello)
            ids = {int(number): int(length) for _, number, length in offered}
            self.assertNotIn(42, ids, "early_data (RFC 8446, 4.2.10)")
            self.assertNotIn(41, ids, "pre_shared_key")
            self.assertEqual(ids.get(35, 0), 0, "a session ticket of before")
        self.assertNotIn("Early data was", server.text().replace("Early data was not sent", ""))

    def test_a_broker_that_has_weak_ciphers_only_is_not_spoken_to(self):
        for cipher in ("ECDHE-ECDSA-AES128-SHA", "ECDHE-ECDSA-AES256-SHA384"):
            server = self.stand_in(f"weak-{cipher}", "-tls1_2", "-cipher", f"{cipher}:@SECLEVEL=0")
            until("the end of the handshake", lambda server=server:
                  "no shared cipher" in server.text() or b"MQTT" in server.octets())
            self.assertIn("no shared cipher", server.text())
            self.stays_outside()
            self.setUp()

    def test_a_record_that_is_none_ends_the_connection_and_not_the_gateway(self):
        certificate, key = self.authority.issue("babbling")
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(certificate, key)
        with socket.create_server(("127.0.0.1", 0)) as server:
            self.meet(server.getsockname()[1])
            self.start(self.authority.certificate, self.good)
            self.addCleanup(self.gateway.kill)
            plain, _ = server.accept()
        with context.wrap_socket(plain, server_side=True) as broker:
            self.assertIn(b"MQTT", broker.recv(4096))
            broker.sendall(CONNACK)
            self.assertIn(b"/command/+", broker.recv(4096))
            os.write(broker.fileno(), b"no record of TLS (RFC 8446, 5.1)")
            until("the loss", lambda: self.gateway.must_live() and self.gateway.journal("MG0602"))
        self.the_meters_are_served()

    # ---- certificates that end ------------------------------------------------------------------

    def test_a_new_certificate_is_taken_with_the_next_connection(self):
        mine = [self.folder / name for name in ("mine.pem", "mine.key")]

        def renew(name):
            for new, place in zip(self.authority.issue(name), mine):
                # As one does it: never half written.
                shutil.copy(new, f"{place}.new")
                os.replace(f"{place}.new", place)

        renew("first-name")
        self.start(self.authority.certificate, mine)
        self.it_is_let_in()
        started = self.gateway.status()["started_at"]
        renew("second-name")
        self.gateway.forget_journal()
        self.broker.kill()
        self.broker.start()
        self.it_is_let_in()
        # The very process; the broker has seen both names.
        self.assertEqual(self.gateway.status()["started_at"], started)
        seen = self.broker.text()
        self.assertIn("u'first-name'", seen)
        self.assertIn("u'second-name'", seen[seen.index("u'first-name'"):])
        self.checker.settled(self.deliver("tcp-001"), "succeeded")

    def test_a_certificate_that_ends_soon_is_an_alarm_until_it_is_renewed(self):
        # Those of this class end in two days: theirs and the authority's are told of at once.
        self.start(self.authority.certificate, self.good)
        told = until("both", lambda: len(self.gateway.journal("MG0607")) == 2
                     and self.gateway.journal("MG0607"))
        self.assertEqual({text.split(": ")[0] for text in (line["text"] for line in told)},
                         {str(self.good[0]), str(self.authority.certificate)})
        for line in told:
            self.assertIn("ends in less than 7 days", line["text"])
        self.utility.wait_for("the alarm", lambda h: h.topic == f"{ROOT}/alarm"
                              and h.body["event"] == "MG0607")
        self.setUp()
        self.start(self.authority.certificate, self.authority.issue("long", days=90))
        until("the authority's alone", lambda: self.gateway.journal("MG0607"))
        self.it_is_let_in()
        self.assertNotIn("long", " ".join(one["text"] for one in self.gateway.journal("MG0607")))

    def test_keys_that_others_can_read_keep_it_from_starting(self):
        certificate, key = self.authority.issue("open")
        for mode in (0o644, 0o640, 0o604, 0o660):
            key.chmod(mode)
            self.gateway.config["north"]["broker"] = {
                "host": "localhost", "port": self.tls_port, "tls": {
                    "ca_file": str(self.authority.certificate),
                    "certificate_file": str(certificate), "key_file": str(key)}}
            self.gateway.start(ready=False)
            self.assertEqual(self.gateway.wait(10), 78, oct(mode))
            self.assertIn(str(key), self.gateway.tail(3))
            self.assertIn("0600", self.gateway.tail(3))
        key.chmod(0o400)
        self.start(self.authority.certificate, (certificate, key))
        self.it_is_let_in()


if __name__ == "__main__":
    unittest.main()
