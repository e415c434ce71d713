import regain from "@regain/widget/vite";
import { defineConfig } from "vite";

export default defineConfig({
  plugins: [regain()],
  // As Vite's own plugin for React has it: found late, it would have the page load anew.
  optimizeDeps: { include: ["react/jsx-dev-runtime"] },
});
