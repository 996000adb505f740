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
