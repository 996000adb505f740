/* The sheet for people to talk about: one part for each group's answers, newest first. */

/** At most so many parts, so that the sheet stays readable and is written in time. */
const MOST_REPORTS_ = 20;

/** Rows that a chart takes up. */
const CHART_ROWS_ = 16;

/**
 * @param {Answers[]} all
 * @returns {{lines: Line[], charts: {head: number, below: number}[]}} Charts by the rows, from 1, of the table's
 *   headings and of their upper edge.
 */
function reportLines_(all) {
  const lines = /** @type {Line[]} */ ([{ cells: [say_('report.title')], bold: true }]);
  /** @type {{head: number, below: number}[]} */
  const charts = [];
  /** @param {string[]} sentences */
  function paragraphs(sentences) {
    paragraphs_(sentences).forEach(function (line) { lines.push(line); });
  }
  paragraphs(list_('form.about').concat(say_('scores.made'), counted_(all)));
  const parts = newest_(all);
  if (!BANK.shown) {
    paragraphs([say_('report.individuals')]);
  } else if (!parts.length) {
    paragraphs([say_('report.nothing')]);
  } else {
    paragraphs(list_('result.intro').concat(bands_()));
  }
  parts.slice(0, MOST_REPORTS_).forEach(function (part) {
    const where = { sheet: part.answers.name, row: part.read.row, time: part.read.time };
    lines.push({ cells: [] }, { cells: [say_('report.one', where)], bold: true });
    const scores = score_(part.read.answers, part.read.context, itemsOf_(part.answers.layout));
    paragraphs([standingSaid_(scores)]);
    tableLines_(scores).forEach(function (line) { lines.push(line); });
    charts.push({ head: lines.length - scores.ingredients.length, below: lines.length + 2 });
    for (let row = 0; row < CHART_ROWS_ + 1; row += 1) lines.push({ cells: [] });
    actionLines_(scores, part.read).forEach(function (line) { lines.push(line); });
  });
  if (parts.length > MOST_REPORTS_) {
    paragraphs([say_('report.most', { most: MOST_REPORTS_, scores: say_('sheets.scores') })]);
  }
  lines.push({ cells: [] }, { cells: [say_('can.title')], bold: true });
  paragraphs(list_('can.text').concat(list_('result.more')));
  lines.push({ cells: [] }, { cells: [say_('notice.title')], bold: true });
  paragraphs(list_('notice.text').concat(list_('about.more'), list_('about.which')));
  return { lines: lines, charts: charts };
}

/**
 * @param {Answers[]} all
 * @returns {{answers: Answers, read: Read}[]} Rows that are scored, of each sheet the lowest first: new ones come below.
 */
function newest_(all) {
  /** @type {{answers: Answers, read: Read}[]} */
  const found = [];
  all.forEach(function (answers) {
    answers.rows.slice().reverse().forEach(function (read) {
      if (read.state === 'fine' && !held_(read)) found.push({ answers: answers, read: read });
    });
  });
  return found;
}

/**
 * @param {Scores} scores
 * @returns {string} What stands out, or why nothing can be called weakest.
 */
function standingSaid_(scores) {
  if (scores.standing === 'too_few_scored') return say_('result.too_few', { fewest: BANK.limits.fewestScored });
  if (scores.standing === 'all_in_place') {
    return say_('result.all_in_place', { band: BANK.bands[BANK.bands.length - 1].name });
  }
  if (scores.standing === 'none_stands_out') return say_('result.none_stands_out', { width: BANK.limits.standsOut });
  const head = say_(scores.weakest.length > 1 ? 'result.joint' : 'result.weakest');
  return head + ' ' + joined_(scores.weakest.map(nameOf_));
}

/** @returns {string} */
function bands_() {
  const named = BANK.bands.map(function (band) { return say_('result.band', { band: band.name, start: band.start }); });
  return say_('result.bands') + ' ' + joined_(named) + '.';
}

/**
 * @param {Scores} scores
 * @returns {Line[]} Headings, then a line for each ingredient in its fixed order. The last column is for the chart.
 */
function tableLines_(scores) {
  const head = list_('result.head').concat(say_('report.bar'));
  return [/** @type {Line} */ ({ cells: head, bold: true, wrap: true })].concat(scores.ingredients.map(function (one) {
    const number = one.score === null ? '' : whole_(one);
    const status = say_('result.' + one.status);
    const name = nameOf_(one.id);
    const bar = one.status === 'scored' ? bandName_(one) : status;
    return {
      cells: [
        name,
        bandName_(one),
        number,
        status,
        say_('result.answered', { answered: one.answered, asked: one.asked }),
        one.dontKnow,
        one.notRelevant,
        one.skipped,
        scores.weakest.indexOf(one.id) < 0 ? '' : say_('result.weakest_mark'),
        name + ': ' + bar + (one.score === null ? '' : say_('comma') + number),
      ],
      wrap: true,
    };
  }));
}

/**
 * @param {Scores} scores
 * @param {Read} read
 * @returns {Line[]}
 */
function actionLines_(scores, read) {
  const stopped = !BANK.stage && own_(read.context, 'stage') === 'stopped';
  const actions = stopped ? [] : scores.actions;
  const intro = actions.length ? list_('actions.intro').slice(0, 1) : [say_('report.no_actions')];
  const lines = [/** @type {Line} */ ({ cells: [say_('actions.title')], bold: true })].concat(paragraphs_(intro));
  actions.forEach(function (one, place) {
    const told = BANK.actions[one.action];
    const names = list_('actions.rows');
    const lead = one.fromNowOn ? say_('actions.from_now_on') + ' ' : '';
    lines.push({ cells: [say_('actions.nth', { n: place + 1 })], bold: true });
    const said = [lead + told[0], why_(one, scores), told[1], told[2]].map(function (words, at) {
      return names[at] + ': ' + words;
    });
    paragraphs_(said).forEach(function (line) { lines.push(line); });
  });
  return lines;
}

/**
 * @param {Action} one
 * @param {Scores} scores
 * @returns {string}
 */
function why_(one, scores) {
  const key = one.why === 'weakest' && scores.weakest.length > 1 ? 'joint' : one.why;
  const about = BANK.questions[one.item];
  return say_('actions.why.' + key, {
    number: about.name, item: about.text, ingredient: nameOf_(one.ingredient), low: BANK.limits.low,
  });
}
