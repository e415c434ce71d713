"""A hook for Regain over a table in SQLite, with Python's standard library alone. Put your own table in the place of
`people`; all else can stay. The protocol is in docs/hook.md."""

import argparse
import base64
import hashlib
import hmac
import json
import secrets
import sqlite3
import threading
import time
import unicodedata
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

FAILURES_UNTIL_LOCKOUT = 10
LOCKOUT_S = 15 * 60
MIN_LENGTH = 8

parser = argparse.ArgumentParser()
parser.add_argument("--port", type=int, default=8090)
parser.add_argument("--key-file", action="append", type=Path, required=True, help="twice while keys are changed")
parser.add_argument("--people", type=Path, default="people.json", help="people to begin with")
parser.add_argument("--database", default=":memory:")
parser.add_argument("--cost", type=int, default=2**14, help="scrypt's N")
options = parser.parse_args()

# Signatures, as Standard Webhooks has them.
KEYS = [base64.b64decode(path.read_text().strip().removeprefix("whsec_")) for path in options.key_file]


def is_signed(headers, body):
    message_id, at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not message_id or not at.isdecimal() or abs(time.time() - int(at)) > 300:
        return False
    signed = f"{message_id}.{at}.".encode() + body
    right = [b"v1," + base64.b64encode(hmac.digest(key, signed, "sha256")) for key in KEYS]
    given = headers.get("webhook-signature", "").encode("latin-1").split(b" ")
    return any(hmac.compare_digest(one, key) for one in given for key in right)


# Passwords. Comparing takes as long where there is nobody, or nobody with a password.
def hashed(password, salt=None):
    salt = salt or secrets.token_bytes(16)
    key = hashlib.scrypt(password.encode(), salt=salt, n=options.cost, r=8, p=5, maxmem=2**26, dklen=32)
    return salt + key


NOBODYS = hashed(secrets.token_hex(16))


def is_right(password, stored):
    right = hmac.compare_digest(hashed(password, (stored or NOBODYS)[:16]), stored or NOBODYS)
    return right and stored is not None


# People. What one of them is called is compared in the form in which Regain asks: letter by letter in lower case.
def normalised(text):
    return "".join(letter.lower() for letter in unicodedata.normalize("NFKC", text)).strip()


database = sqlite3.connect(options.database, check_same_thread=False)
database.row_factory = sqlite3.Row
writing = threading.RLock()
database.executescript("""
    CREATE TABLE IF NOT EXISTS people (id TEXT PRIMARY KEY, user_key TEXT UNIQUE, user_id TEXT, display_name TEXT,
        enabled INTEGER, locked INTEGER, locked_until REAL DEFAULT 0, failures INTEGER DEFAULT 0, password BLOB, contacts TEXT);
    CREATE TABLE IF NOT EXISTS replies (webhook_id TEXT PRIMARY KEY, at REAL, reply TEXT);
""")
for person in json.loads(options.people.read_text()):
    password = hashed(person["password"]) if "password" in person else None
    with database:
        database.execute(
            "INSERT INTO people (id, user_key, user_id, display_name, enabled, locked, password, contacts)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING",
            (person["id"], normalised(person["user_id"]), person["user_id"], person["display_name"],
             person.get("enabled", True), person.get("locked", False), password,
             json.dumps({name: person.get(name, []) for name in ("phones", "notices", "groups")})),
        )


def one(column, value):
    with writing:
        return database.execute(f"SELECT * FROM people WHERE {column} = ?", (value,)).fetchone()


def is_locked(person):
    return bool(person["locked"]) or person["locked_until"] > time.time()


def account(person):
    return {
        "id": person["id"], "user_id": person["user_id"], "display_name": person["display_name"],
        "enabled": bool(person["enabled"]), "locked": is_locked(person), "has_password": person["password"] is not None,
        **json.loads(person["contacts"]),
    }


def find(user_id):
    person = one("user_key", user_id)
    return {"account": person and account(person)}


def sign_in(user_id, password):
    stored = (person := one("user_key", user_id)) and person["password"]
    right = is_right(password, stored)
    with writing, database:
        person = one("user_key", user_id)
        if not person or not person["enabled"] or is_locked(person):
            return {"result": "refused"}
        if right and person["password"] == stored:
            database.execute("UPDATE people SET failures = 0 WHERE id = ?", (person["id"],))
            return {"result": "accepted", "account": account(person)}
        locks = person["failures"] + 1 >= FAILURES_UNTIL_LOCKOUT
        database.execute(
            "UPDATE people SET failures = ?, locked_until = ? WHERE id = ?",
            (0 if locks else person["failures"] + 1, time.time() + LOCKOUT_S if locks else 0, person["id"]),
        )
        return {"result": "refused"}


def set_password(id, password, current=None):
    person = one("id", id)
    if not person or not person["enabled"]:
        return {"result": "no_such_account"}
    if current is not None and not is_right(current, person["password"]):
        return {"result": "wrong_password"}
    if len(password) < MIN_LENGTH:
        return {"result": "refused", "violations": [{"rule": "too_short", "min": MIN_LENGTH}]}
    database.execute(
        "UPDATE people SET password = ?, locked = 0, locked_until = 0, failures = 0 WHERE id = ?", (hashed(password), id)
    )
    return {"result": "done"}


def unlock(id):
    person = one("id", id)
    if not person or not person["enabled"]:
        return {"result": "no_such_account"}
    database.execute("UPDATE people SET locked = 0, locked_until = 0, failures = 0 WHERE id = ?", (id,))
    return {"result": "unlocked" if is_locked(person) else "not_locked"}


def people(ids):
    return {"people": [account(person) for id in ids if (person := one("id", id))]}


def once(webhook_id, change, asked):
    """A change, one at a time. One that is asked for again has happened already: its reply is the same. Change and reply
    are one transaction, so that this holds also where the program dies between them."""
    with writing, database:
        database.execute("DELETE FROM replies WHERE at < ?", (time.time() - 15 * 60,))
        former = database.execute("SELECT reply FROM replies WHERE webhook_id = ?", (webhook_id,)).fetchone()
        if former:
            return json.loads(former["reply"])
        reply = change(**asked)
        database.execute("INSERT INTO replies VALUES (?, ?, ?)", (webhook_id, time.time(), json.dumps(reply)))
        return reply


ABOUT = {
    "version": 1,
    "abilities": {"sign_in": True, "unlock": True, "people": True},
    "failures_until_lockout": FAILURES_UNTIL_LOCKOUT,
}
READS = {"/find": find, "/sign-in": sign_in, "/people": people}
CHANGES = {"/set-password": set_password, "/unlock": unlock}
MEMBERS = {
    "/find": {"user_id": str}, "/sign-in": {"user_id": str, "password": str}, "/people": {"ids": list},
    "/set-password": {"id": str, "password": str}, "/unlock": {"id": str},
}


def parsed(path, body):
    """The members of a request; None where they are not as documented."""
    try:
        asked = json.loads(body)
    except ValueError:
        return None
    members = MEMBERS[path]
    if not isinstance(asked, dict) or not isinstance(asked.get("current", ""), str):
        return None
    is_fine = all(isinstance(asked.get(name), kind) for name, kind in members.items())
    names = (*members, "current") if path == "/set-password" else members
    return {name: asked[name] for name in names if name in asked} if is_fine else None


class Hook(BaseHTTPRequestHandler):
    timeout = 10

    def answer(self):
        length = self.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > 65536:
            return 413, {}
        body = self.rfile.read(int(length))
        if not is_signed(self.headers, body):
            return 401, {}
        if self.command == "GET" and self.path == "/":
            return 200, ABOUT
        if self.command != "POST" or self.path not in MEMBERS:
            return 404, {}
        asked = parsed(self.path, body)
        if asked is None:
            return 400, {}
        if self.path in READS:
            return 200, READS[self.path](**asked)
        return 200, once(self.headers["webhook-id"], CHANGES[self.path], asked)

    def respond(self):
        status, reply = self.answer()
        reply = json.dumps(reply).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(reply)))
        self.end_headers()
        self.wfile.write(reply)

    do_GET = do_POST = respond

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    # The 5 connections of the default that may wait are fewer than come at once.
    request_queue_size = 128


server = Server(("127.0.0.1", options.port), Hook)
print(f"http://127.0.0.1:{server.server_port}", flush=True)
server.serve_forever()
