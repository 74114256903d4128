// The page of a report: draws what was computed, and computes nothing itself. Bars are drawn on a canvas that is never
// larger than what is seen of it; beside it stands a grid for names, keyboards and screen readers, which has the rows in view only.
(() => {
'use strict';
const $ = id => document.getElementById(id);
const D = JSON.parse($('data').textContent);
const O = D.ops, A = D.att, COUNT = O.name.length, END = Math.max(D.end, 1), ROW = 24, FONT = '12px system-ui, sans-serif';
const STATUS = D.statuses, TYPES = D.types, CAUSES = D.causes;
const TONE = { Succeeded: 'good', Failed: 'bad', Interrupted: 'bad', TimedOut: 'late', Abandoned: 'gone', Running: 'busy', Serving: 'busy', Stopping: 'late', Backoff: 'late' };
const MARK = { Succeeded: '✓', Failed: '✗', Interrupted: '✗', TimedOut: '⏱', Abandoned: '?', Running: '▶', Serving: '▶', Skipped: '–', Canceled: '⊘' };
const tone = status => TONE[status] || 'calm';
const spaced = status => status.replace(/([a-z])([A-Z])/g, (_, a, b) => a + ' ' + b.toLowerCase());
const CAUSE = { retry: 'pause before another attempt', check: 'check whether it has to run', suspended: 'suspended run', slot: 'slot', lock: 'lock', resource: 'resource', other: 'worker or machine' };
const LINK = { start: 'began with the run', dependency: 'depends on the one before', slot: 'waited for its slot', lock: 'waited for its lock', resource: 'waited for what it held of', retry: 'next attempt' };

function duration(ms) {
  if (ms < 0) return '';
  if (ms < 1000) return ms + ' ms';
  if (ms < 59950) return (Math.floor((ms + 50) / 100) / 10).toFixed(1) + ' s';
  const s = Math.round(ms / 1000), two = n => String(n).padStart(2, '0');
  if (s < 3600) return Math.floor(s / 60) + ' min ' + two(s % 60) + ' s';
  if (s < 86400) return Math.floor(s / 3600) + ' h ' + two(Math.floor(s % 3600 / 60)) + ' min';
  return Math.floor(s / 86400) + ' d ' + two(Math.floor(s % 86400 / 3600)) + ' h';
}
function el(tag, props, ...children) {
  const e = document.createElement(tag);
  for (const [key, value] of Object.entries(props || {})) key in e ? e[key] = value : e.setAttribute(key, value);
  e.append(...children.filter(child => child !== null));
  return e;
}
const on = (target, type, does, options) => target.addEventListener(type, does, options);
const name = op => O.name[op];
// Attempts by operation and by slot; dependents.
const attemptsOf = Array.from({ length: COUNT }, () => []);
const bySlot = [];
A.op.forEach((op, a) => {
  attemptsOf[op].push(a);
  const slot = A.slot[a] < 0 ? D.slots : A.slot[a];
  (bySlot[slot] ||= []).push(a);
});
const dependents = Array.from({ length: COUNT }, () => []);
O.after.forEach((list, op) => list.forEach(before => dependents[before] && dependents[before].push(op)));
const pathOps = new Set(D.path.att.map(a => A.op[a])), current = new Set(O.current);
const pathAttempts = new Map(D.path.att.map((a, place) => [a, place]));
const total = waits => waits.reduce((sum, part) => sum + part[2], 0);
const until = a => A.to[a] < 0 ? END : A.to[a];

// ---- What is shown ----
const state = { view: 'timeline', q: '', status: '', type: '', rows: 'op', order: 'start', from: 0, to: END, op: -1, at: 0 };
let rows = [];
const place = new Map();
function select() {
  const q = state.q.toLowerCase();
  const fits = op => (!state.status || STATUS[O.status[op]] === state.status) && (!state.type || TYPES[O.type[op]] === state.type)
    && (!q || name(op).toLowerCase().includes(q));
  if (state.rows === 'slot') {
    rows = bySlot.map((_, slot) => slot).filter(slot => bySlot[slot]);
    shown = Array.from({ length: COUNT }, (_, op) => fits(op));
  } else {
    rows = [];
    for (let op = 0; op < COUNT; op++) if (fits(op)) rows.push(op);
    const start = op => O.start[op] < 0 ? (O.end[op] < 0 ? Infinity : O.end[op]) : O.start[op];
    if (state.order === 'start') rows.sort((a, b) => start(a) - start(b) || a - b);
    if (state.order === 'busy') rows.sort((a, b) => O.busy[b] - O.busy[a] || a - b);
    if (state.order === 'waited') rows.sort((a, b) => O.waited[b] - O.waited[a] || a - b);
    shown = null;
  }
  place.clear();
  if (state.rows === 'op') rows.forEach((op, row) => place.set(op, row));
  state.at = Math.min(state.at, Math.max(rows.length - 1, 0));
  $('found').textContent = state.rows === 'slot' ? '' : rows.length === COUNT ? COUNT + (COUNT === 1 ? ' operation' : ' operations') : rows.length + ' of ' + COUNT;
  $('grid').setAttribute('aria-rowcount', rows.length);
  const heads = state.rows === 'slot' ? ['Slot', 'Attempts', 'In use', 'Share'] : ['Operation', 'Status', 'Took', 'Waited'];
  heads.forEach((head, c) => { $('head').firstChild.children[c].textContent = head; });
  $('space').style.height = Math.max(rows.length * ROW, 1) + 'px';
}
let shown = null;

// ---- Colours ----
let ink = {};
const patterns = {};
function colours() {
  const style = getComputedStyle(document.documentElement);
  for (const key of ['paper', 'ink', 'soft', 'line', 'pick', 'good', 'bad', 'late', 'gone', 'calm', 'busy', 'path', 'slot', 'lock', 'resource', 'retry', 'check', 'suspended', 'other'])
    ink[key] = style.getPropertyValue('--' + key).trim();
  const make = (key, draw) => {
    const tile = document.createElement('canvas');
    tile.width = tile.height = 6;
    const g = tile.getContext('2d');
    g.strokeStyle = g.fillStyle = ink[key];
    g.lineWidth = 1.2;
    const line = (...p) => { g.beginPath(); g.moveTo(p[0], p[1]); g.lineTo(p[2], p[3]); g.stroke(); };
    draw(g, line);
    patterns[key] = g.createPattern(tile, 'repeat');
  };
  make('slot', g => { g.beginPath(); g.arc(3, 3, 1.3, 0, 7); g.fill(); });
  make('lock', (g, line) => { line(0, 0, 6, 6); line(6, 0, 0, 6); });
  make('resource', (g, line) => line(0, 3, 6, 3));
  make('retry', (g, line) => line(0, 6, 6, 0));
  make('check', (g, line) => line(3, 0, 3, 6));
  make('suspended', (g, line) => line(0, 0, 6, 6));
  make('other', () => 0);
  const stripes = document.createElement('canvas');
  stripes.width = stripes.height = 8;
  const g = stripes.getContext('2d');
  g.strokeStyle = ink.paper;
  g.lineWidth = 2;
  for (const x of [-8, 0, 8]) { g.beginPath(); g.moveTo(x, 8); g.lineTo(x + 8, 0); g.stroke(); }
  patterns.stripes = g.createPattern(stripes, 'repeat');
}
function fit(canvas, width, height) {
  const scale = window.devicePixelRatio || 1;
  const w = Math.max(1, Math.round(width * scale)), h = Math.max(1, Math.round(height * scale));
  if (canvas.width !== w || canvas.height !== h) {
    canvas.width = w; canvas.height = h;
    canvas.style.width = width + 'px'; canvas.style.height = height + 'px';
  }
  const g = canvas.getContext('2d');
  g.setTransform(scale, 0, 0, scale, 0, 0);
  g.clearRect(0, 0, width, height);
  return g;
}

// ---- The timeline ----
const scroller = $('scroller'), grid = $('grid');
const pool = [];
let width = 0, height = 0;
const x = (t, wide = width) => (t - state.from) / (state.to - state.from) * wide;
function drawTimeline() {
  scroller.style.height = 'min(66vh, ' + (rows.length * ROW + 46) + 'px)';
  const side = grid.offsetWidth;
  width = Math.max(scroller.clientWidth - side, 40);
  height = Math.max(Math.min(scroller.clientHeight - 28, rows.length * ROW), 1);
  const top = scroller.scrollTop, first = Math.max(0, Math.floor(top / ROW) - 1);
  const last = Math.min(rows.length, Math.ceil((top + height) / ROW) + 1);
  drawAxis();
  drawRows(first, last);
  const g = fit($('bars'), width, height);
  for (const t of ticks()) { g.fillStyle = ink.line; g.fillRect(Math.round(x(t)), 0, 1, height); }
  for (let row = first; row < last; row++) {
    const y = row * ROW - top;
    if (row === state.at) { g.fillStyle = ink.pick; g.fillRect(0, y, width, ROW); }
    if (state.rows === 'slot') drawSlot(g, rows[row], y); else for (const a of attemptsOf[rows[row]]) drawAttempt(g, a, y, true);
    const op = rows[row];
    if (state.rows === 'op' && !attemptsOf[op].length && O.end[op] >= 0) {
      g.strokeStyle = ink.calm; g.strokeRect(x(O.end[op]) - 3, y + ROW / 2 - 3, 6, 6);
    }
  }
  if (state.rows === 'op') drawPath(g, top);
}
function drawSlot(g, slot, y) {
  const list = bySlot[slot];
  let low = 0, high = list.length, drawn = -1;
  while (low < high) { const mid = low + high >> 1; (A.ready[list[mid]] >= 0 ? A.ready[list[mid]] : until(list[mid])) < state.from ? low = mid + 1 : high = mid; }
  for (let i = low; i < list.length && A.from[list[i]] <= state.to; i++) {
    const a = list[i], end = x(slotEnd(a));
    // What no pixel would show is passed over.
    if (Math.floor(end) === drawn && !pathAttempts.has(a)) continue;
    drawn = Math.floor(end);
    drawAttempt(g, a, y, false);
  }
}
const slotEnd = a => A.slot[a] >= 0 && A.ready[a] >= 0 ? A.ready[a] : until(a);
function drawAttempt(g, a, y, own) {
  const from = A.from[a], to = own ? until(a) : slotEnd(a);
  const waits = A.waits[a];
  if (own && waits) {
    let at = from - total(waits);
    for (const [cause, , ms] of waits) { bar(g, CAUSES[cause], at, at + ms, y); at += ms; }
  }
  if (to < state.from || from > state.to) return;
  g.globalAlpha = shown && !shown[A.op[a]] ? 0.15 : 1;
  const status = STATUS[A.status[a]], ready = own && A.ready[a] >= 0 ? A.ready[a] : -1;
  if (ready >= 0) {
    solid(g, status, from, ready, y);
    g.globalAlpha *= 0.35;
    solid(g, status, ready, to, y);
  } else solid(g, status, from, to, y);
  g.globalAlpha = 1;
  if (pathAttempts.has(a)) {
    const left = Math.max(x(from), 0), right = Math.min(Math.max(x(D.path.to[pathAttempts.get(a)]), x(from) + 2), width);
    g.fillStyle = ink.path;
    g.fillRect(left, y + ROW - 5, right - left, 3);
  }
}
function solid(g, status, from, to, y) {
  const left = Math.max(x(from), -2), right = Math.min(Math.max(x(to), x(from) + 1.5), width + 2);
  g.fillStyle = ink[tone(status)];
  g.fillRect(left, y + 4, right - left, ROW - 9);
  if (tone(status) === 'bad' || tone(status) === 'late') { g.fillStyle = patterns.stripes; g.fillRect(left, y + 4, right - left, ROW - 9); }
}
function bar(g, cause, from, to, y) {
  const left = Math.max(x(from), -2), right = Math.min(x(to), width + 2);
  if (right - left < 0.7) return;
  g.fillStyle = patterns[cause];
  g.fillRect(left, y + 7, right - left, ROW - 15);
  g.strokeStyle = ink[cause];
  g.strokeRect(left + 0.5, y + 7.5, right - left - 1, ROW - 16);
}
function drawPath(g, top) {
  g.strokeStyle = ink.path;
  g.lineWidth = 1.5;
  for (let i = 1; i < D.path.att.length; i++) {
    const before = place.get(A.op[D.path.att[i - 1]]), row = place.get(A.op[D.path.att[i]]);
    if (before === undefined || row === undefined || before === row) continue;
    const y0 = before * ROW - top + ROW - 4, y1 = row * ROW - top + ROW - 4;
    if (Math.max(y0, y1) < 0 || Math.min(y0, y1) > height) continue;
    const at = x(D.path.to[i - 1]);
    g.beginPath(); g.moveTo(at, y0); g.lineTo(at, y1); g.lineTo(x(A.from[D.path.att[i]]), y1); g.stroke();
  }
  g.lineWidth = 1;
}
function ticks() {
  const range = state.to - state.from, rough = range / Math.max(width / 110, 1);
  const steps = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1e3, 2e3, 5e3, 1e4, 15e3, 3e4, 6e4, 12e4, 3e5, 6e5, 9e5, 18e5, 36e5, 72e5, 144e5, 432e5, 864e5];
  const step = steps.find(step => step >= rough) || Math.ceil(rough / 864e5) * 864e5;
  const list = [];
  for (let t = Math.ceil(state.from / step) * step; t <= state.to; t += step) list.push(t);
  return list;
}
function drawAxis() {
  const g = fit($('axis'), width, 28);
  g.fillStyle = ink.soft;
  g.font = FONT;
  for (const t of ticks()) if (x(t) < width - 70) g.fillText(t === 0 ? '0' : duration(Math.round(t)), x(t) + 3, 18);
}
function drawRows(first, last) {
  while (pool.length < last - first) {
    const cell = (role, cls) => el('span', { className: cls || '', role });
    const row = el('div', { className: 'cells', role: 'row', tabIndex: -1 }, cell('gridcell'), cell('gridcell'), cell('gridcell', 'num'), cell('gridcell', 'num'));
    on(row, 'click', () => { move(row.row, false); open(); });
    pool.push(row);
    grid.append(row);
  }
  const focused = grid.contains(document.activeElement);
  pool.forEach((row, i) => {
    const at = first + i;
    row.hidden = at >= last;
    row.style.display = row.hidden ? 'none' : '';
    if (row.hidden) return;
    row.row = at;
    row.style.top = at * ROW + 'px';
    row.setAttribute('aria-rowindex', at + 1);
    row.tabIndex = at === state.at ? 0 : -1;
    row.classList.toggle('picked', at === state.at);
    const texts = cells(rows[at]);
    texts.forEach((text, c) => { if (row.children[c].textContent !== text) row.children[c].textContent = text; });
    row.children[1].className = state.rows === 'op' ? 's-' + tone(STATUS[O.status[rows[at]]]) : '';
    row.children[0].title = texts[0];
  });
  // Whoever moves with the keyboard never leaves the grid by scrolling.
  if (focused) focusRow();
}
function focusRow() {
  const row = pool.find(row => !row.hidden && row.row === state.at);
  if (row && row !== document.activeElement) row.focus({ preventScroll: true });
}
function cells(row) {
  if (state.rows === 'slot') {
    const list = bySlot[row], busy = list.reduce((sum, a) => sum + slotEnd(a) - A.from[a], 0);
    return [row === D.slots ? 'without a slot' : 'slot ' + (row + 1), list.length + (list.length === 1 ? ' attempt' : ' attempts'), duration(busy), Math.round(busy / END * 100) + ' %'];
  }
  const status = STATUS[O.status[row]], many = O.attempts[row] > 1 ? ' ×' + O.attempts[row] : '';
  return [name(row), (MARK[status] || '·') + ' ' + (current.has(row) ? 'Up to date' : spaced(status)) + many, O.start[row] < 0 ? '' : duration(O.busy[row]), O.waited[row] > 0 ? duration(O.waited[row]) : ''];
}
function move(row, focus) {
  state.at = Math.max(0, Math.min(rows.length - 1, row));
  const y = state.at * ROW, seen = scroller.clientHeight - 28 - ROW;
  if (y < scroller.scrollTop) scroller.scrollTop = y;
  else if (y > scroller.scrollTop + seen) scroller.scrollTop = y - seen;
  drawTimeline();
  if (focus) focusRow();
}
function zoom(factor, around) {
  const middle = around === undefined ? (state.from + state.to) / 2 : around;
  const range = Math.min(Math.max((state.to - state.from) * factor, Math.min(10, END)), END);
  const share = (middle - state.from) / (state.to - state.from);
  pan(middle - range * share, range);
}
function pan(from, range) {
  state.from = Math.max(0, Math.min(END - range, from));
  state.to = state.from + range;
  draw();
  drawCurves();
}
on(grid, 'keydown', event => {
  const page = Math.max(1, Math.floor((scroller.clientHeight - 28) / ROW) - 1), range = state.to - state.from;
  const step = (by) => () => state.rows === 'slot' ? along(by) : pan(state.from + by * range / 5, range);
  const keys = {
    ArrowDown: () => move(state.at + 1, true), ArrowUp: () => move(state.at - 1, true), PageDown: () => move(state.at + page, true), PageUp: () => move(state.at - page, true),
    Home: () => move(0, true), End: () => move(rows.length - 1, true), Enter: () => open(), ' ': () => open(), ArrowLeft: step(-1), ArrowRight: step(1),
    '+': () => zoom(0.5), '=': () => zoom(0.5), '-': () => zoom(2), 0: () => pan(0, END),
  };
  if (keys[event.key] && !event.ctrlKey && !event.metaKey && !event.altKey) { event.preventDefault(); keys[event.key](); }
});
// Along the attempts of a slot.
function along(by) {
  const list = bySlot[rows[state.at]], now = list.indexOf(state.attempt);
  const next = Math.max(0, Math.min(list.length - 1, now < 0 ? 0 : now + by));
  state.attempt = list[next];
  say(tell(state.attempt));
  const range = state.to - state.from;
  if (A.from[state.attempt] < state.from || A.from[state.attempt] > state.to) pan(A.from[state.attempt] - range / 2, range);
}
const say = text => { $('said').textContent = text; };
function open() {
  if (!rows.length) return;
  if (state.rows === 'op') return show(rows[state.at]);
  const list = bySlot[rows[state.at]];
  show(A.op[list.includes(state.attempt) ? state.attempt : list[0]]);
}
const part = ([cause, on, ms]) => CAUSE[CAUSES[cause]] + (on < 0 ? '' : ' ' + D.names[on]) + ' ' + duration(ms);
function tell(a) {
  const waits = A.waits[a];
  return name(A.op[a]) + (A.n[a] > 1 ? ', attempt ' + A.n[a] : '') + ': ' + spaced(STATUS[A.status[a]]) + '\n' + duration(A.from[a]) + ' to ' + duration(until(a)) + ', ' + duration(until(a) - A.from[a])
    + (waits ? '\nwaited: ' + waits.map(part).join(', ') : '') + (pathAttempts.has(a) ? '\non the critical path' : '');
}
function under(event) {
  const box = $('bars').getBoundingClientRect(), row = Math.floor((event.clientY - box.top + scroller.scrollTop) / ROW);
  if (row >= rows.length) return null;
  const t = state.from + (event.clientX - box.left) / width * (state.to - state.from), slack = (state.to - state.from) / width * 2;
  const list = state.rows === 'slot' ? bySlot[rows[row]] : attemptsOf[rows[row]];
  const end = state.rows === 'slot' ? slotEnd : until;
  const found = list.find(a => t >= A.from[a] - slack - (state.rows === 'slot' ? 0 : total(A.waits[a] || [])) && t <= end(a) + slack);
  return { row, t, a: found };
}
const bars = $('bars'), tip = $('tip');
on(bars, 'mousemove', event => {
  const hit = under(event);
  if (drag && event.buttons) { const range = state.to - state.from; drag.moved = true; return pan(drag.from - (event.clientX - drag.x) / width * range, range); }
  tip.hidden = !hit || hit.a === undefined;
  if (tip.hidden) return;
  tip.textContent = tell(hit.a);
  tip.style.left = Math.min(event.clientX + 14, innerWidth - 430) + 'px';
  tip.style.top = Math.min(event.clientY + 14, innerHeight - 110) + 'px';
});
let drag = null;
on(bars, 'mousedown', event => { drag = { x: event.clientX, from: state.from, moved: false }; });
on(bars, 'mouseleave', () => { tip.hidden = true; drag = null; });
on(bars, 'click', event => {
  const hit = under(event), moved = drag && drag.moved;
  drag = null;
  if (!hit || moved) return;
  state.attempt = hit.a;
  move(hit.row, false);
  if (hit.a !== undefined) show(A.op[hit.a]); else open();
});
on(bars, 'wheel', event => {
  if (!event.ctrlKey && !event.metaKey) return;
  event.preventDefault();
  const hit = bars.getBoundingClientRect();
  zoom(event.deltaY > 0 ? 1.25 : 0.8, state.from + (event.clientX - hit.left) / width * (state.to - state.from));
}, { passive: false });

// ---- The graph ----
const map = $('map'), BOX = 170, GAP = 60, HIGH = 30, STEP = 40, PAD = 16;
const columns = [];
O.layer.forEach((layer, op) => { if (O.drawn[op]) (columns[layer] ||= [])[O.row[op]] = op; });
for (let c = 0; c < columns.length; c++) columns[c] = (columns[c] || []).filter(op => op !== undefined);
const spot = new Map();
columns.forEach((column, c) => column.forEach((op, r) => spot.set(op, [PAD + c * (BOX + GAP), PAD + r * STEP])));
function drawGraph() {
  const w = map.clientWidth, h = map.clientHeight, left = map.scrollLeft, top = map.scrollTop;
  $('map-space').style.width = Math.max(w, PAD * 2 + columns.length * (BOX + GAP) - GAP) + 'px';
  $('map-space').style.height = Math.max(h, PAD * 2 + Math.max(0, ...columns.map(column => column.length)) * STEP) + 'px';
  map.style.height = 'min(70vh, ' + (PAD * 3 + Math.max(0, ...columns.map(column => column.length)) * STEP) + 'px)';
  const g = fit($('nodes'), w, h);
  const low = Math.max(0, Math.floor((left - PAD) / (BOX + GAP))), high = Math.min(columns.length, Math.ceil((left + w) / (BOX + GAP)) + 1);
  const seen = [];
  for (let c = low; c < high; c++) {
    const from = Math.max(0, Math.floor((top - PAD) / STEP) - 1), to = Math.min(columns[c].length, Math.ceil((top + h) / STEP) + 1);
    for (let r = from; r < to; r++) seen.push(columns[c][r]);
  }
  const line = (before, op) => {
    const a = spot.get(before), b = spot.get(op);
    if (!a || !b) return;
    const strong = state.op === before || state.op === op, critical = pathOps.has(before) && pathOps.has(op);
    g.strokeStyle = strong ? ink.busy : critical ? ink.path : ink.line;
    g.lineWidth = strong || critical ? 2 : 1;
    const x0 = a[0] + BOX - left, y0 = a[1] + HIGH / 2 - top, x1 = b[0] - left, y1 = b[1] + HIGH / 2 - top, bend = Math.max(20, (x1 - x0) / 2);
    g.beginPath(); g.moveTo(x0, y0); g.bezierCurveTo(x0 + bend, y0, x1 - bend, y1, x1, y1); g.stroke();
  };
  let lines = 0;
  const inView = new Set(seen);
  for (const op of seen) {
    for (const before of O.after[op]) if (lines++ < 6000) line(before, op);
    for (const next of dependents[op]) if (!inView.has(next) && lines++ < 6000) line(op, next);
  }
  g.lineWidth = 1;
  g.font = FONT;
  g.textBaseline = 'middle';
  for (const op of seen) {
    const [sx, sy] = spot.get(op), bx = sx - left, by = sy - top, status = STATUS[O.status[op]];
    g.fillStyle = op === state.op ? ink.pick : ink.paper;
    g.fillRect(bx, by, BOX, HIGH);
    g.strokeStyle = pathOps.has(op) ? ink.path : ink[tone(status)];
    g.lineWidth = op === state.op ? 3 : pathOps.has(op) ? 2 : 1;
    g.strokeRect(bx + 0.5, by + 0.5, BOX - 1, HIGH - 1);
    g.fillStyle = ink[tone(status)];
    g.fillRect(bx, by, 5, HIGH);
    g.fillText(MARK[status] || '·', bx + 10, by + HIGH / 2);
    g.fillStyle = ink.ink;
    g.fillText(clip(g, name(op), BOX - 32), bx + 26, by + HIGH / 2);
  }
}
function clip(g, text, room) {
  if (g.measureText(text).width <= room) return text;
  let end = Math.min(text.length, 40);
  while (end > 1 && g.measureText(text.slice(0, end) + '…').width > room) end--;
  return text.slice(0, end) + '…';
}
function pick(op) {
  if (op === undefined || !spot.has(op)) return;
  state.op = op;
  const [sx, sy] = spot.get(op);
  if (sx < map.scrollLeft + PAD) map.scrollLeft = sx - PAD; else if (sx + BOX > map.scrollLeft + map.clientWidth) map.scrollLeft = sx + BOX + PAD - map.clientWidth;
  if (sy < map.scrollTop + PAD) map.scrollTop = sy - PAD; else if (sy + HIGH > map.scrollTop + map.clientHeight) map.scrollTop = sy + HIGH + PAD - map.clientHeight;
  say(name(op) + ', ' + spaced(STATUS[O.status[op]]) + ', depends on ' + O.after[op].length + ', needed by ' + dependents[op].length);
  drawGraph();
}
on(map, 'keydown', event => {
  const now = spot.has(state.op) ? state.op : undefined, column = now === undefined ? [] : columns[O.layer[now]], r = column.indexOf(now);
  const first = (columns.find(column => column.length) || [])[0];
  const keys = {
    ArrowRight: () => dependents[now].find(op => spot.has(op)), ArrowLeft: () => O.after[now].find(op => spot.has(op)),
    ArrowDown: () => column[r + 1], ArrowUp: () => column[r - 1], Home: () => first,
  };
  if (event.key === 'Enter' && now !== undefined) { event.preventDefault(); show(now); }
  else if (keys[event.key]) { event.preventDefault(); pick(now === undefined ? first : keys[event.key]()); }
});
on(map, 'click', event => {
  const box = map.getBoundingClientRect(), px = event.clientX - box.left + map.scrollLeft, py = event.clientY - box.top + map.scrollTop;
  const c = Math.floor((px - PAD) / (BOX + GAP)), r = Math.floor((py - PAD) / STEP), op = (columns[c] || [])[r];
  if (op !== undefined && px - PAD - c * (BOX + GAP) <= BOX) { pick(op); show(op); }
});

// ---- The critical path ----
function fillPath() {
  const table = el('table', {}, el('caption', { className: 'unseen', textContent: 'The attempts that decided how long the run took' }), el('thead', {}, el('tr', {}, ...['Operation', 'Began', 'Ran', 'Gap before', 'Why not earlier'].map(text => el('th', { scope: 'col', textContent: text })))));
  const body = el('tbody');
  D.path.att.forEach((a, i) => {
    const on = D.path.on[i] < 0 ? '' : ' ' + D.names[D.path.on[i]];
    body.append(el('tr', {}, el('td', {}, link(A.op[a], name(A.op[a]) + (A.n[a] > 1 ? ' (attempt ' + A.n[a] + ')' : ''))), ...[duration(A.from[a]), duration(D.path.to[i] - A.from[a]), D.path.gap[i] ? duration(D.path.gap[i]) : '', LINK[D.path.link[i]] + on].map(text => el('td', {}, text))));
  });
  table.append(body);
  $('path').replaceChildren(D.path.att.length ? table : el('p', {}, 'No operation was started.'));
}
const link = (op, text) => el('button', { className: 'link', type: 'button', textContent: text || name(op), onclick: () => show(op) });

// ---- One operation ----
const detail = $('detail');
let opener = null;
function show(op, quiet) {
  state.op = op;
  if (!detail.contains(document.activeElement)) opener = document.activeElement;
  const more = D.more[op] || {}, status = STATUS[O.status[op]], facts = el('dl');
  const fact = (term, value) => { if (value || value === 0) facts.append(el('dt', {}, term), el('dd', {}, ...[].concat(value))); };
  fact('Status', spaced(status) + (current.has(op) ? ', up to date' : ''));
  fact('Type', TYPES[O.type[op]]);
  fact('Ready', O.ready[op] >= 0 && duration(O.ready[op]));
  fact('Began', O.start[op] >= 0 && duration(O.start[op]));
  fact('Ended', O.end[op] >= 0 && duration(O.end[op]));
  fact('Ran', O.start[op] >= 0 && duration(O.busy[op]));
  const waits = attemptsOf[op].flatMap(a => A.waits[a] || []);
  fact('Waited for', waits.map(part).join(', '));
  for (const [term, key] of [['Why it ran', 'why'], ['Skipped because', 'skip'], ['Kept from run', 'kept'], ['Asked for a restart', 'restart'], ['Undoes', 'undoes'], ['Exit code', 'exit'], ['Id', 'id']]) fact(term, more[key]);
  const list = ops => ops.slice(0, 50).flatMap((op, i) => i ? [', ', link(op)] : [link(op)]).concat(ops.length > 50 ? [' and ' + (ops.length - 50) + ' more'] : []);
  fact('Depends on', O.after[op].length > 0 && list(O.after[op]));
  fact('Needed by', dependents[op].length > 0 && list(dependents[op]));
  const parts = [el('button', { className: 'shut', type: 'button', textContent: 'Close', onclick: shut }), el('h2', {}, el('span', { className: 's-' + tone(status), textContent: (MARK[status] || '·') + ' ' }), el('bdi', {}, name(op))), facts];
  if (more.error) {
    parts.push(el('h3', {}, 'Error'), el('pre', { className: 'o-error', tabIndex: 0, textContent: [more.error.message, more.error.position, more.error.stack].filter(Boolean).join('\n\n') }));
    if (more.error.id) parts.push(el('p', { className: 'note', textContent: more.error.id }));
  }
  if (attemptsOf[op].length > 1) parts.push(el('h3', {}, 'Attempts'), el('ul', {}, ...attemptsOf[op].map(a => el('li', { textContent: A.n[a] + ': ' + spaced(STATUS[A.status[a]]) + ', ' + duration(A.from[a]) + ' to ' + duration(until(a)) + (D.said[a] ? ': ' + D.said[a] : '') }))));
  parts.push(...output(op));
  detail.replaceChildren(...parts);
  detail.hidden = false;
  detail.setAttribute('aria-label', 'Operation ' + name(op));
  if (!quiet) { detail.focus(); detail.scrollIntoView({ block: 'nearest' }); }
  remember();
  if (!$('graph').hidden) drawGraph();
}
function output(op) {
  const out = D.out[op];
  if (!out) return [];
  const head = el('h3', {}, 'Output');
  if (out.file) return [head, el('p', {}, el('a', { href: out.file, textContent: 'What it wrote lies in a file beside this page (' + Math.ceil(out.bytes / 1024) + ' KiB).' }))];
  const streams = [...new Set(out.lines.map(line => D.streams[line[2]]))], off = new Set(), box = el('pre', { tabIndex: 0 });
  let most = 1000;
  const fill = () => {
    const lines = out.lines.filter(line => !off.has(line[2])), from = Math.max(0, lines.length - most);
    box.replaceChildren(...(from ? [el('button', { type: 'button', textContent: 'Show ' + from + ' earlier lines', onclick: () => { most = Infinity; fill(); } }), '\n'] : []),
      ...lines.slice(from).flatMap(line => [el('span', { className: 't', textContent: duration(line[1]).padStart(11) + '  ' }), el('span', { className: 'o-' + D.streams[line[2]], textContent: line[3].replace(/\n$/, '') + '\n' })]));
  };
  fill();
  const filters = streams.length < 2 ? [] : streams.map(stream => el('label', {}, el('input', { type: 'checkbox', checked: true, onchange: event => { off[event.target.checked ? 'delete' : 'add'](D.streams.indexOf(stream)); fill(); } }), ' ' + stream + ' '));
  return [head, el('p', {}, ...filters), box];
}
function shut() {
  detail.hidden = true;
  state.op = -1;
  remember();
  if (opener && opener.isConnected && opener !== document.body) opener.focus(); else if (!$('timeline').hidden) focusRow();
}
on(document, 'keydown', event => { if (event.key === 'Escape' && !detail.hidden) shut(); });

// ---- The rest ----
function fillCurves() {
  $('curves').hidden = !D.curves.length || D.end === 0;
  $('curves').replaceChildren(...D.curves.map(curve => {
    const most = ': at most ' + curve.peak + ' of ' + curve.capacity;
    return el('figure', { className: 'panel' }, el('canvas', { role: 'img', 'aria-label': curve.title + ' over time' + most }), el('figcaption', { className: 'note', textContent: curve.title + most }));
  }));
}
// Of the time that the timeline shows.
function drawCurves() {
  if (!$('curves').hidden) document.querySelectorAll('#curves canvas').forEach((canvas, i) => {
    canvas.style.width = '';
    const curve = D.curves[i], w = canvas.clientWidth, h = 56, g = fit(canvas, w, h), top = Math.max(curve.capacity, curve.peak, 1);
    const y = used => h - 2 - used / top * (h - 6);
    g.fillStyle = g.strokeStyle = ink.busy;
    g.globalAlpha = 0.25;
    g.beginPath(); g.moveTo(x(0, w), h - 2);
    let level = 0;
    for (const [at, used] of curve.points) { g.lineTo(x(at, w), y(level)); g.lineTo(x(at, w), y(used)); level = used; }
    g.lineTo(x(END, w), y(level)); g.lineTo(x(END, w), h - 2); g.closePath(); g.fill();
    g.globalAlpha = 1; g.stroke();
    g.strokeStyle = ink.soft; g.setLineDash([4, 4]); g.beginPath(); g.moveTo(0, y(curve.capacity)); g.lineTo(w, y(curve.capacity)); g.stroke();
    g.setLineDash([]);
  });
}
function legend() {
  const keys = [...new Set(A.status.concat(O.status).map(s => STATUS[s]))].filter(s => s !== 'NotNeeded').map(s => el('li', {}, el('span', { className: 's-' + tone(s), textContent: (MARK[s] || '·') + ' ' }), spaced(s)));
  const causes = [...new Set(A.waits.flatMap(waits => (waits || []).map(w => CAUSES[w[0]])))].map(c => el('li', {}, el('span', { className: 'key w-' + c }), 'waited for: ' + CAUSE[c]));
  $('legend').replaceChildren(...keys, ...causes, el('li', {}, 'underlined: critical path'));
}
function draw() {
  if (!$('timeline').hidden) drawTimeline();
  if (!$('graph').hidden) drawGraph();
}
let asked = false;
const soon = () => { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; draw(); }); } };
on(scroller, 'scroll', soon, { passive: true });
on(map, 'scroll', soon, { passive: true });
on(window, 'resize', () => { draw(); drawCurves(); });
on(matchMedia('(prefers-color-scheme: dark)'), 'change', () => { colours(); draw(); drawCurves(); });

const FIELDS = [['search', 'q'], ['status', 'status'], ['type', 'type'], ['rows', 'rows'], ['order', 'order']], VIEWS = ['timeline', 'graph', 'path'];
const KEPT = { view: 'timeline', q: '', status: '', type: '', rows: 'op', order: 'start' };
function remember() {
  const words = new URLSearchParams();
  for (const key in KEPT) if (state[key] !== KEPT[key]) words.set(key, state[key]);
  if (state.op >= 0) words.set('op', state.op);
  // Where a page may not change its address, links still work.
  try { history.replaceState(null, '', '#' + words); } catch { /* a sandbox */ }
}
function recall() {
  const words = new URLSearchParams(location.hash.slice(1));
  for (const key in KEPT) state[key] = words.get(key) ?? KEPT[key];
  if (!VIEWS.includes(state.view)) state.view = 'timeline';
  if (state.rows !== 'slot') state.rows = 'op';
  for (const [id, key] of FIELDS) $(id).value = state[key];
  const op = parseInt(words.get('op'), 10);
  change(state.view);
  if (op >= 0 && op < COUNT) {
    if (place.has(op)) move(place.get(op), false);
    show(op);
  } else detail.hidden = true;
}
function change(view) {
  state.view = view;
  for (const other of VIEWS) {
    const on = other === view;
    $(other).hidden = !on;
    $('tab-' + other).setAttribute('aria-selected', on);
    $('tab-' + other).tabIndex = on ? 0 : -1;
  }
  if (view === 'path') fillPath();
  select();
  draw();
}
on(document.querySelector('.tabs'), 'keydown', event => {
  const by = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
  if (by) { const next = VIEWS[(VIEWS.indexOf(state.view) + by + 3) % 3]; change(next); $('tab-' + next).focus(); remember(); }
});
for (const view of VIEWS) on($('tab-' + view), 'click', () => { change(view); remember(); });
for (const [id, key] of FIELDS)
  on($(id), 'input', event => { state[key] = event.target.value; state.at = 0; scroller.scrollTop = 0; select(); draw(); remember(); });
$('zoom-in').onclick = () => zoom(0.5);
$('zoom-out').onclick = () => zoom(2);
$('zoom-all').onclick = () => pan(0, END);
// The time in which the attempts of the rows in view ran.
$('zoom-fit').onclick = () => {
  const first = Math.floor(scroller.scrollTop / ROW), list = rows.slice(first, first + Math.ceil(height / ROW)).flatMap(row => state.rows === 'slot' ? bySlot[row] : attemptsOf[row]);
  const from = Math.min(...list.map(a => A.from[a])), to = Math.max(...list.map(until));
  if (list.length) pan(from, Math.max(to - from, 1));
};
const option = text => el('option', { value: text, textContent: spaced(text) });
$('status').append(...[...new Set(O.status.map(s => STATUS[s]))].map(option));
const types = TYPES.filter(Boolean);
$('type').append(...types.map(type => el('option', { value: type, textContent: type })));
$('type-label').hidden = types.length < 1;
on(window, 'hashchange', recall);
$('bar').hidden = false;
colours();
legend();
fillCurves();
recall();
drawCurves();
document.documentElement.dataset.ready = 'yes';
})();
