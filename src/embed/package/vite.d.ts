import type { Plugin } from "vite";

/** Has Vite serve Regain's files, unchanged, and put them into what it builds: in `regain/`, or where `folder` says. */
export default function regain(options?: { folder?: string }): Plugin;
