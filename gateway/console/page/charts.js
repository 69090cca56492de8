// SPDX-License-Identifier: Apache-2.0
// Charts drawn from the data as it is: a hole shows as a hole, a marked value as a marked one. A
// chart can be read with the arrow keys; below each stands its table.

import { day, el, svg } from './dom.js';

const LEFT = 46;
const RIGHT = 8;
const TOP = 10;
const BOTTOM = 24;

function niceStep(range, steps) {
  const rough = range / steps;
  const power = 10 ** Math.floor(Math.log10(rough));
  return [1, 2, 5, 10].map((one) => one * power).find((one) => one >= rough);
}

let charts = 0;

/** On a phone a chart is drawn for its width, so that its words stay words. */
const phone = matchMedia('(max-width: 40rem)');
export const isNarrow = () => phone.matches;
export const whenNarrow = (then) => phone.addEventListener('change', then);

const PREFIX = [[1e6, 'M'], [1e3, 'k'], [1, '']];

/** Of all values of a chart at once, so that they compare: `{ factor, unit }`. */
export function scaleFor(most, unit) {
  const [factor, prefix] = PREFIX.find(([size]) => most >= size * 10) ?? PREFIX[2];
  return { factor, unit: `${prefix}${unit}` };
}

export function number(value, factor = 1) {
  const shown = value / factor;
  const digits = Math.abs(shown) >= 100 || Number.isInteger(shown) ? 0 : Math.abs(shown) >= 10 ? 1 : 2;
  return shown.toFixed(digits);
}

/**
 * Bars over time. `slots`: `{ from, to, value, marks, label }` in order, times in milliseconds;
 * `value` null: known to be missing, undefined: nothing was to be expected.
 * `ticks`: `{ at, text }`.
 */
export function barChart({ title, unit, slots, ticks, from, to }) {
  const WIDTH = isNarrow() ? 340 : 720;
  const HEIGHT = isNarrow() ? 190 : 220;
  const values = slots.map((slot) => slot.value).filter((value) => value !== null && value !== undefined);
  const most = Math.max(0, ...values);
  const scale = scaleFor(most, unit);
  const step = niceStep(most > 0 ? most / scale.factor : 4, 4);
  const top = Math.max(step, Math.ceil(most / scale.factor / step) * step);
  const x = (time) => LEFT + ((time - from) / (to - from)) * (WIDTH - LEFT - RIGHT);
  const y = (value) => HEIGHT - BOTTOM - (value / scale.factor / top) * (HEIGHT - TOP - BOTTOM);
  const missing = slots.filter((slot) => slot.value === null).length;

  const hatch = `hatch-${++charts}`;
  const lines = [];
  for (let at = 0; at <= top + step / 2; at += step) {
    lines.push(svg('line', { class: 'grid', x1: LEFT, x2: WIDTH - RIGHT, y1: y(at * scale.factor), y2: y(at * scale.factor) }),
      svg('text', { class: 'tick', x: LEFT - 6, y: y(at * scale.factor) + 4, 'text-anchor': 'end' }, number(at)));
  }
  for (const tick of isNarrow() ? ticks.filter((_, place) => place % 2 === 0) : ticks) {
    lines.push(svg('line', { class: 'grid faint', x1: x(tick.at), x2: x(tick.at), y1: TOP, y2: HEIGHT - BOTTOM }),
      svg('text', { class: 'tick', x: x(tick.at), y: HEIGHT - 6,
        'text-anchor': x(tick.at) > WIDTH - 24 ? 'end' : tick.at <= from ? 'start' : 'middle' }, tick.text));
  }
  const bars = [];
  let hole = null;
  const closeHole = () => {
    if (hole) bars.push(svg('rect', { class: 'hole', fill: `url(#${hatch})`, x: x(hole.from), width: Math.max(1, x(hole.to) - x(hole.from)), y: TOP, height: HEIGHT - TOP - BOTTOM }));
    hole = null;
  };
  for (const slot of slots) {
    if (slot.value === null) {
      hole = { from: hole?.from ?? slot.from, to: slot.to };
      continue;
    }
    closeHole();
    if (slot.value === undefined) continue;
    const width = x(slot.to) - x(slot.from);
    const gap = width > 6 ? 1.5 : width > 3 ? 0.6 : 0;
    const height = Math.max(slot.value > 0 ? 1 : 0, HEIGHT - BOTTOM - y(Math.max(0, slot.value)));
    bars.push(svg('rect', { class: slot.marks?.length ? 'value marked' : 'value', x: x(slot.from) + gap / 2,
      width: Math.max(0.5, width - gap), y: HEIGHT - BOTTOM - height, height }));
    if (slot.marks?.length) {
      const middle = (x(slot.from) + x(slot.to)) / 2;
      bars.push(svg('path', { class: 'mark', d: `M${middle - 4} ${TOP}h8l-4 6z` }));
    }
  }
  closeHole();

  // ---- reading it --------------------------------------------------------------------------------
  const cursor = svg('rect', { class: 'cursor', y: TOP, height: HEIGHT - TOP - BOTTOM, width: 0, x: 0, visibility: 'hidden' });
  const told = (slot) => `${slot.label}: ` + (slot.value === null ? 'not read'
    : slot.value === undefined ? 'nothing yet' : `${number(slot.value, scale.factor)} ${scale.unit}`)
    + (slot.marks?.length ? ` (${slot.marks.join(', ')})` : '');
  const rest = `${values.length ? `max ${number(most, scale.factor)} ${scale.unit}` : 'nothing read'}`
    + (missing ? `, ${missing} missing` : '');
  const reading = el('output', { class: 'reading', 'aria-live': 'polite' }, rest);
  let at = -1;
  function point(to_) {
    at = to_;
    const slot = slots[at];
    reading.textContent = slot ? told(slot) : rest;
    cursor.setAttribute('visibility', slot ? 'visible' : 'hidden');
    if (!slot) return;
    cursor.setAttribute('x', x(slot.from));
    cursor.setAttribute('width', Math.max(1, x(slot.to) - x(slot.from)));
  }
  const picture = svg('svg', { class: 'chart', viewBox: `0 0 ${WIDTH} ${HEIGHT}`, role: 'img', tabindex: 0,
    'aria-label': `${title}, ${rest}. Arrow keys read the values.`,
    onpointermove: (event) => {
      const box = picture.getBoundingClientRect();
      const time = from + (((event.clientX - box.left) / box.width) * WIDTH - LEFT)
        / (WIDTH - LEFT - RIGHT) * (to - from);
      point(slots.findIndex((slot) => time >= slot.from && time < slot.to));
    },
    onpointerleave: () => point(-1),
    onblur: () => point(-1),
    onkeydown: (event) => {
      const move = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (event.key === 'Escape') point(-1);
      if (!move) return;
      event.preventDefault();
      point(at < 0 ? (move > 0 ? 0 : slots.length - 1) : Math.min(slots.length - 1, Math.max(0, at + move)));
    } },
  svg('defs', null, svg('pattern', { id: hatch, width: 6, height: 6, patternUnits: 'userSpaceOnUse', patternTransform: 'rotate(45)' },
    svg('line', { class: 'hatch', x1: 0, x2: 0, y1: 0, y2: 6 }))),
  lines, bars, cursor);
  return el('figure', { class: 'chart-box' }, picture,
    el('figcaption', null, reading, legend(slots)));
}

function legend(slots) {
  const marks = new Set(slots.flatMap((slot) => slot.marks ?? []));
  return el('span', { class: 'legend' },
    slots.some((slot) => slot.value === null) && el('span', { class: 'key key-hole' }, 'not read'),
    marks.size > 0 && el('span', { class: 'key key-marked' }, [...marks].join(', ')));
}

// ---- slots out of what the gateway tells ----------------------------------------------------------

const SUMMER = 'daylight-saving';

/** Every interval between `from` and `to`: read, missing, or not to be expected. */
export function profileSlots(told, channel) {
  const step = told.data.period_min * 60_000;
  const at = told.data.channels.findIndex((one) => one.obis === channel.obis);
  const read = new Map(told.data.intervals.map((one) => [Date.parse(one.start), one]));
  const begins = told.begins ? Date.parse(told.begins) : Math.min(Infinity, ...read.keys());
  const covered = told.covered_to ? Date.parse(told.covered_to) : -Infinity;
  const slots = [];
  for (let start = Date.parse(told.from); start < Date.parse(told.to); start += step) {
    const one = read.get(start);
    const value = one?.values[at];
    const expected = start >= begins && start < covered;
    slots.push({ from: start, to: start + step,
      value: value === null || value === undefined ? (expected ? null : undefined) : value * 10 ** channel.scale,
      marks: (one?.marks ?? []).filter((mark) => mark !== SUMMER),
      label: `${day(start)} ${new Date(start).toISOString().slice(11, 16)}` });
  }
  return slots;
}

/** A day's use lies between two midnights; where one of them is missing, so is the day. */
export function dailySlots(told, channel) {
  const at = told.data.channels.findIndex((one) => one.obis === channel.obis);
  const read = new Map((told.data.snapshots).map((one) => [Date.parse(one.day), one]));
  const days = [...read.keys()].sort((a, b) => a - b);
  const slots = [];
  for (let start = Date.parse(told.from); start < Date.parse(told.to) - 86_400_000; start += 86_400_000) {
    const one = read.get(start)?.values[at];
    const next = read.get(start + 86_400_000);
    const known = typeof one === 'number' && typeof next?.values[at] === 'number';
    const expected = days.length > 0 && start >= days[0] && start < days[days.length - 1];
    slots.push({ from: start, to: start + 86_400_000,
      value: known ? (next.values[at] - one) * 10 ** channel.scale : expected ? null : undefined,
      marks: (next?.marks ?? []).filter((mark) => mark !== SUMMER), label: day(start) });
  }
  return slots;
}
