// The page of a report in a real browser: what it shows is what the record says, with the mouse, with the keyboard alone, under a
// strict policy, with names that are made to break pages, and with 20,000 operations.
//
// LABRUNNER_PAGES is a folder with the pages and, beside each, the same report as JSON. LABRUNNER_CHROMIUM is the browser.
// Screenshots are kept in LABRUNNER_SHOTS.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { pathToFileURL } from 'node:url';

// The packages lie where they were restored, not beside this file.
const restored = createRequire(join(process.env.LABRUNNER_NODE_MODULES, 'package.json'));
const { chromium } = restored('playwright-core');
const axe = readFileSync(restored.resolve('axe-core/axe.min.js'), 'utf8');

const pages = process.env.LABRUNNER_PAGES, shots = process.env.LABRUNNER_SHOTS;
let browser;
before(async () => {
  browser = await chromium.launch({ executablePath: process.env.LABRUNNER_CHROMIUM, args: ['--no-sandbox', '--disable-dev-shm-usage'] });
});
after(() => browser?.close());

const record = name => JSON.parse(readFileSync(join(pages, `${name}.json`), 'utf8'));

// A page that has said nothing on its console, and is ready.
async function open(name, { scheme = 'light', hash = '', size = { width: 1300, height: 1000 }, ready = true } = {}) {
  const page = await browser.newPage({ colorScheme: scheme, viewport: size });
  page.said = [];
  // That a canvas is read back is this test's doing.
  page.on('console', message => { if (['error', 'warning'].includes(message.type()) && !/readback/.test(message.text())) page.said.push(message.text()); });
  page.on('pageerror', error => page.said.push(String(error)));
  page.on('dialog', dialog => { page.said.push(`dialog ${dialog.message()}`); dialog.dismiss(); });
  const address = name.startsWith('http') ? name : pathToFileURL(join(pages, `${name}.html`)).href;
  await page.goto(address + hash);
  // A page without a script is ready when it is there.
  if (ready) await page.waitForFunction(() => document.documentElement.dataset.ready === 'yes');
  return page;
}

async function close(page) {
  assert.deepEqual(page.said, []);
  await page.close();
}

async function faults(page) {
  await page.evaluate(axe);
  const result = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'] }));
  return result.violations.map(fault => `${fault.id}: ${fault.nodes.map(node => node.target).join(' ')}`);
}

const shot = (page, name) => page.screenshot({ path: join(shots, `${name}.png`) });

// Where a moment of the run stands in the view, and what is drawn there.
const at = (page, ms, row, end) => page.evaluate(([ms, row, end]) => {
  const canvas = document.getElementById('bars'), box = canvas.getBoundingClientRect();
  const x = ms / end * box.width, y = row * 24 + 9 - document.getElementById('scroller').scrollTop, scale = canvas.width / box.width;
  const drawn = [...canvas.getContext('2d').getImageData(Math.floor(x * scale), Math.floor(y * scale), 1, 1).data];
  return { x: box.left + x, y: box.top + y, drawn };
}, [ms, row, end]);

test('bars are where the record says, in the colour of how they ended', async () => {
  const page = await open('shop'), run = record('shop'), end = run.run.duration_ms;
  await page.selectOption('#order', 'declared');
  await page.locator('#scroller').scrollIntoViewIfNeeded();
  const colours = await page.evaluate(() => {
    const style = getComputedStyle(document.documentElement), probe = document.createElement('canvas').getContext('2d', { willReadFrequently: true });
    const rgb = key => { probe.fillStyle = style.getPropertyValue(`--${key}`); probe.fillRect(0, 0, 1, 1); return [...probe.getImageData(0, 0, 1, 1).data]; };
    return { Succeeded: rgb('good'), Failed: rgb('bad'), paper: rgb('paper') };
  });
  const near = (a, b) => a.slice(0, 3).every((value, i) => Math.abs(value - b[i]) <= 2);
  for (const attempt of run.attempts) {
    const to = attempt.ready_ms ?? attempt.to_ms;
    const middle = (attempt.from_ms + to) / 2;
    const { x, y } = await at(page, middle, attempt.operation, end);
    const seen = [];
    for (let i = -4; i <= 4; i++) seen.push((await at(page, middle + i / 4 * end / 200, attempt.operation, end)).drawn);
    // A failed bar is striped in the colour of the paper.
    const mine = seen.filter(drawn => near(drawn, colours[attempt.status]) || (attempt.status === 'Failed' && near(drawn, colours.paper)));
    assert.ok(mine.length >= 5, `${run.operations[attempt.operation].name}: ${JSON.stringify(seen)}`);
    await page.mouse.move(x, y);
    const tip = await page.locator('#tip').innerText();
    assert.ok(tip.startsWith(run.operations[attempt.operation].name), tip);
  }
  // Before the first attempt of the last one there is no bar of its own.
  const last = run.attempts.at(-1), before = (await at(page, last.ready_ms ?? last.from_ms - end / 50, last.operation, end)).drawn;
  assert.ok(!near(before, colours[last.status]), `${before}`);
  await page.mouse.move(1, 1);
  await shot(page, 'failed-light');
  await close(page);
});

test('the grid says how each operation ended, and search and filters narrow it', async () => {
  const page = await open('shop'), run = record('shop');
  const rows = () => page.locator('#grid [role=row]:visible').evaluateAll(rows => rows.map(row => row.children[0].textContent));
  assert.deepEqual((await rows()).sort(), run.operations.map(operation => operation.name).sort());
  assert.equal(await page.locator('#grid').getAttribute('aria-rowcount'), String(run.operations.length));
  await page.selectOption('#status', 'Failed');
  assert.deepEqual(await rows(), run.operations.filter(operation => operation.status === 'Failed').map(operation => operation.name));
  await page.selectOption('#status', '');
  await page.fill('#search', 'WEB');
  assert.deepEqual(await rows(), ['web']);
  assert.match(await page.evaluate(() => location.hash), /q=WEB/);
  await close(page);
});

test('a failed operation shows its error, its line and what it wrote, and has an address', async () => {
  const run = record('shop'), op = run.operations.findIndex(operation => operation.status === 'Failed');
  const page = await open('shop', { hash: `#op=${op}` });
  const detail = await page.locator('#detail').innerText();
  assert.match(detail, /no disk/);
  assert.match(detail, /shop\.ps1:12 char:5/);
  assert.match(detail, /creating tables/);
  assert.match(detail, /Depends on\s+database/);
  await page.locator('.fails a').first().click();
  assert.match(await page.evaluate(() => location.hash), new RegExp(`op=${op}$`));
  await shot(page, 'detail');
  await close(page);
});

test('everything is reached with the keyboard alone', async () => {
  const page = await open('shop'), run = record('shop');
  const focused = () => page.evaluate(() => { const e = document.activeElement; return e.id || e.getAttribute('role') || e.tagName; });
  const seen = [];
  for (let i = 0; i < 30 && seen.at(-1) !== 'row'; i++) { await page.keyboard.press('Tab'); seen.push(await focused()); }
  for (const stop of ['A', 'tab-timeline', 'search', 'status', 'rows', 'order', 'zoom-in', 'row']) assert.ok(seen.includes(stop), `${stop} in ${seen}`);
  const row = () => page.evaluate(() => document.activeElement.getAttribute('aria-rowindex'));
  await page.keyboard.press('End');
  assert.equal(await row(), String(run.operations.length));
  await page.keyboard.press('ArrowUp');
  assert.equal(await row(), String(run.operations.length - 1));
  await page.keyboard.press('Home');
  assert.equal(await row(), '1');
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'detail');
  await page.keyboard.press('Escape');
  assert.equal(await row(), '1');
  assert.ok(await page.locator('#detail').isHidden());
  // The graph, by way of its tab.
  await page.focus('#tab-timeline');
  await page.keyboard.press('ArrowRight');
  assert.equal(await focused(), 'tab-graph');
  await page.focus('#map');
  await page.keyboard.press('ArrowRight');
  const first = await page.locator('#said').innerText();
  await page.keyboard.press('ArrowRight');
  assert.notEqual(await page.locator('#said').innerText(), first);
  await page.keyboard.press('Enter');
  assert.equal(await focused(), 'detail');
  await shot(page, 'graph');
  await page.keyboard.press('Escape');
  // By slots, along the attempts of one.
  await page.focus('#tab-graph');
  await page.keyboard.press('ArrowLeft');
  await page.selectOption('#rows', 'slot');
  await page.locator('#grid [role=row]:visible').first().focus();
  await page.keyboard.press('ArrowRight');
  await page.keyboard.press('ArrowRight');
  assert.match(await page.locator('#said').textContent(), /\d/);
  await shot(page, 'slots');
  await close(page);
});

test('axe finds nothing, in light and in dark, in each view', async () => {
  for (const scheme of ['light', 'dark']) {
    for (const hash of ['', '#view=graph', '#view=path', '#rows=slot', '#op=4']) {
      const page = await open('shop', { scheme, hash });
      assert.deepEqual(await faults(page), [], `${scheme} ${hash}`);
      await close(page);
    }
    const page = await open('shop', { scheme, hash: '#op=4' });
    await shot(page, `failed-${scheme}-detail`);
    await close(page);
  }
});

test('names that are made to break pages are names', async () => {
  const page = await open('evil'), run = record('evil');
  assert.equal(await page.evaluate(() => window.broken), undefined);
  for (let op = 0; op < run.operations.length; op++) {
    await page.evaluate(op => { location.hash = `#op=${op}`; }, op);
    await page.waitForFunction(op => !document.getElementById('detail').hidden && document.getElementById('detail').textContent.length > 20, op);
  }
  assert.equal(await page.locator('body script').count(), 2, 'the data and the script');
  const text = await page.evaluate(() => document.body.innerText);
  assert.ok(!/[\u202a-\u202e\u2066-\u2069\u0007\u001b]/.test(text));
  assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth), 'nothing is wider than the page');
  assert.deepEqual(await faults(page), []);
  await shot(page, 'evil');
  await close(page);
});

test('the page works under a strict policy when its script lies beside it', async () => {
  const types = { html: 'text/html', js: 'text/javascript', css: 'text/css', txt: 'text/plain' };
  const server = createServer((request, response) => {
    const path = decodeURIComponent(new URL(request.url, 'http://x').pathname);
    if (path === '/favicon.ico') return response.writeHead(204).end();
    const body = readFileSync(join(pages, path));
    response.writeHead(200, { 'content-type': types[path.split('.').pop()], 'content-security-policy': "default-src 'none'; script-src 'self'; style-src 'self'" });
    response.end(body);
  });
  await new Promise(done => server.listen(0, '127.0.0.1', done));
  try {
    const page = await open(`http://127.0.0.1:${server.address().port}/strict.html`);
    assert.ok(await page.locator('#grid [role=row]:visible').count() > 3);
    assert.equal(await page.evaluate(() => getComputedStyle(document.getElementById('head')).position), 'sticky');
    await close(page);
  } finally {
    server.close();
    server.closeAllConnections();
  }
});

test('without its script the page still says what failed', async () => {
  const context = await browser.newContext({ javaScriptEnabled: false });
  const page = await context.newPage();
  await page.goto(pathToFileURL(join(pages, 'shop.html')).href);
  const text = await page.locator('main').innerText();
  assert.match(text, /What failed: 1 operation/);
  assert.match(text, /no disk/);
  await context.close();
});

test('what is much lies beside the page', async () => {
  const page = await open('loud', { hash: '#op=0' });
  const href = await page.locator('#detail a').getAttribute('href');
  assert.match(readFileSync(join(pages, decodeURIComponent(href)), 'utf8'), /line 9999/);
  await close(page);
});

test('recommendations and curves can be read, and are drawn', async () => {
  const run = record('narrow');
  assert.ok(run.performance.recommendations.length > 1);
  for (const scheme of ['light', 'dark']) {
    const page = await open('narrow', { scheme });
    const section = page.locator('section.perf');
    for (const advice of run.performance.recommendations) assert.ok((await section.innerText()).includes(advice.message), advice.message);
    await section.locator('summary').first().focus();
    await page.keyboard.press('Enter');
    assert.ok(await section.locator('table').first().isVisible());
    const curves = page.locator('#curves canvas');
    assert.deepEqual(await curves.evaluateAll(all => all.map(one => one.getAttribute('aria-label').split(' over time')[0])),
      ['slots', 'lock registry', 'processors in use, percent', 'memory in use on the machine, MiB']);
    await page.waitForFunction(() => [...document.querySelectorAll('#curves canvas')].every(one => one.getContext('2d').getImageData(0, 0, one.width, one.height).data.some(value => value > 0)));
    const below = await page.evaluate(() => document.getElementById('curves').getBoundingClientRect().top - document.getElementById('scroller').getBoundingClientRect().bottom);
    assert.ok(below > 0, `the curves are ${below} px below the timeline`);
    assert.deepEqual(await faults(page), []);
    await shot(page, `performance-${scheme}`);
    await close(page);
  }
});

test('curves show the time that the timeline shows', async () => {
  const page = await open('narrow'), run = record('narrow'), end = run.run.duration_ms;
  const curve = run.curves.findIndex(curve => curve.points.length > 4), { points, capacity, peak } = run.curves[curve];
  const level = t => points.reduce((level, [at, used]) => at <= t ? used : level, 0), top = Math.max(capacity, peak, 1);
  const row = used => 56 - 2 - used / top * (56 - 6);
  // Whether anything is drawn in a place of the curve, whose width is 1.
  const drawn = places => page.evaluate(([curve, places]) => {
    const canvas = document.querySelectorAll('#curves canvas')[curve], scale = canvas.height / 56, g = canvas.getContext('2d', { willReadFrequently: true });
    return places.map(([x, y]) => g.getImageData(Math.floor(x * canvas.width), Math.floor(y * scale), 1, 1).data[3] > 0);
  }, [curve, places]);
  async function follows(from, to) {
    const near = (to - from) / 60;
    const times = Array.from({ length: 60 }, (_, i) => from + (i + 0.5) / 60 * (to - from)).filter(t => !points.some(([at]) => Math.abs(at - t) < near));
    assert.ok(times.length >= 5, 'places without an edge');
    const x = t => (t - from) / (to - from);
    const inside = times.filter(t => level(t) > 0), below = await drawn(inside.map(t => [x(t), row(level(t)) + 3]));
    assert.ok(inside.length > 0 && below.every(Boolean), `${from} to ${to}: ${below}`);
    const outside = times.filter(t => Math.abs(row(capacity) - row(level(t)) + 5) > 3 && row(level(t)) > 6), above = await drawn(outside.map(t => [x(t), row(level(t)) - 5]));
    assert.ok(!above.some(Boolean), `${from} to ${to}: ${above}`);
  }
  await follows(0, end);
  await page.click('#zoom-in');
  await page.click('#zoom-in');
  await follows(end * 3 / 8, end * 5 / 8);
  await page.locator('#grid [role=row]:visible').first().focus();
  for (let i = 0; i < 20; i++) await page.keyboard.press('ArrowLeft');
  await follows(0, end / 4);
  await page.setViewportSize({ width: 900, height: 1000 });
  await page.waitForFunction(() => [...document.querySelectorAll('#curves figure')].every(figure => figure.firstChild.width <= figure.clientWidth * devicePixelRatio));
  await follows(0, end / 4);
  await page.click('#zoom-all');
  await follows(0, end);
  await shot(page, 'curves');
  await close(page);
});

test('runs side by side can be read without a script', async () => {
  for (const scheme of ['light', 'dark']) {
    const page = await open('compared', { scheme, ready: false });
    assert.match(await page.locator('header').innerText(), /3 runs side by side/);
    assert.equal(await page.locator('script').count(), 0);
    assert.equal(await page.locator('meter').count(), 3);
    assert.match(await page.locator('main').innerText(), /Only in some of the runs/);
    assert.deepEqual(await faults(page), []);
    await shot(page, `compared-${scheme}`);
    await close(page);
  }
});

test('a run that is under way says so', async () => {
  const page = await open('running');
  assert.match(await page.locator('header').innerText(), /under way/);
  await close(page);
});

for (const many of [5000, 20000]) {
  test(`${many} operations are there, and only what is seen of them is in the page`, async () => {
    const page = await open(`large-${many}`);
    assert.equal(await page.locator('#grid').getAttribute('aria-rowcount'), String(many));
    assert.ok(await page.locator('*').count() < 1000);
    await shot(page, `large-${many}`);
    await page.locator('#grid [role=row]:visible').first().focus();
    await page.keyboard.press('End');
    assert.equal(await page.evaluate(() => document.activeElement.getAttribute('aria-rowindex')), String(many));
    const canvases = await page.evaluate(() => [...document.querySelectorAll('canvas')].map(canvas => canvas.height));
    assert.ok(Math.max(...canvases) < 4000, `${canvases}`);
    await page.click('#tab-graph');
    await shot(page, `large-${many}-graph`);
    await page.click('#tab-timeline');
    await page.selectOption('#rows', 'slot');
    await shot(page, `large-${many}-slots`);
    const { paint, scroll } = await page.evaluate(async () => {
      const scroller = document.getElementById('scroller'), times = [];
      document.getElementById('rows').value = 'op';
      document.getElementById('rows').dispatchEvent(new Event('input'));
      for (let i = 0; i < 60; i++) {
        scroller.scrollTop = i / 60 * scroller.scrollHeight;
        const began = performance.now();
        await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
        times.push(performance.now() - began);
      }
      times.sort((a, b) => a - b);
      return { paint: performance.getEntriesByName('first-contentful-paint')[0]?.startTime, scroll: times[56] };
    });
    // Figures for whoever reads the log; nothing depends on them.
    console.log(`${many} operations: first paint ${Math.round(paint)} ms, a scrolled frame ${Math.round(scroll)} ms at the 95th percentile`);
    await close(page);
  });
}
