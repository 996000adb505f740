/* Words that passed through a form, compared as exit-bridge compares them. */

/**
 * @param {Object<string, *>} table
 * @param {string} key
 * @returns {*} What the table itself has for it; nothing of what every object has.
 */
function own_(table, key) {
  return Object.prototype.hasOwnProperty.call(table, key) ? table[key] : undefined;
}

/**
 * @param {string} text
 * @returns {string} Entities, tags, dress, case, a leading number and final marks undone.
 */
function plain_(text) {
  if (text.length > BANK.longest && Array.from(text).length > BANK.longest) return text;
  const bare = unescaped_(unescaped_(text))
    .replace(/<[^<>]{0,200}>/g, ' ')
    .normalize('NFKC')
    .replace(/[\uFEFF\u200B\u200C\u200D\u2060\u00AD]/g, '')
    .replace(/[\u2018\u2019]/g, "'")
    .replace(/[\u201C\u201D]/g, '"')
    .replace(/[\u2013\u2014]/g, '-');
  const whole = folded_(spaced_(bare));
  return whole.replace(/^q?\p{Nd}+(?:\.\p{Nd}+)*[.):]?\s+/u, '').replace(/[ .?!:*]+$/, '') || whole;
}

/**
 * @param {string} text
 * @returns {string} Without the few entities that people meet; a form's own texts have none.
 */
function unescaped_(text) {
  const known = { amp: '&', lt: '<', gt: '>', quot: '"', nbsp: ' ', '#39': "'", '#160': ' ' };
  return text.replace(/&(amp|lt|gt|quot|nbsp|#39|#160);/g, function (_, name) {
    return own_(known, name);
  });
}

/**
 * @param {string} text
 * @returns {string} One space between words, none at the ends.
 */
function spaced_(text) {
  return text.split(/[\s\u0085\u001C-\u001F]+/).filter(Boolean).join(' ');
}

/**
 * @param {string} text
 * @returns {string} Case undone: by way of capitals, so that the German sharp s and the Greek final s are too;
 *   but of the dotless i that would make another letter.
 */
function folded_(text) {
  const dotless = '\u0131';
  return text.split(dotless).map(function (part) {
    return part.toLowerCase().toUpperCase().toLowerCase().replace(/\u03C2/g, '\u03C3');
  }).join(dotless);
}

/**
 * @param {string} heading
 * @returns {string} The key of the question that a column under this heading holds; empty for none, and where the
 *   heading names one and what it has in brackets another.
 */
function questionOf_(heading) {
  const row = /\[([^\[\]]+)\]\s*$/.exec(heading);
  const inner = row ? byWords_(row[1]) : '';
  const whole = byWords_(heading) || byCode_(heading);
  return inner && whole && inner !== whole ? '' : inner || whole;
}

/**
 * @param {string} text
 * @returns {string} By its visible number, else by its text; nothing where a number stands before another's text.
 */
function byWords_(text) {
  const number = /^\s*(?:\p{Nd}{1,3}[.)]\s+)?([A-Z]{1,2}\p{Nd}{1,2})[.)]\s/u.exec(text);
  const numbered = number && own_(BANK.headings.visible, number[1]);
  if (number && numbered) {
    const rest = own_(BANK.headings.texts, plain_(text.slice(number[0].length)));
    return rest === undefined || rest === numbered ? numbered : '';
  }
  const words = plain_(text);
  const found = own_(BANK.headings.texts, words);
  if (found) return found;
  return BANK.headings.replyStarts.some(function (start) { return words.startsWith(start); }) ? 'reply_to' : '';
}

/**
 * @param {string} text
 * @returns {string} By the question's id, however it is parted.
 */
function byCode_(text) {
  return own_(BANK.headings.codes, folded_(text.trim()).replace(/[-._ ]/g, '')) || '';
}

/**
 * @param {string} question
 * @param {string} cell Not empty.
 * @returns {string} The code of the option that a cell holds; empty where it holds none of them.
 */
function optionOf_(question, cell) {
  const direct = known_(question, cell);
  if (direct) return direct;
  if (Array.from(cell).length > BANK.longest) return '';
  const value = spaced_(cell);
  const found = known_(question, plain_(value)) || known_(question, folded_(value));
  if (found) return found;
  // "4 - Agree", "5 (Strongly agree)", "4.0": the number counts only when the rest agrees with it.
  const number = /^(\d)(?:\.0+)?\s*(?:$|[-.:)(])\s*(.*?)\)?$/.exec(value);
  if (!number || !known_(question, number[1])) return '';
  return !number[2] || known_(question, plain_(number[2])) === number[1] ? known_(question, number[1]) : '';
}

/**
 * @param {string} question
 * @param {string} words
 * @returns {string} What these very words stand for, as a label, a code or an id with a code; empty for nothing.
 */
function known_(question, words) {
  const scale = BANK.scales[own_(BANK.questions, question).scale];
  const code = words.startsWith(question + '_') ? words.slice(question.length + 1) : '';
  return own_(scale, words) || (code && own_(scale, code) === code ? code : '') || '';
}
