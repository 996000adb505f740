/** One form, the people who make and answer it, and FormApp itself. See forms.js. */
"use strict";

const { FormResponse, Grid, Item, ItemType, KINDS, PageBreak, PageNavigationType, Question } = require("./forms.js");
const { ValidationBuilder, refuse, takes } = require("./forms.js");

const BOOLEANS = [
  "setAcceptingResponses", "setAllowResponseEdits", "setCollectEmail", "setLimitOneResponsePerUser", "setProgressBar",
  "setPublishingSummary", "setRequireLogin", "setShowLinkToRespondAgain", "setShuffleQuestions",
];
const STRINGS = ["setConfirmationMessage", "setDescription", "setTitle"];

class Form {
  constructor(world, id, title) {
    Object.assign(this, { world, id, items: [], responses: [], settings: { title }, published: world.legacy });
    // seen: forms made by scripts before July 2026 know nothing of publishing.
    if (!world.legacy) {
      this.supportsAdvancedResponderPermissions = () => true;
      this.setPublished = (on) => {
        takes("Form.setPublished", [on], "Boolean");
        this.published = on;
        this.settings.setAcceptingResponses = on;
        return this;
      };
    }
  }

  getId() {
    return this.id;
  }

  getEditUrl() {
    return `https://docs.example/forms/d/${this.id}/edit`;
  }

  getPublishedUrl() {
    return `https://docs.example/forms/d/e/${this.id}/viewform`;
  }

  getItems() {
    return this.items.map((item) => new Item(item));
  }

  getResponse(id) {
    takes("Form.getResponse", arguments, "String");
    this.world.trouble();
    return this.responses.find((response) => response.id === id) || refuse("No response with that id.");
  }

  /** Whether the moment itself belongs to what comes after it is not documented: here it does. */
  getResponses(since) {
    if (arguments.length) takes("Form.getResponses", arguments, Date);
    this.world.trouble();
    return this.responses.filter((response) => !since || response.at >= since.getTime());
  }
}

for (const [kind, [Kind, type]] of Object.entries(KINDS)) {
  Form.prototype[`add${kind}Item`] = function () {
    this.world.used("addItem");
    const item = new Kind(this, 1000000007 * (this.items.length + 1) + this.world.forms.length, ItemType[type]);
    this.items.push(item);
    return item;
  };
}
for (const name of [...BOOLEANS, ...STRINGS]) {
  Form.prototype[name] = function (value) {
    takes(`Form.${name}`, arguments, STRINGS.includes(name) ? "String" : "Boolean");
    if (this.world.unsettable.includes(name)) refuse("This operation is not supported.");
    if (name === "setAcceptingResponses" && value && !this.published) refuse("Cannot accept responses: unpublished.");
    this.settings[name] = value;
    return this;
  };
}

function formApp(world) {
  return {
    ItemType,
    PageNavigationType,
    create(title) {
      takes("FormApp.create", arguments, "String");
      world.used("create");
      const form = new Form(world, `1FAIpQLS${"made-up-".repeat(4)}${world.forms.length + 1}`, title);
      world.forms.push(form);
      return form;
    },
    openById(id) {
      takes("FormApp.openById", arguments, "String");
      return world.forms.find((form) => form.id === id && !form.deleted) || refuse("No item with the given ID.");
    },
    createTextValidation: () => new ValidationBuilder(),
  };
}

/** The form page by page: what stands on each, and how it is reached. */
function pages(form) {
  const found = [{ head: null, items: [] }];
  for (const item of form.items) {
    if (item instanceof PageBreak) found.push({ head: item, items: [] });
    else found.at(-1).items.push(item);
  }
  return found;
}

/**
 * Somebody goes through the form. `said`: the words of a question, or of a row, -> the label or text they give.
 * Gives back the response, and the titles of the pages that they saw.
 */
function answer(world, form, said, response) {
  if (!form.published || !form.settings.setAcceptingResponses) refuse("This form does not accept responses.");
  const all = pages(form);
  const seen = [];
  const given = new Map();
  for (let here = 0; here !== null; ) {
    const page = all[here];
    seen.push(page.head ? page.head.title : page.items[0].title);
    if (seen.length > all.length) refuse("The respondent goes round in circles.");
    let leads = null;
    for (const item of page.items.filter((one) => one instanceof Question)) {
      const value = item instanceof Grid ? rowsOf(item, said) : said[item.title];
      if (item.required && !value) refuse(`Must be answered: ${item.title}`);
      if (value === undefined || value === null) continue;
      if (item.choices) {
        for (const label of [value].flat()) {
          const choice = item.choices.find((one) => one.value === label) || refuse("No such option.");
          leads = choice.goTo || leads;
        }
      }
      given.set(item, value);
    }
    here = next(all, here, leads);
  }
  const made = response || new FormResponse(world, form, `2_ABaOnu${"d".repeat(90)}${form.responses.length + 1}`);
  Object.assign(made, { given, at: world.now });
  if (!response) form.responses.push(made);
  return { response: made, seen, confirmation: form.settings.setConfirmationMessage };
}

function rowsOf(grid, said) {
  const chosen = new Map(grid.rows.filter((row) => row.title in said).map((row) => [row, said[row.title]]));
  for (const label of [...chosen.values()].flat()) if (!grid.columns.includes(label)) refuse("No such column.");
  return chosen.size ? chosen : null;
}

/** docs: an option leads only from a page that is not the last; a break leads those who come from the page before. */
function next(all, here, leads) {
  if (here + 1 >= all.length) return null;
  const where = leads && leads !== PageNavigationType.CONTINUE ? leads : all[here + 1].head.goTo;
  if (where === PageNavigationType.SUBMIT) return null;
  return where instanceof PageBreak ? all.findIndex((page) => page.head === where) : here + 1;
}

module.exports = { answer, formApp, FormResponse };
