# SPDX-License-Identifier: Apache-2.0
"""A root whose process 1 is systemd, in namespaces of its own: a box that was switched on."""

import ctypes
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

from root import SKIPPED, Root

CLONE_NEWNET = 0x40000000
#: What an operator's box has beside the package: an init, a broker, a Prometheus.
BESIDE = ("systemd", "systemd-sysv", "dbus", "mosquitto", "prometheus", "procps")

#: $1: the root. A device that is not named here does not exist in the box.
SWITCH_ON = """
set -e
mount --make-rprivate /
mount -t proc proc "$1/proc"
mount -t sysfs -o ro sysfs "$1/sys"
mount -t cgroup2 cgroup2 "$1/sys/fs/cgroup"
for folder in run tmp dev/shm; do mkdir -p "$1/$folder"; mount -t tmpfs tmpfs "$1/$folder"; done
for device in full tty; do touch "$1/dev/$device"; mount --bind "/dev/$device" "$1/dev/$device"; done
mkdir -p "$1/dev/pts" "$1/before"
mount -t devpts -o newinstance,ptmxmode=0666 devpts "$1/dev/pts"
ln -s pts/ptmx "$1/dev/ptmx"
ln -s /proc/self/fd "$1/dev/fd"
hostname box
cd "$1"
pivot_root . before
umount -l /before
exec env -i container=box PATH=/usr/sbin:/usr/bin:/sbin:/bin /lib/systemd/systemd
"""


class Cgroup:
    """A control group of our own, which the box takes for the whole tree."""

    def __init__(self):
        self._mount = Path(tempfile.mkdtemp(prefix="cgroup-"))
        subprocess.run(["mount", "-t", "cgroup2", "cgroup2", self._mount], check=True)
        self.path = self._mount / self._mount.name
        self.path.mkdir()

    def enter(self):
        (self.path / "cgroup.procs").write_text(str(os.getpid()), encoding="ascii")

    def remove(self):
        for folder, _, _ in os.walk(self.path, topdown=False):
            os.rmdir(folder)
        subprocess.run(["umount", self._mount], check=True)
        self._mount.rmdir()


class Box(Root):
    """`run()` is a command in the box that is on."""

    def __init__(self, package):
        super().__init__(package, BESIDE)
        for unit in ("console-getty", "systemd-networkd", "systemd-resolved", "mosquitto", "prometheus",
                     "prometheus-node-exporter"):
            (self.path / f"etc/systemd/system/{unit}.service").symlink_to("/dev/null")
        self._cgroup = Cgroup()
        self.console = open(self.path / "console.log", "ab")  # pylint: disable=consider-using-with
        # `unshare --fork` dies with its child; the box's processes all die with their process 1.
        self._unshare = subprocess.Popen(
            ["unshare", "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup", "--fork", "--kill-child",
             "sh", "-c", SWITCH_ON, "sh", self.path], stdin=subprocess.DEVNULL, stdout=self.console,
            stderr=self.console, preexec_fn=self._cgroup.enter)

    @property
    def init(self):
        """The process id of systemd, as seen from outside."""
        children = Path(f"/proc/{self._unshare.pid}/task/{self._unshare.pid}/children")
        return next(iter(children.read_text(encoding="ascii").split()), None) \
            if children.exists() else None

    def command(self, *arguments):
        return ["nsenter", "-t", self.init, "--mount", "--pid", "--uts", "--ipc", "--net", "--cgroup",
                "--root", "--wdns=/", *map(str, arguments)]

    def is_on(self):
        if self._unshare.poll() is not None:
            print("No box can be switched on here:\n",
                  (self.path / "console.log").read_text(encoding="utf-8")[-2000:])
            sys.exit(SKIPPED)
        return self.init and self.run("systemctl", "is-system-running", check=False).stdout.strip() in (
            "running", "degraded")

    def unit(self, name, field):
        return self.run("systemctl", "show", "--value", "-p", field, name).stdout.strip()

    def put(self, path, text, mode=0o644):
        """Into the file system of the box, whatever it has mounted there."""
        subprocess.run(self.command("sh", "-c", f'install -D -m {mode:o} /dev/stdin "{path}"'), input=text,
                       text=True, check=True)

    def enter_network(self):
        """From now on 127.0.0.1 is the box's, for this process and its children."""
        with open(f"/proc/{self.init}/ns/net", "rb") as network:
            if ctypes.CDLL(None, use_errno=True).setns(network.fileno(), CLONE_NEWNET) != 0:
                raise OSError(ctypes.get_errno(), "setns")

    def remove(self):
        if self.init and self._unshare.poll() is None:
            os.kill(int(self.init), signal.SIGKILL)
        self._unshare.wait()
        self.console.close()
        self._cgroup.remove()
        super().remove()
