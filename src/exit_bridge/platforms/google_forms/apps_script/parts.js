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
