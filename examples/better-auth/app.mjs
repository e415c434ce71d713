// A better-auth app with a sign-in page of its own. Regain's part is the link with its script on that page, and the hook.
import { createServer } from "node:http";
import { parseArgs } from "node:util";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import Database from "better-sqlite3";
import { answerHook } from "./hook.mjs";

const { values: options } = parseArgs({
  options: {
    port: { type: "string", default: "3000" },
    regain: { type: "string", default: "http://127.0.0.1:8080" },
    "key-file": { type: "string", default: "hook-key" },
    database: { type: "string", default: "app.db" },
  },
});
const origin = `http://127.0.0.1:${options.port}`;

const auth = betterAuth({
  baseURL: origin,
  secret: process.env.BETTER_AUTH_SECRET ?? crypto.randomUUID() + crypto.randomUUID(),
  database: new Database(options.database),
  emailAndPassword: { enabled: true, disableSignUp: false },
  telemetry: { enabled: false },
});

await (await getMigrations(auth.options)).runMigrations();
const { internalAdapter: users } = await auth.$context;
for (const [name, password] of [["Ada", "analytical engine notes"], ["Grace", "nanoseconds of wire"]]) {
  const email = `${name.toLowerCase()}@northwind.example`;
  if (!(await users.findUserByEmail(email))) await auth.api.signUpEmail({ body: { email, name, password } });
}

const page = (body) => `<!doctype html>
<html lang="en">
<head>
  <meta charset="utf-8">
  <meta name="viewport" content="width=device-width, initial-scale=1">
  <title>Northwind Traders</title>
  <style>
    body { font: 1rem/1.5 system-ui, sans-serif; margin: 0; background: #f3f5f4; color: #1c2b26; }
    main { max-width: 26rem; margin: 3rem auto; padding: 1.5rem; background: #fff; border-radius: 8px; }
    label, input, button { display: block; width: 100%; box-sizing: border-box; font: inherit; }
    input { margin: .25rem 0 1rem; padding: .6rem; border: 1px solid #7d8f88; border-radius: 4px; }
    button { padding: .7rem; border: 0; border-radius: 4px; background: #1d6b52; color: #fff; }
    a { color: #1d6b52; }
    .regain-widget { --regain-accent: #1d6b52; --regain-radius: 4px; }
  </style>
</head>
<body><main><h1>Northwind Traders</h1>${body}</main></body>
</html>`;

const signIn = page(`
  <form id="sign-in">
    <label for="email">Email</label>
    <input id="email" name="email" type="email" autocomplete="username" required>
    <label for="password">Password</label>
    <input id="password" name="password" type="password" autocomplete="current-password" required>
    <button>Sign in</button>
    <p id="trouble" role="alert"></p>
  </form>
  <p><a id="cant-access" href="${options.regain}/reset">Can't access your account?</a></p>
  <script src="${options.regain}/regain.js" data-link="#cant-access" async></script>
  <script type="module">
    const form = document.querySelector("#sign-in");
    form.addEventListener("submit", async (event) => {
      event.preventDefault();
      const body = JSON.stringify(Object.fromEntries(new FormData(form)));
      const reply = await fetch("/api/auth/sign-in/email", { method: "POST", headers: { "content-type": "application/json" }, body });
      if (reply.ok) location.reload();
      else document.querySelector("#trouble").textContent = "That email and password do not match.";
    });
  </script>`);

const escaped = (text) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
const welcome = ({ name }) => page(`
  <p id="welcome">Welcome, ${escaped(name)}.</p>
  <button id="sign-out">Sign out</button>
  <script type="module">
    document.querySelector("#sign-out").addEventListener("click", async () => {
      await fetch("/api/auth/sign-out", { method: "POST", headers: { "content-type": "application/json" }, body: "{}" });
      location.reload();
    });
  </script>`);

const handleAuth = toNodeHandler(auth);
const handleHook = await answerHook(auth, options["key-file"]);
const server = createServer(async (request, response) => {
  const { pathname } = new URL(request.url, origin);
  if (pathname.startsWith("/api/auth/")) return handleAuth(request, response);
  if (pathname === "/regain" || pathname.startsWith("/regain/")) return handleHook(request, response);
  if (pathname !== "/") return response.writeHead(404).end();
  const session = await auth.api.getSession({ headers: new Headers({ cookie: request.headers.cookie ?? "" }) });
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" });
  response.end(session ? welcome(session.user) : signIn);
});
server.listen(Number(options.port), "127.0.0.1", () => console.log(origin));
