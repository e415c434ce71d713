import regain from "@regain/widget/vite";
import { defineConfig } from "vite";

export default defineConfig({ plugins: [regain()] });
