# SPDX-License-Identifier: Apache-2.0
"""The frame of a street test: a folder, a broker, a street, a gateway and a utility."""

import os
import re
import shutil
import sqlite3
import tempfile
import unittest
from pathlib import Path

from .broker import Broker
from .checker import Checker
from .gateway import Gateway, configuration_of
from .schemas import faults
from .street import Street
from .tokens import Mint
from .utility import Utility

BINARY = Path(os.environ["METERGATE"])
MODELS = Path(os.environ["METERGATE_MODELS"])
SCRATCH = Path(os.environ.get("METERGATE_STREET_SCRATCH", tempfile.gettempdir()))


class StreetCase(unittest.TestCase):
    """One small street for all tests of a class. A failure prints what every part logged last
    and leaves the folder; a success takes it away."""

    street_shape = {}   # of Street
    broker_lines = ()   # more of mosquitto.conf
    starts_gateway = True
    gateway_environment = {}
    mint = Mint()

    @classmethod
    def setUpClass(cls):
        SCRATCH.mkdir(parents=True, exist_ok=True)
        # Short: the path of a UNIX socket has 107 octets.
        cls.folder = Path(tempfile.mkdtemp(prefix="s-", dir=SCRATCH))
        cls.parts = []
        cls.failed = False
        cls.addClassCleanup(cls._clean_up)
        try:
            cls.open_street()
        except BaseException:
            cls.failed = True
            print(cls.last_words())
            raise

    @classmethod
    def open_street(cls):
        cls.broker = cls.part(Broker(cls.folder, cls.broker_lines)).start()
        cls.street = cls.part(Street(BINARY, MODELS, cls.folder, cls.broker.port,
                                     **cls.street_shape)).start()
        config = configuration_of(cls.street, cls.broker.port, cls.folder)
        cls.configure(config)
        cls.gateway = cls.part(Gateway(BINARY, cls.folder, config))
        cls.gateway.environment = cls.gateway_environment
        cls.utility = cls.part(Utility(cls.broker.port)).start()
        if cls.starts_gateway:
            cls.gateway.start()
            cls.gateway.wait_for_sessions(cls.street.meters)
            # Before it says so nobody keeps commands for it.
            cls.utility.wait_for_gateway()

    @classmethod
    def configure(cls, config):
        """A test's own wishes."""

    @classmethod
    def tearDownClass(cls):
        """What holds for all tests of a class: nothing the gateway said in all this time is outside
        its documents, and no digits of a token are."""
        told = {heard.payload: heard for heard in cls.utility.heard}
        wrong = [fault for heard in told.values() for fault in faults(heard)]
        wrong += [f"digits of a token in {place}: {digits}"
                  for place, text in cls._all_that_was_said(told).items()
                  for digits in cls.secrets().intersection(re.findall(r"(?=(\d{20}))", text))]
        if wrong:
            cls.failed = True
            raise AssertionError("\n".join(wrong[:5] + [f"... {len(wrong)} in all"]))

    @classmethod
    def secrets(cls):
        """Digits that nothing may tell."""
        return cls.mint.given

    @classmethod
    def may_tell(cls, _heard):
        """Whether this message is there to hand digits out."""
        return False

    @classmethod
    def _all_that_was_said(cls, told):
        hidden = [payload for payload, heard in told.items() if not cls.may_tell(heard)]
        return {"the log": cls.gateway.text(), "messages": b"\n".join(hidden).decode(),
                "the ledger's journal": cls._table("SELECT text, fields_json FROM journal"),
                "the audit trail": cls._table("SELECT details_json FROM audit")}

    @classmethod
    def _table(cls, query):
        try:
            return str([tuple(row) for row in cls.gateway.rows(query)])
        except sqlite3.OperationalError:
            return ""  # a test that never had a ledger

    @classmethod
    def part(cls, running):
        cls.parts.append(running)
        return running

    @classmethod
    def last_words(cls):
        return "\n".join(f"---- {part.log} ({part.condition})\n{part.tail()}"
                         for part in cls.parts if hasattr(part, "log"))

    @classmethod
    def _clean_up(cls):
        for part in reversed(cls.parts):
            part.put_away()
        if not cls.failed and "METERGATE_STREET_KEEP" not in os.environ:
            shutil.rmtree(cls.folder, ignore_errors=True)

    def run(self, result=None):
        result = result or self.defaultTestResult()
        before = len(result.failures) + len(result.errors)
        super().run(result)
        if len(result.failures) + len(result.errors) > before:
            type(self).failed = True
            print(f"\n==== {self.id()} failed; {self.folder} stays\n{self.last_words()}")

    @property
    def checker(self):
        return Checker(self, self.street, self.gateway, self.utility)

    # ---- the two orders nearly every test gives -------------------------------------------------

    def deliver(self, meter, token=None, **fields):
        return self.utility.order(meter, "deliver-token", {"token": token or self.mint.utrn()},
                                  **fields)

    def relay(self, meter, state, **fields):
        return self.utility.order(meter, "set-relay", {"state": state}, **fields)
