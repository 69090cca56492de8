// SPDX-License-Identifier: Apache-2.0
// The health of the lines: how busy, what failed, request by request.

import { get } from './api.js';
import { isNarrow } from './charts.js';
import { clock, el, section, show, state, svg, table } from './dom.js';

const MINUTE_MS = 60_000;
const ENDS = ['answered', 'no-answer', 'bad-frame', 'not-sent', 'cut'];
const FAULTS = ENDS.slice(1);

function minutesChart(line, now) {
  const width = 600;
  const height = 56;
  const count = 60;
  const end = Math.floor(Date.parse(now) / MINUTE_MS) + 1;
  const minutes = new Map((line.minutes ?? []).map((one) => [Math.floor(Date.parse(one.at) / MINUTE_MS), one]));
  const total = (one) => ENDS.reduce((sum, word) => sum + one[word], 0);
  const most = Math.max(1, ...[...minutes.values()].map(total));
  const bars = [];
  for (let at = 0; at < count; ++at) {
    const one = minutes.get(end - count + at);
    if (!one) continue;
    const x = (at / count) * width + 1;
    const good = (one.answered / most) * height;
    const bad = ((total(one) - one.answered) / most) * height;
    bars.push(svg('rect', { class: 'value', x, width: width / count - 2, y: height - good, height: good },
      svg('title', null, `${clock(one.at)}: ${one.answered} answered`)));
    if (bad > 0) {
      bars.push(svg('rect', { class: 'fault', x, width: width / count - 2, y: height - good - Math.max(2, bad), height: Math.max(2, bad) },
        svg('title', null, `${clock(one.at)}: ${FAULTS.filter((word) => one[word]).map((word) => `${one[word]} ${word}`).join(', ')}`)));
    }
  }
  const all = [...minutes.values()].reduce((sum, one) => sum + total(one), 0);
  const bad = [...minutes.values()].reduce((sum, one) => sum + total(one) - one.answered, 0);
  return el('figure', { class: 'chart-box' },
    svg('svg', { class: 'chart small', viewBox: `0 0 ${width} ${height}`, role: 'img', preserveAspectRatio: 'none',
      'aria-label': `The last hour by minutes: ${all} requests, ${bad} failed` },
    svg('line', { class: 'grid', x1: 0, x2: width, y1: height, y2: height }), bars),
    el('figcaption', null, el('span', null, 'the last hour by minutes'), el('span', null, `most in one: ${most}`)));
}

/** One tick a request: high is long on the wire, another colour and full height is a fault. */
function requestStrip(line) {
  const requests = (line.requests ?? []).slice(isNarrow() ? -100 : 0);
  const width = 600;
  const height = 40;
  const longest = Math.max(1, ...requests.map((one) => one.us));
  const step = width / Math.max(60, requests.length);
  const first = requests[0];
  const last = requests[requests.length - 1];
  return el('figure', { class: 'chart-box' },
    svg('svg', { class: 'chart small', viewBox: `0 0 ${width} ${height}`, role: 'img', preserveAspectRatio: 'none',
      'aria-label': `The last ${requests.length} requests in order` },
    requests.map((one, at) => {
      const isFault = one.end !== 'answered';
      const tall = isFault ? height : Math.max(2, (one.us / longest) * height);
      return svg('rect', { class: isFault ? 'fault' : 'value', x: at * step, width: Math.max(0.8, step - 0.8), y: height - tall, height: tall },
        svg('title', null, `${clock(one.at)} ${one.meter} ${one.end}, ${(one.us / 1000).toFixed(1)} ms${one.what ? `: ${one.what}` : ''}`));
    })),
    el('figcaption', null, el('span', null, first ? `the last ${requests.length} requests, ${clock(first.at)} to ${clock(last.at)}` : 'no request yet'),
      el('span', null, `longest ${(longest / 1000).toFixed(0)} ms`)));
}

function busyShare(line, now) {
  const from = Math.floor(Date.parse(now) / MINUTE_MS) - 5;
  const recent = (line.minutes ?? []).filter((one) => {
    const minute = Math.floor(Date.parse(one.at) / MINUTE_MS);
    return minute >= from && minute < from + 5;
  });
  const busy = recent.reduce((sum, one) => sum + one.busy_us, 0);
  return busy / (5 * MINUTE_MS * 1000 * line.concurrency);
}

function lineCard(line, now) {
  const requests = line.requests ?? [];
  const faults = [...(line.faults ?? [])].reverse();
  const share = requests.length ? requests.filter((one) => one.end !== 'answered').length / requests.length : 0;
  const word = line.up === false ? 'down' : line.up === true || requests.some((one) => one.end === 'answered') ? 'up' : 'unknown';
  return section(line.link,
    el('div', { class: 'facts' },
      el('div', { class: 'fact' }, el('span', { class: 'fact-name' }, 'Device'), el('span', { class: 'fact-value' }, state(word))),
      el('div', { class: 'fact' }, el('span', { class: 'fact-name' }, 'Busy, 5 min'), el('span', { class: 'fact-value' }, `${(busyShare(line, now) * 100).toFixed(0)} %`)),
      el('div', { class: 'fact' }, el('span', { class: 'fact-name' }, 'Failed'), el('span', { class: 'fact-value' }, `${(share * 100).toFixed(0)} %`,
        el('small', null, `of the last ${requests.length}`))),
      el('div', { class: 'fact' }, el('span', { class: 'fact-name' }, 'Waiting'), el('span', { class: 'fact-value' }, line.waiting))),
    minutesChart(line, now), requestStrip(line),
    faults.length === 0 ? el('p', { class: 'none' }, 'no fault since the start')
      : el('details', { class: 'values', 'data-line': line.link }, el('summary', null, `Last faults (${faults.length})`),
        table(`Faults of ${line.link}`, ['Time', 'Meter', 'End', { text: 'ms', number: true }, 'What'], faults.map((one) =>
          [clock(one.at), el('a', { href: `#/meter/${encodeURIComponent(one.meter)}` }, one.meter), one.end,
            (one.us / 1000).toFixed(0), one.what ?? '']), { scrolls: true, class: 'dense' })));
}

export function linesView(place) {
  const list = el('div', { class: 'stack' });
  place.append(el('h1', null, 'Lines'), list);
  let timer = 0;

  async function update() {
    const told = await get('/api/lines', { background: true });
    const open = new Set([...list.querySelectorAll('details[open]')].map((one) => one.dataset.line));
    const held = list.contains(document.activeElement);
    if (held && open.size) return;   // somebody reads it
    show(list, told.lines.map((line) => lineCard(line, told.now)),
      told.lines.length === 0 && el('p', { class: 'none' }, 'no line is configured'));
    for (const one of list.querySelectorAll('details')) one.open = open.has(one.dataset.line);
  }

  return { title: 'Lines', update,
    line: (line) => {
      if (!line.id.startsWith('MG03')) return;
      clearTimeout(timer);
      timer = setTimeout(() => update().catch(() => {}), 500);
    },
    leave: () => clearTimeout(timer) };
}
