// SPDX-License-Identifier: Apache-2.0
// Elements out of plain values. Text goes in as text, never as markup: whatever a meter or a user
// wrote shows as it is and does nothing.

const SVG = 'http://www.w3.org/2000/svg';

function fill(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    if (name.startsWith('on')) node.addEventListener(name.slice(2), value);
    else node.setAttribute(name, value === true ? '' : String(value));
  }
  for (const child of children.flat(3)) {
    if (child === null || child === undefined || child === false) continue;
    node.append(child instanceof Node ? child : document.createTextNode(String(child)));
  }
  return node;
}

export function el(tag, attributes, ...children) {
  return fill(document.createElement(tag), attributes, children);
}

export function svg(tag, attributes, ...children) {
  return fill(document.createElementNS(SVG, tag), attributes, children);
}

/** Puts `children` in place of what is there; keeps the focus where the same element stays. */
export function show(node, ...children) {
  node.replaceChildren(...children.flat(3).filter((child) => child instanceof Node));
}

// ---- times: the box speaks UTC, and so does the page ---------------------------------------------

const two = (number) => String(number).padStart(2, '0');

export function clock(text) {
  const at = new Date(text);
  return `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
}

export function day(time) {
  const at = new Date(time);
  return `${at.getUTCFullYear()}-${two(at.getUTCMonth() + 1)}-${two(at.getUTCDate())}`;
}

export const moment = (text) => `${day(text)} ${clock(text)}`;

export function span(seconds) {
  const units = [[86400, 'd'], [3600, 'h'], [60, 'min']];
  for (const [size, unit] of units) {
    if (seconds >= size) return `${Math.floor(seconds / size)} ${unit}`;
  }
  return `${Math.max(0, Math.floor(seconds))} s`;
}

/** A moment as an engineer reads it: how long ago, and the exact time on hover and for machines. */
export function ago(text, now) {
  if (!text) return el('span', { class: 'none' }, 'never');
  const seconds = (Date.parse(now) - Date.parse(text)) / 1000;
  return el('time', { datetime: text, title: `${moment(text)} UTC` },
    seconds < 1 ? 'now' : `${span(seconds)} ago`);
}

// ---- small parts ---------------------------------------------------------------------------------

const TONES = {
  online: 'good', succeeded: 'good', up: 'good', on: 'good', answered: 'good', armed: 'info',
  suspect: 'warn', unconfirmed: 'warn', scheduled: 'info', accepted: 'info', sending: 'info',
  silent: 'bad', offline: 'bad', 'wrong-meter': 'bad', failed: 'bad', rejected: 'bad', refused: 'bad',
  expired: 'warn', cancelled: 'mute', superseded: 'mute', off: 'mute', unknown: 'mute',
  down: 'bad', warning: 'warn', error: 'bad', info: 'mute', debug: 'mute',
};

/** A state: word and shape say it, colour only helps. */
export function state(word, hint) {
  return el('span', { class: `state ${TONES[word] ?? 'mute'}`, title: hint }, word);
}

export const tone = (word) => TONES[word] ?? 'mute';

/** A table that folds into cards on a narrow screen; every cell knows its heading. */
export function table(caption, headings, rows, options = {}) {
  const head = el('tr', null, headings.map((heading) =>
    el('th', { scope: 'col', class: heading.number ? 'number' : null }, heading.text ?? heading)));
  const body = rows.map((cells) => el('tr', { class: cells.tone ?? null }, cells.map((cell, at) => {
    const heading = headings[at];
    const attributes = { 'data-label': heading.text ?? heading,
      class: heading.number ? 'number' : null };
    return at === 0 ? el('th', { ...attributes, scope: 'row' }, cell) : el('td', attributes, cell);
  })));
  return el('div', { class: 'table-box', tabindex: options.scrolls ? 0 : null, role: options.scrolls ? 'region' : null,
    'aria-label': options.scrolls ? caption : null },
  el('table', { class: options.class }, el('caption', { class: 'unseen' }, caption),
    el('thead', null, head), el('tbody', null, body)));
}

export function section(title, ...children) {
  const id = `h-${title.toLowerCase().replaceAll(/[^a-z]+/g, '-')}`;
  return el('section', { class: 'card', 'aria-labelledby': id }, el('h2', { id }, title), children);
}
