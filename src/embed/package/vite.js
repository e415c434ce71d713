// Has Vite serve Regain's files and put them into what it builds: unchanged and under their own names, because
// each is known to the one that brings it in by its name and by its hash.
import { readdirSync, readFileSync } from "node:fs";
import { extname } from "node:path";

const FILES = new URL("files/", import.meta.url);
const KINDS = {
  ".css": "text/css",
  ".js": "text/javascript",
  ".json": "application/json",
  ".txt": "text/plain; charset=utf-8",
  ".wasm": "application/wasm",
};

export default function regain({ folder = "regain" } = {}) {
  const names = readdirSync(FILES);
  const content = name => readFileSync(new URL(name, FILES));
  let config;
  return {
    name: "regain",
    configResolved(resolved) {
      config = resolved;
    },
    configureServer({ middlewares }) {
      const start = `${new URL(config.base, "http://localhost").pathname}${folder}/`;
      middlewares.use((request, response, next) => {
        const [path] = request.url.split("?");
        const name = path.startsWith(start) && path.slice(start.length);
        if (!names.includes(name)) return next();
        response.setHeader("content-type", KINDS[extname(name)]);
        response.setHeader("access-control-allow-origin", "*");
        response.end(content(name));
      });
    },
    generateBundle() {
      // A build for a server brings in nothing.
      if (config.build.ssr) return;
      for (const name of names) this.emitFile({ type: "asset", fileName: `${folder}/${name}`, source: content(name) });
    },
  };
}
