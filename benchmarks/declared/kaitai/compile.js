// Compiles .ksy files to Python: node compile.js TARGET FILE...
"use strict";
const fs = require("fs");
const path = require("path");
const [target, ...files] = process.argv.slice(2);
const compiler = require("kaitai-struct-compiler");
const yaml = require("js-yaml");
const read = (file) => yaml.load(fs.readFileSync(file, "utf8"));

async function main() {
  for (const file of files) {
    const importYaml = (name) => Promise.resolve(read(path.join(path.dirname(file), name + ".ksy")));
    const made = await compiler.compile("python", read(file), { importYaml }, false);
    for (const [name, text] of Object.entries(made)) fs.writeFileSync(path.join(target, name), text);
  }
}

main().catch((error) => {
  console.error(String(error));
  process.exit(1);
});
