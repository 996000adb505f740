/* What the columns of a sheet are, and what becomes of each of its rows. */

/**
 * @typedef {{places: Object<string, number>, twice: number[][], others: number[]}} Layout
 *   Question -> its column, from 0; columns that are the same question; columns that are none.
 */

/**
 * @typedef {{row: number, time: string, state: string, wrong: string[], answers: Object<string, (number|string)>,
 *   context: Object<string, string>}} Read
 *   One row. `state` is fine, declined, unreadable or blank; `wrong`: questions whose cell is none of their options.
 */

/**
 * @param {string[]} headings
 * @returns {Layout}
 */
function layout_(headings) {
  /** @type {Layout} */
  const found = { places: {}, twice: [], others: [] };
  headings.forEach(function (heading, column) {
    const question = heading.trim() ? questionOf_(heading) : '';
    const other = question ? own_(found.places, question) : undefined;
    if (other !== undefined) {
      found.twice.push([other, column]);
    } else if (question) {
      found.places[question] = column;
    } else if (heading.trim()) {
      found.others.push(column);
    }
  });
  return found;
}

/**
 * @param {Layout} layout
 * @returns {string[]} Items that have a column.
 */
function itemsOf_(layout) {
  return Object.keys(BANK.questions).filter(function (question) {
    return BANK.questions[question].item && own_(layout.places, question) !== undefined;
  });
}

/**
 * @param {string[]} cells As the sheet shows them.
 * @param {Layout} layout
 * @param {number} row Counted as the sheet counts it.
 * @param {string} time
 * @returns {Read}
 */
function readRow_(cells, layout, row, time) {
  /** @type {Read} */
  const read = { row: row, time: time, state: 'fine', wrong: [], answers: {}, context: {} };
  const gates = [];
  let answered = false;
  for (const question of Object.keys(BANK.questions)) {
    const about = BANK.questions[question];
    const place = own_(layout.places, question);
    const cell = place === undefined ? '' : cells[place].trim();
    const code = cell && optionOf_(question, cell);
    if (about.gate) gates.push({ question: question, cell: cell, code: code });
    if (!cell) continue;
    answered = answered || about.item;
    if (!code) {
      read.wrong.push(question);
    } else if (about.item) {
      read.answers[question] = BANK.nonAnswers.indexOf(code) >= 0 ? code : Number(code);
    } else {
      read.context[question] = code;
    }
  }
  const refused = gates.some(function (gate) { return gate.cell && gate.code !== 'yes'; });
  const unread = gates.filter(function (gate) { return gate.cell && !gate.code; });
  const agreed = gates.every(function (gate) { return gate.code === 'yes'; });
  if (!answered && !refused) {
    read.state = 'blank';
  } else if (unread.length) {
    read.state = 'unreadable';
  } else if (!agreed) {
    read.state = 'declined';
  } else if (read.wrong.length) {
    read.state = 'unreadable';
  }
  // Of a row that is not scored nothing is kept, and of a no not even what could not be read.
  if (read.state !== 'fine') read.answers = read.context = {};
  if (read.state !== 'unreadable') read.wrong = [];
  return read;
}
