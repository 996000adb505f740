const SUBMIT_HANDLER = "onSubmitted";
const HOURLY_HANDLER = "resend";

/** Starts sending: checks ADDRESS and SECRET, installs what Google runs by itself, and sends a test. */
function connect() {
  const faults = [addressFault_(setting_("ADDRESS")), secretFault_(setting_("SECRET"))].filter(Boolean);
  if (faults.length) {
    console.error(`Not connected.\n${faults.join("\n")}
Set it in Project Settings (the gear on the left) > Script Properties, save, and run connect again.`);
    return;
  }
  ScriptApp.requireAllScopes(ScriptApp.AuthMode.FULL);
  const form = openForm_();
  if (!form) {
    console.error(`Not connected. ${noForm_()}`);
    return;
  }
  installTriggers_(form);
  const verdict = post_({ source: "google-forms", test: true }, `test.${Date.now()}`, 1);
  if (verdict.kind === "sent" && verdict.status === "ignored") {
    console.log(`Connected, and exit-bridge took the test. From now on each set of answers is sent when it is submitted.
Answer the form once yourself. Answers that were given before now are sent by sendAll.`);
  } else if (verdict.kind === "sent") {
    console.error(`Connected, but what stands at ADDRESS does not answer like exit-bridge. Compare ADDRESS with what
exit-bridge init showed, and run connect again.`);
  } else {
    console.error(`Connected, but the test did not arrive. ${verdict.words}
Put that right and run connect again. Until then answers wait in Google Forms and are tried again every hour.`);
  }
}

/** Stops sending. What is waiting is kept, and is sent after the next connect. */
function disconnect() {
  removeTriggers_();
  console.log(`Disconnected: nothing is sent any more.
Sets of answers that wait for the next connect: ${waiting_().length}.`);
}

/** Says how things stand. */
function status() {
  const form = openForm_();
  if (!form) {
    console.log(noForm_());
    return;
  }
  const handlers = ScriptApp.getProjectTriggers().map((trigger) => trigger.getHandlerFunction());
  const connected = handlers.includes(SUBMIT_HANDLER) && handlers.includes(HOURLY_HANDLER);
  console.log(`Edit the form:    ${form.getEditUrl()}
Answer the form:  ${form.getPublishedUrl()}
Connected: ${connected ? "yes" : "no, not by this account. Run connect to send answers"}
Sets of answers that wait to be sent: ${waiting_().length}
Everything being sent again: ${memory_().getProperty("ALL_FROM") === null ? "no" : "yes, it goes on every hour"}`);
}

/** @param {string} address */
function addressFault_(address) {
  if (!address) return "ADDRESS is missing: the address of your hook, which exit-bridge init showed.";
  return /^https:\/\/[^\s/]+\/\S+$/i.test(address)
    ? ""
    : "ADDRESS must start with https://, name the hook (/hooks/ and the survey), and hold no spaces.";
}

/** @param {string} secret */
function secretFault_(secret) {
  if (!secret) return "SECRET is missing: the survey's secret, which exit-bridge init --show-secret shows.";
  return /^whsec_[A-Za-z0-9+/]{16,}={0,2}$/.test(secret)
    ? ""
    : "SECRET must be whsec_ and the letters and digits behind it, all in one line.";
}

/** @param {GoogleAppsScript.Forms.Form} form */
function installTriggers_(form) {
  let listens = false;
  let wakes = false;
  for (const trigger of ScriptApp.getProjectTriggers()) {
    const here = trigger.getHandlerFunction() === SUBMIT_HANDLER && trigger.getTriggerSourceId() === form.getId();
    if (here && !listens) listens = true;
    else if (trigger.getHandlerFunction() === HOURLY_HANDLER && !wakes) wakes = true;
    else if ([SUBMIT_HANDLER, HOURLY_HANDLER].includes(trigger.getHandlerFunction())) ScriptApp.deleteTrigger(trigger);
  }
  if (!listens) ScriptApp.newTrigger(SUBMIT_HANDLER).forForm(form).onFormSubmit().create();
  if (!wakes) ScriptApp.newTrigger(HOURLY_HANDLER).timeBased().everyHours(1).create();
}

function removeTriggers_() {
  for (const trigger of ScriptApp.getProjectTriggers()) {
    if ([SUBMIT_HANDLER, HOURLY_HANDLER].includes(trigger.getHandlerFunction())) ScriptApp.deleteTrigger(trigger);
  }
}

/** The form, or null where there is none that is finished, or it was deleted, or this account may not edit it. */
function openForm_() {
  const id = setting_("FORM_ID");
  if (!id || setting_("BUILDING")) return null;
  try {
    return FormApp.openById(id);
  } catch (error) {
    return null;
  }
}

function noForm_() {
  if (!setting_("FORM_ID")) return "There is no form yet. Run buildForm first.";
  return setting_("BUILDING")
    ? `An earlier run did not finish its form. In Google Drive delete the form called "${PLAN.title}" that was changed
last. Then run forgetForm, and buildForm again.`
    : "The form cannot be opened: it was deleted, or belongs to another account. Run forgetForm if it is gone.";
}
