// A directory hook over better-auth's users: docs/hook.md. A user ID is an email address; better-auth locks nobody.
import { createHmac, randomBytes, timingSafeEqual } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";

// The address proves who somebody is, as it does in better-auth's own reset.
const ABOUT = { version: 1, abilities: { sign_in: true, people: true, owns_alternate: true } };
const KEPT_MS = 15 * 60_000;
const PATHS = {
  "/regain/find": ["user_id"],
  "/regain/sign-in": ["user_id", "password"],
  "/regain/set-password": ["id", "password"],
  "/regain/people": ["ids"],
};

/** A handler of requests below /regain, signed with the key of a file, which is made where it is missing. */
export async function answerHook(auth, keyFile) {
  if (!existsSync(keyFile)) writeFileSync(keyFile, `whsec_${randomBytes(32).toString("base64")}\n`, { mode: 0o600 });
  const key = Buffer.from(readFileSync(keyFile, "utf8").trim().replace(/^whsec_/, ""), "base64");
  const { internalAdapter: users, password: passwords } = await auth.$context;
  const nobodys = await passwords.hash(randomBytes(16).toString("hex"));
  const replies = new Map();

  function isSigned(headers, body) {
    const { "webhook-id": id, "webhook-timestamp": at, "webhook-signature": signatures } = headers;
    if (!id || !signatures || !(Math.abs(Date.now() / 1000 - Number(at)) <= 300)) return false;
    const right = Buffer.from(`v1,${createHmac("sha256", key).update(`${id}.${at}.`).update(body).digest("base64")}`);
    return signatures.split(" ").some((given) => given.length === right.length && timingSafeEqual(Buffer.from(given), right));
  }

  const hashOf = async (user) => (await users.findAccounts(user.id)).find((one) => one.providerId === "credential")?.password;
  const account = async (user) => ({
    id: user.id,
    user_id: user.email,
    display_name: user.name,
    enabled: true,
    locked: false,
    has_password: (await hashOf(user)) !== undefined,
    mails: [{ role: "alternate", address: user.email }],
  });

  async function find({ user_id: email }) {
    const user = (await users.findUserByEmail(email))?.user;
    return { account: user ? await account(user) : null };
  }

  async function signIn({ user_id: email, password }) {
    const user = (await users.findUserByEmail(email))?.user;
    const hash = user && (await hashOf(user));
    const isRight = await passwords.verify({ hash: hash ?? nobodys, password });
    return isRight && hash ? { result: "accepted", account: await account(user) } : { result: "refused" };
  }

  async function setPassword({ id, password, current }) {
    const user = await users.findUserById(id);
    if (!user) return { result: "no_such_account" };
    const former = await hashOf(user);
    if (current !== undefined && !(former && (await passwords.verify({ hash: former, password: current })))) {
      return { result: "wrong_password" };
    }
    const { minPasswordLength: min, maxPasswordLength: max } = passwords.config;
    if (password.length < min) return { result: "refused", violations: [{ rule: "too_short", min }] };
    if (password.length > max) return { result: "refused", violations: [{ rule: "too_long", max }] };
    const hash = await passwords.hash(password);
    if (former === undefined) {
      await users.linkAccount({ userId: id, accountId: id, providerId: "credential", password: hash });
    } else {
      await users.updatePassword(id, hash);
    }
    // Whoever knew the former password is signed out.
    await users.deleteUserSessions(id);
    return { result: "done" };
  }

  async function people({ ids }) {
    const found = await Promise.all(ids.map((id) => users.findUserById(id)));
    return { people: await Promise.all(found.filter((user) => user !== null).map(account)) };
  }

  // Changes one after the other, so that of several from one password one wins. One that is asked for again has happened.
  let last = Promise.resolve();
  function once(id, change) {
    for (const [former, { at }] of replies) if (at < Date.now() - KEPT_MS) replies.delete(former);
    if (!replies.has(id)) {
      last = last.then(change, change);
      replies.set(id, { at: Date.now(), reply: last });
    }
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
    if (request.method === "GET" && request.url === "/regain") return [200, ABOUT];
    if (request.method !== "POST" || !Object.hasOwn(PATHS, request.url)) return [404, {}];
    const asked = parsed(body);
    const isText = (name) => typeof asked[name] === "string";
    const isFine = PATHS[request.url].every((name) => (name === "ids" ? Array.isArray(asked.ids) : isText(name)));
    if (!isFine || (asked.current !== undefined && !isText("current"))) return [400, {}];
    if (request.url === "/regain/find") return [200, await find(asked)];
    if (request.url === "/regain/sign-in") return [200, await signIn(asked)];
    if (request.url === "/regain/people") return [200, await people(asked)];
    return [200, await once(request.headers["webhook-id"], () => setPassword(asked))];
  }

  return async (request, response) => {
    const [status, reply] = await answer(request).catch((error) => {
      console.error(`${request.method} ${request.url}: ${error.message}`);
      return [500, {}];
    });
    response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(reply));
  };
}

function parsed(body) {
  try {
    return JSON.parse(body.toString("utf8")) ?? {};
  } catch {
    return {};
  }
}
