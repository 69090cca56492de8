// SPDX-License-Identifier: Apache-2.0
// The way to the gateway. Everything is asked of where the page came from.

export const session = { user: null, verbs: [], csrf: '', site: '', skew: 0 };

/** An answer that is none; `status` 401 means that there is no login any more. */
export class Complaint extends Error {
  constructor(status, body) {
    super(body.error ?? `the gateway answered ${status}`);
    this.status = status;
    this.body = body;
  }
}

async function ask(path, options) {
  let answer;
  try {
    answer = await fetch(path, { credentials: 'same-origin', cache: 'no-store', ...options });
  } catch {
    throw new Complaint(0, { error: 'the gateway cannot be reached' });
  }
  let body = {};
  try {
    body = await answer.json();
  } catch {
    // Whatever is no JSON has nothing to tell.
  }
  if (!answer.ok) throw new Complaint(answer.status, body);
  return body;
}

/** `background`: nobody pressed a key for it, so it does not keep the login alive. */
export const get = (path, { background = false } = {}) =>
  ask(path, background ? { headers: { 'X-Background': '1' } } : {});

export const post = (path, body) => ask(path, {
  method: 'POST',
  headers: { 'Content-Type': 'application/json', 'X-CSRF-Token': session.csrf },
  body: JSON.stringify(body),
});

export async function learnSession() {
  const told = await get('/api/session');
  Object.assign(session, { user: null, operator: null, verbs: [], nobody_can_log_in: false }, told);
  session.skew = Date.parse(told.now) - Date.now();
  return session;
}

export async function logIn(user, password) {
  await learnSession();
  await post('/api/login', { user, password });
  return learnSession();
}

export async function logOut() {
  await post('/api/logout', {});
  return learnSession();
}

/** The gateway's time: this browser's clock may be wrong. */
export const now = () => new Date(Date.now() + session.skew).toISOString();

export const meterPath = (meter, rest = '') => `/api/meters/${encodeURIComponent(meter)}${rest}`;

/** A number for a command: the same one however often it is sent, so it has one effect. */
export function commandId() {
  const random = crypto.getRandomValues(new Uint32Array(2));
  const stamp = now().replaceAll(/[-:]|\.\d+/g, '');
  return `console-${stamp}-${[...random].map((part) => part.toString(16).padStart(8, '0')).join('')}`;
}
