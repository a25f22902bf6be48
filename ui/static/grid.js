// A table whose rows or cells can be picked with the mouse or the keyboard. Texts are set as text, never as markup.
// data: {columns: [{label, sub, align, width}], rows: [{id, kind, indent, cells: [{text, sub, scope, unit, tone, mark, hint,
// pick, badge}]}], mode: "row" | "cell", selected: {row, column} | null, label}. Sends the trigger "picked": {row, column}.
const STATE = new WeakMap();
const PADDING = 8; // of a cell, at least: where no more than that is hidden, nothing of the number is

function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined && text !== null) made.textContent = text;
  return made;
}

function isName(column) { return !(column.width || "").endsWith("px"); } // else a number or a state, which needs little room

function cellOf(cell, column, index) {
  const made = element(index === 0 ? "th" : "td", `${column.align === "right" ? "right" : ""} ${cell.tone || ""}`);
  if (index === 0) { made.scope = "row"; made.classList.toggle("name", isName(column)); }
  const tags = [cell.scope, cell.unit].filter(Boolean); // where there is no room the caption gives way, never these
  const holder = tags.length ? element("span", "caption") : made;
  if (cell.mark) made.append(element("span", `mark ${cell.mark}`, cell.mark === "holds" ? "✓" : "✕"));
  holder.append(element("span", cell.badge ? `badge ${cell.badge}` : "text", cell.text));
  if (cell.sub) holder.append(element("span", "sub", cell.sub));
  for (const tag of tags) holder.append(element("span", "tag", tag));
  if (tags.length) made.append(holder);
  made.title = cell.hint || (index === 0 ? [cell.text, cell.sub].filter(Boolean).join(" · ") : "");
  return made;
}

function build(root, data) {
  const table = element("table", data.mode);
  table.setAttribute("role", "grid");
  table.setAttribute("aria-label", data.label || "");
  const head = table.createTHead().insertRow();
  for (const column of data.columns) {
    const cell = element("th", column.align === "right" ? "right" : "");
    cell.append(element("span", "text", column.label));
    cell.scope = "col"; cell.classList.toggle("name", column === data.columns[0] && isName(column));
    if (column.width) cell.style.width = column.width;
    if (column.sub) cell.append(element("span", "sub", column.sub));
    head.append(cell);
  }
  const body = table.createTBody();
  const picks = [];
  data.rows.forEach((row, r) => {
    const line = body.insertRow();
    line.className = row.kind || "line";
    picks.push([]);
    row.cells.forEach((cell, c) => {
      const made = cellOf(cell, data.columns[c] || {}, c);
      if (c === 0 && row.indent) made.style.paddingLeft = `${10 + 12 * row.indent}px`;
      if (data.mode === "cell" && cell.pick) {
        made.dataset.r = r; made.dataset.c = c; made.tabIndex = -1; picks[r][c] = made;
      }
      line.append(made);
    });
    if (data.mode === "row" && row.id) { line.dataset.r = r; line.dataset.c = 0; line.tabIndex = -1; picks[r][0] = line; }
  });
  root.replaceChildren(table);
  return picks;
}

function mark(state, data) {
  for (const row of state.picks) for (const node of row) if (node) { node.classList.remove("selected"); node.tabIndex = -1; node.removeAttribute("aria-selected"); }
  const chosen = data.selected;
  let node = null;
  if (chosen) {
    const r = data.rows.findIndex((row) => row.id === chosen.row);
    node = r < 0 ? null : (state.picks[r] || [])[data.mode === "row" ? 0 : chosen.column];
  }
  if (node) {
    node.classList.add("selected"); node.setAttribute("aria-selected", "true");
    node.scrollIntoView({ block: "nearest", inline: "nearest" });
  }
  const first = node || state.picks.flat().find(Boolean);
  if (first) first.tabIndex = 0;
}

// A number of which an edge hides some digits would be read as another number: a column that is not wholly in view is left
// blank, with an ellipsis at its head.
function hideCut(root) {
  const table = root.querySelector("table");
  if (!table || !table.tHead) return;
  const heads = [...table.tHead.rows[0].cells], view = root.getBoundingClientRect();
  const kept = table.className === "cell" ? heads[0].offsetWidth : 0; // the captions stay in view, over what scrolls below
  root.style.scrollPaddingLeft = `${kept}px`;
  const cuts = heads.map((head, index) => {
    if (index === 0) return "";
    const { left, right } = head.getBoundingClientRect();
    if (right - left > view.width - kept) return ""; // it never is wholly in view
    return left < view.left + kept - PADDING ? "cut" : right > view.right + PADDING ? "cut at-right" : "";
  });
  for (const row of table.rows) [...row.cells].forEach((cell, index) => {
    cell.classList.toggle("cut", cuts[index] !== "");
    cell.classList.toggle("at-right", cuts[index] === "cut at-right");
  });
}

function neighbour(state, r, c, dr, dc) {
  const rows = state.picks;
  if (dc) {
    for (let x = c + dc; x >= 0 && x < (rows[r] || []).length; x += dc) if (rows[r][x]) return rows[r][x];
    return null;
  }
  for (let y = r + dr; y >= 0 && y < rows.length; y += dr) {
    const node = rows[y][c] || (rows[y].some(Boolean) ? rows[y].find((each, x) => each && x >= c) || rows[y].findLast(Boolean) : null);
    if (node) return node;
  }
  return null;
}

export default function (component) {
  const { data, parentElement, setTriggerValue } = component;
  const root = parentElement.querySelector(".grid");
  let state = STATE.get(parentElement);
  if (!state) {
    state = { picks: [], shape: "", resized: new ResizeObserver(() => hideCut(root)) };
    STATE.set(parentElement, state);
    state.resized.observe(root);
    root.onscroll = () => hideCut(root);
  }
  const shape = JSON.stringify([data.columns, data.rows, data.mode]);
  if (shape !== state.shape) { state.picks = build(root, data); state.shape = shape; }
  root.style.maxHeight = data.height ? `${data.height}px` : "none";
  mark(state, data);
  hideCut(root);
  const pick = (node, how) => {
    document.documentElement.dataset.picked = how; // see page.js
    const row = data.rows[Number(node.dataset.r)];
    setTriggerValue("picked", { row: row.id, column: Number(node.dataset.c) });
  };
  const target = (event) => event.composedPath().find((each) => each.dataset && each.dataset.r !== undefined);
  root.onclick = (event) => { const node = target(event); if (node) { node.focus({ preventScroll: true }); pick(node, "choice"); } };
  root.onkeydown = (event) => {
    const node = target(event);
    if (!node) return;
    const moves = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
    if (event.key === "Enter" || event.key === " ") { event.preventDefault(); clearTimeout(state.timer); pick(node, "choice"); return; }
    const move = moves[event.key];
    if (!move) return;
    event.preventDefault(); event.stopPropagation();
    const next = neighbour(state, Number(node.dataset.r), Number(node.dataset.c), move[0], move[1]);
    if (!next) return;
    next.tabIndex = 0; next.focus({ preventScroll: true }); next.scrollIntoView({ block: "nearest" });
    if (data.follow) { clearTimeout(state.timer); state.timer = setTimeout(() => pick(next, "arrows"), 220); }
  };
  return () => { clearTimeout(state.timer); state.resized.disconnect(); STATE.delete(parentElement); };
}
