# SPDX-License-Identifier: Apache-2.0
"""The files of the house and what they include."""

import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
LAYERS = ("protocols", "meters", "storage", "config", "gateway")


def files(*folders, endings):
    """Paths below the root, as text; hidden files and what is built are left out."""
    found = (file for folder in folders for file in (ROOT / folder).rglob("*")
             if file.is_file() and (file.suffix in endings or file.name in endings))
    return sorted(str(file.relative_to(ROOT)) for file in found
                  if not any(part.startswith(".") or part == "__pycache__"
                             for part in file.relative_to(ROOT).parts))


def text(path):
    return (ROOT / path).read_text()


def sources():
    return files(*LAYERS, endings={".hpp", ".cpp"})


def includes(path):
    """`(ours, others)`: what stands in quotes and what in angle brackets."""
    content = text(path)
    return (re.findall(r'^\s*#\s*include "([^"]+)"', content, re.MULTILINE),
            re.findall(r"^\s*#\s*include <([^>]+)>", content, re.MULTILINE))


def folder_of(path):
    """`protocols`, ..., and within the gateway `gateway/north`; main.cpp belongs to the commands."""
    parts = path.split("/")
    if parts[0] != "gateway":
        return parts[0]
    return f"gateway/{parts[1]}" if len(parts) > 2 else "gateway/cli"


def rules():
    """The three tables of docs/architecture.md: layers, folders of the gateway, libraries."""
    out, rows = [], []
    for line in [*text("docs/architecture.md").splitlines(), ""]:
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            if rows[0][0] in ("folder", "library"):
                out.append({code(row[0])[0]: row[-1] for row in rows[2:]})
            rows = []
    return out


def code(cell):
    return re.findall(r"`([^`]+)`", cell)
