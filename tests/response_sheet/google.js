/* Google's services as a script in a spreadsheet meets them, as far as ours uses them: what is not here throws, as a
 * misspelt name does there. Where it is not known what Google does, the worse is done: text that could be a formula
 * becomes one whatever the format, a number in a cell for text becomes text, and text elsewhere becomes a number. */
'use strict';

const NUMBER = /^\s*[-+]?\d+([.,/:]\d+)*\s*$/;

class Cell {
  constructor(value = '', format = 'General') {
    this.value = value;
    this.format = format;
    this.formula = '';
    this.bold = 'normal';
  }

  write(value) {
    this.formula = '';
    if (typeof value === 'string' && /^[=+]/.test(value)) {
      this.formula = value;
      this.value = '#ERROR!';
    } else if (typeof value === 'string' && value.startsWith("'")) {
      this.value = value.slice(1);
    } else if (this.format === '@') {
      this.value = value instanceof Date ? value.toISOString() : String(value);
    } else if (typeof value === 'string' && NUMBER.test(value)) {
      this.value = Number(value.replace(/[^\d.-]/g, ''));
    } else {
      this.value = value;
    }
  }

  shown() {
    if (!(this.value instanceof Date)) return String(this.value);
    const two = (number) => String(number).padStart(2, '0');
    const at = this.value;
    const day = [two(at.getUTCDate()), two(at.getUTCMonth() + 1), at.getUTCFullYear()].join('/');
    return `${day} ${[at.getUTCHours(), at.getUTCMinutes(), at.getUTCSeconds()].map(two).join(':')}`;
  }
}

class Range {
  constructor(sheet, row, column, rows = 1, columns = 1) {
    for (const number of [row, column, rows, columns]) {
      if (!Number.isInteger(number)) throw new Error("The parameters don't match the method signature for getRange.");
    }
    if (row < 1 || column < 1) throw new Error('The starting row of the range is too small.');
    if (rows < 1) throw new Error('The number of rows in the range must be at least 1.');
    if (columns < 1) throw new Error('The number of columns in the range must be at least 1.');
    if (row + rows - 1 > sheet.maxRows || column + columns - 1 > sheet.maxColumns) {
      throw new Error('The coordinates of the range are outside the dimensions of the sheet.');
    }
    Object.assign(this, { sheet, row, column, rows, columns });
  }

  map(read) {
    return Array.from({ length: this.rows }, (_, down) =>
      Array.from({ length: this.columns }, (__, across) => read(this.sheet.cell(this.row + down, this.column + across))));
  }

  each(values, write) {
    if (!Array.isArray(values) || values.length !== this.rows) {
      throw new Error(`The number of rows in the data does not match the number of rows in the range.`);
    }
    values.forEach((row, down) => {
      if (row.length !== this.columns) {
        throw new Error('The number of columns in the data does not match the number of columns in the range.');
      }
      row.forEach((value, across) => write(this.sheet.cell(this.row + down, this.column + across), value));
    });
    this.sheet.changed = true;
    return this;
  }

  getDisplayValues() { return this.map((cell) => cell.shown()); }

  getValues() { return this.map((cell) => cell.value); }

  setValues(values) {
    return this.each(values, (cell, value) => {
      if (!['string', 'number'].includes(typeof value)) throw new Error('Cannot convert to Object[][].');
      cell.write(value);
    });
  }

  setNumberFormats(formats) { return this.each(formats, (cell, format) => { cell.format = String(format); }); }

  setFontWeights(weights) {
    return this.each(weights, (cell, weight) => {
      if (!['bold', 'normal'].includes(weight)) throw new Error(`Invalid argument: ${weight}`);
      cell.bold = weight;
    });
  }

  setWraps(wraps) {
    return this.each(wraps, (_, wrap) => {
      if (typeof wrap !== 'boolean') throw new Error('Invalid argument: wrap');
    });
  }

  setVerticalAlignment(alignment) {
    if (!['top', 'middle', 'bottom'].includes(alignment)) throw new Error(`Invalid argument: ${alignment}`);
    return this;
  }
}

class Sheet {
  constructor(name, formUrl = null) {
    Object.assign(this, { name, formUrl, maxRows: 1000, maxColumns: 26, marks: [], charts: [], frozen: 0, changed: false });
    this.cells = new Map();
  }

  static with(given) {
    const sheet = new Sheet(given.name, given.formUrl || null);
    sheet.maxRows = Math.max(sheet.maxRows, given.cells.length);
    sheet.maxColumns = Math.max(sheet.maxColumns, ...given.cells.map((row) => row.length));
    given.cells.forEach((row, down) => row.forEach((value, across) => {
      const date = value !== null && typeof value === 'object' ? new Date(value.date) : value;
      if (date !== '' && date !== null) sheet.cells.set(`${down + 1},${across + 1}`, new Cell(date));
    }));
    return sheet;
  }

  cell(row, column) {
    const key = `${row},${column}`;
    if (!this.cells.has(key)) this.cells.set(key, new Cell());
    return this.cells.get(key);
  }

  last(part) {
    const used = [...this.cells].filter(([, cell]) => cell.value !== '' || cell.formula);
    return Math.max(0, ...used.map(([key]) => Number(key.split(',')[part])));
  }

  getName() { return this.name; }
  getFormUrl() { return this.formUrl; }
  getLastRow() { return this.last(0); }
  getLastColumn() { return this.last(1); }
  getMaxRows() { return this.maxRows; }
  getMaxColumns() { return this.maxColumns; }
  getRange(row, column, rows, columns) { return new Range(this, row, column, rows, columns); }
  getDeveloperMetadata() { return this.marks.slice(); }

  addDeveloperMetadata(key, value) {
    this.marks.push({ getKey: () => key, getValue: () => value });
    return this;
  }

  clear() {
    this.cells.clear();
    this.changed = true;
    return this;
  }

  insertRowsAfter(after, many) {
    if (many < 1 || after !== this.maxRows) throw new Error('Those rows are out of bounds.');
    this.maxRows += many;
    return this;
  }

  insertColumnsAfter(after, many) {
    if (many < 1 || after !== this.maxColumns) throw new Error('Those columns are out of bounds.');
    this.maxColumns += many;
    return this;
  }

  setColumnWidth(column, width) {
    if (column < 1 || column > this.maxColumns || !(width > 0)) throw new Error('Those columns are out of bounds.');
    return this;
  }

  setFrozenRows(rows) {
    if (rows >= this.maxRows) throw new Error('You cannot freeze all visible rows on the sheet.');
    this.frozen = rows;
  }

  getCharts() { return this.charts.slice(); }

  removeChart(chart) {
    if (!this.charts.includes(chart)) throw new Error('Invalid argument: chart');
    this.charts.splice(this.charts.indexOf(chart), 1);
  }

  insertChart(chart) {
    if (!chart.built) throw new Error('Invalid argument: chart');
    this.charts.push(chart);
  }

  newChart() { return new ChartBuilder(); }

  table() {
    const [rows, columns] = [this.getLastRow(), this.getLastColumn()];
    return rows ? new Range(this, 1, 1, rows, columns).getValues() : [];
  }

  formulas() { return [...this.cells.values()].map((cell) => cell.formula).filter(Boolean); }
}

class ChartBuilder {
  constructor() { Object.assign(this, { ranges: [], options: {}, type: '', place: null, headers: 0 }); }

  asBarChart() { this.type = 'BAR'; return this; }

  addRange(range) { this.ranges.push(range); return this; }

  setNumHeaders(headers) { this.headers = headers; return this; }

  setPosition(row, column, x, y) {
    if (row < 1 || column < 1 || x < 0 || y < 0) throw new Error('Invalid position');
    this.place = [row, column];
    return this;
  }

  setOption(name, value) { this.options[name] = value; return this; }

  build() {
    if (!this.type || !this.place || !this.ranges.length) throw new Error('The chart is not complete.');
    const series = this.ranges.map((range) => range.getValues().map((row) => row[0]));
    return { built: true, type: this.type, place: this.place, headers: this.headers, series, options: this.options };
  }
}

class File {
  constructor(sheets) { this.sheets = sheets; }

  getSheets() { return this.sheets.slice(); }

  insertSheet(name, place) {
    if (this.sheets.some((sheet) => sheet.name.toLowerCase() === name.toLowerCase())) {
      throw new Error(`A sheet with the name "${name}" already exists. Please enter another name.`);
    }
    if (!name || name.length > 100) throw new Error('Invalid argument: name');
    const sheet = new Sheet(name);
    this.sheets.splice(place, 0, sheet);
    return sheet;
  }
}

/** A new account with this one file open; `somebody`: is a person looking at it? */
function services(sheets) {
  const file = new File(sheets);
  const state = { file, triggers: [], menus: [], alerts: [], locked: 0, busy: false, somebody: true };
  const ui = {
    ButtonSet: { OK: 'OK' },
    alert(title, words, buttons) {
      if (typeof title !== 'string' || typeof words !== 'string' || buttons !== 'OK') throw new Error('Invalid argument');
      state.alerts.push([title, words]);
      return buttons;
    },
    createMenu(name) {
      const menu = { name, items: [] };
      const builder = {
        addItem(caption, called) { menu.items.push([caption, called]); return builder; },
        addSeparator() { menu.items.push(null); return builder; },
        addToUi() { state.menus.push(menu); },
      };
      return builder;
    },
  };
  return {
    state,
    SpreadsheetApp: {
      getActiveSpreadsheet: () => file,
      getUi() {
        if (!state.somebody) throw new Error('Cannot call SpreadsheetApp.getUi() from this context.');
        return ui;
      },
    },
    LockService: {
      getDocumentLock: () => ({
        tryLock() { if (state.busy) return false; state.locked += 1; return true; },
        releaseLock() { state.locked -= 1; },
      }),
    },
    ScriptApp: {
      getProjectTriggers: () => state.triggers.slice(),
      deleteTrigger(trigger) { state.triggers.splice(state.triggers.indexOf(trigger), 1); },
      newTrigger: (called) => ({
        forSpreadsheet(given) {
          if (given !== file) throw new Error('Invalid argument: sheet');
          return {
            onFormSubmit: () => ({
              create() {
                const trigger = { getHandlerFunction: () => called };
                state.triggers.push(trigger);
                return trigger;
              },
            }),
          };
        },
      }),
    },
  };
}

module.exports = { Sheet, services };
