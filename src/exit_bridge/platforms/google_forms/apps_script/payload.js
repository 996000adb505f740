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
