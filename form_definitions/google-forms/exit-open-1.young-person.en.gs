/**
 * exit-bridge for Google Forms. This script builds a form and, if you want, sends each set of answers to exit-bridge.
 *
 * TO GET THE FORM
 *   1. At script.google.com choose New project. Delete what stands in the editor, paste all of this, and save.
 *   2. Above the editor choose buildForm and press Run. The first time Google asks for permission: the account that
 *      you choose there owns the form.
 *   3. The log under the editor shows two links. With one you edit the form, the other is for those who answer it.
 *
 * TO SEND ANSWERS TO EXIT-BRIDGE
 *   4. Open Project Settings (the gear on the left). Under Script Properties add
 *        ADDRESS   the address of your hook, which starts with https://
 *        SECRET    the survey's secret, which starts with whsec_
 *        WAVE      the name of this round, if you compare rounds (may be left out)
 *        SHEET     the name of the group, if several groups have a form each (may be left out)
 *   5. Back in the editor choose connect and press Run. The log says whether exit-bridge took a test.
 *   6. Answer the form once yourself.
 *
 * WHAT YOU CAN RUN
 *   buildForm     builds the form, once
 *   connect       starts sending, and sends a test; run it again after every change of ADDRESS or SECRET
 *   status        says how things stand
 *   resend        sends now what is waiting; otherwise that happens every hour
 *   sendAll       sends every set of answers again; exit-bridge knows those that it has, so nothing counts twice
 *   disconnect    stops sending
 *   forgetForm    forgets the form, so that another one can be built; the form itself stays
 *   onSubmitted   is run by Google, not by you
 *
 * Nothing below needs a change. You may change words in the form itself; leave the numbers such as R3. in front of the
 * questions and the words of the options as they are.
 */

/**
 * The form, as exit-bridge wrote it.
 *
 * @typedef {{ label: string, ends: boolean }} Option
 * @typedef {{ kind: "grid", title: string, options: string[], rows: { id: string, title: string }[] }} Grid
 * @typedef {{ kind: "choice", id: string, title: string, help: string, required: boolean, options: Option[] }} OneOf
 * @typedef {{ kind: "text" | "email", id: string, title: string, help: string }} Text
 * @typedef {{ title: string, description: string, parts: (Grid | OneOf | Text)[] }} Page
 * @type {{ bank: string, variant: string, language: string, title: string, description: string, thanks: string,
 *          declined: string, pages: Page[] }}
 */
const PLAN = {
  "bank": "exit-open@1",
  "variant": "young-person",
  "language": "en",
  "title": "What helps this work last?",
  "description": "SAMPLE - made without an organisation's settings. It does not say who is responsible for the answers or how long they are kept, so please do not send it to anyone to fill in.\n\nIn every question, 'this work' means the work named in your invitation. 'Young people' means care-experienced young people: those who are in care now or were in care before.\n\nWe want to know what you think about this work. There are no right or wrong answers, and this is not a test. It takes about 5 minutes. You can skip any question. You will not get a score.\n\nFill it in together. If you don't agree, choose 'I don't know'.\n\nThe people who made this form used ideas from a study about leaving care, called EXIT. The study team did not make or check this form. It has not been tried out with young people yet.",
  "thanks": "Thank you for telling us what you think. If something is on your mind, you can talk to a worker or someone else you trust.",
  "declined": "Thank you for reading this. You chose not to send your answers, so we don't keep them. We only count that someone said no.",
  "pages": [
    { "title": "Before you start: what we do with your answers", "description": "The few people who run this form may be able to see what you chose.\nYou answer as a group. Your group's answers go to people picked by the organisation that asks you.\nWe delete your answers here after 365 days. Copies on the website of this form, or in emails, stay until someone deletes them.\nIf you are not happy with how we treat your answers, you can tell the people who check this in the UK, at ico.org.uk.\nPlease don't use anyone's name. Leave out things that would tell people who you mean.\nNobody checks this form to see if someone needs help right now. If someone is in danger, call 999. If you are worried about yourself or someone else, talk to a worker or someone else you trust.\nYou choose if you want to take part. It's fine to say no. You can skip questions or stop when you like.", "parts": [
      {"kind": "choice", "id": "notice", "title": "I have read how my answers are used. I want to send them.", "help": "", "required": true, "options": [{"label": "Yes, send my answers", "ends": false}, {"label": "No, don't keep my answers", "ends": true}]}
    ] },
    { "title": "One question about your answers", "description": "", "parts": [
      {"kind": "text", "id": "comment_present", "title": "How many of you are filling this in? Please don't write any names.", "help": ""}
    ] },
    { "title": "What helps this work last?", "description": "", "parts": [
      {"kind": "grid", "title": "What helps this work last?", "options": ["Strongly disagree", "Disagree", "Neither agree nor disagree", "Agree", "Strongly agree", "I don't know", "This is not about us, or not yet"], "rows": [{"id": "cop02", "title": "C2. Something was changed because of what young people said."}, {"id": "cop03", "title": "C3. Young people who hardly ever get asked have a say too."}, {"id": "cop05", "title": "C5. Young people get the help they need to join in."}, {"id": "cop06", "title": "C6. Young people hear back about what happened after they spoke up."}, {"id": "cop07", "title": "C7. Young people who want to can tell people in charge why this work matters."}, {"id": "lea07", "title": "L7. Young people help to lead this work."}, {"id": "mea02", "title": "M2. Young people helped to pick what gets checked to see if this work helps."}, {"id": "ada05", "title": "A5. This work has been changed to suit young people better."}]},
      {"kind": "choice", "id": "cop04", "title": "C4. How can young people get to talk to the people in charge?", "help": "", "required": false, "options": [{"label": "There is no way to do it", "ends": false}, {"label": "Now and then, when we are asked", "ends": false}, {"label": "A group or a worker tells them what we think", "ends": false}, {"label": "We have a regular meeting with them", "ends": false}, {"label": "We have a regular meeting and decide things together", "ends": false}, {"label": "I don't know", "ends": false}, {"label": "This is not about us, or not yet", "ends": false}]},
      {"kind": "text", "id": "comment_coproduction", "title": "What would give young people more of a say? Please don't use anyone's name.", "help": ""}
    ] }
  ]
};

/** Builds the form. A second run builds nothing. */
function buildForm() {
  if (setting_("FORM_ID")) {
    explainKnownForm_();
    return;
  }
  // docs: people may tick some permissions and not others. What is missing is asked for, and the run ends here.
  ScriptApp.requireScopes(ScriptApp.AuthMode.FULL, ["https://www.googleapis.com/auth/forms"]);
  const lock = LockService.getScriptLock();
  if (!lock.tryLock(1000)) {
    console.error("The form is being built at this moment. Wait until that run has ended.");
    return;
  }
  try {
    if (setting_("BUILDING")) {
      console.error(`An earlier run stopped at its very beginning. If Google Drive shows an empty form called
"${PLAN.title}", delete it there.`);
    }
    memory_().setProperty("BUILDING", "yes");
    const form = FormApp.create(PLAN.title);
    memory_().setProperty("FORM_ID", form.getId());
    fill_(form);
    memory_().deleteProperty("BUILDING");
    console.log(`Your form is ready.

Edit it:    ${form.getEditUrl()}
Answer it:  ${form.getPublishedUrl()}

Next: open the second link in a private window. If it asks for an account, open the first one, press Publish or
Published, and let everyone who has the link respond. Then answer the form twice: once with the first option of the
first question, once with the other, which must lead past all questions.
To send answers to exit-bridge, set ADDRESS and SECRET in Project Settings > Script Properties, and run connect.`);
  } catch (error) {
    console.error(`The form was not finished; what Google said stands below. In Google Drive delete the form called
"${PLAN.title}" that was made just now. Then run forgetForm, and buildForm again.`);
    throw error;
  } finally {
    lock.releaseLock();
  }
}

/** Forgets the form and stops sending, so that another form can be built. The form and its answers stay. */
function forgetForm() {
  const waiting = waiting_().length;
  removeTriggers_();
  for (const name of Object.keys(memory_().getProperties())) {
    if (/^(FORM_ID|BUILDING|ALL_FROM|(REFS|WAITING)(_\d+)?)$/.test(name)) memory_().deleteProperty(name);
  }
  console.log(`The form is forgotten here. It stays in Google Drive with its answers, and nothing more is sent from it.
Sets of answers that had not been sent yet: ${waiting}. You can now run buildForm again.`);
}

function explainKnownForm_() {
  const form = openForm_();
  if (!form) {
    console.error(noForm_());
    return;
  }
  console.log(`There is a form already, so none was built.

Edit it:    ${form.getEditUrl()}
Answer it:  ${form.getPublishedUrl()}

If you want a second one, run forgetForm first. For the next round it is better to copy the whole script project.`);
}

/** @param {GoogleAppsScript.Forms.Form} form */
function fill_(form) {
  /** @type {Refs} */
  const refs = {};
  /** @type {Gate[]} */
  const gates = [];
  form.setDescription(PLAN.description);
  PLAN.pages.forEach((page, number) => {
    if (number || page.title || page.description) {
      const head = number ? form.addPageBreakItem() : form.addSectionHeaderItem();
      head.setTitle(page.title);
      if (page.description) head.setHelpText(page.description);
    }
    for (const part of page.parts) addPart_(form, part, refs, gates);
  });
  leadAway_(form, gates);
  remember_("REFS", refs);
  arrange_(form);
}

/**
 * Settings that not every account has are asked for one by one: a form that lacks one of them is still a form.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 */
function arrange_(form) {
  form.setConfirmationMessage(confirmation_());
  /** @type {[string, () => void][]} */
  const wishes = [
    ["Show progress bar: on", () => form.setProgressBar(true)],
    ["Shuffle question order: off", () => form.setShuffleQuestions(false)],
    ["Collect email addresses: off", () => form.setCollectEmail(false)],
    ["Limit to 1 response: off", () => form.setLimitOneResponsePerUser(false)],
    ["Allow response editing: off", () => form.setAllowResponseEdits(false)],
    ["View results summary: off", () => form.setPublishingSummary(false)],
    ["Show link to submit another response: off", () => form.setShowLinkToRespondAgain(false)],
    ["Restrict to users of your organisation: off", () => form.setRequireLogin(false)],
    ["Published, and accepting responses", () => publish_(form)],
  ];
  for (const [wanted, wish] of wishes) {
    try {
      wish();
    } catch (error) {
      console.log(`Please look at this in the form's settings, it could not be set from here: ${wanted}`);
    }
  }
}

/**
 * seen: forms made by scripts since July 2026 are unpublished, and only then must be published; the types know nothing
 * of it yet.
 *
 * @param {any} form
 */
function publish_(form) {
  if (typeof form.supportsAdvancedResponderPermissions === "function" && form.supportsAdvancedResponderPermissions()) {
    form.setPublished(true);
  }
  form.setAcceptingResponses(true);
}

/** Google shows one text to everybody, so it says both things where somebody may have said no. */
function confirmation_() {
  const gate = PLAN.pages.flatMap((page) => page.parts).find((part) => part.kind === "choice" && part.required);
  if (!gate || gate.kind !== "choice") return PLAN.thanks;
  const yes = gate.options.find((option) => !option.ends);
  const no = gate.options.find((option) => option.ends);
  if (!yes || !no) return PLAN.thanks;
  return `"${yes.label}":\n${PLAN.thanks}\n\n"${no.label}":\n${PLAN.declined}`;
}

/**
 * @typedef {{ [id: string]: string | [title: string, ref: string][] }} Refs
 * @typedef {{ item: GoogleAppsScript.Forms.MultipleChoiceItem, part: OneOf }} Gate
 */

/**
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {Grid | OneOf | Text} part
 * @param {Refs} refs which of our ids belongs to which item; item ids stay when words are changed
 * @param {Gate[]} gates questions whose options are set once the page that they lead to is there
 */
function addPart_(form, part, refs, gates) {
  if (part.kind === "grid") {
    const grid = form.addGridItem().setTitle(part.title);
    grid.setRows(part.rows.map((row) => row.title)).setColumns(part.options);
    refs[grid.getId()] = part.rows.map((row) => [row.title, row.id]);
    return;
  }
  const item = part.kind === "choice" ? addChoice_(form, part, gates) : addText_(form, part.kind);
  item.setTitle(part.title);
  if (part.help) item.setHelpText(part.help);
  refs[item.getId()] = part.id;
}

/**
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {OneOf} part
 * @param {Gate[]} gates
 */
function addChoice_(form, part, gates) {
  const item = form.addMultipleChoiceItem().setRequired(part.required);
  if (part.options.some((option) => option.ends)) gates.push({ item, part });
  else item.setChoiceValues(part.options.map((option) => option.label));
  return item;
}

/**
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {"text" | "email"} kind
 */
function addText_(form, kind) {
  if (kind === "text") return form.addParagraphTextItem();
  return form.addTextItem().setValidation(FormApp.createTextValidation().requireTextIsEmail().build());
}

/**
 * The last page is for those who chose an option that ends the form.
 *
 * docs: where a page break leads is followed on reaching it from the page before. So everybody else, who comes from the
 * last page of questions, submits there, and only a choice leads to the page itself. Options that lead somewhere and
 * options that do not cannot be mixed in one question.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {Gate[]} gates
 */
function leadAway_(form, gates) {
  if (!gates.length) return;
  const ends = gates[0].part.options.filter((option) => option.ends);
  const away = form.addPageBreakItem().setTitle(ends[0].label).setHelpText(PLAN.declined);
  away.setGoToPage(FormApp.PageNavigationType.SUBMIT);
  for (const { item, part } of gates) {
    item.setChoices(
      part.options.map((option) =>
        option.ends
          ? item.createChoice(option.label, away)
          : item.createChoice(option.label, FormApp.PageNavigationType.CONTINUE),
      ),
    );
  }
}

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

/** Google stops a run after six minutes (docs); one request may take one of them. */
const LONGEST_RUN = 4.5 * 60 * 1000;

/**
 * Google runs this when somebody has submitted.
 *
 * @param {GoogleAppsScript.Events.FormsOnFormSubmit} [event]
 */
function onSubmitted(event) {
  if (!event || !event.response) {
    console.log("Google runs this by itself when somebody submits. To send everything again, run sendAll.");
    return;
  }
  const { response, source } = event;
  const at = response.getTimestamp().getTime();
  // Before anything else: whatever stops this run, the hourly one knows what is to be sent.
  const parked = parks_(response.getId(), at);
  const verdict = deliver_(source, questions_(source), response, 3);
  if (verdict.kind === "sent") {
    arrived_(response.getId(), at);
    return;
  }
  if (!parked) throw new Error(`A set of answers was not sent and could not be noted. Run sendAll. ${verdict.words}`);
  console.error(`A set of answers was not sent; it waits and is tried again every hour. ${verdict.words}`);
  tell_(verdict.words);
}

/** Sends what is waiting. Google runs this every hour. */
function resend() {
  const until = Date.now() + LONGEST_RUN;
  const list = waiting_();
  if (!list.length && memory_().getProperty("ALL_FROM") === null) {
    console.log("Nothing is waiting.");
    return;
  }
  const form = openForm_();
  if (!form) {
    console.error(noForm_());
    tell_(noForm_());
    return;
  }
  const questions = questions_(form);
  let trouble = "";
  for (const [id, at] of list) {
    if (Date.now() > until) return;
    const response = find_(form, id, at);
    if (!response) {
      arrived_(id, at);
      continue;
    }
    const verdict = deliver_(form, questions, response, 1);
    if (verdict.kind === "sent") arrived_(id, response.getTimestamp().getTime());
    else trouble = verdict.words;
    if (verdict.kind === "failed") break;
  }
  trouble = trouble || continueAll_(form, questions, until);
  const left = waiting_().length;
  console.log(`Sets of answers that still wait: ${left}. ${trouble}`);
  if (trouble) tell_(trouble);
}

/** Sends every set of answers again. Where time runs out the hourly run goes on, or the next sendAll. */
function sendAll() {
  const until = Date.now() + LONGEST_RUN;
  const form = openForm_();
  if (!form) {
    console.error(noForm_());
    return;
  }
  if (memory_().getProperty("ALL_FROM") === null) memory_().setProperty("ALL_FROM", "0");
  const trouble = continueAll_(form, questions_(form), until);
  if (trouble) {
    console.error(`Not everything was sent. ${trouble}\nThe rest is tried again every hour, or when you run sendAll.`);
  } else if (memory_().getProperty("ALL_FROM") === null) {
    const left = waiting_().length;
    console.log(left ? `Sent, all but ${left}. Run resend: it tries them now, and says why.` : "Everything was sent.");
  } else {
    console.log("There was no time for all of it. The rest follows every hour, or when you run sendAll again.");
  }
}

/**
 * Goes on with everything that was submitted after ALL_FROM. The mark moves in the order of submission, so an answer
 * that is changed or deleted meanwhile shifts no other.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {Question[]} questions
 * @param {number} until
 * @returns {string} what went wrong; nothing where all is well
 */
function continueAll_(form, questions, until) {
  let mark = memory_().getProperty("ALL_FROM");
  if (mark === null) return "";
  const begin = Number(mark);
  const all = form.getResponses(new Date(Math.max(begin - 1, 0)));
  const due = all
    .map((response) => ({ response, at: response.getTimestamp().getTime() }))
    .filter(({ at }) => at > begin)
    .sort((one, other) => one.at - other.at);
  for (let place = 0; place < due.length; place++) {
    if (Date.now() > until) return "";
    const { response, at } = due[place];
    const verdict = deliver_(form, questions, response, 1);
    if (verdict.kind === "failed") return verdict.words;
    if (verdict.kind === "refused") parks_(response.getId(), at, true);
    const next = due[place + 1];
    // Of several in one millisecond the last one moves the mark, so that none is passed over.
    if (next && next.at === at) continue;
    if (!marks_(mark, String(at))) return "";
    mark = String(at);
  }
  marks_(mark, null);
  return "";
}

/**
 * Moves the mark, or takes it away, unless another run has moved it meanwhile: that one is then in charge.
 *
 * @param {string} before
 * @param {string | null} after
 */
function marks_(before, after) {
  let moved = false;
  alone_(() => {
    moved = memory_().getProperty("ALL_FROM") === before;
    if (moved && after === null) memory_().deleteProperty("ALL_FROM");
    else if (moved && after !== null) memory_().setProperty("ALL_FROM", after);
  });
  return moved;
}

/**
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {Question[]} questions
 * @param {GoogleAppsScript.Forms.FormResponse} response
 * @param {number} tries
 * @returns {Verdict}
 */
function deliver_(form, questions, response, tries) {
  const payload = payload_(form, questions, response);
  if (!payload.items.some(isAnswered_)) {
    // seen: Google has been known to report a submission twice, the second time with nothing in it.
    return { kind: "sent", words: "There was nothing in it.", status: "", again: false, wait: 0 };
  }
  return post_(payload, `${payload.response_id}.${payload.submitted_at}`, tries);
}

/**
 * A response by its id, or null where it was deleted. Only a list that could be read proves that.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {string} id
 * @param {number} at
 */
function find_(form, id, at) {
  try {
    const found = form.getResponse(id);
    if (found) return found;
  } catch (error) {
    // believed: an id that is gone raises the same error as a fault of Google's.
  }
  const since = form.getResponses(new Date(Math.max(at - 1000, 0)));
  return since.find((response) => response.getId() === id) || null;
}

/**
 * @typedef {{ id: string, type: string, title: string, ref?: string, rows?: string[], refs?: string[] }} Question
 * @typedef {Question & { value?: Value, values?: Value[] }} Answered
 * @typedef {string | string[] | null} Value
 */

const NO_QUESTIONS = ["PAGE_BREAK", "SECTION_HEADER", "IMAGE", "VIDEO"];
const GRIDS = ["GRID", "CHECKBOX_GRID"];

/**
 * The questions as they are now, each with our id where the item is one that was built here.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 * @returns {Question[]}
 */
function questions_(form) {
  /** @type {Refs} */
  const refs = recall_("REFS") || {};
  return form
    .getItems()
    .filter((item) => !NO_QUESTIONS.includes(String(item.getType())))
    .map((item) => {
      const id = String(item.getId());
      const about = { id, type: String(item.getType()), title: item.getTitle() };
      const known = refs[id];
      if (!GRIDS.includes(about.type)) return { ...about, ref: typeof known === "string" ? known : "" };
      const rows = about.type === "GRID" ? item.asGridItem().getRows() : item.asCheckboxGridItem().getRows();
      // Rows have no ids, so a row is known by its words, wherever it stands.
      const named = new Map(Array.isArray(known) ? known : []);
      return { ...about, rows, refs: rows.map((row) => named.get(row) || "") };
    });
}

/**
 * docs: `getItemResponses` leaves out what was not answered, and gives texts that were not answered as empty. A grid
 * gives a list in the order of its rows.
 *
 * @param {GoogleAppsScript.Forms.Form} form
 * @param {Question[]} questions
 * @param {GoogleAppsScript.Forms.FormResponse} response
 */
function payload_(form, questions, response) {
  /** @type {{ [id: string]: unknown }} */
  const given = {};
  for (const one of response.getItemResponses()) given[String(one.getItem().getId())] = one.getResponse();
  return {
    source: "google-forms",
    form_id: form.getId(),
    response_id: response.getId(),
    submitted_at: response.getTimestamp().toISOString(),
    bank: PLAN.bank,
    variant: PLAN.variant,
    language: PLAN.language,
    wave: setting_("WAVE"),
    sheet: setting_("SHEET"),
    items: questions.map((question) => answered_(question, given[question.id])),
  };
}

/**
 * @param {Question} question
 * @param {unknown} said
 * @returns {Answered}
 */
function answered_(question, said) {
  if (!question.rows) return { ...question, value: value_(said) };
  return { ...question, values: Array.isArray(said) ? said.map(value_) : question.rows.map(() => null) };
}

/**
 * @param {unknown} said
 * @returns {Value}
 */
function value_(said) {
  if (said === null || said === undefined || said === "") return null;
  return Array.isArray(said) ? said.map(String) : String(said);
}

/** @param {Answered} item */
function isAnswered_(item) {
  return (item.values || [item.value]).some((value) => value !== null && value !== undefined);
}

/**
 * `sent`: it arrived. `refused`: this one will not be taken as it is. `failed`: nothing would be taken now.
 *
 * `status` is what exit-bridge says became of it, `wait` the seconds that the server asks for.
 *
 * @typedef {{ kind: "sent" | "refused" | "failed", words: string, status: string, again: boolean, wait: number }}
 *   Verdict
 */

const PAUSES = [5, 20];
const LONGEST_PAUSE = 30;

/** @type {{ [code: number]: string }} */
const MEANINGS = {
  401: "exit-bridge does not know this secret or this address. Compare ADDRESS and SECRET with those of exit-bridge.",
  403: "Something before exit-bridge keeps the script out, such as a firewall. Ask whoever looks after the server.",
  404: "There is nothing at this address. Compare ADDRESS with what exit-bridge init showed.",
  405: "This address takes no answers. Compare ADDRESS with what exit-bridge init showed.",
  413: "One set of answers is too large. Ask whoever looks after the server for its limit.",
  429: "The server asks for a pause.",
};

/**
 * @param {object} payload
 * @param {string} about what makes this message this message: it is the same for every try
 * @param {number} tries
 * @returns {Verdict}
 */
function post_(payload, about, tries) {
  const body = ascii_(JSON.stringify(payload));
  let verdict = postOnce_(body, about);
  for (let pause = 0; pause < tries - 1 && verdict.again; pause++) {
    const seconds = Math.min(Math.max(PAUSES[pause], verdict.wait), LONGEST_PAUSE);
    Utilities.sleep(seconds * 1000);
    verdict = postOnce_(body, about);
  }
  return verdict;
}

/**
 * What is thrown here names the address, so it is told in our own words.
 *
 * @param {string} body
 * @param {string} about
 * @returns {Verdict}
 */
function postOnce_(body, about) {
  const fault = addressFault_(setting_("ADDRESS")) || secretFault_(setting_("SECRET"));
  if (fault) return failed_(fault, false);
  const headers = signed_(body, about, setting_("SECRET"));
  try {
    const answer = UrlFetchApp.fetch(setting_("ADDRESS"), {
      method: "post",
      contentType: "application/json",
      headers,
      payload: body,
      muteHttpExceptions: true,
      followRedirects: false,
    });
    return verdict_(answer);
  } catch (error) {
    return failed_("The server cannot be reached: it is away, its name is wrong, or its certificate is no good.", true);
  }
}

/**
 * @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer
 * @returns {Verdict}
 */
function verdict_(answer) {
  const code = answer.getResponseCode();
  if (code >= 200 && code < 300) return { kind: "sent", words: "", status: statusOf_(answer), again: false, wait: 0 };
  if (code >= 300 && code < 400) {
    return failed_("The address leads on to another one. Put that one into ADDRESS.", false);
  }
  const words = MEANINGS[code] || (code >= 500 ? "The server is there, but cannot take answers now." : "");
  const told = `${words || "The server does not take this."} (HTTP ${code})`;
  if (code === 429 || code >= 500) return { ...failed_(told, true), wait: pauseAskedFor_(answer) };
  return [401, 403, 404, 405].includes(code) ? failed_(told, false) : { ...failed_(told, false), kind: "refused" };
}

/**
 * @param {string} words
 * @param {boolean} again
 * @returns {Verdict}
 */
function failed_(words, again) {
  return { kind: "failed", words, status: "", again, wait: 0 };
}

/** @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer */
function statusOf_(answer) {
  try {
    return String(JSON.parse(answer.getContentText()).status);
  } catch (error) {
    return "";
  }
}

/** @param {GoogleAppsScript.URL_Fetch.HTTPResponse} answer */
function pauseAskedFor_(answer) {
  const found = Object.entries(answer.getAllHeaders()).find(([name]) => name.toLowerCase() === "retry-after");
  return found && /^\d{1,6}$/.test(String(found[1])) ? Number(found[1]) : 0;
}

/**
 * Standard Webhooks (standardwebhooks.com): id, time and body are signed together. The time is that of this try.
 *
 * @param {string} body
 * @param {string} about
 * @param {string} secret
 */
function signed_(body, about, secret) {
  const id = `msg_${hex_(Utilities.computeDigest(Utilities.DigestAlgorithm.SHA_256, bytes_(about))).slice(0, 24)}`;
  const time = String(Math.floor(Date.now() / 1000));
  const key = Utilities.base64Decode(padded_(secret.slice("whsec_".length)));
  const signature = Utilities.computeHmacSha256Signature(bytes_(`${id}.${time}.${body}`), key);
  return {
    "webhook-id": id,
    "webhook-timestamp": time,
    "webhook-signature": `v1,${Utilities.base64Encode(signature)}`,
  };
}

/** @param {string} text */
function bytes_(text) {
  return Utilities.newBlob(text).getBytes();
}

/**
 * Bytes are signed in Apps Script, from -128 to 127.
 *
 * @param {number[]} bytes
 */
function hex_(bytes) {
  return bytes.map((byte) => (byte & 255).toString(16).padStart(2, "0")).join("");
}

/** @param {string} base64 */
function padded_(base64) {
  const bare = base64.replace(/=+$/, "");
  return bare + "=".repeat((4 - (bare.length % 4)) % 4);
}

/**
 * Only ASCII, so that what is signed and what is sent are the same bytes in any encoding.
 *
 * @param {string} json
 */
function ascii_(json) {
  return json.replace(/[\u007f-\uffff]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

/** docs: a property holds at most 9 kB. Three bytes a character are reckoned with. */
const PIECE = 2800;

function memory_() {
  return PropertiesService.getScriptProperties();
}

/** @param {string} name */
function setting_(name) {
  return (memory_().getProperty(name) || "").trim();
}

/**
 * Keeps a value in as many properties as it needs: NAME says how many, NAME_1 and so on hold the pieces.
 *
 * @param {string} name
 * @param {unknown} value
 */
function remember_(name, value) {
  const text = JSON.stringify(value);
  const count = Math.ceil(text.length / PIECE);
  /** @type {{ [name: string]: string }} */
  const pieces = { [name]: String(count) };
  for (let piece = 1; piece <= count; piece++) {
    pieces[`${name}_${piece}`] = text.slice((piece - 1) * PIECE, piece * PIECE);
  }
  memory_().setProperties(pieces);
  // docs: people can edit properties by hand while there are no more than fifty, so none is left over.
  for (let old = count + 1; memory_().getProperty(`${name}_${old}`) !== null; old++) {
    memory_().deleteProperty(`${name}_${old}`);
  }
}

/**
 * @param {string} name
 * @returns {any} null where nothing is remembered
 */
function recall_(name) {
  const kept = memory_().getProperties();
  if (!kept[name]) return null;
  let text = "";
  for (let piece = 1; piece <= Number(kept[name]); piece++) text += kept[`${name}_${piece}`];
  return JSON.parse(text);
}

/**
 * Does something while no other run does. If the others never end it is done all the same: to note too little for
 * certain is worse than to note the same thing twice.
 *
 * @param {() => void} work
 */
function alone_(work) {
  const lock = LockService.getScriptLock();
  const held = lock.tryLock(20000);
  try {
    work();
  } finally {
    if (held) lock.releaseLock();
  }
}

/** As many characters as the list of what is waiting may have. */
const LONGEST_LIST = 20 * PIECE;
const DAY = 24 * 60 * 60 * 1000;

/**
 * What has not arrived yet, ids only: [id of the response, when it was submitted].
 *
 * @returns {[string, number][]}
 */
function waiting_() {
  try {
    return recall_("WAITING") || [];
  } catch (error) {
    // A list that cannot be read may have held anything, so everything is sent again.
    memory_().setProperty("ALL_FROM", "0");
    memory_().deleteProperty("WAITING");
    return [];
  }
}

/**
 * Notes a response that is to be sent.
 *
 * @param {string} id
 * @param {number} at
 * @param {boolean} [passed] is a run that sends everything past it? Without room for its id it is left then: to go back
 *   for one that is refused would hold up all that come after it
 * @returns {boolean} whether it could be noted
 */
function parks_(id, at, passed) {
  try {
    alone_(() => {
      const list = waiting_();
      const before = list.find(([other]) => other === id);
      const others = list.filter(([other]) => other !== id);
      /** @type {[string, number][]} */
      const longer = [...others, [id, Math.max(at, before ? before[1] : 0)]];
      if (JSON.stringify(longer).length <= LONGEST_LIST) {
        remember_("WAITING", longer);
        return;
      }
      if (passed) return;
      // No room for more ids. When the server is back everything since then is sent. The mark always changes, so that
      // a run that is at it, and does not know of this response, leaves it where it is.
      const mark = memory_().getProperty("ALL_FROM");
      const moved = mark === null ? at : Number(mark) - 1;
      memory_().setProperty("ALL_FROM", String(Math.min(Math.max(at - 1000, 0), moved)));
    });
    return true;
  } catch (error) {
    return false;
  }
}

/**
 * Takes a response off the list, unless it was changed after what has arrived. In whole seconds: times may come with
 * or without their fractions (believed).
 *
 * @param {string} id
 * @param {number} at
 */
function arrived_(id, at) {
  alone_(() => {
    const list = waiting_();
    const left = list.filter(([other, then]) => other !== id || Math.floor(then / 1000) > Math.floor(at / 1000));
    if (left.length < list.length) remember_("WAITING", left);
  });
}

/**
 * Writes to whoever connected the form, once a day at most. The mail names neither answers nor addresses.
 *
 * @param {string} words
 */
function tell_(words) {
  if (Date.now() - Number(memory_().getProperty("MAILED") || 0) < DAY) return;
  try {
    const to = Session.getEffectiveUser().getEmail();
    if (!to) return;
    MailApp.sendEmail(
      to,
      `Answers wait to be sent: ${PLAN.title}`,
      `Answers to the form "${PLAN.title}" could not be sent to exit-bridge.

Why: ${words}

They are safe in Google Forms, and the script tries again every hour by itself. If the server was away for a while,
there is nothing to do. If this mail comes again tomorrow, open the project at script.google.com and run connect: its
log says what is wrong. The function status says how many sets of answers wait. You get this mail once a day at most.`,
    );
    memory_().setProperty("MAILED", String(Date.now()));
  } catch (error) {
    console.error("The mail about answers that wait could not be sent.");
  }
}
