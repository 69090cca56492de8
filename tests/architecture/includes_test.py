# SPDX-License-Identifier: Apache-2.0
"""Who may include whom: docs/architecture.md says it, every #include is held against it."""

import unittest
from fnmatch import fnmatch

from house import ROOT, code, folder_of, includes, rules, sources

LAYERS, GATEWAY, LIBRARIES = rules()
POSIX = {"arpa", "dlfcn", "fcntl", "grp", "malloc", "netdb", "netinet", "poll", "pthread", "pwd",
         "sched", "signal", "stdlib", "sys", "termios", "time", "unistd"}


def allowed_folders(folder):
    """Folders, and now and then a single file, that a folder may include."""
    if not folder.startswith("gateway/"):
        return {folder, *code(LAYERS[folder])}
    name = folder.removeprefix("gateway/")
    cell = GATEWAY[name]
    mine = GATEWAY if cell == "all of them" else code(cell)
    return {folder, *code(LAYERS["gateway"]), *(f"gateway/{one}" for one in mine)}


def library_of(header):
    """`openssl` of <openssl/evp.h>; nothing for the standard library and the operating system's."""
    first = header.split("/")[0].removesuffix(".h").removesuffix(".hpp")
    is_standard = "/" not in header and "." not in header
    return None if is_standard or first in POSIX else first


class Includes(unittest.TestCase):
    def test_the_rules_name_every_folder(self):
        folders = {folder_of(path) for path in sources()}
        told = set(LAYERS) - {"gateway"} | {f"gateway/{name}" for name in GATEWAY}
        self.assertEqual(folders, told)

    def test_every_include_is_root_relative_and_leads_to_a_header(self):
        for path in sources():
            for target in includes(path)[0]:
                # Built by CMake into the program; stands in no folder.
                if target.startswith("migrations_"):
                    continue
                self.assertTrue((ROOT / target).is_file(), f"{path} includes {target}")
                self.assertTrue(target.endswith((".hpp", ".inc")), f"{path} includes {target}")

    def test_every_include_goes_in_the_direction_the_rules_allow(self):
        for path in sources():
            allowed = allowed_folders(folder_of(path))
            for target in includes(path)[0]:
                if target in allowed:
                    continue
                self.assertIn(folder_of(target), allowed, f"{path} includes {target}")

    def test_libraries_are_seen_only_where_the_rules_say(self):
        for path in sources():
            for header in includes(path)[1]:
                library = library_of(header)
                if library is None:
                    continue
                self.assertIn(library, LIBRARIES, f"{path} includes <{header}>")
                places = code(LIBRARIES[library])
                self.assertTrue(any(fnmatch(path, place) or path.startswith(place + "/")
                                    for place in places),
                                f"{path} includes <{header}>; {library} belongs to {places}")

    def test_protocols_and_meters_know_no_operating_system(self):
        for path in sources():
            if not path.startswith(("protocols/", "meters/", "config/")):
                continue
            for header in includes(path)[1]:
                first = header.split("/")[0].removesuffix(".h")
                self.assertFalse(first in POSIX and header != "time.h",
                                 f"{path} includes <{header}>")

    def test_no_file_includes_itself_over_others(self):
        graph = {path: [target for target in includes(path)[0] if target.endswith(".hpp")]
                 for path in sources()}
        done, way = set(), []

        def visit(path):
            if path in done:
                return
            self.assertNotIn(path, way, " -> ".join([*way, path]))
            way.append(path)
            for target in graph.get(path, ()):
                visit(target)
            way.pop()
            done.add(path)

        for path in graph:
            visit(path)

    def test_work_and_sessions_are_pure(self):
        """No socket, file, thread, clock or random number gets in but through the door."""
        impure = {"thread", "mutex", "condition_variable", "future", "fstream", "filesystem",
                  "iostream", "random", "ctime"}
        for path in sources():
            if path.startswith(("gateway/work/", "gateway/session/", "gateway/drivers/",
                                "gateway/north/", "gateway/access/", "gateway/issue/",
                                "protocols/", "meters/")):
                self.assertEqual(set(includes(path)[1]) & impure, set(), path)


if __name__ == "__main__":
    unittest.main()
