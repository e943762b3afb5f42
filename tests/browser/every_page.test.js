// What holds for every page: the policy, the origin, accessibility, narrow screens.

import assert from "node:assert/strict";
import { createRequire } from "node:module";
import { readFileSync } from "node:fs";
import { after, before, test } from "node:test";
import { databaseDown, startApp, stopApps } from "./support/app.js";
import { PHONE, WIDE, launch, open, photograph } from "./support/browser.js";
import { gif } from "./support/gif.js";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LONGEST = "x".repeat(200);

let browser, full, empty, down, long;
/** What there is to see: name, address, status, and the app that shows it. */
const PAGES = [
  { name: "dog", path: "/", status: 200, app: () => full },
  { name: "404", path: "/dogs/no-such-dog", status: 404, app: () => full },
  { name: "405", path: "/random.gif", status: 405, app: () => full, method: "POST" },
  { name: "503", path: "/", status: 503, app: () => down },
  { name: "empty", path: "/", status: 200, app: () => empty },
  { name: "docs", path: "/api/docs", status: 200, app: () => full },
];

before(async () => {
  browser = await launch();
  [full, empty, down, long] = await Promise.all([
    startApp(),
    startApp({ gifs: [] }),
    startApp({ environment: await databaseDown() }),
    startApp({ gifs: [{ bytes: gif(40, 30), title: LONGEST }] }),
  ]);
});

after(async () => {
  await Promise.all([browser?.close(), stopApps()]);
});

function show({ path, app, method }, options) {
  return open(browser, app(), path, { method, ...options });
}

for (const target of PAGES) {
  for (const colorScheme of ["light", "dark"]) {
    test(`the ${target.name} page obeys its policy, logs no error and stays at home, ${colorScheme}`, async () => {
      const { page, context, response, complaints } = await show(target, { colorScheme });
      assert.equal(response.status(), target.status);
      assert.doesNotMatch(response.headers()["content-security-policy"], /unsafe/);
      if (target.name === "docs") await tryEverything(page);
      await page.waitForLoadState("networkidle");
      assert.deepEqual(complaints, []);
      await context.close();
    });

    // The 405 is the 404 with another sentence.
    for (const viewport of target.name === "405" ? [] : [PHONE, WIDE]) {
      test(`axe finds nothing serious on the ${target.name} page, ${colorScheme}, ${viewport.width} px wide`, async () => {
        const { page, context } = await show(target, { colorScheme, viewport });
        if (target.name === "docs") await page.locator(".opblock").first().waitFor();
        await photograph(page, `${target.name}-${viewport.width}-${colorScheme}`);
        // Swagger UI's own markup is not ours to mend.
        const scope = target.name === "docs" ? { exclude: ["#swagger-ui"] } : {};
        await page.evaluate(AXE);
        const { violations } = await page.evaluate((scope) => axe.run(scope), scope);
        const serious = violations.filter(({ impact }) => ["serious", "critical"].includes(impact));
        assert.deepEqual(
          serious.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(", ")}`),
          [],
        );
        await context.close();
      });
    }
  }

  test(`the ${target.name} page does not scroll sideways on the narrowest screen`, async () => {
    const { page, context } = await show(target, { viewport: { width: 320, height: 640 } });
    if (target.name === "docs") await page.locator(".opblock").first().waitFor();
    await photograph(page, `${target.name}-320-light`);
    assert.equal(await overhang(page), 0);
    await context.close();
  });
}

/** Pixels by which the page is wider than the screen. */
function overhang(page) {
  return page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
}

/** Opens every operation of the API's browser and executes the first. */
async function tryEverything(page) {
  const operations = page.locator(".opblock-summary-control");
  await operations.first().waitFor();
  const count = await operations.count();
  assert.ok(count >= 5, `${count} operations`);
  for (let index = 0; index < count; index++) await operations.nth(index).click();
  await page.getByRole("button", { name: "Try it out" }).first().click();
  await page.getByRole("button", { name: "Execute" }).first().click();
  await page.locator(".live-responses-table .response-col_status", { hasText: "200" }).waitFor();
}

test("the longest title is neither cut off nor scrolls sideways on the narrowest screen", async () => {
  const { page, context } = await open(browser, long, "/", {
    viewport: { width: 320, height: 640 },
  });
  const title = page.locator("h1");
  assert.equal(await title.innerText(), LONGEST);
  const { x, width } = await title.boundingBox();
  assert.ok(x >= 0 && x + width <= 320, `from ${x} on, ${width} px wide`);
  assert.equal(await overhang(page), 0);
  await context.close();
});

test("the page of a dead database shows a dog and no number, and says when to come back", async () => {
  const { page, context, response } = await open(browser, down, "/");
  assert.equal(response.status(), 503);
  assert.ok(Number(response.headers()["retry-after"]) > 0);
  const image = page.locator("img.gif");
  assert.ok(await image.evaluate((image) => image.decode().then(() => image.naturalWidth > 0)));
  assert.doesNotMatch(await page.locator("main").innerText(), /visitor/i);
  await context.close();
});

test("the page of an empty catalogue says how to add dogs, and counts", async () => {
  const { page, context } = await open(browser, empty, "/");
  const text = await page.locator("main").innerText();
  assert.match(text, /dog-gif-app gifs add/);
  assert.match(text, /visitor [\d,]+/);
  await context.close();
});

test("the browser shows the icon that /favicon.ico answers with", async () => {
  const { page, context } = await open(browser, full, "/");
  for (const path of await page
    .locator("link[rel*=icon]")
    .evaluateAll((links) => links.map((link) => link.href))) {
    const width = await page.evaluate(async (path) => {
      const image = new Image();
      image.src = path;
      await image.decode();
      return image.naturalWidth;
    }, path);
    assert.ok(width >= 16, path);
  }
  await context.close();
});
