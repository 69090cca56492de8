// SPDX-License-Identifier: Apache-2.0
// What changes whom a meter serves and what it charges, and the second operator's word for commands
// that take two persons.

import { session } from './api.js';
import { el } from './dom.js';

const SITUATIONS = [['leaves-now', 'the old tenant leaves now'],
  ['leaves-later', 'the old tenant leaves at a time that is known'],
  ['left-unannounced', 'the old tenant has left, the new one tells']];
const RELAYS = [['off', 'off: open until somebody arms it'],
  ['armed', 'armed: open, the user may close it'], ['unchanged', 'unchanged']];

const radios = (name, words, chosen) => el('div', { class: 'choices', role: 'radiogroup' },
  words.map(([word, text]) => el('label', { class: 'choice' },
    el('input', { type: 'radio', name, value: word, checked: word === chosen }), text)));

const chosenIn = (box) => box.querySelector(':checked').value;

function number(id, text, least) {
  const input = el('input', { id, type: 'number', min: least, max: 4294967295, step: 1, inputmode: 'numeric' });
  return { parts: [el('label', { for: id }, text), input], value: () => Number(input.value),
    lacks: () => (input.value === '' || !Number.isInteger(Number(input.value)) || Number(input.value) < least
      || Number(input.value) > 4294967295) && `${text}: a whole number from ${least} on.` };
}

/** A moment on the meter's clock, which is UTC like everything here. */
function moment(id, text, hint) {
  const input = el('input', { id, type: 'datetime-local', step: 60 });
  return { input, parts: [el('label', { for: id }, text), input, hint && el('small', null, hint)],
    value: () => (input.value ? `${input.value.slice(0, 16)}:00Z` : null) };
}

export const CHANGE_FIELDS = {
  'change-tenancy': () => {
    const situation = radios('situation', SITUATIONS, 'leaves-now');
    const at = moment('effective', 'When (UTC)');
    const relay = radios('relay', RELAYS, 'off');
    const uncollected = el('input', { id: 'uncollected', type: 'checkbox' });
    const later = () => chosenIn(situation) === 'leaves-later';
    const when = el('div', { class: 'field', hidden: true }, at.parts);
    situation.addEventListener('change', () => { when.hidden = !later(); });
    return { parts: [el('p', { class: 'label' }, 'Who leaves'), situation, when,
      el('p', { class: 'label' }, 'Relay afterwards'), relay,
      el('label', { class: 'choice' }, uncollected, 'go ahead although something may not have been read yet')],
    params: () => ({ situation: chosenIn(situation), relay: chosenIn(relay),
      ...(later() && { effective: at.value() }), ...(uncollected.checked && { uncollected: true }) }),
    until: () => later() && at.value(),
    lacks: () => later() && !at.value() && 'Say when the old tenant leaves.' };
  },
  'set-tariff': () => {
    const tariff = number('tariff-id', 'Number of the tariff', 1);
    const supplier = number('supplier-id', 'Number of the supplier', 1);
    const name = el('input', { id: 'supplier-name', maxlength: 16, autocomplete: 'off' });
    const price = number('price', 'Price of a kWh in hundredths', 0);
    const at = moment('activates', 'From (UTC)', 'empty: at once');
    return { parts: [...tariff.parts, ...supplier.parts,
      el('label', { for: 'supplier-name' }, 'Name of the supplier'), name,
      el('small', null, 'as the meter displays it: 1 to 16 characters without accents'), ...price.parts, ...at.parts],
    params: () => ({ tariff_id: tariff.value(), supplier_id: supplier.value(), supplier_name: name.value,
      price_minor_per_kwh: price.value(), ...(at.value() && { activates: at.value() }) }),
    lacks: () => tariff.lacks() || supplier.lacks()
      || (!/^[ -~]{1,16}$/.test(name.value) && 'Give the name of the supplier.') || price.lacks() };
  },
};

/** Verbs that roles judge: for these somebody else's approval may be asked for. */
export const TAKES_APPROVAL = new Set(['issue-token', 'change-tenancy', 'set-tariff']);

/** The second operator signs what is shown on a machine of his own; only his signature comes here.
    `into` is the body that will be sent. */
export function approvalFields(meter, verb, body) {
  const signed = JSON.stringify({ ...body, operator: session.operator });
  const who = el('input', { id: 'approver', maxlength: 64, autocomplete: 'off', spellcheck: 'false' });
  const signature = el('textarea', { id: 'approval', rows: 3, spellcheck: 'false', autocomplete: 'off' });
  const pasted = () => signature.value.replaceAll(/\s/g, '');
  const more = el('details', { class: 'approval' }, el('summary', null, 'A second operator agrees'),
    el('label', { for: 'to-sign' }, 'What they sign'),
    el('textarea', { id: 'to-sign', rows: 5, readonly: true, spellcheck: 'false' }, signed),
    el('small', null, 'On their own machine: ',
      el('code', null, `metergate sign --key KEY --approve NAME --site ${session.site} --meter ${meter} --verb ${verb} BODY`)),
    el('label', { for: 'approver' }, 'Who agrees'), who,
    el('label', { for: 'approval' }, 'Their signature'), signature,
    el('small', null, '128 hex digits; it holds for this very command only'));
  return { part: more,
    lacks: () => (who.value.trim() || pasted()) && (!who.value.trim() ? 'Say who agrees.'
      : !/^[0-9a-fA-F]{128}$/.test(pasted()) && 'A signature has 128 hex digits.'),
    approval: () => (pasted() ? { approval: { operator: who.value.trim(), signature: pasted() } } : {}) };
}
