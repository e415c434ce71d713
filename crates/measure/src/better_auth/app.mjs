// A better-auth app that does what is measured and no more. What it commits is on the disk, as Regain's is.
import { createServer } from "node:http";
import { betterAuth } from "better-auth";
import { getMigrations } from "better-auth/db/migration";
import { toNodeHandler } from "better-auth/node";
import { emailOTP } from "better-auth/plugins";
import Database from "better-sqlite3";

const [port, people] = process.argv.slice(2).map(Number);
const database = new Database("measured.db");
database.pragma("journal_mode = WAL");
database.pragma("synchronous = FULL");
const mails = new Map();

const auth = betterAuth({
  baseURL: `http://127.0.0.1:${port}`,
  secret: crypto.randomUUID() + crypto.randomUUID(),
  database,
  emailAndPassword: { enabled: true },
  rateLimit: { enabled: false },
  telemetry: { enabled: false },
  plugins: [emailOTP({ sendVerificationOTP: async ({ email, otp }) => void mails.set(email, otp) })],
});
await (await getMigrations(auth.options)).runMigrations();
const { internalAdapter: users } = await auth.$context;
database.exec("BEGIN");
for (let person = 0; person < people; person++) {
  await users.createUser({ email: `p${person}@example.com`, name: "Some Body", emailVerified: true });
}
database.exec("COMMIT");
createServer(toNodeHandler(auth)).listen(port, "127.0.0.1");
