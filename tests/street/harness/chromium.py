# SPDX-License-Identifier: Apache-2.0
"""A Chromium without a window, that knows no address but this box's."""

import json
import shutil

from selenium import webdriver
from selenium.webdriver.chrome.service import Service

DRIVER = shutil.which("chromedriver")
WIDE, PHONE = (1280, 900), (390, 844)

#: Text that is hard to read: WCAG 2.1, 1.4.3. Only what stands on a plain ground is looked at.
CONTRAST = """
const rgb = (text) => (text.match(/[\\d.]+/g) ?? [0, 0, 0, 0]).map(Number);
const part = (value) => { const v = value / 255; return v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4; };
const light = ([r, g, b]) => 0.2126 * part(r) + 0.7152 * part(g) + 0.0722 * part(b);
const ground = (node) => {
  for (; node; node = node.parentElement) {
    const color = rgb(getComputedStyle(node).backgroundColor);
    if (color.length < 4 || color[3] === 1) return color;
  }
  return [255, 255, 255];
};
const bad = [];
for (const node of document.body.querySelectorAll('*')) {
  const own = [...node.childNodes].some((child) => child.nodeType === 3 && child.textContent.trim());
  const box = node.getBoundingClientRect();
  if (!own || box.width < 2 || node instanceof SVGElement || node.disabled) continue;
  const [a, b] = [light(rgb(getComputedStyle(node).color)), light(ground(node))].sort((x, y) => y - x);
  const ratio = (a + 0.05) / (b + 0.05);
  if (ratio < 4.5) bad.push(`${ratio.toFixed(2)} ${node.tagName}.${node.className} "${node.textContent.trim().slice(0, 30)}"`);
}
return bad;
"""

#: What a screen reader has to guess: controls without a name, tables without one, ids given twice.
NAMELESS = """
const bad = [];
const shown = (node) => node.getClientRects().length > 0;
for (const node of document.querySelectorAll('input, select, button, a')) {
  if (!shown(node)) continue;
  const name = node.getAttribute('aria-label') || [...(node.labels ?? [])].map((one) => one.textContent).join('')
    || (['BUTTON', 'A'].includes(node.tagName) ? node.textContent : '');
  if (!name.trim()) bad.push(node.outerHTML.slice(0, 80));
}
for (const node of document.querySelectorAll('table')) if (!node.caption) bad.push('a table without a caption');
for (const node of document.querySelectorAll('svg[role=img]')) if (!node.getAttribute('aria-label')) bad.push('a picture without words');
const ids = [...document.querySelectorAll('[id]')].map((node) => node.id);
for (const id of new Set(ids.filter((id, at) => ids.indexOf(id) !== at))) bad.push(`id ${id} twice`);
if (document.querySelectorAll('main').length !== 1) bad.push('not one main');
if (document.querySelectorAll('h1').length !== 1) bad.push('not one h1');
return bad;
"""


def open_chromium(folder):
    options = webdriver.ChromeOptions()
    for argument in ("--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                     "--no-first-run", "--disable-extensions", "--disable-background-networking",
                     "--disable-component-update", "--disable-sync", "--lang=en",
                     "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
                     f"--user-data-dir={folder / 'chromium'}"):
        options.add_argument(argument)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    return webdriver.Chrome(options=options, service=Service(DRIVER))


def asked(driver):
    """Every address the browser asked for since this was last called."""
    told = (json.loads(entry["message"])["message"] for entry in driver.get_log("performance"))
    return {one["params"]["request"]["url"] for one in told
            if one["method"] == "Network.requestWillBeSent"}


def in_colours(driver, scheme):
    driver.execute_cdp_cmd("Emulation.setEmulatedMedia", {
        "features": [{"name": "prefers-color-scheme", "value": scheme}]})


def as_wide_as(driver, size):
    driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", {
        "width": size[0], "height": size[1], "deviceScaleFactor": 1, "mobile": size == PHONE})
