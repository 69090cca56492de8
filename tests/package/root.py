# SPDX-License-Identifier: Apache-2.0
"""A minimal Debian root with what the package depends on, and commands inside it."""

import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

CACHE = Path(os.environ["METERGATE_ROOT_CACHE"])
SKIPPED = 77


def control(package, field):
    return subprocess.run(["dpkg-deb", "-f", package, field], capture_output=True, text=True,
                          check=True).stdout.strip()


def dependencies(package):
    """The first of each alternative, without versions."""
    return [re.split(r"[ (|:]", one.strip())[0] for one in control(package, "Depends").split(",")]


def made_for(package, beside=()):
    """The root as an archive: made once for a set of packages, with Debian's own tool."""
    wanted = ",".join(sorted({*dependencies(package), *beside}))
    archive = CACHE.with_stem(CACHE.stem + "-box") if beside else CACHE
    note = archive.with_suffix(".txt")
    if archive.exists() and note.exists() and note.read_text() == wanted:
        return archive
    made = subprocess.run(["mmdebstrap", "--variant=apt", f"--include={wanted}", "bookworm",
                           archive, "deb http://deb.debian.org/debian bookworm main"],
                          capture_output=True, text=True, check=False)
    if made.returncode != 0:
        print("No Debian root can be made here, so nothing was installed:\n", made.stderr[-2000:])
        sys.exit(SKIPPED)
    note.write_text(wanted)
    return archive


def in_a_mount_namespace_of_its_own():
    """Begins the program anew where its mounts are nobody else's, and go when it ends."""
    if "METERGATE_OWN_MOUNTS" not in os.environ:
        os.environ["METERGATE_OWN_MOUNTS"] = "yes"
        os.execvp("unshare", ["unshare", "--mount", sys.executable, "-B", *sys.argv])


class Root:
    def __init__(self, package, beside=()):
        self.path = Path(tempfile.mkdtemp(prefix="root-"))
        # In memory: thousands of small files are made and thrown away.
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1g,mode=0755", "tmpfs", self.path],
                       check=True)
        subprocess.run(["tar", "-C", self.path, "-xf", made_for(package, beside), "--exclude=./dev/*"],
                       check=True)
        for name, numbers in (("null", "1 3"), ("zero", "1 5"), ("urandom", "1 9"),
                              ("random", "1 8")):
            subprocess.run(["mknod", "-m", "0666", self.path / "dev" / name, "c",
                            *numbers.split()], check=True)

    def remove(self):
        subprocess.run(["umount", "--lazy", self.path], check=True)
        self.path.rmdir()

    def command(self, *arguments):
        return ["chroot", str(self.path), *map(str, arguments)]

    def run(self, *arguments, check=True, user=None):
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--init-groups"] if user else []
        done = subprocess.run(self.command(*as_user, *arguments), capture_output=True, text=True,
                              env={"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8",
                                   "DEBIAN_FRONTEND": "noninteractive"}, check=False, timeout=300)
        if check and done.returncode != 0:
            raise AssertionError(f"{arguments}: {done.returncode}\n{done.stdout}{done.stderr}")
        return done

    def install(self, package, check=True):
        shutil.copy(package, self.path / "tmp")
        return self.run("dpkg", "--force-unsafe-io", "--install", f"/tmp/{Path(package).name}", check=check)

    def mode(self, path):
        """`0700 metergate:metergate`"""
        return self.run("stat", "-c", "%04a %U:%G", path).stdout.strip()


def of_version(package, version, folder, edit=None):
    """The same package under another version; `edit` may change its control scripts."""
    tree = folder / f"tree-{version}"
    subprocess.run(["dpkg-deb", "-R", package, tree], check=True)
    file = tree / "DEBIAN" / "control"
    file.write_text(re.sub(r"(?m)^Version: .*$", f"Version: {version}", file.read_text()))
    if edit:
        edit(tree)
    out = folder / f"metergate_{version}.deb"
    subprocess.run(["dpkg-deb", "-b", "--root-owner-group", "-Znone", tree, out], check=True,
                   capture_output=True)
    return out
