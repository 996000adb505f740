/**
 * FormApp without Google. What it does beyond keeping what it is told rests on Google's reference (docs): which
 * answers are listed, how page breaks lead, which options may stand together. It throws where Google does (docs, or
 * believed: line breaks in titles, options that stand twice, an id that is gone).
 */
"use strict";

class Value {
  constructor(name) {
    this.name = name;
  }

  toString() {
    return this.name;
  }
}

const named = (...names) => Object.fromEntries(names.map((name) => [name, new Value(name)]));
const ItemType = named(
  "CHECKBOX", "CHECKBOX_GRID", "DATE", "DATETIME", "DURATION", "GRID", "IMAGE", "LIST", "MULTIPLE_CHOICE", "PAGE_BREAK",
  "PARAGRAPH_TEXT", "SCALE", "SECTION_HEADER", "TEXT", "TIME", "VIDEO", "FILE_UPLOAD", "RATING",
);
const PageNavigationType = named("CONTINUE", "GO_TO_PAGE", "RESTART", "SUBMIT");

function refuse(message) {
  throw new Error(`Exception: ${message}`);
}

function is(type, value) {
  if (type === "String[]") return Array.isArray(value) && value.every((one) => typeof one === "string");
  if (typeof type === "string") return typeof value === type.toLowerCase();
  return value instanceof type;
}

/** Google's message for arguments of the wrong kind. */
function takes(where, given, ...types) {
  if (given.length !== types.length || !types.every((type, place) => is(type, given[place]))) {
    refuse(`The parameters (${[...given].map((one) => typeof one)}) don't match the method signature for ${where}.`);
  }
}

function listed(where, values) {
  takes(where, [values], "String[]");
  if (!values.length) refuse("The list is empty.");
  if (values.some((value) => !value.trim() || value.includes("\n"))) refuse("An entry is empty or has a line break.");
  if (new Set(values).size < values.length) refuse("Questions cannot have duplicate choice values.");
}

class Base {
  constructor(form, id, type) {
    Object.assign(this, { form, id, type, title: "", help: "", required: false });
  }

  getId() {
    return this.id;
  }

  getTitle() {
    return this.title;
  }

  getHelpText() {
    return this.help;
  }

  getType() {
    return this.type;
  }

  getIndex() {
    return this.form.items.indexOf(this.real || this);
  }

  setTitle(title) {
    takes("Item.setTitle", arguments, "String");
    if (title.includes("\n")) refuse("A title holds a line break.");
    (this.real || this).title = title;
    return this;
  }

  setHelpText(text) {
    takes("Item.setHelpText", arguments, "String");
    (this.real || this).help = text;
    return this;
  }
}

/** What `getItems` and `getItem` give: nothing of its own kind can be asked of it. */
class Item extends Base {
  constructor(real) {
    super(real.form, real.id, real.type);
    Object.assign(this, { real, title: real.title, help: real.help });
  }
}

class Section extends Base {}

class PageBreak extends Base {
  goTo = PageNavigationType.CONTINUE;

  setGoToPage(where) {
    if (!(where instanceof PageBreak)) takes("PageBreakItem.setGoToPage", arguments, Value);
    this.goTo = where;
    return this;
  }
}

class Question extends Base {
  setRequired(required) {
    takes("Item.setRequired", arguments, "Boolean");
    this.required = required;
    return this;
  }
}

class Text extends Question {
  validation = null;

  setValidation(validation) {
    takes("TextItem.setValidation", arguments, Validation);
    this.validation = validation.check;
    return this;
  }
}

class Paragraph extends Question {}

class Validation {
  check = "email";
}

class ValidationBuilder {
  requireTextIsEmail() {
    return this;
  }

  build() {
    return new Validation();
  }
}

class Choice {
  constructor(item, value, goTo) {
    Object.assign(this, { item, value, goTo });
  }
}

class Choices extends Question {
  choices = [];

  setChoiceValues(values) {
    listed("setChoiceValues", values);
    this.choices = values.map((value) => new Choice(this, value, null));
    return this;
  }
}

class MultipleChoice extends Choices {
  createChoice(value, goTo) {
    if (goTo === undefined) takes("createChoice", arguments, "String");
    else if (!(goTo instanceof PageBreak)) takes("createChoice", arguments, "String", Value);
    if (goTo instanceof PageBreak && goTo.form !== this.form) refuse("That page is in another form.");
    return new Choice(this, value, goTo || null);
  }

  setChoices(choices) {
    if (!choices.every((one) => one instanceof Choice && one.item === this)) takes("setChoices", [0], "String");
    listed("setChoices", choices.map((one) => one.value));
    const leading = choices.filter((one) => one.goTo).length;
    if (leading && leading < choices.length) refuse("Choices that use page navigation cannot be combined with others.");
    this.choices = choices;
    return this;
  }
}

/** Rows keep who they are when their words change, as those do that people edit in the form. */
class Grid extends Question {
  rows = [];
  columns = [];

  setRows(rows) {
    listed("GridItem.setRows", rows);
    this.rows = rows.map((title) => ({ title }));
    return this;
  }

  setColumns(columns) {
    listed("GridItem.setColumns", columns);
    this.columns = columns;
    return this;
  }

  getRows() {
    return this.rows.map((row) => row.title);
  }

  getColumns() {
    return this.columns;
  }
}

const KINDS = {
  SectionHeader: [Section, "SECTION_HEADER"],
  PageBreak: [PageBreak, "PAGE_BREAK"],
  Image: [Section, "IMAGE"],
  Video: [Section, "VIDEO"],
  Text: [Text, "TEXT"],
  ParagraphText: [Paragraph, "PARAGRAPH_TEXT"],
  MultipleChoice: [MultipleChoice, "MULTIPLE_CHOICE"],
  List: [MultipleChoice, "LIST"],
  Checkbox: [Choices, "CHECKBOX"],
  Grid: [Grid, "GRID"],
  CheckboxGrid: [Grid, "CHECKBOX_GRID"],
  Scale: [Question, "SCALE"],
};

for (const [kind, [, type]] of Object.entries(KINDS)) {
  Item.prototype[`as${kind}Item`] = function () {
    if (this.type !== ItemType[type]) refuse(`Invalid conversion for item type: ${this.type}.`);
    return this.real;
  };
}

class ItemResponse {
  constructor(item, said) {
    Object.assign(this, { item, said });
  }

  getItem() {
    return new Item(this.item);
  }

  getResponse() {
    return this.said;
  }
}

class FormResponse {
  constructor(world, form, id) {
    Object.assign(this, { form, id, at: world.now, given: new Map() });
    this.getId = () => id;
    this.getTimestamp = () => new world.Date(this.at);
  }

  getItemResponses() {
    const found = [];
    for (const item of this.form.items) {
      const said = this.given.get(item);
      const typed = item instanceof Text || item instanceof Paragraph;
      if (item instanceof Grid && said) {
        found.push(new ItemResponse(item, item.rows.map((row) => said.get(row) ?? null)));
      } else if (said !== undefined || typed) {
        found.push(new ItemResponse(item, said ?? ""));
      }
    }
    return found;
  }
}

module.exports = {
  FormResponse, Grid, Item, ItemType, KINDS, MultipleChoice, PageBreak, PageNavigationType, Question, ValidationBuilder,
  refuse, takes,
};
