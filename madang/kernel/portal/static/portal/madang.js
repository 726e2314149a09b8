// Everything works without this file. It listens on the document, so that parts brought in later by htmx work too.
const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const show = (element, shown = true) => element?.toggleAttribute("hidden", !shown);

document.addEventListener("submit", (event) => {
  const question = event.submitter?.dataset.confirm ?? event.target.dataset.confirm, form = event.target;
  if (question && !confirm(question)) return event.preventDefault();
  // The second click of two sends nothing; the server would know it, but its answer would come instead of the first.
  if (form.method !== "post") return;
  if (form.dataset.sent) return event.preventDefault();
  form.dataset.sent = "1";
  setTimeout(() => delete form.dataset.sent, 5000);
});
addEventListener("pageshow", () => all("form[data-sent]").forEach((form) => delete form.dataset.sent));

// The design system's letters are many bytes: no first page waits for them, and none changes under one's eyes.
if (!document.documentElement.classList.contains("m-own-font")) addEventListener("load", async () => {
  const faces = await Promise.all(["400", "700"].map((weight) => document.fonts.load(`${weight} 1em "Pretendard GOV"`)));
  if (faces.every((face) => face.length)) document.cookie = `fonts=kept; path=/; max-age=31536000; samesite=lax${location.protocol === "https:" ? "; secure" : ""}`;
});

// numbers to take along
document.addEventListener("click", async ({ target }) => {
  const button = target.closest?.("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  button.textContent = button.dataset.copied;
});

// menus: Escape and a click elsewhere close them
document.addEventListener("click", (event) => all(".m-drop[open]").forEach((menu) => menu.contains(event.target) || (menu.open = false)));
document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector(".m-drop[open]");
  if (menu) { menu.open = false; menu.querySelector("summary").focus(); }
});

// texts: how many characters are left
function count(area) {
  const counter = document.getElementById(`${area.id}_count`);
  if (!counter) return;
  const left = Number(counter.dataset.counter) - [...area.value.replace(/\r?\n/g, "\r\n")].length;
  counter.textContent = (left < 0 ? counter.dataset.over : counter.dataset.left).replace("{n}", Math.abs(left).toLocaleString());
  counter.classList.toggle("is-over", left < 0);
}

// fields that are asked only for certain answers
function answer(form, name) {
  const inputs = [...form.elements].filter((input) => input.name === name);
  if (inputs[0]?.type === "checkbox" && inputs.length === 1 && inputs[0].value === "on") return [String(inputs[0].checked)];
  return inputs.filter((input) => !/radio|checkbox/.test(input.type) || input.checked).map((input) => input.value);
}
function ask(form) {
  all("[data-when]", form).forEach((field) => {
    const wanted = Object.entries(JSON.parse(field.dataset.when));
    show(field, wanted.every(([name, answers]) => answer(form, name).some((one) => answers.some((other) => other.toLowerCase() === one.toLowerCase()))));
  });
}

// files: what was chosen, and what is too large
function list(input) {
  const box = input.closest("[data-files]"), target = box.querySelector("[data-file-list]"), most = Number(input.dataset.mostBytes || Infinity);
  target.replaceChildren(...[...input.files].map((file) => {
    const item = document.createElement("li");
    const size = file.size < 1e6 ? `${Math.ceil(file.size / 1024)} KB` : `${(file.size / 1048576).toFixed(1)} MB`;
    item.textContent = `${file.name} (${size})` + (file.size > most ? ` – ${target.dataset.tooLarge}` : "");
    item.classList.toggle("is-error", file.size > most);
    return item;
  }));
}
for (const type of ["dragover", "dragleave", "drop"]) document.addEventListener(type, (event) => {
  const box = event.target.closest?.("[data-files]");
  if (!box) return;
  event.preventDefault();
  box.classList.toggle("is-over", type === "dragover");
  if (type === "drop") { const input = box.querySelector("input"); input.files = event.dataTransfer.files; list(input); }
});

// a place: press on the map, or take one's own
function pin(box) {
  const map = box.querySelector("[data-bounds]"), [lat, lon] = coordinates(box);
  if (!map) return;
  const [west, south, east, north] = map.dataset.bounds.split(" ").map(Number), view = map.viewBox.baseVal, mark = map.querySelector("[data-pin]");
  const known = lat.value !== "" && lon.value !== "";
  mark.toggleAttribute("hidden", !known);
  if (known) mark.setAttribute("transform", `translate(${view.x + (lon.value - west) / (east - west) * view.width} ${view.y + (north - lat.value) / (north - south) * view.height})`);
}
const coordinates = (box) => ["lat", "lon"].map((name) => box.querySelector(`[name$="${name}"]`));
function place(box, latitude, longitude) {
  const [lat, lon] = coordinates(box);
  lat.value = latitude.toFixed(6); lon.value = longitude.toFixed(6);
  lat.dispatchEvent(new Event("change", { bubbles: true }));
}

// groups that repeat
function renumber(group) {
  const prefix = group.dataset.repeated, items = all("[data-item]", group);
  items.forEach((item, index) => all("[name], [id], [for], [aria-describedby]", item).forEach((element) => ["name", "id", "for", "aria-describedby"].forEach((name) => {
    const value = element.getAttribute(name);
    if (value) element.setAttribute(name, value.replaceAll(new RegExp(`${prefix}-(\\d+|__prefix__)-`, "g"), `${prefix}-${index}-`));
  })));
  group.querySelector(`[name="${prefix}-TOTAL_FORMS"]`).value = items.length;
  show(group.querySelector("[data-add]"), items.length < Number(group.querySelector(`[name="${prefix}-MAX_NUM_FORMS"]`).value));
}

// the queue: how many are ticked, which row the keys are on
const KEYS = "madang-keys";
function tally(queue) {
  const ticks = all("tbody input[type=checkbox]", queue), ticked = ticks.filter((tick) => tick.checked).length, whole = queue.querySelector("[data-all] input");
  queue.querySelector("[data-count]").textContent = ticked;
  whole.checked = ticked > 0 && ticked === ticks.length;
  whole.indeterminate = ticked > 0 && ticked < ticks.length;
}
document.addEventListener("keydown", (event) => {
  const queue = document.querySelector("[data-queue]");
  if (!queue || localStorage.getItem(KEYS) === "off" || event.ctrlKey || event.metaKey || event.altKey || event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  const rows = all("tbody tr", queue), at = rows.findIndex((row) => row.classList.contains("m-current"));
  const step = { j: 1, k: -1 }[event.key];
  if (step && rows.length) {
    const next = rows[Math.min(rows.length - 1, Math.max(0, at + step))];
    rows.forEach((row) => row.classList.toggle("m-current", row === next));
    (next.querySelector("[data-open]") ?? next.querySelector("input")).focus();
  } else if (event.key === "x" && at >= 0) rows[at].querySelector("input").click();
});

document.addEventListener("click", (event) => {
  const target = event.target.closest?.("[data-add], [data-remove], [data-here], [data-bounds]");
  if (!target) return;
  const group = target.closest("[data-repeated]"), box = target.closest("[data-map-point]");
  if (target.matches("[data-add]")) {
    event.preventDefault();
    group.querySelector("[data-items]").append(group.querySelector("template").content.cloneNode(true));
    renumber(group); start(group);
    all("[data-item]", group).at(-1).querySelector("input:not([type=hidden])").focus();
  } else if (target.matches("[data-remove]")) {
    target.closest("[data-item]").remove(); renumber(group); group.querySelector("[data-add]").focus();
  } else if (target.matches("[data-here]")) {
    navigator.geolocation.getCurrentPosition(({ coords }) => place(box, coords.latitude, coords.longitude));
  } else {
    const point = new DOMPoint(event.clientX, event.clientY).matrixTransform(target.getScreenCTM().inverse()), view = target.viewBox.baseVal;
    const [west, south, east, north] = target.dataset.bounds.split(" ").map(Number);
    place(box, north - (point.y - view.y) / view.height * (north - south), west + (point.x - view.x) / view.width * (east - west));
  }
});

for (const type of ["input", "change"]) document.addEventListener(type, ({ target }) => {
  if (target.form) ask(target.form);
  if (target.matches("textarea")) count(target);
  if (target.matches("[data-files] input")) list(target);
  if (target.closest("[data-map-point]")) pin(target.closest("[data-map-point]"));
  if (target.matches("[data-keys]")) localStorage.setItem(KEYS, target.checked ? "on" : "off");
  const queue = target.closest("[data-queue]");
  if (queue && target.closest("[data-all]")) all("tbody input[type=checkbox]", queue).forEach((tick) => (tick.checked = target.checked));
  if (queue) tally(queue);
});

function start(root) {
  all("textarea", root).forEach(count);
  all("form", root).forEach(ask);
  all("[data-map-point]", root).forEach((box) => { show(box.querySelector("[data-bounds]")); show(box.querySelector("[data-here]"), "geolocation" in navigator); pin(box); });
  all("[data-remove], [data-all], .m-file-drop, .m-bulk-count, .m-keys", root).forEach((element) => show(element));
  if (navigator.clipboard) all("[data-copy]", root).forEach((button) => show(button));
  all("[data-keys]", root).forEach((tick) => (tick.checked = localStorage.getItem(KEYS) !== "off"));
  root.querySelector("[data-focus]")?.focus();
}
start(document);
document.addEventListener("htmx:after:swap", (event) => start(event.target));
