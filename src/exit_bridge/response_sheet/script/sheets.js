/* Reading the sheets that a form fills, and writing two of our own. No other sheet is ever changed. */

/** What marks a sheet as ours, whatever it is called. */
const OURS_ = 'exit-bridge';

/** What may make a spreadsheet take text for a formula. */
const RISKY_ = /^[=+\-@\t\r\n]/;

/** Widths of the first columns in pixels; others have the fifth's. */
const WIDTHS_ = [200, 170, 110, 170, 110];

/**
 * What a person has to mend before anything is scored.
 * @param {string} key
 * @param {Object<string, (string|number)>} [values]
 * @returns {Error}
 */
function problem_(key, values) {
  const error = new Error(say_(key, values));
  error.name = OURS_;
  return error;
}

/**
 * @param {*} error
 * @returns {error is Error}
 */
function isOurs_(error) {
  return error instanceof Error && error.name === OURS_;
}

/**
 * @param {string} words
 * @returns {Line[]}
 */
function wrongLines_(words) {
  return [/** @type {Line} */ ({ cells: [say_('wrong.title')], bold: true })].concat(paragraphs_([words]));
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Spreadsheet} file
 * @returns {Answers[]} Every sheet that a form fills; the only one with these headings where none is linked to a form.
 */
function answersIn_(file) {
  const found = file.getSheets().filter(function (sheet) { return !markOf_(sheet); }).map(function (sheet) {
    return { sheet: sheet, layout: layout_(headingsOf_(sheet)) };
  }).filter(function (one) { return itemsOf_(one.layout).length > 0; });
  const linked = found.filter(function (one) { return one.sheet.getFormUrl(); });
  const chosen = linked.length ? linked : found;
  if (!chosen.length) throw problem_('wrong.none_found');
  if (!linked.length && chosen.length > 1) {
    const names = chosen.map(function (one) { return '"' + one.sheet.getName() + '"'; });
    throw problem_('wrong.several_found', { sheets: joined_(names) });
  }
  return chosen.map(function (one) { return read_(one.sheet, one.layout); });
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {string[]}
 */
function headingsOf_(sheet) {
  const columns = sheet.getLastColumn();
  return columns && sheet.getLastRow() ? sheet.getRange(1, 1, 1, columns).getDisplayValues()[0] : [];
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {Layout} layout
 * @returns {Answers}
 */
function read_(sheet, layout) {
  const headings = headingsOf_(sheet);
  if (layout.twice.length) {
    const columns = layout.twice[0].map(letters_);
    throw problem_('wrong.twice', { sheet: sheet.getName(), columns: joined_(columns) });
  }
  const rows = sheet.getLastRow() - 1;
  const cells = rows ? sheet.getRange(2, 1, rows, headings.length) : null;
  const shown = cells ? cells.getDisplayValues() : [];
  const values = cells ? cells.getValues() : [];
  const time = layout.others.filter(function (column) {
    return values.some(function (row) { return isDate_(row[column]); });
  })[0];
  if (time !== undefined) layout.others.splice(layout.others.indexOf(time), 1);
  return {
    name: sheet.getName(),
    headings: headings,
    layout: layout,
    rows: shown.map(function (row, place) {
      return readRow_(row, layout, place + 2, time === undefined ? '' : row[time]);
    }),
  };
}

/**
 * @param {*} value
 * @returns {boolean}
 */
function isDate_(value) {
  return Object.prototype.toString.call(value) === '[object Date]';
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @returns {string} Which sheet of ours it is; empty for anybody else's.
 */
function markOf_(sheet) {
  const mark = sheet.getDeveloperMetadata().filter(function (one) { return one.getKey() === OURS_; })[0];
  return (mark && mark.getValue()) || '';
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Spreadsheet} file
 * @param {string[]} marks
 * @returns {GoogleAppsScript.Spreadsheet.Sheet[]} Ours, made now if need be. Where one of that name is somebody else's
 *   nothing is made at all.
 */
function ours_(file, marks) {
  const sheets = file.getSheets();
  const known = marks.map(function (mark) {
    return sheets.filter(function (sheet) { return markOf_(sheet) === mark; })[0];
  });
  marks.forEach(function (mark, place) {
    const name = say_('sheets.' + mark);
    const taken = sheets.some(function (sheet) { return sheet.getName().toLowerCase() === name.toLowerCase(); });
    if (!known[place] && taken) throw problem_('wrong.taken', { sheet: name });
  });
  return marks.map(function (mark, place) {
    return known[place] || made_(file, mark);
  });
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Spreadsheet} file
 * @param {string} mark
 * @returns {GoogleAppsScript.Spreadsheet.Sheet} A new sheet behind all others, known by its mark from now on.
 */
function made_(file, mark) {
  const sheet = file.insertSheet(say_('sheets.' + mark), file.getSheets().length);
  return sheet.addDeveloperMetadata(OURS_, mark);
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet One of ours.
 * @param {Line[]} lines
 * @param {number} frozen Rows that stay in sight.
 */
function write_(sheet, lines, frozen) {
  const width = Math.max.apply(null, lines.map(function (line) { return line.cells.length; }));
  sheet.getCharts().forEach(function (chart) { sheet.removeChart(chart); });
  sheet.setFrozenRows(0);
  sheet.clear();
  if (sheet.getMaxRows() < lines.length) sheet.insertRowsAfter(sheet.getMaxRows(), lines.length - sheet.getMaxRows());
  if (sheet.getMaxColumns() < width) sheet.insertColumnsAfter(sheet.getMaxColumns(), width - sheet.getMaxColumns());
  const cells = lines.map(function (line) {
    return line.cells.concat(new Array(width - line.cells.length).fill(''));
  });
  const range = sheet.getRange(1, 1, lines.length, width);
  // The format first: text that is written into a cell for text stays text.
  range.setNumberFormats(cells.map(function (row) {
    return row.map(function (cell) { return typeof cell === 'number' ? '0' : '@'; });
  }));
  range.setValues(cells.map(function (row) { return row.map(safe_); }));
  range.setFontWeights(lines.map(function (line) {
    return new Array(width).fill(line.bold ? 'bold' : 'normal');
  }));
  range.setWraps(lines.map(function (line) { return new Array(width).fill(Boolean(line.wrap)); }));
  range.setVerticalAlignment('top');
  for (let column = 1; column <= width; column += 1) {
    sheet.setColumnWidth(column, WIDTHS_[Math.min(column, WIDTHS_.length) - 1]);
  }
  if (frozen) sheet.setFrozenRows(frozen);
}

/**
 * @param {string|number} cell
 * @returns {string|number} The same; with an apostrophe before what could be taken for a formula.
 */
function safe_(cell) {
  return typeof cell === 'string' && RISKY_.test(cell) ? "'" + cell : cell;
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} sheet
 * @param {{head: number, below: number}} place
 */
function chart_(sheet, place) {
  const rows = BANK.ingredients.length + 1;
  const labels = list_('result.head').length + 1;
  const numbers = 3;
  const chart = sheet.newChart().asBarChart()
    .addRange(sheet.getRange(place.head, labels, rows, 1))
    .addRange(sheet.getRange(place.head, numbers, rows, 1))
    .setNumHeaders(1)
    .setPosition(place.below, 1, 0, 0)
    .setOption('width', 800)
    .setOption('height', 300)
    .setOption('title', say_('result.chart_title'))
    .setOption('legend', { position: 'none' })
    .setOption('colors', ['#1F4E79'])
    .setOption('hAxis', { viewWindow: { min: 0, max: 100 } })
    .build();
  sheet.insertChart(chart);
}
