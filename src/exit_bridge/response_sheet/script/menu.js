/* What can be chosen from the menu, and what runs when an answer comes in. */

/** Google calls this whenever the file is opened. */
function onOpen() {
  SpreadsheetApp.getUi().createMenu(say_('form.title'))
    .addItem(say_('menu.score'), 'scoreAnswers')
    .addItem(say_('menu.each'), 'scoreEachNewAnswer')
    .addItem(say_('menu.stop'), 'stopScoringEachNewAnswer')
    .addSeparator()
    .addItem(say_('menu.about'), 'aboutTheseScores')
    .addToUi();
}

/** Scores every row and writes both sheets anew. */
function scoreAnswers() {
  try {
    scoreAll_();
    const names = { scores: say_('sheets.scores'), report: say_('sheets.report') };
    tell_(say_('menu.score'), say_('done.scored', names));
  } catch (error) {
    if (!isOurs_(error)) throw error;
    tell_(say_('wrong.title'), error.message);
  }
}

/** From now on, whenever somebody sends the form. */
function scoreEachNewAnswer() {
  const known = triggers_().length > 0;
  if (!known) {
    ScriptApp.newTrigger('onNewAnswer').forSpreadsheet(SpreadsheetApp.getActiveSpreadsheet()).onFormSubmit().create();
  }
  tell_(say_('menu.each'), say_(known ? 'done.each_already' : 'done.each'));
}

/** The other way round. */
function stopScoringEachNewAnswer() {
  triggers_().forEach(function (trigger) { ScriptApp.deleteTrigger(trigger); });
  tell_(say_('menu.stop'), say_('done.stopped'));
}

/** What the numbers are, and what they cannot tell. */
function aboutTheseScores() {
  const parts = ['form.about', 'can.text', 'about.more', 'about.which'];
  tell_(say_('menu.about'), parts.map(function (key) { return list_(key).join('\n'); }).join('\n\n'));
}

/** Google calls this for each new answer, once the menu has asked for it, and mails what goes wrong to whoever did. */
function onNewAnswer() {
  scoreAll_();
}

/** @returns {GoogleAppsScript.Script.Trigger[]} */
function triggers_() {
  return ScriptApp.getProjectTriggers().filter(function (one) { return one.getHandlerFunction() === 'onNewAnswer'; });
}

/**
 * Reads every answer and writes both sheets anew. What has to be mended first is thrown, and stands on both sheets in
 * place of scores that are no longer true.
 */
function scoreAll_() {
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(60000)) throw problem_('wrong.busy');
  try {
    const file = SpreadsheetApp.getActiveSpreadsheet();
    const sheets = ours_(file, ['scores', 'report']);
    try {
      writeAll_(sheets[0], sheets[1], answersIn_(file));
    } catch (error) {
      if (isOurs_(error)) {
        sheets.forEach(function (sheet) { write_(sheet, wrongLines_(error.message), 0); });
      }
      throw error;
    }
  } finally {
    lock.releaseLock();
  }
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} scores
 * @param {GoogleAppsScript.Spreadsheet.Sheet} report
 * @param {Answers[]} all
 */
function writeAll_(scores, report, all) {
  const lines = scoresLines_(all);
  write_(scores, lines, lines.findIndex(function (line) { return line.wrap; }) + 1);
  const made = reportLines_(all);
  write_(report, made.lines, 0);
  made.charts.forEach(function (place) { chart_(report, place); });
}

/**
 * @param {string} title
 * @param {string} words
 */
function tell_(title, words) {
  const ui = SpreadsheetApp.getUi();
  ui.alert(title, words, ui.ButtonSet.OK);
}
