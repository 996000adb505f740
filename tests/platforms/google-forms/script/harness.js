/**
 * Runs the script of the form step by step, each run with its own globals as at Google, and tells what happened.
 * stdin: {script, now, steps}; stdout: {results, ...the world afterwards}.
 */
"use strict";

const vm = require("node:vm");
const fs = require("node:fs");
const { answer, formApp, FormResponse } = require("./form.js");
const services = require("./services.js");

const LONGEST_RUN = 6 * 60 * 1000; // docs

const { script, now, steps } = JSON.parse(fs.readFileSync(0, "utf8"));
const world = {
  now, forms: [], triggers: [], requests: [], mails: [], slept: [], answers: [], unsettable: [], properties: new Map(),
  made: 0, denied: [], slow: 400, legacy: false, counts: {}, broken: {}, dead: false, began: 0, away: false,
  /** Every use of a service: Google ends a run that takes too long, and nothing more can be done in it. */
  used(what) {
    if (world.now - world.began > LONGEST_RUN) world.kill();
    if (world.dead) throw new Error("Exceeded maximum execution time");
    world.counts[what] = (world.counts[what] || 0) + 1;
    if (world.broken[what] === world.counts[what]) throw new Error("Exception: Service error: Forms");
  },
  kill() {
    world.dead = true;
    throw new Error("Exceeded maximum execution time");
  },
  trouble() {
    if (world.away) throw new Error("Exception: Service error: Forms");
  },
};
world.Date = class extends Date {
  constructor(...given) {
    super(...(given.length ? given : [world.now]));
  }

  static now() {
    return world.now;
  }
};

function run(name, event) {
  const log = [];
  const console = Object.fromEntries(["log", "error"].map((level) => [level, (text) => log.push([level, text])]));
  const globals = {
    console, Date: world.Date, FormApp: formApp(world), LockService: services.lockService(world),
    MailApp: services.mailApp(world), PropertiesService: services.propertiesService(world),
    ScriptApp: services.scriptApp(world), Session: services.session(world), UrlFetchApp: services.urlFetchApp(world),
    Utilities: services.utilities(world),
  };
  Object.assign(world, { dead: false, began: world.now, counts: {}, held: false });
  const context = vm.createContext(globals);
  vm.runInContext(script, context, { filename: "script.gs" });
  let error = null;
  try {
    context[name](...(event ? [event] : []));
  } catch (thrown) {
    error = String(thrown.message);
  }
  return { name, log, error, held: world.held, took: world.now - world.began };
}

const form = () => world.forms.at(-1);

function fired(handler, event) {
  return world.triggers.filter((one) => one.handler === handler).map(() => run(handler, event));
}

function submitted(said, earlier) {
  const told = answer(world, form(), said, earlier);
  const { response, seen, confirmation } = told;
  return { id: response.id, seen, confirmation, runs: fired("onSubmitted", { response, source: form() }) };
}

const STEPS = {
  run: (name) => run(name),
  /** What the owner does by hand. Their words are those of a test. */
  by_hand: (code) => new Function("form", "world", code)(form(), world) ?? null,
  submit: (said) => submitted(said),
  revise: ({ id, said }) => submitted(said, form().responses.find((response) => response.id === id)),
  ghost: () => fired("onSubmitted", { response: new FormResponse(world, form(), "2_ghost"), source: form() }),
  wait: (seconds) => (world.now += seconds * 1000),
  hour() {
    world.now += 3600 * 1000;
    return fired("resend");
  },
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      if (value === null) world.properties.delete(name);
      else world.properties.set(name, value);
    }
  },
  world: (values) => void Object.assign(world, values),
  state: () => JSON.parse(JSON.stringify(state())),
};

function state() {
  const { now: at, triggers, requests, mails, slept } = world;
  const properties = Object.fromEntries(world.properties);
  return { now: at, triggers, requests, mails, slept, properties, forms: world.forms.map(shape) };
}

function shape(one) {
  const items = one.items.map((item) => ({
    id: item.id, type: String(item.type), title: item.title, help: item.help, required: item.required,
    rows: item.rows?.map((row) => row.title), columns: item.columns, validation: item.validation,
    choices: item.choices?.map((choice) => ({ label: choice.value, leads: leads(choice.goTo) })),
    leads: item.goTo && leads(item.goTo),
  }));
  return { id: one.id, settings: one.settings, published: one.published, items };
}

const leads = (where) => (where ? (where.name ?? where.title) : null);

const results = steps.map((step) => {
  const [[name, given]] = Object.entries(step);
  return STEPS[name](given) ?? null;
});
process.stdout.write(JSON.stringify({ results, ...state() }));
