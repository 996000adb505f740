/** Google's other services: their limits (docs), their messages, and a clock that stands still unless it is used. */
"use strict";

const crypto = require("node:crypto");
const { refuse, takes } = require("./forms.js");

const SCOPES = ["forms", "script.external_request", "script.scriptapp", "script.send_mail", "userinfo.email"].map(
  (name) => `https://www.googleapis.com/auth/${name}`,
);
const OVER_QUOTA = "You have exceeded the property storage quota. Please remove some properties and try again.";

const signed = (buffer) => [...buffer].map((byte) => (byte > 127 ? byte - 256 : byte));
const unsigned = (bytes) => Buffer.from(bytes.map((byte) => byte & 255));

function bytes(where, ...lists) {
  for (const list of lists) {
    const fits = (byte) => Number.isInteger(byte) && byte >= -128 && byte < 128;
    if (!Array.isArray(list) || !list.every(fits)) refuse(`The parameters don't match the signature of ${where}.`);
  }
}

function propertiesService(world) {
  const kept = world.properties;
  const put = (name, value) => {
    takes("Properties.setProperty", [name, value], "String", "String");
    if (Buffer.byteLength(value) > 9 * 1024) refuse("Argument too large: value");
    if (world.full) refuse(OVER_QUOTA);
    kept.set(name, value);
    const all = [...kept].reduce((sum, pair) => sum + Buffer.byteLength(pair.join("")), 0);
    if (all > 500 * 1024) refuse(OVER_QUOTA);
  };
  const store = {
    getProperty: (name) => (world.used("getProperty"), kept.has(name) ? kept.get(name) : null),
    getProperties: () => (world.used("getProperties"), Object.fromEntries(kept)),
    setProperty: (name, value) => (world.used("setProperty"), put(name, value), store),
    setProperties: (all) => (world.used("setProperties"), Object.entries(all).forEach((pair) => put(...pair)), store),
    deleteProperty: (name) => (world.used("deleteProperty"), kept.delete(name), store),
  };
  return { getScriptProperties: () => store };
}

const utilities = (world) => ({
  DigestAlgorithm: { SHA_256: "sha256" },
  newBlob: (text) => (takes("newBlob", [text], "String"), { getBytes: () => signed(Buffer.from(text, "utf8")) }),
  base64Encode: (data) => (bytes("base64Encode", data), unsigned(data).toString("base64")),
  base64Decode(text) {
    if (!/^[A-Za-z0-9+/]*={0,2}$/.test(text) || text.length % 4) refuse("Could not decode string.");
    return signed(Buffer.from(text, "base64"));
  },
  computeDigest(algorithm, data) {
    bytes("computeDigest", data);
    return signed(crypto.createHash(algorithm).update(unsigned(data)).digest());
  },
  computeHmacSha256Signature(value, key) {
    bytes("computeHmacSha256Signature", value, key);
    return signed(crypto.createHmac("sha256", unsigned(key)).update(unsigned(value)).digest());
  },
  sleep(ms) {
    takes("sleep", arguments, "Number");
    world.used("sleep");
    world.slept.push(ms);
    world.now += ms;
  },
});

const OPTIONS = ["method", "contentType", "headers", "payload", "muteHttpExceptions", "followRedirects"];

const urlFetchApp = (world) => ({
  fetch(url, options) {
    world.used("fetch");
    takes("UrlFetchApp.fetch", [url, options.payload], "String", "String");
    const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
    if (unknown.length) refuse(`Attribute provided with no value: ${unknown}`);
    const { headers, payload: body, method, contentType, followRedirects } = options;
    world.requests.push({ url, headers, body, method, contentType, followRedirects, at: world.now });
    world.now += world.slow;
    const usual = { code: 200, text: JSON.stringify({ status: JSON.parse(body).test ? "ignored" : "accepted" }) };
    const planned = world.answers.length ? world.answers.shift() : world.always ?? usual;
    if (planned === "killed") world.kill();
    if (planned === "unreachable") refuse(`Address unavailable: ${url}`);
    const { code, text = "", headers: given = {} } = typeof planned === "number" ? { code: planned } : planned;
    if (code >= 400 && !options.muteHttpExceptions) refuse(`Request failed for ${url} returned code ${code}: ${text}`);
    return { getResponseCode: () => code, getContentText: () => text, getAllHeaders: () => given };
  },
});

function scriptApp(world) {
  const add = (trigger) => {
    if (world.triggers.length >= 20) refuse("This script has too many triggers.");
    world.triggers.push({ ...trigger, id: `trigger-${(world.made += 1)}` });
  };
  const shown = (trigger) => ({
    id: trigger.id,
    getHandlerFunction: () => trigger.handler,
    getTriggerSourceId: () => trigger.source,
    getUniqueId: () => trigger.id,
  });
  const grants = (mode, scopes) => {
    takes("ScriptApp.requireScopes", [mode, scopes], "String", "String[]");
    if (scopes.some((scope) => world.denied.includes(scope))) refuse("Authorization is required.");
  };
  return {
    AuthMode: { FULL: "FULL" },
    requireScopes: grants,
    requireAllScopes: (mode) => grants(mode, SCOPES),
    getProjectTriggers: () => world.triggers.map(shown),
    deleteTrigger({ id }) {
      const place = world.triggers.findIndex((trigger) => trigger.id === id);
      if (place < 0) refuse("Unexpected error while deleting the trigger.");
      world.triggers.splice(place, 1);
    },
    newTrigger: (handler) => ({
      forForm: (form) => ({ onFormSubmit: () => ({ create: () => add({ handler, source: form.getId() }) }) }),
      timeBased: () => ({
        everyHours(hours) {
          takes("everyHours", arguments, "Number");
          return { create: () => add({ handler, source: null, hours }) };
        },
      }),
    }),
  };
}

const lockService = (world) => ({
  getScriptLock: () => ({
    tryLock(ms) {
      takes("tryLock", arguments, "Number");
      world.used("tryLock");
      if (!world.locked) return (world.held = true);
      world.now += ms;
      return false;
    },
    releaseLock() {
      if (!world.held) refuse("The lock is not held.");
      world.held = false;
    },
  }),
});

const mailApp = (world) => ({
  sendEmail(to, subject, body) {
    takes("MailApp.sendEmail", arguments, "String", "String", "String");
    if (world.mute) refuse("Service invoked too many times for one day: email.");
    world.mails.push({ to, subject, body, at: world.now });
  },
});

const session = () => ({ getEffectiveUser: () => ({ getEmail: () => "owner@council.example" }) });

module.exports = { lockService, mailApp, propertiesService, scriptApp, session, urlFetchApp, utilities };
