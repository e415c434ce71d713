// A hook for Regain over people in memory, with Node's standard library alone. Put your own table in the place of `people`;
// all else can stay. The protocol is in docs/hook.md.
import { createHmac, randomBytes, scrypt as scryptWithCallback, timingSafeEqual } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { parseArgs, promisify } from "node:util";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "8090" },
    "key-file": { type: "string", multiple: true, default: ["hook-key"] },
    people: { type: "string", default: "people.json" },
    cost: { type: "string", default: "16384" },
  },
});

const FAILURES_UNTIL_LOCKOUT = 10;
const LOCKOUT_MS = 15 * 60_000;
const MIN_LENGTH = 8;

// Signatures, as Standard Webhooks has them. While keys are changed, there are two.
const keys = options["key-file"].map((file) => readFileSync(file, "utf8").trim().replace(/^whsec_/, ""));

function isSigned(headers, body) {
  const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
  if (!id || !signatures || !(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
  const given = signatures.split(" ").map((signature) => Buffer.from(signature));
  return keys.some((key) => {
    const mac = createHmac("sha256", Buffer.from(key, "base64")).update(`${id}.${at}.`).update(body).digest("base64");
    const right = Buffer.from(`v1,${mac}`);
    return given.some((one) => one.length === right.length && timingSafeEqual(one, right));
  });
}

// Passwords. Comparing takes as long where there is nobody, or nobody with a password.
const scrypt = promisify(scryptWithCallback);
const COST = { N: Number(options.cost), r: 8, p: 5, maxmem: 64 * 1024 * 1024 };
const hash = async (password, salt = randomBytes(16)) => ({ salt, key: await scrypt(password, salt, 32, COST) });
const NOBODYS = await hash(randomBytes(16));

async function isRight(password, stored) {
  const { salt, key } = stored ?? NOBODYS;
  return timingSafeEqual((await hash(password, salt)).key, key) && stored !== null;
}

// People. What one of them is called is compared in the form in which Regain asks.
const people = new Map();
for (const person of JSON.parse(readFileSync(options.people, "utf8"))) {
  const password = person.password === undefined ? null : await hash(person.password);
  people.set(person.id, { enabled: true, locked: false, ...person, password, failures: 0, lockedUntil: 0 });
}
// Letter by letter: lower case as a whole knows a final sigma.
const normalised = (text) => Array.from(text.normalize("NFKC"), (letter) => letter.toLowerCase()).join("").trim();
const isLocked = (person) => person.locked || person.lockedUntil > Date.now();
const found = (userId) => Array.from(people.values()).find((person) => normalised(person.user_id) === userId);

const account = (person) => ({
  id: person.id,
  user_id: person.user_id,
  display_name: person.display_name,
  enabled: person.enabled,
  locked: isLocked(person),
  has_password: person.password !== null,
  phones: person.phones ?? [],
  notices: person.notices ?? [],
  groups: person.groups ?? [],
});

async function signIn({ user_id: userId, password }) {
  const person = found(userId);
  const stored = person?.password ?? null;
  const right = await isRight(password, stored);
  // From here on nothing waits: no other request comes between.
  if (!person?.enabled || isLocked(person)) return { result: "refused" };
  if (right && person.password === stored) {
    person.failures = 0;
    return { result: "accepted", account: account(person) };
  }
  person.failures += 1;
  if (person.failures >= FAILURES_UNTIL_LOCKOUT) Object.assign(person, { failures: 0, lockedUntil: Date.now() + LOCKOUT_MS });
  return { result: "refused" };
}

async function setPassword({ id, password, current }) {
  const person = people.get(id);
  if (!person?.enabled) return { result: "no_such_account" };
  const stored = person.password;
  if (current !== undefined && !(await isRight(current, stored))) return { result: "wrong_password" };
  if (Array.from(password).length < MIN_LENGTH) {
    return { result: "refused", violations: [{ rule: "too_short", min: MIN_LENGTH }] };
  }
  const hashed = await hash(password);
  // Of several changes at once from the same password, one wins.
  if (current !== undefined && person.password !== stored) return { result: "wrong_password" };
  Object.assign(person, { password: hashed, locked: false, failures: 0, lockedUntil: 0 });
  return { result: "done" };
}

function unlock({ id }) {
  const person = people.get(id);
  if (!person?.enabled) return { result: "no_such_account" };
  const result = isLocked(person) ? "unlocked" : "not_locked";
  Object.assign(person, { locked: false, failures: 0, lockedUntil: 0 });
  return { result };
}

const ABOUT = {
  version: 1,
  abilities: { sign_in: true, unlock: true, people: true },
  failures_until_lockout: FAILURES_UNTIL_LOCKOUT,
};
const byId = ({ ids }) => ({ people: ids.filter((id) => people.has(id)).map((id) => account(people.get(id))) });
const byUserId = ({ user_id: userId }) => ({ account: found(userId) ? account(found(userId)) : null });
const ENDPOINTS = new Map([
  ["/find", { members: ["user_id"], answer: byUserId }],
  ["/sign-in", { members: ["user_id", "password"], answer: signIn }],
  ["/set-password", { members: ["id", "password"], answer: setPassword, changes: true }],
  ["/unlock", { members: ["id"], answer: unlock, changes: true }],
  ["/people", { members: ["ids"], answer: byId }],
]);

// A change that is asked for again has happened already: its reply is the same.
const replies = new Map();
function once(id, change) {
  for (const [former, { at }] of replies) {
    if (at > Date.now() - 15 * 60_000) break;
    replies.delete(former);
  }
  if (!replies.has(id)) replies.set(id, { at: Date.now(), reply: change() });
  return replies.get(id).reply;
}

async function answer(request) {
  const chunks = [];
  let length = 0;
  for await (const chunk of request) {
    length += chunk.length;
    if (length > 65_536) return [413, {}];
    chunks.push(chunk);
  }
  const body = Buffer.concat(chunks);
  if (!isSigned(request.headers, body)) return [401, {}];
  if (request.method === "GET" && request.url === "/") return [200, ABOUT];
  const endpoint = request.method === "POST" ? ENDPOINTS.get(request.url) : undefined;
  if (endpoint === undefined) return [404, {}];
  const asked = parsed(body);
  const isThere = (name) => (name === "ids" ? Array.isArray(asked.ids) : typeof asked[name] === "string");
  if (!endpoint.members.every(isThere) || !["undefined", "string"].includes(typeof asked.current)) return [400, {}];
  if (endpoint.changes) return [200, await once(request.headers["webhook-id"], async () => endpoint.answer(asked))];
  return [200, await endpoint.answer(asked)];
}

function parsed(body) {
  try {
    return JSON.parse(body.toString("utf8")) ?? {};
  } catch {
    return {};
  }
}

const server = createServer(async (request, response) => {
  const [status, reply] = await answer(request).catch((error) => {
    console.error(`${request.method} ${request.url}: ${error.message}`);
    return [500, {}];
  });
  response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
});
server.listen(Number(options.port), "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
