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
