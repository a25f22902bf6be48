// Slices of a CT volume as images from this server, with the findings marked. All drawing waits for the slice that is
// asked for last. data: {base, size: [z, y, x], spacing: [z, y, x], positions: [mm], windows: [{id, label}], window,
// slice, jump (a count: the viewer goes to slice and finding when it grows), edges, findings: [{id, rank, k, row, column, radius, shown, heat}], finding, texts, height}.
// Sends the trigger "place": {slice, window, finding, jump}.
const STATE = new WeakMap();
const KEPT = 96;

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function svg(tag, attributes) {
  const made = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, value);
  return made;
}

class Viewer {
  constructor(root) {
    this.root = root; this.images = new Map(); this.markers = true; this.heat = false; this.opacity = 0.45;
    this.stage = element("div", "stage");
    this.image = element("img", "slice"); this.image.alt = ""; this.image.draggable = false;
    this.heatImage = element("img", "heat"); this.heatImage.alt = "";
    this.overlay = svg("svg", { class: "overlay" });
    this.info = element("div", "info"); this.where = element("div", "where");
    this.stage.append(this.image, this.heatImage, this.overlay, this.info, this.where);
    this.letters = {};
    for (const side of ["left", "right", "top", "bottom"]) { this.letters[side] = element("div", `letter ${side}`); this.stage.append(this.letters[side]); }
    this.slider = element("input"); Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.ticks = element("div", "ticks");
    const track = element("div", "track"); track.append(this.slider, this.ticks); this.track = track;
    this.bar = element("div", "bar");
    this.hint = element("div", "hint");
    root.replaceChildren(this.stage, track, this.bar, this.hint);
    this.slider.oninput = () => this.show(Number(this.slider.value));
    this.stage.addEventListener("wheel", (event) => {
      event.preventDefault();
      this.wheel = (this.wheel || 0) + event.deltaY;
      if (Math.abs(this.wheel) >= 40) { this.show(this.k + Math.sign(this.wheel)); this.wheel = 0; }
    }, { passive: false });
    this.stage.onmousedown = () => root.focus({ preventScroll: true });
    root.onkeydown = (event) => this.key(event);
  }

  update(data, send) {
    const first = !this.data || this.data.base !== data.base;
    this.data = data; this.send = send;
    if (first) { for (const url of this.images.values()) URL.revokeObjectURL(url.url || ""); this.images.clear(); this.window = data.window; this.finding = data.finding; this.k = data.slice; }
    else if (data.jump !== this.jumped) { this.finding = data.finding; this.k = data.slice; clearTimeout(this.timer); }
    this.jumped = data.jump;
    this.slider.max = data.size[0] - 1;
    this.slider.setAttribute("aria-label", data.texts.slice);
    const ratio = (data.size[2] * data.spacing[2]) / (data.size[1] * data.spacing[1]);
    this.stage.style.height = `${data.height}px`; this.stage.style.width = this.track.style.width = `${Math.round(data.height * ratio)}px`;
    for (const side of Object.keys(this.letters)) this.letters[side].textContent = data.edges[side];
    this.overlay.setAttribute("viewBox", `0 0 ${data.size[2]} ${data.size[1]}`);
    this.overlay.setAttribute("preserveAspectRatio", "none");
    this.hint.textContent = data.texts.keys;
    this.controls();
    this.show(this.k, true);
  }

  controls() {
    const { windows, texts } = this.data;
    const group = element("div", "group");
    windows.forEach((window, index) => {
      const button = element("button", window.id === this.window ? "on" : "", window.label);
      button.type = "button"; button.title = `${index + 1}`; button.setAttribute("aria-pressed", window.id === this.window);
      button.onclick = () => this.choose(window.id);
      group.append(button);
    });
    const markers = this.toggle(texts.markers, this.markers, true, () => { this.markers = !this.markers; });
    const chosen = this.chosen();
    const heat = this.toggle(texts.heatmap, this.heat, Boolean(chosen && chosen.heat), () => { this.heat = !this.heat; });
    heat.title = chosen && !chosen.heat ? texts.heatmap_none : "";
    this.bar.replaceChildren(group, markers, heat);
    if (this.heat && chosen && chosen.heat) {
      const opacity = element("input", "opacity");
      Object.assign(opacity, { type: "range", min: 0, max: 1, step: 0.05, value: this.opacity });
      opacity.setAttribute("aria-label", texts.opacity);
      opacity.oninput = () => { this.opacity = Number(opacity.value); this.heatImage.style.opacity = this.opacity; };
      opacity.onkeydown = (event) => event.stopPropagation();
      this.bar.append(opacity);
    }
  }

  toggle(label, on, enabled, change) {
    const button = element("button", `toggle ${on ? "on" : ""}`, label);
    button.type = "button"; button.disabled = !enabled; button.setAttribute("aria-pressed", on);
    button.onclick = () => { change(); this.controls(); this.show(this.k, true); };
    return button;
  }

  chosen() { return this.data.findings.find((finding) => finding.id === this.finding); }

  choose(window) { this.window = window; this.controls(); this.show(this.k, true); this.tell(); }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.data.size[0] - 1;
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (steps[key]) this.show(this.k + steps[key]);
    else if (key === "Home") this.show(0);
    else if (key === "End") this.show(last);
    else if (key === "n" || key === "p") this.jump(key === "n" ? 1 : -1);
    else if (key === "m") { this.markers = !this.markers; this.controls(); this.show(this.k, true); }
    else if (key === "h" && this.chosen() && this.chosen().heat) { this.heat = !this.heat; this.controls(); this.show(this.k, true); }
    else if (/^[1-9]$/.test(key) && this.data.windows[Number(key) - 1]) this.choose(this.data.windows[Number(key) - 1].id);
    else return;
    event.preventDefault(); event.stopPropagation();
  }

  jump(step) {
    const findings = this.data.findings;
    if (!findings.length) return;
    const at = findings.findIndex((finding) => finding.id === this.finding);
    const next = findings[at < 0 ? 0 : (at + step + findings.length) % findings.length];
    this.finding = next.id; this.controls(); this.show(Math.round(next.k)); this.tell();
  }

  show(k, redraw) {
    const clamped = Math.min(Math.max(k, 0), this.data.size[0] - 1);
    if (clamped === this.k && !redraw && this.drawn) return;
    this.k = clamped; this.slider.value = this.k;
    this.load(this.image, `${this.window}/${this.k}.png`);
    const chosen = this.chosen();
    const heat = this.heat && chosen && chosen.heat && this.k >= chosen.heat[0] && this.k < chosen.heat[1];
    this.heatImage.style.display = heat ? "" : "none";
    if (heat) { this.heatImage.style.opacity = this.opacity; this.load(this.heatImage, `heat/${chosen.id}/${this.k}.png`); }
    for (const ahead of [1, -1, 2, -2]) if (this.data.size[0] > this.k + ahead && this.k + ahead >= 0) this.fetched(`${this.window}/${this.k + ahead}.png`);
    this.annotate();
    if (!redraw) { clearTimeout(this.timer); this.timer = setTimeout(() => this.tell(), 500); }
  }

  fetched(path) {
    let entry = this.images.get(path);
    if (entry) { this.images.delete(path); this.images.set(path, entry); return entry.ready; }
    entry = { url: "" };
    entry.ready = fetch(this.data.base + path).then((answer) => { if (!answer.ok) throw new Error(String(answer.status)); return answer.blob(); })
      .then((blob) => (entry.url = URL.createObjectURL(blob)));
    entry.ready.catch(() => this.images.delete(path));
    this.images.set(path, entry);
    while (this.images.size > KEPT) { const [old, gone] = this.images.entries().next().value; this.images.delete(old); URL.revokeObjectURL(gone.url); }
    return entry.ready;
  }

  load(image, path) {
    image.dataset.wanted = path;
    this.fetched(path).then((url) => { if (image.dataset.wanted === path) { image.src = url; image.dataset.shown = path; this.drawn = true; } })
      .catch(() => { if (image.dataset.wanted === path) image.removeAttribute("src"); });
  }

  annotate() {
    const { data } = this;
    const window = data.windows.find((each) => each.id === this.window);
    this.where.textContent = `${data.texts.slice} ${this.k + 1} / ${data.size[0]}   ${data.axis} ${data.positions[this.k].toFixed(1)} mm`;
    this.info.textContent = window ? `WL ${window.level}  WW ${window.width}` : "";
    this.overlay.replaceChildren();
    if (this.markers) for (const finding of data.findings) {
      const dz = (this.k - finding.k) * data.spacing[0];
      const reach = Math.max(finding.radius, data.spacing[0]);
      if (Math.abs(dz) > reach) continue;
      const radius = Math.max(Math.sqrt(Math.max(reach * reach - dz * dz, 0)), 2.5) + 3;
      const on = finding.id === this.finding;
      const ring = svg("ellipse", { cx: finding.column + 0.5, cy: finding.row + 0.5, rx: radius / data.spacing[2], ry: radius / data.spacing[1],
        class: `ring ${on ? "on" : ""} ${finding.shown ? "" : "below"}` });
      const label = svg("text", { x: finding.column + radius / data.spacing[2] + 4, y: finding.row - radius / data.spacing[1], class: `rank ${on ? "on" : ""}` });
      label.textContent = finding.rank;
      this.overlay.append(ring, label);
    }
    this.ticks.replaceChildren(...data.findings.map((finding) => {
      const tick = element("span", `tick ${finding.id === this.finding ? "on" : ""} ${finding.shown ? "" : "below"}`);
      tick.style.left = `${(100 * finding.k) / Math.max(data.size[0] - 1, 1)}%`;
      return tick;
    }));
  }

  tell() {
    clearTimeout(this.timer);
    this.send({ slice: this.k, window: this.window, finding: this.finding, jump: this.jumped });
  }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".viewer");
  let viewer = STATE.get(parentElement);
  if (!viewer) { viewer = new Viewer(root); STATE.set(parentElement, viewer); }
  viewer.update(data, (place) => setTriggerValue("place", place));
  return () => {
    clearTimeout(viewer.timer);
    for (const entry of viewer.images.values()) URL.revokeObjectURL(entry.url);
    STATE.delete(parentElement);
  };
}
