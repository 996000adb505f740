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
