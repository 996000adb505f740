/* The sheet with a line for each row of answers. No row is added to another. */

/**
 * @typedef {{cells: (string|number)[], bold?: boolean, wrap?: boolean}} Line
 *   One row to write, from the left; `wrap` for cells that may be long.
 * @typedef {{name: string, headings: string[], layout: Layout, rows: Read[]}} Answers
 *   One sheet that a form fills.
 */

/**
 * @param {string} key
 * @param {Object<string, (string|number)>} [values]
 * @returns {string} A sentence, with what stands in braces filled in.
 */
function say_(key, values) {
  return String(BANK.words[key]).replace(/\{(\w+)\}/g, function (whole, name) {
    const value = values ? own_(values, name) : undefined;
    return value === undefined ? whole : String(value);
  });
}

/**
 * @param {string} key
 * @returns {string[]}
 */
function list_(key) {
  return BANK.words[key];
}

/**
 * @param {string[]} names
 * @returns {string}
 */
function joined_(names) {
  return names.join(say_('comma'));
}

/** Letters that a line of text holds before it is broken: text in a sheet runs over the cells beside it, and on. */
const WIDE_ = 150;

/**
 * @param {string[]} sentences
 * @returns {Line[]} Each on lines of its own, broken between words.
 */
function paragraphs_(sentences) {
  /** @type {Line[]} */
  const lines = [];
  sentences.forEach(function (sentence) {
    let line = '';
    sentence.split(/\s+/).forEach(function (word) {
      if (line && line.length + 1 + word.length > WIDE_) {
        lines.push({ cells: [line] });
        line = '';
      }
      line += (line ? ' ' : '') + word;
    });
    lines.push({ cells: [line] });
  });
  return lines;
}

/**
 * @param {number} column From 0.
 * @returns {string} As sheets call it: A, B and so on to Z, then AA.
 */
function letters_(column) {
  const rest = Math.floor(column / 26);
  return (rest ? letters_(rest - 1) : '') + String.fromCharCode(65 + (column % 26));
}

/**
 * @param {string} ingredient
 * @returns {string}
 */
function nameOf_(ingredient) {
  return BANK.ingredients.filter(function (one) { return one.id === ingredient; })[0].name;
}

/**
 * @param {Reading} reading
 * @returns {string}
 */
function bandName_(reading) {
  return BANK.bands.filter(function (band) { return band.id === reading.band; }).map(function (band) {
    return band.name;
  })[0] || say_('result.no_band');
}

/**
 * @param {Read} read
 * @returns {string} Why its numbers are not shown: the notice has promised it, or a young person answered alone.
 */
function held_(read) {
  if (!BANK.shown) return say_('scores.promised');
  return !BANK.group && own_(read.context, 'role') === 'young' ? say_('scores.young') : '';
}

/**
 * @param {Answers[]} all
 * @returns {Line[]}
 */
function scoresLines_(all) {
  const lines = /** @type {Line[]} */ ([{ cells: [say_('scores.title')], bold: true }]);
  const about = all.map(aboutColumns_).reduce(function (found, said) { return found.concat(said); }, []);
  const said = list_('scores.intro').concat(say_('scores.made'), list_('can.text')[0], about, counted_(all));
  paragraphs_(said).forEach(function (line) { lines.push(line); });
  lines.push({ cells: [] }, headLine_());
  all.forEach(function (answers) {
    const shown = itemsOf_(answers.layout);
    answers.rows.forEach(function (read) {
      if (read.state !== 'blank') lines.push({ cells: cellsOf_(answers, read, shown) });
    });
  });
  return lines;
}

/**
 * @param {Answers[]} all
 * @returns {string} How many rows became what.
 */
function counted_(all) {
  /** @type {Object<string, number>} */
  const many = { fine: 0, declined: 0, unreadable: 0, blank: 0 };
  all.forEach(function (answers) {
    answers.rows.forEach(function (read) { many[read.state] += 1; });
  });
  return say_('scores.counted', many);
}

/**
 * @param {Answers} answers
 * @returns {string[]} What was found in the headings of a sheet, and what is missing there.
 */
function aboutColumns_(answers) {
  const places = answers.layout.places;
  const items = Object.keys(BANK.questions).filter(function (one) {
    return BANK.questions[one].item && BANK.questions[one].asked;
  });
  const missing = items.filter(function (item) { return own_(places, item) === undefined; });
  const gates = Object.keys(BANK.questions).filter(function (one) { return BANK.questions[one].gate; });
  const found = { sheet: answers.name, found: items.length - missing.length, all: items.length };
  const said = [say_('scores.found', found)];
  if (missing.length) {
    said.push(say_('rows.missing') + ' ' + joined_(missing.map(function (item) { return BANK.questions[item].name; })));
  }
  if (gates.some(function (gate) { return own_(places, gate) === undefined; })) {
    said.push(say_('wrong.no_column', { sheet: answers.name }));
  }
  if (answers.layout.others.length) {
    const others = answers.layout.others.map(letters_);
    said.push(say_('scores.others', { sheet: answers.name, columns: joined_(others) }));
  }
  return said;
}

/** @returns {Line} */
function headLine_() {
  const cells = [say_('scores.sheet'), say_('rows.row'), say_('scores.time'), say_('rows.read')];
  BANK.ingredients.forEach(function (one) {
    ['rows.number', 'rows.status', 'rows.band', 'scores.answered'].forEach(function (key) {
      cells.push(say_(key, { name: one.name }));
    });
  });
  return { cells: cells.concat(say_('rows.weakest')), bold: true, wrap: true };
}

/**
 * @param {Answers} answers
 * @param {Read} read
 * @param {string[]} shown
 * @returns {(string|number)[]}
 */
function cellsOf_(answers, read, shown) {
  /** @type {(string|number)[]} */
  const cells = [answers.name, read.row, read.time];
  if (read.state === 'declined') return cells.concat(say_('rows.declined'));
  if (read.state === 'unreadable') {
    const wrong = read.wrong.map(function (question) {
      return BANK.questions[question].name + ' (' + letters_(answers.layout.places[question]) + read.row + ')';
    });
    return cells.concat(say_('rows.unreadable', { question: joined_(wrong) }));
  }
  const held = held_(read);
  if (held) return cells.concat(held);
  const scores = score_(read.answers, read.context, shown);
  cells.push(say_('rows.fine'));
  scores.ingredients.forEach(function (one) {
    cells.push(
      one.score === null ? '' : whole_(one),
      say_('result.' + one.status),
      one.status === 'scored' ? bandName_(one) : '',
      say_('result.answered', { answered: one.answered, asked: one.asked }),
    );
  });
  return cells.concat(joined_(scores.weakest.map(nameOf_)));
}
