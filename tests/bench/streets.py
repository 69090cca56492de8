# SPDX-License-Identifier: Apache-2.0
"""A street, a broker and a gateway for one workload, and what passed over the line."""

import contextlib
import shutil
from pathlib import Path

from harness.broker import Broker
from harness.gateway import Gateway, configuration_of
from harness.running import until
from harness.street import Street
from harness.utility import Utility

REGISTERS = 40
FIRST_REGISTER = 100
IDLE = {"registers_s": 0, "relay_s": 0, "clock_s": 0, "logs_s": 0, "daily_s": 0, "profile_s": 0,
        "back_fill_days": 1}
READ = 3    # function codes: read holding registers,
WRITE = 16  # write multiple registers
IDENTIFICATION = 0  # the first register of the block that says who a meter is


def bench_model(models, folder):
    """The virtual meter with as many registers as workload L1 reads of each."""
    mine = folder / "models"
    shutil.copytree(models, mine)
    file = mine / "virtual-prepayment-modbus.toml"
    more = [f'\n[[modbus.register]]\nobis = "1-0:1.8.{i}"\nname = "import_active_energy_rate_{i}"\n'
            f'address = {118 + 2 * i}\ntype = "u32"\nunit = "Wh"\n' for i in range(1, 11)]
    file.write_text(file.read_text() + "".join(more))
    return mine


class Scene:
    """Everything runs inside `with`; the gateway is started by whoever measures."""

    def __init__(self, bench, *, line=0, lines=1, mqtt=0, baud=9600, turn_round_ms=10, block_octets=8,
                 options=(), schedule=None, broker_lines=(), history_days=1, sections=None):
        self.bench = bench
        self.baud, self.turn_round_ms = baud, turn_round_ms
        self.lines = lines
        self.wanted = {"line": line, "mqtt": mqtt, "history_days": history_days}
        self.options = ["--baud", baud, "--turn-round-ms", turn_round_ms, "--block-octets",
                        block_octets, "--log-requests", *options]
        self.schedule = {**IDLE, **(schedule or {})}
        self.broker_lines = broker_lines
        self.sections = sections or {}
        self._closing = contextlib.ExitStack()

    def __enter__(self):
        with contextlib.ExitStack() as opening:
            self.folder = opening.enter_context(self.bench.folder())
            self.broker = Broker(self.folder, self.broker_lines).start()
            opening.callback(self.broker.put_away)
            models = bench_model(self.bench.models, self.folder)
            self.street = Street(self.bench.metergate, models, self.folder, self.broker.port,
                                 tcp=0, options=self.options, **self.wanted)
            if self.lines > 1:
                self.street.shape[self.street.shape.index("--lines") + 1] = self.lines
            self.street.start()
            opening.callback(self.street.put_away)
            self._more_lines()
            self.config = self.configuration()
            self.gateway = Gateway(self.bench.metergate, self.folder, self.config)
            opening.callback(self.gateway.put_away)
            self._closing = opening.pop_all()
        return self

    def __exit__(self, *_):
        self._closing.close()

    def configuration(self):
        config = configuration_of(self.street, self.broker.port, self.folder)
        del config["sessions"]  # as shipped
        config["log"]["level"] = "info"
        config["schedule"] = [{"name": "default", **self.schedule}]
        for letter in "bcdefgh"[:self.lines - 1]:
            config["line"].append({**config["line"][0], "name": f"line-{letter}",
                                   "device": str(self.street.folder / f"line-{letter}")})
            config["meter_range"].append({**config["meter_range"][0], "prefix": f"{letter}-",
                                          "line": f"line-{letter}"})
        for line in config["line"]:
            line["baud"] = self.baud
        for name, values in self.sections.items():
            config[name] = values
        return config

    @property
    def device(self):
        return self.street.folder / "line-a"

    def start_gateway(self):
        self.gateway.start()
        return self.gateway

    def wait_online(self, patience=120):
        self.gateway.wait_for_sessions(self.street.meters, patience=patience)

    def utility_ready(self, patience=60):
        """The gateway takes commands: it subscribes before it says that it is there."""
        utility = Utility(self.broker.port, name="bench-watcher").start()
        utility.wait_for_gateway(patience=patience)
        utility.put_away()

    def line_statistics(self, clear=False):
        return self.street.do("line-stats", clear=clear)["lines"][0]

    @property
    def line_names(self):
        return ["line-a"] + [f"line-{letter}" for letter in "bcdefgh"[:self.lines - 1]]

    def _more_lines(self):
        self.street.meters += [f"{letter}-{number:03d}" for letter in "bcdefgh"[:self.lines - 1]
                               for number in range(1, self.wanted["line"] + 1)]

    def requests(self, line="line-a"):
        """All requests so far: (ns, address, function, first register, registers)."""
        out = []
        for row in (self.street.folder / f"{line}.requests").read_text().splitlines():
            at, address, function, more = row.split()
            out.append((int(at), int(address), int(function), int(more[:4], 16),
                        int(more[4:], 16)))
        return out

    def whole_reads(self):
        return sum(1 for _, _, function, first, count in self.requests()
                   if (function, first, count) == (READ, FIRST_REGISTER, REGISTERS))

    def asked(self, but=()):
        """So far: whole reads, and how long the line's answers took that say who a meter is where
        no order wanted to know. `but`: addresses of dead meters, which say nothing."""
        orders, who = 0, []
        for _, address, function, first, count in self.requests():
            orders += function == WRITE
            if function == READ and first == IDENTIFICATION and address not in but:
                who.append(count)
        unasked = max(0, len(who) - orders)
        return {"reads": self.whole_reads(),
                "unasked_s": unasked * self.transaction_s(who[0]) if who else 0.0}

    def stored_readings(self):
        return self.gateway.rows("SELECT count(*) FROM register_reading")[0][0]

    # ---- the line's own arithmetic (Modbus over Serial Line V1.02, 2.5.1.1) -----------------------

    @property
    def character_s(self):
        return 11 / self.baud

    @property
    def silence_s(self):
        return 1.75e-3 if self.baud > 19_200 else 3.5 * self.character_s

    def transaction_s(self, registers=REGISTERS, request_octets=8):
        """A read from its first octet to the moment the next request may begin."""
        turn_round = max(self.turn_round_ms / 1e3, self.silence_s)
        return (request_octets + 5 + 2 * registers) * self.character_s + turn_round + self.silence_s

    def lawful_share(self, statistics):
        """How much of the time the answered transactions took that the rules allow no less for."""
        turn_round = max(self.turn_round_ms / 1e3, self.silence_s)
        unheard = statistics["requests"] - statistics["answers"]
        octets = statistics["octets_in"] + statistics["octets_out"] - 8 * unheard
        lawful = octets * self.character_s + statistics["answers"] * (turn_round + self.silence_s)
        return lawful / (statistics["observed_us"] / 1e6)

    def useful_share(self, window):
        """The same without what the gateway asked for its own sake (`asked`)."""
        return self.lawful_share(window) - window["unasked_s"] / (window["observed_us"] / 1e6)

    @staticmethod
    def violations(statistics):
        return sum(statistics[name] for name in ("early_requests", "gaps", "collisions"))


def cpu_ns(pid):
    """Time on a core of all threads, from the kernel's scheduler (proc(5), schedstat)."""
    total = 0
    for task in Path(f"/proc/{pid}/task").iterdir():
        with contextlib.suppress(FileNotFoundError, ProcessLookupError):
            total += int((task / "schedstat").read_text(encoding="ascii").split()[0])
    return total


def wait_for_answers(scene, count, patience=600):
    """Asks seldom: who asks takes time from the machine that is measured."""
    until(lambda: f"{count} answers on the line",
          lambda: scene.line_statistics()["answers"] >= count, patience, every=0.25)
