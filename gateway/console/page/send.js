// SPDX-License-Identifier: Apache-2.0
// Sending a command: what this login and this meter allow, who asks and why, one more look, and off
// it goes. The number of a command is made with its form, so sending it twice has one effect.

import { CHANGE_FIELDS, TAKES_APPROVAL, approvalFields } from './changes.js';
import { Complaint, commandId, meterPath, now, post, session } from './api.js';
import { el, show, state } from './dom.js';

const ABOUT = {
  read: 'Asks the meter now instead of at its next turn.',
  synchronise: 'Reads everything the meter has that the box has not.',
  'set-relay': 'Orders the relay. The meter may hold it open for reasons of its own.',
  'set-clock': "Sets the meter's clock to the gateway's time.",
  'deliver-token': 'Hands a token to the meter. Its digits are shown nowhere again.',
  'issue-token': 'Makes a token on this box and delivers it to the meter.',
  'change-tenancy': 'The meter serves another tenant. What it has of the old one is read to its end, then the meter erases it.',
  'set-tariff': 'What the meter charges, and whose tariff it is.',
};
const NEEDS_REASON = new Set(['set-relay', 'set-clock', 'deliver-token', 'issue-token', 'cancel',
  'change-tenancy', 'set-tariff']);
const LIFE_MS = { read: 600_000, synchronise: 3_600_000, 'set-relay': 600_000, 'set-clock': 600_000,
  'deliver-token': 86_400_000, 'issue-token': 86_400_000, 'change-tenancy': 86_400_000,
  'set-tariff': 86_400_000, cancel: 600_000 };

export const mayProbe = () => session.verbs.includes('read');
export const mayCancel = () => session.verbs.includes('cancel');

/** The body of docs/mqtt-api.md; who asks is added by the gateway. */
function bodyOf(verb, params, { workOrder = '', comment = '', until = null } = {}) {
  const issued = Date.parse(now());
  // What is to happen at a time may happen for as long after it.
  const from = until ? Math.max(issued, Date.parse(until)) : issued;
  const body = { id: commandId(), issued_at: new Date(issued).toISOString().replace(/\.\d+/, ''),
    expires_at: new Date(from + LIFE_MS[verb]).toISOString().replace(/\.\d+/, ''), params };
  if (workOrder) body.work_order = workOrder;
  if (comment) body.comment = comment;
  return body;
}

const send = (meter, verb, body) => post(meterPath(meter, `/commands/${verb}`), body);

export const cancel = (meter, command) =>
  send(meter, 'cancel', bodyOf('cancel', { command }, { comment: 'cancelled from the console' }));

/** A refusal in its own words: what was wrong and what would be right. */
export function refusalText(body) {
  if (!body.reason) return body.error ?? 'refused';
  return [body.reason, body.field && `${body.field}${body.value ? ` is ${body.value}` : ''}`,
    body.expected && `expected: ${body.expected}`].filter(Boolean).join('; ');
}

// ---- the fields of each verb ---------------------------------------------------------------------

function choices(name, type, words, chosen = []) {
  return el('div', { class: 'choices' }, words.map((word) => el('label', { class: 'choice' },
    el('input', { type, name, value: word, checked: chosen.includes(word) }), word)));
}

function labelled(text, input, hint) {
  return [el('label', { for: input.id }, text), input, hint && el('small', null, hint)];
}

const TOKEN_VALUES = {
  credit: ['energy_wh', 'Energy in Wh', 1], 'free-issue': ['energy_wh', 'Energy in Wh', 1],
  'power-limit': ['power_w', 'Power in W', 10], 'phase-unbalance-limit': ['power_w', 'Power in W', 10],
};

const FIELDS = {
  ...CHANGE_FIELDS,
  read: (can) => {
    const box = choices('what', 'checkbox', can.reads, can.reads.filter((one) => one === 'registers'));
    return { parts: [el('p', { class: 'label' }, 'What'), box],
      params: () => ({ what: [...box.querySelectorAll(':checked')].map((one) => one.value) }),
      lacks: () => !box.querySelector(':checked') && 'Choose what to read.' };
  },
  'set-relay': (can) => {
    const box = choices('state', 'radio', can.relay_states);
    return { parts: [el('p', { class: 'label' }, 'Relay'), box],
      params: () => ({ state: box.querySelector(':checked').value }),
      lacks: () => !box.querySelector(':checked') && 'Choose the state of the relay.' };
  },
  'deliver-token': () => {
    const input = el('input', { id: 'token', inputmode: 'numeric', autocomplete: 'off', spellcheck: 'false', maxlength: 26 });
    const digits = () => input.value.replaceAll(/[\s-]/g, '');
    return { parts: labelled('Token', input, '20 digits; blanks do not matter'),
      params: () => ({ token: digits() }),
      told: () => ({ token: `… ${digits().slice(-4)}` }),
      lacks: () => !/^\d{20}$/.test(digits()) && 'A token has 20 digits.' };
  },
  'issue-token': (can) => {
    const offered = can.token_functions.filter((one) => TOKEN_VALUES[one]);
    const kind = el('select', { id: 'function' }, offered.map((one) => el('option', null, one)));
    const value = el('input', { id: 'value', type: 'number', min: 1, step: 1, inputmode: 'numeric' });
    const label = el('label', { for: 'value' });
    const name = () => { label.textContent = TOKEN_VALUES[kind.value]?.[1] ?? ''; };
    kind.addEventListener('change', name);
    name();
    return { parts: [...labelled('Function', kind), label, value],
      params: () => ({ function: kind.value, [TOKEN_VALUES[kind.value][0]]: Number(value.value) }),
      lacks: () => !(Number.isInteger(Number(value.value)) && Number(value.value) > 0) && 'Give the value.' };
  },
};

// ---- the form ------------------------------------------------------------------------------------

/** What this login may send to a meter that can do this. */
export function offeredVerbs(can) {
  return session.verbs.filter((verb) => ABOUT[verb] && can.verbs.includes(verb)
    && (verb !== 'issue-token' || can.token_functions.some((one) => TOKEN_VALUES[one])));
}

export function sendForm(meter, can, onSent) {
  const verbs = offeredVerbs(can);
  if (verbs.length === 0) {
    return el('p', { class: 'hint' }, `${session.user} looks only; whoever keeps the logins can allow more.`);
  }
  const verb = el('select', { id: 'verb' }, verbs.map((word) => el('option', null, word)));
  const about = el('small', { id: 'about' });
  const fields = el('div', { class: 'fields' });
  const workOrder = el('input', { id: 'work-order', maxlength: 64, autocomplete: 'off' });
  const comment = el('input', { id: 'comment', maxlength: 200, autocomplete: 'off' });
  const wrong = el('p', { class: 'form-error', role: 'alert' });
  const foot = el('div', { class: 'send-foot' });
  let current = null;
  let body = null;
  let second = null;

  function choose() {
    about.textContent = ABOUT[verb.value];
    current = FIELDS[verb.value]?.(can) ?? { parts: [], params: () => ({}), lacks: () => false };
    show(fields, current.parts.filter(Boolean));
    edit();
  }

  function edit() {
    body = second = null;
    wrong.textContent = '';
    for (const input of form.querySelectorAll('input, select')) input.disabled = false;
    show(foot, el('button', { class: 'main' }, 'Review'));
  }

  function review() {
    const lacks = current.lacks() || (NEEDS_REASON.has(verb.value) && !workOrder.value.trim()
      && !comment.value.trim() && 'Say why: a work order or a comment.');
    wrong.textContent = lacks || '';
    if (lacks) return;
    body = bodyOf(verb.value, current.params(),
      { workOrder: workOrder.value.trim(), comment: comment.value.trim(), until: current.until?.() });
    second = TAKES_APPROVAL.has(verb.value) ? approvalFields(meter, verb.value, body) : null;
    const shown = Object.entries(current.told?.() ?? body.params)
      .map(([name, value]) => `${name} ${Array.isArray(value) ? value.join(', ') : value}`).join(', ');
    for (const input of form.querySelectorAll('input, select')) input.disabled = true;
    const go = el('button', { type: 'button', class: 'main', onclick: dispatch }, `Send ${verb.value}`);
    show(foot, el('p', { class: 'review' }, el('strong', null, verb.value), ` to ${meter}`,
      shown && `: ${shown}`, `, as ${session.operator}`), ...(second ? [second.part] : []),
    el('div', { class: 'buttons' }, go, el('button', { type: 'button', class: 'quiet', onclick: edit }, 'Change')));
    go.focus();
  }

  async function dispatch() {
    wrong.textContent = second?.lacks() || '';
    if (wrong.textContent) return;
    for (const button of foot.querySelectorAll('button')) button.disabled = true;
    try {
      const told = await send(meter, verb.value, { ...body, ...second?.approval() });
      current = null;
      form.reset();
      choose();
      show(foot, el('p', { class: 'sent', role: 'status' }, 'Taken: ', state(told.state), ` ${told.command}`), ...foot.children);
      onSent(told);
    } catch (failed) {
      if (!(failed instanceof Complaint)) throw failed;
      // Nobody knows whether it arrived: sent again it is the same command.
      if (failed.status === 0) {
        wrong.textContent = `${failed.message}; sending again does nothing twice`;
        for (const button of foot.querySelectorAll('button')) button.disabled = false;
        return;
      }
      // A refusal leaves no trace: with somebody else's word the same command may pass.
      if (second && failed.body.reason === 'second-operator-needed') {
        wrong.textContent = refusalText(failed.body);
        second.part.open = true;
        for (const button of foot.querySelectorAll('button')) button.disabled = false;
        return;
      }
      edit();
      wrong.textContent = refusalText(failed.body);
    }
  }

  const form = el('form', { class: 'send', novalidate: true,
    onsubmit: (event) => { event.preventDefault(); if (!body) review(); } },
  el('div', { class: 'field' }, el('label', { for: 'verb' }, 'Command'), verb, about),
  fields,
  el('div', { class: 'field' }, el('label', { for: 'work-order' }, 'Work order'), workOrder),
  el('div', { class: 'field' }, el('label', { for: 'comment' }, 'or comment'), comment),
  wrong, foot);
  verb.addEventListener('change', choose);
  choose();
  return form;
}
