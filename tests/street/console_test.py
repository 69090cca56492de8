# SPDX-License-Identifier: Apache-2.0
"""The web console without a browser: who gets in, who may do what, what it tells."""

import socket
import stat
import time
from pathlib import Path

from harness.console import PASSWORD, READS, Browser, ConsoleCase
from harness.running import until

POSTS = ["/api/logout", "/api/meters/a-001/probe", "/api/meters/a-001/commands/read",
         "/api/meters/a-001/commands/set-relay"]


class ConsoleTest(ConsoleCase):
    street_shape = {"line": 2, "tcp": 1, "mqtt": 1}

    # ---- who gets in ----------------------------------------------------------------------------

    def test_nothing_is_told_without_a_login(self):
        browser = self.browser()
        for path in READS:
            self.assertEqual(browser.get(path).status, 401, path)
        browser.learn()
        for path in POSTS:
            self.assertEqual(browser.post(path).status, 401, path)
        forged = Browser(self.port)
        forged.cookies["metergate_session"] = "0" * 64
        for path in READS:
            self.assertEqual(forged.get(path).status, 401, path)

    def test_the_page_itself_needs_none_and_names_nothing(self):
        for path in ("/", "/console.css", "/console.js", "/icon.svg"):
            answer = self.browser().get(path)
            self.assertEqual(answer.status, 200, path)
            self.assertNotRegex(answer.text, r"a-001|https?://(?!www\.w3\.org)")

    def test_a_login_gets_a_cookie_no_script_and_no_other_page_has(self):
        browser = self.browser()
        answer = browser.log_in("anna")
        self.assertEqual(answer.status, 200)
        cookie = next(one for one in answer.cookies if one.startswith("metergate_session="))
        for word in ("HttpOnly", "SameSite=Strict", "Path=/"):
            self.assertIn(word, cookie)
        told = browser.learn()
        self.assertEqual((told["user"], told["operator"]), ("anna", "anna-op"))
        for path in set(READS) - {"/api/events"}:
            self.assertEqual(browser.get(path).status, 200, path)

    def test_a_wrong_password_and_a_stranger_get_the_same_answer(self):
        wrong = self.browser().log_in("ben", "wrong horse battery")
        stranger = self.browser().log_in("nobody", PASSWORD)
        self.assertEqual((wrong.status, wrong.text), (401, stranger.text))
        self.assertEqual(stranger.status, 401)
        self.assertNotIn("wrong horse", self.gateway.text())

    def test_guessing_has_to_wait_longer_and_longer(self):
        answers = [self.browser().log_in("guessed", f"guess number {n}") for n in range(4)]
        self.assertEqual([one.status for one in answers], [401, 401, 401, 429])
        self.assertGreaterEqual(int(answers[3].headers["retry-after"]), 1)
        self.assertEqual(self.browser().log_in("anna").status, 200)

    def test_logging_out_ends_it(self):
        browser = self.browser("anna")
        kept = dict(browser.cookies)
        self.assertEqual(browser.post("/api/logout").status, 200)
        browser.cookies = kept
        self.assertEqual(browser.get("/api/meters").status, 401)

    def test_who_is_taken_out_is_out_at_once(self):
        self.assertEqual(self.add_user("dora", "ben-op").returncode, 0)
        browser = self.browser("dora")
        self.assertEqual(browser.get("/api/meters").status, 200)
        self.assertEqual(self.gateway.run("console-user", "remove", "dora").returncode, 0)
        self.assertEqual(browser.get("/api/meters").status, 401)

    def test_another_password_ends_every_login_of_the_old_one(self):
        self.assertEqual(self.add_user("emil", "ben-op").returncode, 0)
        browser = self.browser("emil")
        changed = self.add_user("emil", "ben-op", "", "another long password", "--replace")
        self.assertEqual(changed.returncode, 0, changed.stderr)
        self.assertEqual(browser.get("/api/meters").status, 401)
        self.assertEqual(self.browser().log_in("emil").status, 401)
        self.assertEqual(self.browser().log_in("emil", "another long password").status, 200)

    def test_users_are_kept_for_their_owner_alone_and_passwords_not_at_all(self):
        file = Path(self.gateway.config["console"]["users_file"])
        self.assertEqual(stat.S_IMODE(file.stat().st_mode), 0o600)
        self.assertNotIn("correct", file.read_text())
        self.assertIn("anna operator=anna-op", file.read_text())
        listed = self.gateway.json_lines("console-user", "list")
        self.assertIn({"user": "carl", "operator": "ben-op", "may": ["read", "issue-token"]}, listed)

    def test_logins_nobody_should_have_are_not_made(self):
        for name, operator, verbs, password, word in (
                ("x", "stranger", "", PASSWORD, "[[operator]]"),
                ("x", "ben-op", "", "short", "10 to 256"),
                ("x/y", "ben-op", "", PASSWORD, "NAME"),
                ("x", "ben-op", "erase-tenancy", PASSWORD, "--may"),
                ("anna", "anna-op", "", PASSWORD, "--replace")):
            done = self.add_user(name, operator, verbs, password)
            self.assertNotEqual(done.returncode, 0)
            self.assertIn(word, done.stderr)

    # ---- where a request comes from -------------------------------------------------------------

    def test_another_name_that_leads_here_is_not_served(self):
        browser = self.browser("anna")
        for host in ("evil.example", f"evil.example:{self.port}", "127.0.0.1.evil.example", ""):
            self.assertEqual(browser.get("/api/meters", headers={"Host": host}).status, 403, host)
        for host in ("localhost", "localhost:8080", "[::1]:9", "127.0.0.1"):
            self.assertEqual(browser.get("/api/meters", headers={"Host": host}).status, 200, host)

    def test_another_page_sends_nothing(self):
        browser = self.browser("anna")
        path = "/api/meters/a-001/probe"
        for forged in ({"Origin": "http://evil.example"}, {"Origin": "null"},
                       {"Sec-Fetch-Site": "cross-site"}, {"X-CSRF-Token": None},
                       {"X-CSRF-Token": "0" * 64}, {"Content-Type": "text/plain"},
                       {"Content-Type": "application/x-www-form-urlencoded"}):
            self.assertEqual(browser.post(path, headers=forged).status, 403, forged)
        for path in POSTS:
            self.assertEqual(browser.post(path, headers={"X-CSRF-Token": "0"}).status, 403, path)
        self.assertEqual(browser.post("/api/meters/a-001/probe").status, 200)

    def test_a_login_form_of_another_page_is_none(self):
        browser = self.browser()
        body = {"user": "anna", "password": PASSWORD}
        self.assertEqual(browser.post("/api/login", body).status, 403)
        browser.learn()
        browser.cookies = {"metergate_door": "0" * 32}
        self.assertEqual(browser.post("/api/login", body).status, 403)

    def test_every_answer_forbids_what_is_not_ours(self):
        browser = self.browser("anna")
        for path in ("/", "/console.js", "/api/session", "/api/meters", "/nothing"):
            headers = browser.get(path).headers
            self.assertIn("default-src 'none'", headers["content-security-policy"])
            self.assertNotIn("unsafe", headers["content-security-policy"])
            self.assertEqual(headers["x-content-type-options"], "nosniff")
            self.assertEqual(headers["referrer-policy"], "no-referrer")
            self.assertEqual(headers["cache-control"], "no-store")

    def test_only_this_box_is_served(self):
        own = [line.split()[1] for line in Path("/proc/net/tcp").read_text().splitlines()[1:]
               if line.split()[3] == "0A" and line.split()[1].endswith(f":{self.port:04X}")]
        self.assertEqual(own, [f"0100007F:{self.port:04X}"])

    # ---- hostile clients ------------------------------------------------------------------------

    def raw(self, octets):
        with socket.create_connection(("127.0.0.1", self.port), timeout=10) as wire:
            wire.sendall(octets)
            answer = b""
            while part := wire.recv(65536):
                answer += part
                if b"\r\n\r\n" in answer:
                    break
        return answer

    def test_what_is_no_request_is_answered_and_costs_nothing_else(self):
        host = b"Host: 127.0.0.1\r\n"
        for octets, status in ((b"nonsense\r\n\r\n", b"400"),
                               (b"GET / HTTP/1.1\r\n\r\n", b"400"),
                               (b"GET / HTTP/1.1\r\n" + host + host + b"\r\n", b"400"),
                               (b"GET / HTTP/1.1\r\n" + host + b"X: " + b"x" * 9000 + b"\r\n\r\n", b"431"),
                               (b"POST /api/login HTTP/1.1\r\n" + host
                                + b"Content-Length: 70000\r\n\r\n" + b"x" * 70000, b"413"),
                               (b"DELETE / HTTP/1.1\r\n" + host + b"\r\n", b"405"),
                               (b"GET /../etc/passwd HTTP/1.1\r\n" + host + b"\r\n", b"400"),
                               (b"GET /%2e%2e/x HTTP/1.1\r\n" + host + b"\r\n", b"400")):
            self.assertIn(b" " + status + b" ", self.raw(octets).split(b"\r\n")[0] + b" ", octets[:40])
        self.assertEqual(self.browser().get("/").status, 200)

    def test_many_who_say_nothing_keep_nobody_out_for_long(self):
        """Connections are bounded, and each has a time to say something in."""
        idle = [socket.create_connection(("127.0.0.1", self.port)) for _ in range(64)]
        started = time.monotonic()

        def served():
            try:
                return self.browser().get("/", patience=2).status == 200
            except OSError:
                return False

        def commands_go_on():
            return self.gateway.status() is not None

        self.assertTrue(commands_go_on())
        until("the silent ones to be put out", served, 40)
        self.assertLess(time.monotonic() - started, 40)
        for one in idle:
            one.close()

    # ---- what it tells --------------------------------------------------------------------------

    def test_the_list_tells_what_the_gateway_knows(self):
        told = self.browser("ben").get("/api/meters").json
        self.assertEqual({one["meter"] for one in told["meters"]}, set(self.street.meters))
        self.assertEqual(told["states"], {"online": len(self.street.meters)})
        one = self.browser("ben").get("/api/meters?text=A-002").json
        self.assertEqual([row["meter"] for row in one["meters"]], ["a-002"])
        self.assertEqual(one["meters"][0]["link"], "line-a")

    def test_a_meter_that_is_silent_stands_first_with_its_reason(self):
        browser = self.browser("ben")
        self.street.do("silence", "a-002")
        self.addCleanup(self.gateway.wait_for_sessions, ["a-002"])
        self.addCleanup(self.street.do, "unsilence", "a-002")
        until("it to be silent",
              lambda: browser.get("/api/meters").json["meters"][0]["state"] == "silent")
        first = browser.get("/api/meters").json["meters"][0]
        self.assertEqual(first["meter"], "a-002")
        line = next(one for one in browser.get("/api/lines").json["lines"]
                    if one["link"] == "line-a")
        self.assertTrue(any(one["meter"] == "a-002" and one["end"] == "no-answer"
                            for one in line["faults"]))

    def test_a_meters_page_has_its_data(self):
        browser = self.browser("ben")
        until("a profile", lambda: browser.get("/api/meters/a-001/profile").json["data"]["intervals"])
        about = browser.get("/api/meters/a-001").json
        self.assertEqual(about["state"]["meter"], "a-001")
        self.assertEqual([one["epoch"] for one in about["tenancies"]], [1])
        self.assertTrue(about["registers"]["values"])
        until("logs", lambda: browser.get("/api/meters/a-001/logs").json["entries"])
        self.assertEqual(browser.get("/api/meters/nobody").status, 404)
        self.assertEqual(browser.get("/api/meters/a-001/profile?from=x").status, 400)
        self.assertEqual(browser.get("/api/meters/a-001/nothing").status, 404)

    def test_events_come_as_they_happen_and_go_on_where_they_were(self):
        browser = self.browser("anna")
        first = self.listen(browser)
        self.checker.settled(self.relay("a-001", "off"), "succeeded")
        until("its steps", lambda: first.saw("a-001"))
        last = max(first.numbers())
        first.close()
        self.checker.settled(self.relay("a-001", "armed"), "succeeded")
        second = self.listen(browser, {"Last-Event-ID": str(last)})
        until("what was missed", lambda: second.saw("a-001"))
        self.assertGreater(min(second.numbers()), last)
        second.close()

    def test_a_stream_ends_with_its_login(self):
        browser = self.browser("anna")
        stream = self.listen(browser)
        until("its first lines", stream.numbers)
        browser.post("/api/logout")
        until("its end", stream.ended)


if __name__ == "__main__":
    import unittest
    unittest.main()
