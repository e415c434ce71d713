// @ts-check
// Asks the server how often a password is in known leaks, in the form of Have I Been Pwned: only the
// first five of the forty digits of its hash leave the browser.
// Only whole-line comments and indentation are stripped from it for shipping.

/** @param {Parameters<Work>} job */
export default async (...[, [api, password],, signal, say]) => {
  let count = -1;
  try {
    // As the server stores it: any space is the plain one, and what looks the same is the same.
    const form = password.replace(/\p{Zs}/gu, " ").normalize("NFC");
    const hash = await crypto.subtle.digest("SHA-1", new TextEncoder().encode(form));
    const digits = Array.from(new Uint8Array(hash), byte => byte.toString(16).padStart(2, "0")).join("").toUpperCase();
    const answer = await fetch(`${api}/v1/range/${digits.slice(0, 5)}`, {signal, credentials: "omit"});
    if (answer.ok) {
      const rest = digits.slice(5) + ":";
      const line = (await answer.text()).split("\n").find(line => line.startsWith(rest));
      // Lines that only make the answer longer count 0.
      count = line ? +line.slice(rest.length) || 0 : 0;
    }
  } catch {}
  say(count);
};
