# SPDX-License-Identifier: Apache-2.0
"""The web console as a browser speaks to it: cookies, tokens, and a gateway that serves it."""

import http.client
import json
import re
import socket
import uuid
from datetime import datetime, timedelta, timezone

from .broker import free_port
from .case import StreetCase

PASSWORD = "correct horse battery"
ROLES = ({"name": "looks", "functions": []},
         {"name": "sells", "functions": ["credit"], "credit_limit_wh": 500_000},
         {"name": "moves", "functions": [], "tenancy": True})
OPERATORS = ({"name": "customer-service", "roles": ["moves"]},
             {"name": "anna-op", "roles": ["sells"]}, {"name": "ben-op", "roles": ["looks"]})
#: name: (operator, verbs)
USERS = {"anna": ("anna-op", "read,synchronise,set-relay,set-clock,cancel,deliver-token,issue-token"),
         "ben": ("ben-op", ""),
         "carl": ("ben-op", "read,issue-token")}

#: Everything that is told about the box and one meter.
READS = ["/api/meters", "/api/meters/a-001", "/api/meters/a-001/profile",
         "/api/meters/a-001/daily", "/api/meters/a-001/logs", "/api/meters/a-001/commands",
         "/api/meters/a-001/events",
         "/api/lines", "/api/box", "/api/events"]


def order(params, **more):
    """The body of a command, as the page makes it."""
    now = datetime.now(timezone.utc).replace(microsecond=0)
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    return {"id": f"test-{uuid.uuid4().hex[:12]}", "issued_at": now.strftime(stamp),
            "expires_at": (now + timedelta(minutes=10)).strftime(stamp), "params": params, **more}


class Answer:
    def __init__(self, response):
        self.status = response.status
        self.headers = {name.lower(): value for name, value in response.getheaders()}
        self.cookies = [value for name, value in response.getheaders() if name == "Set-Cookie"]
        self.text = response.read().decode()

    @property
    def json(self):
        return json.loads(self.text)


class Browser:
    """One browser's cookies and token; whatever a test leaves out or forges is left out or forged."""

    def __init__(self, port):
        self.port = port
        self.cookies = {}
        self.token = ""

    def ask(self, method, path, body=None, headers=None, patience=20):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=patience)
        sent = {"Host": f"127.0.0.1:{self.port}"}
        if self.cookies:
            sent["Cookie"] = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        if method == "POST":
            sent["Origin"] = f"http://127.0.0.1:{self.port}"
            sent["Content-Type"] = "application/json"
            sent["X-CSRF-Token"] = self.token
        sent.update(headers or {})
        sent = {name: value for name, value in sent.items() if value is not None}
        text = json.dumps(body) if isinstance(body, (dict, list)) else body
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            for name, value in sent.items():
                connection.putheader(name, value)
            if text is not None or method == "POST":
                connection.putheader("Content-Length", str(len((text or "").encode())))
            connection.endheaders((text or "").encode() or None)
            answer = Answer(connection.getresponse())
        finally:
            connection.close()
        for cookie in answer.cookies:
            name, value = cookie.split(";")[0].split("=", 1)
            self.cookies[name] = value
        return answer

    def get(self, path, **more):
        return self.ask("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.ask("POST", path, {} if body is None else body, **more)

    def learn(self):
        told = self.get("/api/session").json
        self.token = told["csrf"]
        return told

    def log_in(self, user, password=PASSWORD):
        self.learn()
        answer = self.post("/api/login", {"user": user, "password": password})
        if answer.status == 200:
            self.learn()
        return answer


class Stream:
    """Server-sent events as they came."""

    def __init__(self, port, browser, headers):
        self.wire = socket.create_connection(("127.0.0.1", port), timeout=10)
        cookies = "; ".join(f"{name}={value}" for name, value in browser.cookies.items())
        more = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.wire.sendall(f"GET /api/events HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
                          f"Cookie: {cookies}\r\n{more}\r\n".encode())
        self.wire.setblocking(False)
        self.octets = b""
        self.is_over = False

    @property
    def text(self):
        try:
            while part := self.wire.recv(65536):
                self.octets += part
            self.is_over = True
        except BlockingIOError:
            pass
        except OSError:
            self.is_over = True
        return self.octets.decode()

    def lines(self):
        return [json.loads(data) for data in re.findall(r"^data: (.*)$", self.text, re.MULTILINE)]

    def numbers(self):
        return [int(number) for number in re.findall(r"^id: (\d+)$", self.text, re.MULTILINE)]

    def saw(self, meter):
        return any(line["fields"].get("meter") == meter for line in self.lines())

    def ended(self):
        return bool(self.text) and self.is_over

    def close(self):
        self.wire.close()


class Console:
    """Beside a street: its gateway serves the console to anna, who may send, and ben, who looks."""

    users = USERS

    @classmethod
    def configure(cls, config):
        super().configure(config)
        cls.port = free_port()
        config["console"] = {"port": cls.port, "users_file": str(cls.folder / "console.users")}
        config.setdefault("access", {"require_signature": False})
        config["role"] = [*config.get("role", ()), *(dict(role) for role in ROLES)]
        config["operator"] = [*config.get("operator", ()),
                              *(dict(operator) for operator in OPERATORS)]

    @classmethod
    def open_street(cls):
        super().open_street()
        for name, (operator, verbs) in cls.users.items():
            done = cls.add_user(name, operator, verbs)
            if done.returncode != 0:
                raise AssertionError(done.stderr)

    @classmethod
    def add_user(cls, name, operator, verbs="", password=PASSWORD, *more):
        may = ["--may", verbs] if verbs else []
        return cls.gateway.run("console-user", "add", name, "--operator", operator, *may, *more,
                               stdin=password + "\n")

    def listen(self, browser, headers=None):
        return Stream(self.port, browser, headers or {})

    def browser(self, user=None):
        """A new one; with a user, logged in."""
        browser = Browser(self.port)
        if user:
            answer = browser.log_in(user)
            self.assertEqual(answer.status, 200, answer.text)
        return browser


class ConsoleCase(Console, StreetCase):
    """The usual street."""
