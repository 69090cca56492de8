// SPDX-License-Identifier: Apache-2.0
// All meters: those in trouble first.

import { get } from './api.js';
import { ago, el, show, state, table } from './dom.js';

const PAGE = 100;
const ORDER = ['online', 'suspect', 'silent', 'offline', 'wrong-meter', 'unknown'];

/** Desired and reported are two things: where they differ, both are shown. */
export function relay(meter) {
  const differs = meter.desired !== 'unknown' && meter.desired !== meter.reported;
  return el('span', { class: 'relay' }, state(meter.reported, 'as the meter reported it'),
    differs && el('span', { class: 'wanted' }, 'wanted ', state(meter.desired, 'as it was ordered')));
}

export function metersView(place, house) {
  const choice = { text: '', state: '', offset: 0 };
  let pending = 0;

  const search = el('input', { type: 'search', id: 'search', placeholder: 'name, serial, model, line',
    oninput: () => { choice.text = search.value; choice.offset = 0; again(); } });
  const states = el('div', { class: 'chips', role: 'group', 'aria-label': 'Session' });
  const list = el('div', { id: 'meters' });
  const count = el('p', { class: 'hint', role: 'status' });
  const more = el('div', { class: 'pages' });
  place.append(el('h1', null, 'Meters'),
    el('div', { class: 'tools' }, el('label', { class: 'unseen', for: 'search' }, 'Find'), search, states),
    list, count, more);

  function chip(word, number) {
    const chosen = choice.state === word;
    return el('button', { type: 'button', class: 'chip', 'aria-pressed': String(chosen),
      onclick: () => { choice.state = chosen ? '' : word; choice.offset = 0; house.trying(update); } },
    word || 'all', el('span', { class: 'count' }, number));
  }

  function again() {
    clearTimeout(pending);
    pending = setTimeout(() => house.trying(update), 200);
  }

  function row(meter, now) {
    const cells = [
      el('a', { href: `#/meter/${encodeURIComponent(meter.meter)}` }, meter.meter),
      el('span', null, state(meter.state, meter.reason),
        meter.next_attempt && el('small', null, `next try ${until(meter.next_attempt, now)}`)),
      relay(meter),
      meter.causes.length ? meter.causes.join(', ') : el('span', { class: 'none' }, 'none'),
      ago(meter.last_contact, now),
      meter.link,
      el('span', { class: 'soft' }, meter.model),
      meter.live_commands || el('span', { class: 'none' }, '0'),
    ];
    return cells;
  }

  async function update() {
    const query = new URLSearchParams({ limit: PAGE, offset: choice.offset });
    if (choice.text) query.set('text', choice.text);
    if (choice.state) query.set('state', choice.state);
    const told = await get(`/api/meters?${query}`, { background: true });
    const words = Object.keys(told.states).sort((a, b) => ORDER.indexOf(a) - ORDER.indexOf(b));
    // A chip that has the keyboard keeps it.
    const focused = [...states.children].indexOf(document.activeElement);
    show(states, chip('', told.total), words.map((word) => chip(word, told.states[word])));
    if (focused >= 0) states.children[Math.min(focused, states.children.length - 1)].focus();
    const focusedMeter = list.contains(document.activeElement) && document.activeElement.textContent;
    show(list, table('Meters', ['Meter', 'Session', 'Relay', 'Held open by', 'Last contact', 'Line', 'Model',
      { text: 'Commands', number: true }], told.meters.map((meter) => row(meter, told.now)),
    { class: 'folds' }));
    if (focusedMeter) {
      [...list.querySelectorAll('a')].find((link) => link.textContent === focusedMeter)?.focus();
    }
    const last = Math.min(told.offset + PAGE, told.matched);
    count.textContent = told.matched === 0 ? 'No meter is like that.'
      : told.matched > PAGE ? `${told.offset + 1} to ${last} of ${told.matched}` : '';
    const turn = (to, text) => el('button', { type: 'button', class: 'quiet',
      onclick: () => { choice.offset = to; house.trying(update); } }, text);
    show(more, told.offset > 0 && turn(Math.max(0, told.offset - PAGE), 'Earlier'),
      last < told.matched && turn(last, 'Further'));
  }

  return { title: 'Meters', update,
    line: (line) => { if (line.fields?.meter && line.level !== 'debug') again(); },
    leave: () => clearTimeout(pending) };
}

function until(time, now) {
  const seconds = (Date.parse(time) - Date.parse(now)) / 1000;
  return seconds <= 1 ? 'now' : `in ${Math.round(seconds)} s`;
}
