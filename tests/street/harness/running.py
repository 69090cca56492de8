# SPDX-License-Identifier: Apache-2.0
"""Processes under test, their logs, and waiting for things to become true."""

import ctypes
import os
import signal
import subprocess
import time
from pathlib import Path

PATIENCE = 30.0  # seconds until a condition that should come true counts as failed
PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None)


def die_with_parent():
    """A test that is cut off by its time limit leaves nothing running."""
    _libc.prctl(PR_SET_PDEATHSIG, signal.SIGKILL)


class NotInTime(AssertionError):
    pass


def until(what, condition, patience=PATIENCE, every=0.02):
    """The first true value of `condition()`, looked at every so many seconds; `what` says in the error
    what was waited for."""
    deadline = time.monotonic() + patience
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise NotInTime(f"waited {patience:g} s for: {what() if callable(what) else what}")
        time.sleep(every)


class Running:
    """One process; its output is appended to one file over all its lives."""

    def __init__(self, name, folder: Path):
        self.name = name
        self.log = folder / f"{name}.log"
        self.process = None

    def launch(self, command, environment=None, before=None):
        def prepare():
            die_with_parent()
            if before:
                before()

        with open(self.log, "ab") as output:
            self.process = subprocess.Popen(
                [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=output,
                stderr=subprocess.STDOUT, env={**os.environ, **(environment or {})},
                preexec_fn=prepare)

    @property
    def alive(self):
        return self.process is not None and self.process.poll() is None

    def stat(self):
        """One line of the kernel about it (proc(5))."""
        return Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")

    # ---- its memory (proc(5)) -------------------------------------------------------------------

    def resident_kb(self):
        return self._status_kb("VmRSS")

    def peak_kb(self):
        """Since the last `forget_peak`."""
        return self._status_kb("VmHWM")

    def forget_peak(self):
        Path(f"/proc/{self.process.pid}/clear_refs").write_text("5", encoding="ascii")

    def _status_kb(self, name):
        status = Path(f"/proc/{self.process.pid}/status").read_text(encoding="ascii")
        return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(name))

    @property
    def condition(self):
        if self.process is None:
            return "never started"
        return "runs" if self.alive else f"ended with {self.process.returncode}"

    def must_live(self):
        if not self.alive:
            raise AssertionError(
                f"{self.name} ended with {self.process.returncode} unasked:\n{self.tail(15)}")
        return True

    def wait(self, patience=PATIENCE):
        """The exit code; negative: the signal that ended it."""
        try:
            return self.process.wait(patience)
        except subprocess.TimeoutExpired:
            raise NotInTime(f"{self.name} did not end within {patience:g} s") from None

    def kill(self):
        if self.alive:
            self.process.kill()
        return self.wait()

    def signal(self, number):
        self.process.send_signal(number)

    def stop(self, patience=10.0):
        """Ends it in order and returns its exit code."""
        if self.alive:
            self.signal(signal.SIGTERM)
            try:
                self.process.wait(patience)
            except subprocess.TimeoutExpired:
                self.kill()
                raise NotInTime(f"{self.name} ignored SIGTERM for {patience:g} s") from None
        return self.process.returncode if self.process else 0

    def put_away(self):
        if self.alive:
            self.kill()

    def text(self):
        return self.log.read_text(errors="replace") if self.log.exists() else ""

    def tail(self, lines=40):
        return "\n".join(self.text().splitlines()[-lines:])
