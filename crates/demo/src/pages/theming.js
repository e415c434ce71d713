// Applies what the controls say to the widget beside them, says how well it can be read, and writes down what to
// take along. Styles are set through the CSSOM: the page's policy allows no inline ones.
"use strict";

const stage = document.getElementById("stage");
const controls = document.getElementById("controls");
const [css, tag, verdict, copied, part, rules] =
  ["css", "tag", "verdict", "copied", "part", "rules"].map((id) => document.getElementById(id));
const fields = [...controls.querySelectorAll("[data-token]")];
const chosen = (name) => controls.elements[name].value;

// Any colour of CSS as its red, green and blue; none for what is not one.
const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
function rgb(color) {
  if (!CSS.supports("color", color)) return null;
  canvas.fillStyle = "#000";
  canvas.fillStyle = color;
  canvas.fillRect(0, 0, 1, 1);
  return [...canvas.getImageData(0, 0, 1, 1).data].slice(0, 3);
}
const hex = (color) => `#${rgb(color).map((part) => part.toString(16).padStart(2, "0")).join("")}`;

// Values of the fields, by token: the value in the light and in the dark look, where it is another than by default.
function values() {
  const all = {};
  for (const field of fields) {
    const { token, look, unit = "" } = field.dataset;
    const fallback = field.localName === "select" ? "" : field.defaultValue;
    const value = field.value.trim();
    const usable = !look || value === "" || CSS.supports("color", value);
    if (look) field.setAttribute("aria-invalid", !usable);
    const own = usable && value !== "" && value !== fallback;
    const entry = (all[token] ??= {});
    entry.own ||= own;
    entry[look ?? "light"] = (own ? value : fallback) + unit;
  }
  return all;
}

function written({ light, dark }) {
  return !dark || light === dark ? light : `light-dark(${light || dark}, ${dark || light})`;
}

// As in the stylesheet: black or white on the accent, and links that are lighter in the dark.
const onAccent = (accent) => `oklch(from ${accent} clamp(0, (0.68 - l) * 1000, 1) 0 0)`;
const link = (accent, look) => (look === "dark" ? `color-mix(in oklab, ${accent} 65%, white)` : accent);

function colorOf(all, name, look) {
  const accent = all.accent[look];
  if (name === "link") return link(accent, look);
  return all[name][look] || onAccent(accent);
}

// WCAG 2.2: relative luminance, and contrast ratio.
function luminance(color) {
  const [r, g, b] = rgb(color).map((part) => {
    const c = part / 255;
    return c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
}
function ratio(one, other) {
  const [dark, light] = [luminance(one), luminance(other)].sort((a, b) => a - b);
  return (light + 0.05) / (dark + 0.05);
}

function judge(all) {
  const low = [];
  for (const row of controls.querySelectorAll("tr[data-of]")) {
    for (const cell of row.querySelectorAll("[data-look]")) {
      const { look } = cell.dataset;
      const is = ratio(colorOf(all, row.dataset.of, look), colorOf(all, row.dataset.on, look));
      const enough = is >= Number(row.dataset.needs);
      // Rounded down: what is just too little is not to look like enough.
      cell.textContent = `${Math.floor(is * 10) / 10} to 1: ${enough ? "enough" : "too little"}`;
      cell.dataset.is = enough ? "enough" : "low";
      if (!enough) low.push(`${row.querySelector("th").textContent} (${look})`);
    }
  }
  const words = low.length ? `Too little contrast: ${low.join("; ")}.` : "Everything can be told apart well enough.";
  if (verdict.textContent !== words) verdict.textContent = words;
  verdict.dataset.is = low.length ? "low" : "enough";
}

const sheet = new CSSStyleSheet();
document.adoptedStyleSheets.push(sheet);

function point() {
  const name = chosen("render") === "light" ? `.${part.value}` : `::part(${part.value})`;
  const place = chosen("render") === "light" ? `.regain-widget ${name}` : `.regain-widget${name}`;
  const outline = part.value ? `${place} { outline: 3px dashed #d6006c !important; outline-offset: 1px; }` : "";
  sheet.replaceSync(`${rules.value}\n${outline}`);
}

function write(all) {
  const lines = Object.entries(all).filter(([, value]) => value.own);
  const text = lines.map(([token, value]) => `  --regain-${token}: ${written(value)};\n`).join("");
  const own = rules.value.trim();
  css.textContent = [text && `.regain-widget {\n${text}}`, own].filter(Boolean).join("\n\n") || "/* It is as it comes. */";
  const attributes = [["theme", "auto"], ["mode", "inline"], ["render", "shadow"], ["locale", "en"]]
    .filter(([name, usual]) => chosen(name) !== usual)
    .map(([name]) => ` data-${name}="${chosen(name)}"`);
  tag.textContent = `<script src="${location.origin}/regain.js" data-link="#cant-access"${attributes.join("")} async></script>`;
}

function apply() {
  const all = values();
  for (const [token, value] of Object.entries(all)) {
    if (value.own) stage.style.setProperty(`--regain-${token}`, written(value));
    else stage.style.removeProperty(`--regain-${token}`);
  }
  const theme = chosen("theme");
  stage.style.setProperty("color-scheme", theme === "auto" ? "light dark" : theme);
  const widget = stage.querySelector(".regain-widget");
  const page = matchMedia("(prefers-color-scheme: dark)").matches ? "dark" : "light";
  if (widget) widget.dataset.theme = theme === "auto" ? page : theme;
  stage.querySelector("regain-access")?.setAttribute("theme", theme);
  for (const output of controls.querySelectorAll("output")) {
    const field = document.getElementById(output.htmlFor.value);
    output.value = field.value + field.dataset.unit;
  }
  for (const picker of controls.querySelectorAll("[data-picks]")) {
    const [token, look] = picker.dataset.picks.split(" ");
    picker.value = hex(colorOf(all, token, look));
  }
  judge(all);
  point();
  write(all);
}

// Another place, tree or language takes another widget. It leaves the focus to the control that asked for it.
function reopen() {
  const access = document.createElement("regain-access");
  for (const name of ["theme", "mode", "render", "locale"]) access.setAttribute(name, chosen(name));
  access.setAttribute("open", "");
  const way = document.createElement("a");
  way.href = stage.dataset.href;
  way.textContent = "Can't access your account?";
  access.append(way);
  stage.replaceChildren(access);
}

controls.addEventListener("input", (event) => {
  const { picks } = event.target.dataset;
  if (picks) {
    const [token, look] = picks.split(" ");
    controls.querySelector(`[data-token="${token}"][data-look="${look}"]`).value = event.target.value;
  }
  apply();
});
controls.addEventListener("change", (event) => {
  if (["mode", "render", "locale"].includes(event.target.name)) {
    reopen();
    apply();
  }
});
controls.addEventListener("submit", (event) => event.preventDefault());

for (const button of document.querySelectorAll("[data-preset]")) {
  button.addEventListener("click", () => {
    for (const field of fields) {
      if (field.localName === "select") field.selectedIndex = 0;
      else field.value = field.defaultValue;
    }
    for (const [token, light, dark] of JSON.parse(button.dataset.preset)) {
      for (const field of fields.filter((field) => field.dataset.token === token)) {
        field.value = field.dataset.look === "dark" ? dark : light;
      }
    }
    apply();
  });
}

for (const button of document.querySelectorAll("[data-copies]")) {
  button.addEventListener("click", async () => {
    copied.textContent = "";
    try {
      await navigator.clipboard.writeText(document.getElementById(button.dataset.copies).textContent);
      copied.textContent = "Copied.";
    } catch {
      copied.textContent = "It could not be copied. Select it instead.";
    }
  });
}

const names = new Intl.DisplayNames("en", { type: "language" });
for (const option of controls.elements.locale.options) {
  if (option.lang) option.textContent = `${new Intl.DisplayNames(option.lang, { type: "language" }).of(option.lang)} (${names.of(option.lang)})`;
}

reopen();
apply();
