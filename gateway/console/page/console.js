// SPDX-License-Identifier: Apache-2.0
// The frame: login, navigation, the state of the box, and the stream of events that keeps every
// view up to date.

import { Complaint, get, learnSession, logIn, logOut, session } from './api.js';
import { el, show } from './dom.js';
import { eventsView } from './events.js';
import { linesView } from './lines.js';
import { meterView } from './meter.js';
import { metersView } from './meters.js';

const main = document.getElementById('main');
const bar = document.getElementById('bar');
const notice = document.getElementById('notice');
const REFRESH_MS = 10_000;

let view = null;      // { update, line, leave } of what is shown
let stream = null;    // of events
let boxTimer = 0;

// ---- what goes wrong -----------------------------------------------------------------------------

function say(text) {
  notice.textContent = text;
  notice.hidden = !text;
}

/** Every view asks through this: a login that ended leads to the form, all else to a notice. */
async function trying(what) {
  try {
    const result = await what();
    say('');
    return result;
  } catch (wrong) {
    if (!(wrong instanceof Complaint)) throw wrong;
    if (wrong.status === 401) showLogin('Your login has ended.');
    else say(wrong.message);
    return null;
  }
}

// ---- login ---------------------------------------------------------------------------------------

function showLogin(why = '') {
  leave();
  stream?.close();
  stream = null;
  clearInterval(boxTimer);
  bar.hidden = true;
  say('');
  document.title = 'metergate: log in';
  const failed = el('p', { class: 'form-error', role: 'alert' }, why);
  const user = el('input', { id: 'user', name: 'user', autocomplete: 'username', required: true,
    autocapitalize: 'none', spellcheck: 'false', maxlength: 64 });
  const password = el('input', { id: 'password', name: 'password', type: 'password',
    autocomplete: 'current-password', required: true, maxlength: 256 });
  const button = el('button', { class: 'main' }, 'Log in');
  const form = el('form', { class: 'card login', novalidate: true,
    onsubmit: async (event) => {
      event.preventDefault();
      button.disabled = true;
      failed.textContent = '';
      try {
        await logIn(user.value, password.value);
        enter();
      } catch (wrong) {
        failed.textContent = wrong.message;
        password.value = '';
        password.focus();
      } finally {
        button.disabled = false;
      }
    } },
  el('h1', null, el('span', { class: 'brand-mark', 'aria-hidden': 'true' }), session.site || 'metergate'),
  session.nobody_can_log_in && el('p', { class: 'hint' },
    'Nobody has a login yet: ', el('code', null, 'metergate console-user add'), ' gives one.'),
  el('label', { for: 'user' }, 'User'), user,
  el('label', { for: 'password' }, 'Password'), password, failed, button);
  show(main, form);
  user.focus();
}

function enter() {
  bar.hidden = false;
  document.getElementById('site').textContent = session.site;
  document.getElementById('who').textContent = session.user;
  document.getElementById('who').title = `operator ${session.operator}`;
  follow();
  clearInterval(boxTimer);
  boxTimer = setInterval(refresh, REFRESH_MS);
  lookAtBox();
  route();
}

document.getElementById('logout').addEventListener('click', () => trying(async () => {
  await logOut();
  showLogin();
}));

// ---- the box -------------------------------------------------------------------------------------

async function lookAtBox() {
  const box = await trying(() => get('/api/box', { background: true }));
  if (!box) return;
  const place = document.getElementById('box');
  const waiting = box.outbox_messages + box.outbox_data_days;
  const more = `, ${box.live_commands} commands${waiting ? `, outbox ${waiting}` : ''}`;
  const text = `${box.meters_reachable}/${box.meters} meters`;
  if (place.textContent !== text + more) show(place, el('span', null, text), el('span', { class: 'wide' }, more));
  place.classList.toggle('warn', box.meters_reachable < box.meters);
}

function refresh() {
  if (document.hidden) return;
  lookAtBox();
  if (view?.update) trying(() => view.update());
}

// ---- events --------------------------------------------------------------------------------------

function follow() {
  stream?.close();
  stream = new EventSource('/api/events');
  stream.addEventListener('line', (event) => {
    const line = JSON.parse(event.data);
    line.number = Number(event.lastEventId);
    kept.push(line);
    if (kept.length > 1000) kept.splice(0, kept.length - 1000);
    view?.line?.(line);
  });
  // The browser comes back by itself, unless the answer was a refusal.
  stream.onerror = () => {
    if (stream?.readyState === EventSource.CLOSED) setTimeout(() => session.user && reenter(), 2000);
  };
}

async function reenter() {
  const known = await trying(learnSession);
  if (!known) return;
  if (known.user) follow();
  else showLogin('Your login has ended.');
}

/** The lines this page has seen, oldest first: a view that is opened late shows them too. */
const kept = [];

// ---- views ---------------------------------------------------------------------------------------

function leave() {
  view?.leave?.();
  view = null;
}

const house = { trying, kept: () => kept };

function route() {
  if (!session.user) return;
  const [, name = '', ...rest] = location.hash.replace(/^#/, '').split('/').map(decodeURIComponent);
  leave();
  show(main);
  if (name === 'meter' && rest[0]) view = meterView(main, rest[0], house);
  else if (name === 'lines') view = linesView(main, house);
  else if (name === 'events') view = eventsView(main, house);
  else view = metersView(main, house);
  const here = name === 'meter' ? '' : name;
  for (const link of document.querySelectorAll('#views a')) {
    const isHere = link.getAttribute('href') === `#/${here}`;
    if (isHere) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  document.title = `${view.title}, ${session.site}`;
  trying(() => view.update());
}

window.addEventListener('hashchange', () => {
  route();
  main.focus({ preventScroll: true });
  window.scrollTo(0, 0);
});
document.querySelector('.skip').addEventListener('click', (event) => {
  event.preventDefault();
  main.focus();
});

await trying(learnSession);
if (session.user) enter();
else showLogin();
