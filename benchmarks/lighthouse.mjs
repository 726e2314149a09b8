// Visits pages as Lighthouse does, on a telephone of the middle class, and prints one line of JSON for each.
// Called with the folder of npm packages and the categories to look at; on standard input a list of {url, cookie}.
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";
import { text } from "node:stream/consumers";
import { join } from "node:path";

const packages = createRequire(join(process.argv[2], "from-here.js"));
const { default: lighthouse } = await import(pathToFileURL(packages.resolve("lighthouse")));
const { launch } = await import(pathToFileURL(packages.resolve("chrome-launcher")));

const wanted = JSON.parse(await text(process.stdin));
async function visit(url, cookie) {
  // A first visit each: Lighthouse empties the cache between two pages, but not the cookies that tell of it.
  const chrome = await launch({ chromeFlags: ["--headless=new", "--no-sandbox", "--disable-dev-shm-usage"], logLevel: "silent" });
  const { lhr } = await lighthouse(url, {
    port: chrome.port,
    logLevel: "error",
    onlyCategories: process.argv.slice(3),
    // Pictures of how it went, which no score counts.
    disableFullPageScreenshot: true,
    extraHeaders: cookie ? { Cookie: cookie } : {},
  });
  chrome.kill();
  return lhr;
}

for (const { url, cookie } of wanted) {
  let lhr = await visit(url, cookie);
  // Now and then the browser records nothing of a visit, and Lighthouse asks to be run again.
  for (let again = 0; lhr.runtimeError && again < 3; again++) lhr = await visit(url, cookie);
  const scores = {}, faults = {};
  for (const [name, { score, auditRefs }] of Object.entries(lhr.categories)) {
    scores[name] = Math.round(score * 100);
    faults[name] = auditRefs.filter(({ id, weight }) => weight && lhr.audits[id].score !== null && lhr.audits[id].score < 0.95)
      .map(({ id }) => `${id} ${lhr.audits[id].displayValue ?? ""}`.trim());
  }
  console.log(JSON.stringify({ url, shown: lhr.finalDisplayedUrl, scores, faults, problem: lhr.runtimeError?.message ?? "" }));
}
