// What a script can see of an accessible page. Each function looks at the page as it stands and returns what is wrong.
(() => {
  const all = (selector, root = document) => [...root.querySelectorAll(selector)];
  const shown = (element) => element.checkVisibility({ visibilityProperty: true, contentVisibilityAuto: true });
  const words = (text) => (text ?? "").replace(/\s+/g, " ").trim();
  const which = (element) => `<${element.tagName.toLowerCase()}${element.id && "#" + element.id} ${element.getAttribute("class") ?? ""}> ${words(element.textContent).slice(0, 40)}`;
  const named = (element) => words([
    element.getAttribute("aria-label"),
    ...(element.getAttribute("aria-labelledby") ?? "").split(/\s+/).filter(Boolean).map((id) => document.getElementById(id)?.textContent),
    ...[...(element.labels ?? [])].map((label) => label.textContent),
    element.matches("input, select, textarea") ? element.title : element.textContent,
  ].join(" "));

  // Tables, charts, forms, headings, regions and languages are told by markup, not by looks alone.
  function structure() {
    const wrong = [], expect = (true_, what, element) => true_ || wrong.push(`${what}: ${which(element)}`);
    for (const table of all("table")) {
      expect(words(table.caption?.textContent), "a table without a caption", table);
      expect(table.querySelector("th"), "a table without header cells", table);
      for (const head of all("th", table)) expect(["col", "row", "colgroup", "rowgroup"].includes(head.scope), "a header cell without scope", head);
    }
    for (const chart of all("figure.m-chart")) {
      expect(named(chart), "a chart without a name", chart);
      expect(chart.querySelector(".m-chart-data table tbody tr, .m-chart-empty, .m-empty"), "a chart without its figures", chart);
    }
    for (const picture of all("svg, img")) {
      const silent = picture.closest("[aria-hidden=true]") || picture.getAttribute("alt") === "";
      expect(silent || named(picture) || picture.getAttribute("alt") || picture.querySelector("title, desc") || picture.parentElement.closest("svg"), "a picture without a name", picture);
    }
    for (const input of all("input:not([type=hidden]), select, textarea")) {
      expect(input.matches("[type=submit]") || named(input), "a field without a label", input);
      for (const id of (input.getAttribute("aria-describedby") ?? "").split(/\s+/).filter(Boolean)) expect(document.getElementById(id), `a description that is missing (${id})`, input);
    }
    for (const target of all("a[aria-label], button[aria-label]")) expect(words(target.getAttribute("aria-label")).includes(words(target.innerText ?? "")), "a name without what one sees", target);
    for (const target of all("a[href], button, summary")) expect(named(target) || target.querySelector("title, img[alt]:not([alt=''])"), "nameless", target);
    const levels = all("h1, h2, h3, h4, h5, h6").filter(shown).map((heading) => Number(heading.tagName[1]));
    expect(levels.filter((level) => level === 1).length === 1, `${levels.filter((level) => level === 1).length} main headings`, document.body);
    levels.forEach((level, index) => expect(!index || level <= levels[index - 1] + 1, `heading ${level} after ${levels[index - 1]}`, document.body));
    for (const [selector, what] of [["header", "banner"], ["nav", "navigation"], ["main", "main"], ["footer", "contentinfo"]]) expect(all(selector).length, `no ${what}`, document.body);
    expect(all("main").length === 1, "more than one main part", document.body);
    const regions = all("nav").filter(shown).map(named);
    for (const nav of all("nav").filter(shown)) expect(nav.getAttribute("aria-label") || nav.getAttribute("aria-labelledby"), "navigation without a name", nav);
    const ids = all("[id]").map((element) => element.id);
    expect(new Set(ids).size === ids.length, `an id twice (${ids.find((id, index) => ids.indexOf(id) !== index)})`, document.body);
    for (const button of all("button[name=language]")) expect(button.lang, "a language that is not told to be one", button);
    // People write in the language they like: a page in English says so of what is Korean in its frame.
    if (document.documentElement.lang === "en") for (const frame of all("header, footer, nav, .m-masthead")) {
      const walk = document.createTreeWalker(frame, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) if (/[가-힣]/.test(walk.currentNode.data)) expect(walk.currentNode.parentElement.closest("[lang=ko]"), "Korean that is not told to be", walk.currentNode.parentElement);
    }
    return wrong;
  }

  // A refused form: each field in error says so, is described by its error, and the summary leads to it.
  function errors() {
    const wrong = [];
    for (const link of all(".m-error-summary a")) {
      const field = document.getElementById(link.hash.slice(1));
      if (!field) { wrong.push(`the summary leads nowhere: ${link.hash}`); continue; }
      const group = field.closest("fieldset"), told = [field, group].flatMap((one) => (one?.getAttribute("aria-describedby") ?? "").split(/\s+/)).filter(Boolean);
      if (field.getAttribute("aria-invalid") !== "true") wrong.push(`${link.hash} does not say that it is invalid`);
      if (!told.some((id) => words(document.getElementById(id)?.textContent).includes(words(link.textContent)))) wrong.push(`${link.hash} is not described by its error`);
    }
    return wrong;
  }

  const TARGETS = "a[href], button, summary, select, textarea, input:not([type=hidden]), label[for]";
  // WCAG 2.2, 2.5.8: 24 by 24 pixels, or so far from others that a circle of 24 touches none; links within a sentence are exempt.
  function targets() {
    const touched = (element) => {
      // Boxes and stars that the design system draws in the label: the label is what one touches.
      const label = element.matches("[type=checkbox], [type=radio]") && element.labels?.[0];
      const box = (element.closest(".m-task, .m-item a") ?? element).getBoundingClientRect(), other = label && label.getBoundingClientRect();
      return other ? { left: Math.min(box.left, other.left), right: Math.max(box.right, other.right), top: Math.min(box.top, other.top), bottom: Math.max(box.bottom, other.bottom) } : box;
    };
    const found = all(TARGETS).filter((element) => !element.matches("label") && shown(element) && !element.closest(".m-skip")).map((element) => ({ element, box: touched(element) }))
      .filter(({ box }) => box.right - box.left > 1 && box.bottom - box.top > 1);
    const small = ({ box }) => box.right - box.left < 24 - 0.5 || box.bottom - box.top < 24 - 0.5;
    const inSentence = ({ element }) => getComputedStyle(element).display === "inline" && [...element.parentElement.childNodes].some((node) => node.nodeType === 3 && words(node.data));
    const middle = ({ box }) => [(box.left + box.right) / 2, (box.top + box.bottom) / 2];
    const near = (one, other) => {
      const [x, y] = middle(one);
      if (small(other)) { const [a, b] = middle(other); return Math.hypot(a - x, b - y) < 24; }
      return Math.hypot(Math.max(other.box.left - x, 0, x - other.box.right), Math.max(other.box.top - y, 0, y - other.box.bottom)) < 12;
    };
    return found.filter((one) => small(one) && !inSentence(one) && !one.element.closest("svg") && found.some((other) => other !== one && !other.element.contains(one.element) && !one.element.contains(other.element) && near(one, other)))
      .map(({ element, box }) => `a target of ${Math.round(box.right - box.left)} by ${Math.round(box.bottom - box.top)} beside others: ${which(element)}`);
  }

  // For screen readers alone; or a text that is meant to be shortened, and can be opened.
  const unseen = (element) => {
    for (let one = element; one && one !== document.body; one = one.parentElement) {
      const style = getComputedStyle(one);
      if (style.webkitLineClamp !== "none" || (style.position === "absolute" && one.offsetWidth <= 1 && one.offsetHeight <= 1)) return true;
    }
    return false;
  };

  // What stays in view while the page moves under it.
  const floats = (element) => { for (let one = element; one && one !== document.body; one = one.parentElement) if (/sticky|fixed/.test(getComputedStyle(one).position)) return one; return null; };

  // Nothing scrolls sideways, is cut off or lies over something else.
  function fits() {
    const wrong = [], wide = document.scrollingElement.scrollWidth, texts = [];
    if (wide > innerWidth) wrong.push(`${wide} px wide in ${innerWidth}: ${all("body *").filter((one) => shown(one) && !one.closest("svg") && one.getBoundingClientRect().right > innerWidth + 1).slice(0, 2).map(which).join(" | ")}`);
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walk.nextNode()) {
      const element = walk.currentNode.parentElement;
      if (!words(walk.currentNode.data) || !shown(element) || element.closest(".m-skip, option, select, script, template, textarea, svg [aria-hidden=true]") || unseen(element)) continue;
      const range = document.createRange();
      range.selectNodeContents(walk.currentNode);
      const boxes = [...range.getClientRects()].filter((box) => box.width > 1 && box.height > 1);
      for (const box of boxes) texts.push({ box, element, floats: floats(element) });
      for (let around = element; around && around !== document.body; around = around.parentElement) {
        const style = getComputedStyle(around), edge = around.getBoundingClientRect();
        if (/auto|scroll/.test(style.overflowX + style.overflowY)) break;
        const cut = boxes.find((box) => (/hidden|clip/.test(style.overflowX) && (box.right > edge.right + 2 || box.left < edge.left - 2)) || (/hidden|clip/.test(style.overflowY) && (box.bottom > edge.bottom + 4 || box.top < edge.top - 4)));
        if (cut) { wrong.push(`cut off: ${which(element)}`); break; }
      }
    }
    texts.sort((one, other) => one.box.top - other.box.top);
    for (let index = 0; index < texts.length; index++) for (let next = index + 1; next < texts.length && texts[next].box.top < texts[index].box.bottom; next++) {
      const [one, other] = [texts[index], texts[next]];
      const across = Math.min(one.box.right, other.box.right) - Math.max(one.box.left, other.box.left), down = Math.min(one.box.bottom, other.box.bottom) - Math.max(one.box.top, other.box.top);
      // The box of a line is taller than its letters.
      if (across > 2 && down > Math.min(one.box.height, other.box.height) * 0.45 && one.element !== other.element && one.floats === other.floats) wrong.push(`one over the other: ${which(one.element)} | ${which(other.element)}`);
    }
    return [...new Set(wrong)].slice(0, 5);
  }

  // Everything that one can do here, by name; to compare a page with and without its script.
  const abilities = () => [...new Set(all("a[href], button, input:not([type=hidden]), select, textarea").filter(shown).map((one) => words(`${one.tagName} ${one.getAttribute("name") ?? ""} ${one.matches("input, select, textarea") ? "" : named(one)}`)))];

  const channels = (colour) => { const [r, g, b, a = 1] = (colour.match(/[\d.]+/g) ?? [0, 0, 0, 0]).map(Number); return [r, g, b, a]; };
  const light = (colour) => { const [r, g, b] = channels(colour).map((part) => ((part /= 255) <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4)); return 0.2126 * r + 0.7152 * g + 0.0722 * b; };
  const contrast = (one, other) => { const [dark, bright] = [light(one), light(other)].sort((a, b) => a - b); return (bright + 0.05) / (dark + 0.05); };
  const ground = (element) => { for (let one = element; one; one = one.parentElement) { const colour = getComputedStyle(one).backgroundColor; if (channels(colour)[3] > 0.5) return colour; } return "rgb(255, 255, 255)"; };

  // Listens to where Tab leads: what has the focus, whether one sees that it has, and whether anything lies over it.
  function follow() {
    const steps = (window.steps = []), order = all("*");
    addEventListener("focusin", ({ target }) => {
      const rings = [[target], [target, "::after"], [target.labels?.[0]], [target.labels?.[0], "::before"], [target.closest(".m-item, .m-search, .m-task")], [target.querySelector?.("path")]]
        .filter(([element]) => element).map(([element, part]) => [element, getComputedStyle(element, part)]);
      const ring = rings.find(([, style]) => style.outlineStyle !== "none" && parseFloat(style.outlineWidth) >= 2);
      const inside = ring && parseFloat(ring[1].outlineOffset) < 0, box = target.getBoundingClientRect();
      const hits = [0.5, 0.1, 0.9].flatMap((x) => [0.5, 0.2, 0.8].map((y) => document.elementFromPoint(box.left + box.width * x, box.top + box.height * y)));
      const mine = (hit) => hit && (target.contains(hit) || hit.contains(target) || [...(target.labels ?? [])].some((label) => label.contains(hit) || hit.contains(label)));
      steps.push({
        which: which(target), at: order.indexOf(target), id: target.id,
        contrast: ring ? contrast(ring[1].outlineColor, ground(inside ? ring[0] : ring[0].parentElement)) : 0,
        onScreen: box.bottom > 0 && box.top < innerHeight && box.right > 0 && box.left < innerWidth,
        hidden: !target.matches(".sr-only, .sr-only *") && box.width > 2 && !hits.some(mine),
      });
    });
  }
  // How many places Tab should lead to: those shown, and of each group of radio buttons one. A date has parts: they take
  // a press of the key each, three more at most.
  function stops() {
    const seen = new Set();
    const found = all("a[href], button:not([disabled]), input:not([type=hidden]):not([disabled]), select, textarea, summary, [tabindex='0']").filter((one) => {
      if (!shown(one) || one.tabIndex < 0) return false;
      if (one.type !== "radio") return true;
      const group = `${one.form?.action} ${one.name}`;
      return !seen.has(group) && seen.add(group);
    });
    return { places: found.length, presses: found.length + 3 * found.filter((one) => /^(date|time)/.test(one.type)).length };
  }
  window.checks = { structure, errors, targets, fits, abilities, follow, stops };
})();
