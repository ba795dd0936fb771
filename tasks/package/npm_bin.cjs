#!/usr/bin/env node
// AgentOp Studio: starts Deno, which the package `deno` brings, with the program's rights and no others.
"use strict";
const { spawn } = require("node:child_process");
const { constants } = require("node:os");
const { join } = require("node:path");

// What Deno is told, for the workbench and for everything else.
const START = require("./start.json");

const words = process.argv.slice(2);
const isWorkbench = words.length === 0 || words[0] === "tui";
const args = [...START[isWorkbench ? "tui" : "cli"], join(__dirname, "..", "program", "main.js"), ...words];
const env = { ...process.env, DENO_NO_UPDATE_CHECK: "1" };

function fail(reason) {
  console.error(`agentop: Cannot start Deno: ${reason}. Try: npm install agentop-studio`);
  process.exit(2);
}

/** Where npm put the binary; the package's own way to find it, which needs none of its install scripts to have run. */
function denoPath() {
  try {
    return require("deno/install_api.cjs").runInstall();
  } catch (error) {
    return fail(error.message.split("\n")[0]);
  }
}

function start(deno) {
  const child = spawn(deno, args, { stdio: "inherit", env });
  child.on("error", (error) => fail(error.message));
  // A terminal sends its signals to both processes; other senders know only this one.
  const isShared = process.stdin.isTTY || process.stdout.isTTY;
  for (const signal of ["SIGINT", "SIGHUP", "SIGTERM", "SIGQUIT"]) {
    process.on(signal, () => isShared && signal !== "SIGTERM" ? undefined : child.kill(signal));
  }
  child.on("exit", (code, signal) => {
    if (signal === null) process.exit(code);
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
    // Where the signal does not end this process.
    setTimeout(() => process.exit(128 + (constants.signals[signal] ?? 0)), 100);
  });
}

start(denoPath());
