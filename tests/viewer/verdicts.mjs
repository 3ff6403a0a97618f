// What the page's program says of every bundle in a folder: one JSON object a line.
//   node tests/viewer/verdicts.mjs FOLDER TRUST
// TRUST is what is pasted into the page: keys one a line, or a policy.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { load } from "./load.mjs";

const js = load();
const [folder, trust] = process.argv.slice(2);
for (const name of readdirSync(folder).filter((name) => name.endsWith(".zip")).sort()) {
  let said;
  try {
    const files = js.readZip(new Uint8Array(readFileSync(join(folder, name))));
    const began = process.cpuUsage();
    const report = await js.verifyBundle(files, { trust: js.readTrust(trust ?? "") });
    const took = process.cpuUsage(began);
    said = { verdict: report.verdict, first_bad: report.first_bad, ms: (took.user + took.system) / 1000 };
  } catch (error) {
    if (!(error instanceof js.Malformed)) throw error;
    said = { verdict: "fail", first_bad: { check: "zip", place: name, reason: error.message } };
  }
  console.log(JSON.stringify({ name: name.replace(/\.zip$/, ""), ...said }));
}
