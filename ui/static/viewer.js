// Slices of a CT volume as images from this server, with the findings marked. What is shown is one frame: pixels, label,
// rings and heatmap of one slice, which change together once all of it has been loaded; until then the old frame stays
// as it is, and "loading" stands over it. data: {base, size: [z, y, x], spacing: [z, y, x], positions: [mm], windows:
// [{id, label}], window, slice, finding, markers, heat, jump (a count: when it grows, the viewer takes slice and finding from
// the page), whole_jump (it takes window, markers and heat too), edges, findings: [{id, rank, k, row, column, radius,
// shown, heat}], lang, texts, height}. Places are drawn in millimetres, so a ring is a circle whatever the pixels are. Sends
// the trigger "place": {slice, window, finding, markers, heat, jump}.
const STATE = new WeakMap();
const KEPT = 96;
const RANK_PX = 12;
const SWITCHES = ["window", "markers", "heat"];

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

class Pictures { // those asked for last, decoded, by their path on the server
  constructor() { this.entries = new Map(); }

  get(base, path, lang) {
    let entry = this.entries.get(path);
    if (entry) this.entries.delete(path);
    else {
      entry = { url: "", image: null };
      entry.ready = this.load(entry, `${base}${path}?lang=${lang}`);
      entry.ready.catch(() => { if (this.entries.get(path) === entry) this.entries.delete(path); });
    }
    this.entries.set(path, entry);
    while (this.entries.size > KEPT) { const [old, gone] = this.entries.entries().next().value; this.entries.delete(old); URL.revokeObjectURL(gone.url); }
    return entry.ready;
  }

  async load(entry, address) {
    const answer = await fetch(address);
    if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { said: [404, 409, 500].includes(answer.status) ? await answer.text() : "" });
    entry.url = URL.createObjectURL(await answer.blob());
    const image = new Image();
    image.alt = ""; image.draggable = false; image.decoding = "sync"; // painted with the label, not a frame later
    image.src = entry.url;
    await image.decode();
    return image;
  }

  clear() { for (const entry of this.entries.values()) URL.revokeObjectURL(entry.url); this.entries.clear(); }
}

class Viewer {
  constructor(root) {
    this.root = root; this.pictures = new Pictures(); this.opacity = 0.45;
    this.asked = 0; this.frame = null;
    this.stage = element("div", "stage");
    this.image = element("img", "slice"); this.heatImage = element("img", "heat");
    for (const image of [this.image, this.heatImage]) { image.alt = ""; image.style.display = "none"; }
    this.overlay = svg("svg", { class: "overlay", preserveAspectRatio: "none" });
    this.info = element("div", "info"); this.where = element("div", "where");
    this.note = element("div", "note"); this.note.setAttribute("role", "status"); this.note.hidden = true;
    this.stage.append(this.image, this.heatImage, this.overlay, this.info, this.where, this.note);
    this.letters = {};
    for (const side of ["left", "right", "top", "bottom"]) { this.letters[side] = element("div", `letter ${side}`); this.stage.append(this.letters[side]); }
    this.slider = element("input"); Object.assign(this.slider, { type: "range", min: 0, step: 1 });
    this.ticks = element("div", "ticks");
    const track = element("div", "track"); track.append(this.slider, this.ticks); this.track = track;
    this.bar = element("div", "bar");
    this.hint = element("div", "hint");
    root.replaceChildren(this.stage, track, this.bar, this.hint);
    this.resized = new ResizeObserver(() => this.annotate());
    this.resized.observe(this.stage);
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
    if (first) { this.pictures.clear(); this.frame = null; }
    const jumps = first || data.jump !== this.jumped;
    if (jumps) { clearTimeout(this.timer); this.k = data.slice; this.finding = data.finding; }
    if (first || (jumps && data.whole_jump)) for (const name of SWITCHES) this[name] = data[name];
    this.jumped = data.jump;
    this.slider.max = data.size[0] - 1;
    this.slider.setAttribute("aria-label", data.texts.slice);
    this.mm = { width: data.size[2] * data.spacing[2], height: data.size[1] * data.spacing[1] };
    const widest = `min(100%, ${((data.height * this.mm.width) / this.mm.height).toFixed(2)}px)`;
    this.stage.style.aspectRatio = `${this.mm.width} / ${this.mm.height}`;
    this.stage.style.width = this.track.style.width = widest;
    for (const side of Object.keys(this.letters)) this.letters[side].textContent = data.edges[side];
    this.overlay.setAttribute("viewBox", `0 0 ${this.mm.width} ${this.mm.height}`);
    this.hint.textContent = data.texts.keys;
    this.controls();
    this.show(this.k, true);
    if (jumps && SWITCHES.some((name) => this[name] !== data[name])) this.tell(); // the page may not have heard of them
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
    button.onclick = () => this.change(change);
    return button;
  }

  change(what) { what(); this.controls(); this.show(this.k, true); this.tell(); }

  chosen() { return this.data.findings.find((finding) => finding.id === this.finding); }

  choose(window) { this.change(() => { this.window = window; }); }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const last = this.data.size[0] - 1;
    const steps = { ArrowUp: 1, ArrowRight: 1, ArrowDown: -1, ArrowLeft: -1, PageUp: 10, PageDown: -10 };
    const key = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    if (steps[key]) this.show(this.k + steps[key]);
    else if (key === "Home") this.show(0);
    else if (key === "End") this.show(last);
    else if (key === "n" || key === "p") this.jump(key === "n" ? 1 : -1);
    else if (key === "m") this.change(() => { this.markers = !this.markers; });
    else if (key === "h" && this.chosen() && this.chosen().heat) this.change(() => { this.heat = !this.heat; });
    else if (/^[1-9]$/.test(key) && this.data.windows[Number(key) - 1]) this.choose(this.data.windows[Number(key) - 1].id);
    else return;
    event.preventDefault(); event.stopPropagation();
  }

  jump(step) {
    const findings = this.data.findings;
    if (!findings.length) return;
    const at = findings.findIndex((finding) => finding.id === this.finding);
    const next = findings[at < 0 ? 0 : (at + step + findings.length) % findings.length];
    document.documentElement.dataset.picked = "choice"; // see page.js
    this.finding = next.id; this.controls(); this.show(Math.round(next.k), true); this.tell();
  }

  show(k, redraw) {
    const clamped = Math.min(Math.max(k, 0), this.data.size[0] - 1);
    if (clamped === this.k && !redraw) return;
    this.k = clamped; this.slider.value = this.k;
    const chosen = this.chosen();
    const covered = this.heat && chosen && chosen.heat && this.k >= chosen.heat[0] && this.k < chosen.heat[1];
    this.load({
      number: ++this.asked, base: this.data.base, k: this.k, window: this.window, finding: this.finding, markers: this.markers,
      path: `${this.window}/${this.k}.png`, heatPath: covered ? `heat/${chosen.id}/${this.k}.png` : "",
    });
    for (const ahead of [1, -1, 2, -2]) {
      const near = this.k + ahead;
      if (near >= 0 && near < this.data.size[0]) this.picture(`${this.window}/${near}.png`).catch(() => {}); // said when it is asked for
    }
    if (!redraw) { clearTimeout(this.timer); this.timer = setTimeout(() => this.tell(), 500); }
  }

  picture(path) { return this.pictures.get(this.data.base, path, this.data.lang); }

  async load(frame) {
    let waiting = true;
    setTimeout(() => { if (waiting && frame.number === this.asked) this.say(this.data.texts.loading); }, 60);
    try {
      const both = await Promise.all([this.picture(frame.path), frame.heatPath ? this.picture(frame.heatPath) : null]);
      waiting = false;
      // A frame that comes late is still newer than what is shown; one that was overtaken is not.
      if (frame.base === this.data.base && (!this.frame || frame.number > this.frame.number)) this.present(frame, ...both);
    } catch (error) {
      waiting = false;
      if (frame.number === this.asked) this.say(error.said || this.data.texts.not_loaded);
    }
  }

  present(frame, image, heatImage) {
    this.frame = frame;
    this.image = this.put(this.image, image, "slice", frame.path);
    this.heatImage = this.put(this.heatImage, heatImage || element("img"), "heat", frame.heatPath);
    this.heatImage.alt = ""; this.heatImage.style.display = heatImage ? "" : "none"; this.heatImage.style.opacity = this.opacity;
    if (frame.number === this.asked) this.say("");
    this.annotate();
  }

  put(old, image, className, path) {
    if (old !== image) old.replaceWith(image);
    image.className = className; image.dataset.shown = path; image.style.display = "";
    return image;
  }

  say(text) { this.note.hidden = !text; this.note.textContent = text; this.stage.setAttribute("aria-busy", text === this.data.texts.loading); }

  annotate() {
    const { data, frame } = this;
    if (!data || !frame) return;
    const window = data.windows.find((each) => each.id === frame.window);
    this.where.textContent = `${data.texts.slice} ${frame.k + 1} / ${data.size[0]}   ${data.axis} ${data.positions[frame.k].toFixed(1)} mm`;
    this.info.textContent = window ? `WL ${window.level}  WW ${window.width}` : "";
    this.overlay.replaceChildren();
    const pixel = this.mm.width / (this.stage.clientWidth || this.mm.width); // millimetres a pixel of the screen
    if (frame.markers) for (const finding of data.findings) {
      const dz = (frame.k - finding.k) * data.spacing[0];
      const reach = Math.max(finding.radius, data.spacing[0]);
      if (Math.abs(dz) > reach) continue;
      const radius = Math.max(Math.sqrt(Math.max(reach * reach - dz * dz, 0)), 2.5) + 3;
      const on = finding.id === frame.finding;
      const x = (finding.column + 0.5) * data.spacing[2], y = (finding.row + 0.5) * data.spacing[1];
      const ring = svg("circle", { cx: x, cy: y, r: radius, class: `ring ${on ? "on" : ""} ${finding.shown ? "" : "below"}` });
      const label = svg("text", { x: x + radius + 4 * pixel, y: y - radius, class: `rank ${on ? "on" : ""}` });
      label.style.fontSize = `${RANK_PX * pixel}px`; label.style.strokeWidth = `${2.5 * pixel}px`;
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
    const { k: slice, window, finding, markers, heat, jumped: jump } = this;
    this.send({ slice, window, finding, markers, heat, jump });
  }

  close() { clearTimeout(this.timer); this.resized.disconnect(); this.pictures.clear(); }
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".viewer");
  let viewer = STATE.get(parentElement);
  if (!viewer) { viewer = new Viewer(root); STATE.set(parentElement, viewer); }
  viewer.update(data, (place) => setTriggerValue("place", place));
  return () => { viewer.close(); STATE.delete(parentElement); };
}
