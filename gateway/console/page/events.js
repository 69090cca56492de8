// SPDX-License-Identifier: Apache-2.0
// What happened, line by line, as `metergate tail` tells it.

import { clock, day, el, show } from './dom.js';

const RANK = { debug: 0, info: 1, warning: 2, error: 3 };

/** A list of lines that keeps the newest `most`. */
export function lineList(wanted, { most, newestFirst = false }) {
  const list = el('ol', { class: 'lines', tabindex: 0, 'aria-label': 'Events' });
  const empty = el('p', { class: 'none' }, 'nothing yet');
  const node = el('div', { class: 'lines-box' }, empty, list);
  return { node, list,
    add(line) {
      if (!wanted(line)) return;
      empty.hidden = true;
      const item = el('li', { class: `line ${line.level}` },
        el('time', { datetime: line.time, title: `${day(line.time)} UTC` }, clock(line.time)),
        el('abbr', { title: line.event ?? '' }, line.id),
        el('span', { class: 'line-text' }, line.level === 'info' || line.level === 'debug' ? ''
          : el('strong', null, `${line.level} `), line.text));
      if (newestFirst) list.prepend(item);
      else list.append(item);
      if (list.children.length > most) (newestFirst ? list.lastChild : list.firstChild).remove();
    },
    clear() {
      empty.hidden = false;
      show(list);
    } };
}

export function eventsView(place, house) {
  const choice = { level: 'info', text: '' };
  let held = [];        // while it is paused
  let paused = false;
  const wanted = (line) => RANK[line.level] >= RANK[choice.level]
    && (!choice.text || `${line.id} ${line.event} ${line.text}`.toLowerCase().includes(choice.text.toLowerCase()));
  const lines = lineList(wanted, { most: 500, newestFirst: true });
  const level = el('select', { id: 'level', onchange: () => { choice.level = level.value; again(); } },
    Object.keys(RANK).map((word) => el('option', { selected: word === choice.level }, word)));
  const text = el('input', { type: 'search', id: 'find', placeholder: 'word or id', oninput: () => { choice.text = text.value; again(); } });
  const pause = el('button', { type: 'button', class: 'quiet', 'aria-pressed': 'false', onclick: () => {
    paused = !paused;
    pause.setAttribute('aria-pressed', String(paused));
    for (const line of held) lines.add(line);
    held = [];
    tell();
  } }, 'Pause');
  const tell = () => { pause.textContent = paused ? `Go on (${held.length})` : 'Pause'; };
  place.append(el('h1', null, 'Events'),
    el('div', { class: 'tools' }, el('label', { for: 'level' }, 'From level'), level,
      el('label', { class: 'unseen', for: 'find' }, 'Find'), text, pause),
    el('section', { class: 'card', 'aria-label': 'Lines' }, lines.node),
    el('p', { class: 'hint' }, 'Newest first, times in UTC. ', el('code', null, 'metergate events ID'), ' explains a line.'));

  function again() {
    lines.clear();
    for (const line of house.kept()) lines.add(line);
  }

  again();
  return { title: 'Events', update: async () => {},
    line: (line) => {
      if (paused) {
        held.push(line);
        if (held.length > 1000) held.shift();
        tell();
      } else {
        lines.add(line);
      }
    } };
}
