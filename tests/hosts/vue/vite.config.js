import regain from "@regain/widget/vite";
import vue from "@vitejs/plugin-vue";
import { defineConfig } from "vite";

const isCustomElement = tag => tag === "regain-access";

export default defineConfig({ plugins: [regain(), vue({ template: { compilerOptions: { isCustomElement } } })] });
