// SPDX-License-Identifier: Apache-2.0
// One meter: how it stands, what it used, what it logged, whose it is, what was asked of it.

import { get, meterPath, post } from './api.js';
import { barChart, dailySlots, isNarrow, number, profileSlots, whenNarrow } from './charts.js';
import { ago, clock, day, el, moment, section, show, state, table, tone } from './dom.js';
import { lineList } from './events.js';
import { relay } from './meters.js';
import { cancel, mayCancel, mayProbe, refusalText, sendForm } from './send.js';

const DAY_MS = 86_400_000;

export function meterView(place, meter, house) {
  let pending = 0;
  let shape = '';            // of what can be sent; the form stays as it is while that does
  const facts = el('div', { class: 'facts' });
  const subtitle = el('p', { class: 'subtitle' });
  const profile = profilePart(meter, house);
  const daily = dailyPart(meter);
  const commands = el('div');
  const logs = el('div');
  const registers = el('div');
  const tenancies = el('div');
  const sending = el('div');
  let newestLine = 0;        // that is shown
  const events = lineList((line) => line.fields?.meter === meter && line.level !== 'debug',
    { most: 60, newestFirst: true });
  place.append(
    el('p', { class: 'crumbs' }, el('a', { href: '#/' }, 'Meters')),
    el('h1', null, meter), subtitle, facts,
    el('div', { class: 'columns' },
      el('div', { class: 'column' }, profile.node, daily.node, section('Commands', commands)),
      el('div', { class: 'column narrow' }, section('Send', sending), section('Registers', registers),
        section('Tenancy', tenancies))),
    el('div', { class: 'columns even' }, section("Meter's logs", logs), section('Events', events.node)));
  function fact(name, ...value) {
    return el('div', { class: 'fact' }, el('span', { class: 'fact-name' }, name), el('span', { class: 'fact-value' }, value));
  }

  function showMeter(told) {
    const { state: published, live } = told;
    const { session, supply } = published;
    subtitle.textContent = [published.model, published.serial && `serial ${published.serial}`,
      `on ${live.link}`, published.place?.location && `at ${published.place.location}`].filter(Boolean).join(', ');
    const offset = published.clock_offset_ms;
    show(facts,
      fact('Session', state(session.state), session.reason && el('small', null, session.reason),
        session.state !== 'online' && mayProbe() && el('button', { type: 'button', class: 'quiet',
          onclick: () => house.trying(() => post(meterPath(meter, '/probe'), {}).then(update)) }, 'Try now')),
      fact('Relay', relay({ reported: supply.reported, desired: supply.desired }),
        el('small', null, supply.causes.length ? `held open by ${supply.causes.join(', ')}`
          : supply.read_at ? 'nothing holds it open' : 'not read yet')),
      fact('Last contact', ago(live.last_contact, told.now),
        el('small', null, `waits ${live.timeout_ms} ms for an answer`)),
      fact('Clock', offset === undefined ? el('span', { class: 'none' }, 'not read')
        : `${offset >= 0 ? '+' : '−'}${(Math.abs(offset) / 1000).toFixed(1)} s`,
      el('small', null, 'against this gateway')),
      fact('Profile up to', told.profile_covered_to ? moment(told.profile_covered_to).slice(0, 16) : el('span', { class: 'none' }, 'nothing yet'),
        el('small', null, told.holes.length ? `${told.holes.length} holes are being filled` : 'no holes')),
      fact('Waiting', `${published.live_commands} commands`));
    showRegisters(told);
    showTenancies(told.tenancies);
    const wanted = JSON.stringify(published.can);
    if (wanted !== shape) {
      shape = wanted;
      show(sending, sendForm(meter, published.can, () => later(100)));
    }
  }

  function showRegisters(told) {
    if (!told.registers) return show(registers, el('p', { class: 'none' }, 'not read yet'));
    return show(registers, table('Registers', ['Register', { text: 'Value', number: true }],
      told.registers.values.map((one) => [el('span', { title: one.obis }, readable(told.names[one.obis] ?? one.obis.replace(/\*255$/, ''))),
        `${one.value} ${one.unit}`]), { class: 'dense' }),
    el('p', { class: 'hint' }, 'read ', ago(told.registers.read_at, told.now)));
  }

  function showTenancies(list) {
    show(tenancies, el('ol', { class: 'timeline' }, [...list].reverse().map((one) => el('li',
      { class: one.sealed ? 'mute' : 'good' },
      el('strong', null, `Tenancy ${one.epoch}`), one.sealed ? ' sealed' : ' open',
      el('small', null, `${one.effective || one.epoch > 1 ? 'from' : 'known from'} ${moment(one.effective ?? one.starts).slice(0, 16)}`,
        one.ends ? ` to ${moment(one.ends).slice(0, 16)}` : ''),
      one.evidence && el('small', null, `shown by ${one.evidence}`),
      !one.sealed && one.epoch > 1 && el('small', null, one.synchronised ? `synchronised ${moment(one.synchronised).slice(0, 16)}` : 'not yet synchronised'),
      one.sealed && el('small', null, one.erased ? 'erased' : 'its data is not shown here')))));
  }

  function showCommands(told) {
    const open = new Set([...commands.querySelectorAll('details[open]')].map((one) => one.dataset.id));
    if (told.commands.length === 0) return show(commands, el('p', { class: 'none' }, 'none in this tenancy'));
    return show(commands, el('div', { class: 'commands' }, told.commands.map((one) => {
      const details = el('details', { 'data-id': one.id, open: open.has(one.id) },
        el('summary', null, state(one.state), el('strong', null, one.verb),
          one.reason && el('span', { class: 'why' }, one.reason),
          el('time', { datetime: one.changed_at }, moment(one.changed_at))),
        el('p', { class: 'hint' }, [one.operator && `asked by ${one.operator}`, one.work_order && `work order ${one.work_order}`,
          one.comment, `id ${one.id}`].filter(Boolean).join(' · ')),
        el('ol', { class: 'timeline' }, one.steps.map((step) => el('li', { class: tone(step.state) },
          el('strong', null, step.state), ` ${clock(step.at)}`,
          step.attempt > 0 && el('small', null, `attempt ${step.attempt}`),
          [step.reason, step.detail, step.meter_reason, step.meter_raw && `meter said ${step.meter_raw}`,
            step.transaction && `transaction ${step.transaction}`].filter(Boolean)
            .map((text) => el('small', null, text))))));
      if (!one.final && mayCancel() && one.verb !== 'cancel') {
        details.append(el('button', { type: 'button', class: 'quiet', onclick: () => house.trying(() =>
          cancel(meter, one.id).catch((failed) => {
            if (failed.body?.reason) failed.message = refusalText(failed.body);
            throw failed;
          }).then(update)) }, 'Cancel it'));
      }
      return details;
    })));
  }

  function showLogs(told) {
    if (told.entries.length === 0) return show(logs, el('p', { class: 'none' }, 'nothing yet'));
    return show(logs, table("Meter's logs", ['Meter time', 'Log', 'Event', { text: 'Cause', number: true }],
      told.entries.slice(0, 120).map((one) => [moment(one.meter_time), one.log,
        one.event === 'unknown' ? `code ${one.raw_code}` : one.event, one.cause]), { scrolls: true, class: 'dense' }));
  }

  /** Only what the gateway tells of the open tenancy: the page itself may have seen more. */
  function showEvents(lines) {
    const newest = lines[lines.length - 1]?.number ?? 0;
    if (newest === newestLine && lines.length === events.list.children.length) return;
    events.clear();
    for (const line of lines) events.add(line);
    newestLine = newest;
  }

  async function update() {
    const ask = (rest) => get(meterPath(meter, rest), { background: true });
    const [about, asked, logged, happened] = await Promise.all(
      [ask(''), ask('/commands'), ask('/logs'), ask('/events')]);
    showMeter(about);
    showEvents(happened.lines);
    showCommands(asked);
    showLogs(logged);
    await Promise.all([profile.update(), daily.update()]);
  }

  function later(pause) {
    clearTimeout(pending);
    pending = setTimeout(() => house.trying(update), pause);
  }

  return { title: meter, update, leave: () => clearTimeout(pending),
    line: (line) => {
      if (line.fields?.meter === meter && line.level !== 'debug') later(300);
    } };
}

// ---- charts --------------------------------------------------------------------------------------

/** Replaces a chart only when its data changed: whoever reads it with the keyboard keeps the place. */
function keeper(node) {
  let last = '';
  return (told, draw) => {
    const seen = JSON.stringify([told, isNarrow()]);
    if (seen === last) return;
    last = seen;
    show(node, ...draw());
  };
}

function channelsOf(told) {
  return told.data.channels.filter((one) => one.unit && told.names[one.obis]);
}

const readable = (name) => name.replaceAll('_', ' ');

function picker(onChange) {
  const select = el('select', { 'aria-label': 'Channel', onchange: onChange });
  return { select, choose: (told) => {
    const channels = channelsOf(told);
    if (select.children.length !== channels.length) {
      show(select, channels.map((one) => el('option', { value: one.obis }, readable(told.names[one.obis]))));
    }
    return channels.find((one) => one.obis === select.value) ?? channels[0];
  } };
}

function valueTable(caption, headings, slots, unit) {
  const box = el('details', { class: 'values' }, el('summary', null, 'As a table'));
  box.addEventListener('toggle', () => {
    if (!box.open || box.children.length > 1) return;
    box.append(table(caption, [headings, { text: unit, number: true }, 'Marks'],
      slots.filter((slot) => slot.value !== undefined).map((slot) =>
        [slot.label, slot.value === null ? 'not read' : number(slot.value), (slot.marks ?? []).join(', ')]),
      { scrolls: true, class: 'dense' }));
  });
  return box;
}

function profilePart(meter, house) {
  let days = 1;
  let back = null;   // days before today; at first where the data ends
  const body = el('div');
  const keep = keeper(body);
  const title = el('span', { class: 'range', role: 'status' });
  const turn = () => house.trying(update);
  const channel = picker(turn);
  const button = (text, hint, act) => el('button', { type: 'button', class: 'quiet', 'aria-label': hint, title: hint, onclick: () => { act(); turn(); } }, text);
  const lengths = el('span', { class: 'chips', role: 'group', 'aria-label': 'Length' });
  function showLengths() {
    const held = lengths.contains(document.activeElement);
    show(lengths, [1, 7, 31].map((count) => el('button', { type: 'button', class: 'chip', 'aria-pressed': String(count === days),
      onclick: () => { days = count; turn(); } }, count === 1 ? 'day' : `${count} days`)));
    if (held) lengths.querySelector('[aria-pressed=true]').focus();
  }
  const node = section('Load profile', el('div', { class: 'tools' }, channel.select, lengths,
    el('span', { class: 'pager' }, button('‹', 'Earlier', () => { back = (back ?? 0) + days; }), title,
      button('›', 'Later', () => { back = Math.max(0, (back ?? 0) - days); }))), body);

  async function update() {
    showLengths();
    const today = Math.ceil(Date.now() / DAY_MS) * DAY_MS;
    const iso = (time) => new Date(time).toISOString().replace('.000', '');
    const ask = (end) => get(meterPath(meter, `/profile?from=${iso(end - days * DAY_MS)}&to=${iso(end)}`), { background: true });
    let end = today - (back ?? 0) * DAY_MS;
    let told = await ask(end);
    if (back === null && told.covered_to) {
      // A box that was away, or a new day: what there is to see ended earlier.
      const known = Math.ceil(Date.parse(told.covered_to) / DAY_MS) * DAY_MS;
      back = Math.max(0, (today - known) / DAY_MS);
      end = today - back * DAY_MS;
      if (back > 0) told = await ask(end);
    }
    const from = end - days * DAY_MS;
    delete told.data.published_at;
    title.textContent = days === 1 ? day(from) : `${day(from)} to ${day(end - 1)}`;
    const chosen = channel.choose(told);
    keep([told, chosen?.obis], () => {
      if (!chosen) return [el('p', { class: 'none' }, 'nothing read in this time')];
      const slots = profileSlots(told, chosen);
      const ticks = [];
      const step = days === 1 ? DAY_MS / 8 : days === 7 ? DAY_MS : DAY_MS * 5;
      for (let at = from; at <= end; at += step) {
        ticks.push({ at, text: days === 1 ? new Date(at).toISOString().slice(11, 16) : day(at).slice(5) });
      }
      if (days === 1) ticks[ticks.length - 1].text = '24:00';
      return [barChart({ title: `Load profile, ${readable(told.names[chosen.obis])}`, unit: chosen.unit, slots, ticks, from, to: end }),
        valueTable('Load profile', 'Interval', slots, chosen.unit)];
    });
  }
  whenNarrow(() => node.isConnected && turn());
  return { node, update };
}

function dailyPart(meter) {
  const body = el('div');
  const keep = keeper(body);
  const channel = picker(() => update());
  const node = section('Use by day', el('div', { class: 'tools' }, channel.select), body);

  async function update() {
    const told = await get(meterPath(meter, '/daily'), { background: true });
    delete told.data.published_at;
    const chosen = channel.choose(told);
    keep([told, chosen?.obis], () => {
      if (!chosen) return [el('p', { class: 'none' }, 'nothing read yet')];
      const slots = dailySlots(told, chosen);
      const ticks = slots.filter((_, at) => at % 5 === 0).map((slot) => ({ at: slot.from, text: slot.label.slice(5) }));
      return [barChart({ title: `Use by day, ${readable(told.names[chosen.obis])}`, unit: chosen.unit, slots, ticks,
        from: slots[0].from, to: slots[slots.length - 1].to }), valueTable('Use by day', 'Day', slots, chosen.unit)];
    });
  }
  return { node, update };
}
