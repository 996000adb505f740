/* The arithmetic of exit-bridge, in its order; docs/scoring.md says the same in words. */

/**
 * @typedef {{id: string, score: (number|null), status: string, band: (string|null), answered: number, asked: number,
 *   dontKnow: number, notRelevant: number, skipped: number, notAsked: number, lowest: string[]}} Reading
 * @typedef {{action: string, ingredient: string, item: string, why: string, fromNowOn: boolean}} Action
 * @typedef {{ingredients: Reading[], standing: string, weakest: string[], furthest: string[], strength: boolean,
 *   priorities: string[], actions: Action[], stage: string}} Scores
 */

/**
 * @param {Object<string, (number|string)>} answers
 * @param {Object<string, string>} context
 * @param {string[]} shown Items that the form asked.
 * @returns {Scores}
 */
function score_(answers, context, shown) {
  const said = BANK.stage || own_(context, 'stage') || '';
  const stage = own_(BANK.stages, said) ? said : '';
  const readings = BANK.ingredients.map(function (ingredient) { return reading_(ingredient, answers, shown); });
  const standing = standing_(readings);
  const priorities = priorities_(readings, standing.weakest, stage);
  const acts = own_(context, 'role') !== 'young' && standing.name !== 'all_in_place';
  return {
    ingredients: readings,
    standing: standing.name,
    weakest: standing.weakest,
    furthest: standing.furthest,
    strength: standing.furthest.length > 0 && standing.high >= BANK.limits.strength,
    priorities: priorities,
    actions: acts ? actions_(readings, standing, priorities, stage) : [],
    stage: stage,
  };
}

/**
 * @param {typeof BANK.ingredients[number]} ingredient
 * @param {Object<string, (number|string)>} answers
 * @param {string[]} shown
 * @returns {Reading}
 */
function reading_(ingredient, answers, shown) {
  const given = ingredient.core.map(function (item) { return own_(answers, item); });
  const asked = ingredient.core.map(function (item) {
    return BANK.questions[item].asked && shown.indexOf(item) >= 0;
  });
  /** @type {{item: string, value: number}[]} */
  const counted = [];
  ingredient.core.forEach(function (item, place) {
    const value = given[place];
    if (typeof value !== 'number') return;
    const about = BANK.questions[item];
    counted.push({ item: item, value: about.reversed ? about.points + 1 - value : value });
  });
  const many = counted.length;
  const status = ingredient.statuses[many];
  const total = counted.reduce(function (sum, one) { return sum + one.value - 1; }, 0);
  const number = status === 'not_scored' ? null : (100 * total) / ((ingredient.points - 1) * many);
  const low = Math.min.apply(null, counted.map(function (one) { return one.value; }));
  const notAsked = given.filter(function (value, place) { return value === undefined && !asked[place]; }).length;
  return {
    id: ingredient.id,
    score: number,
    status: status,
    band: status === 'scored' && number !== null ? BANK.bands[bandOf_(number)].id : null,
    answered: many,
    asked: ingredient.core.length - notAsked,
    dontKnow: given.filter(function (value) { return value === BANK.nonAnswers[0]; }).length,
    notRelevant: given.filter(function (value) { return value === BANK.nonAnswers[1]; }).length,
    skipped: given.filter(function (value, place) { return value === undefined && asked[place]; }).length,
    notAsked: notAsked,
    lowest: counted.filter(function (one) { return one.value === low; }).map(function (one) { return one.item; }),
  };
}

/**
 * @param {number} number
 * @returns {number} The place of the band that it lies in.
 */
function bandOf_(number) {
  let place = 0;
  while (place + 1 < BANK.bands.length && BANK.bands[place + 1].start <= number) place += 1;
  return place;
}

/**
 * @param {Reading} reading
 * @returns {number} The number to show: half up, but never into a band that the unrounded score has not reached.
 */
function whole_(reading) {
  const exact = Number(reading.score);
  const number = Math.floor(exact + 0.5);
  const above = BANK.bands.some(function (band) { return exact < band.start && band.start <= number; });
  return reading.status === 'scored' && above ? Math.floor(exact) : number;
}

/**
 * @param {Reading[]} readings
 * @returns {{name: string, weakest: string[], furthest: string[], high: number}}
 */
function standing_(readings) {
  const limits = BANK.limits;
  const scored = readings.filter(function (one) { return one.status === 'scored'; }).map(function (one) {
    return { id: one.id, score: Number(one.score) };
  });
  const numbers = scored.map(function (one) { return one.score; });
  const low = Math.min.apply(null, numbers);
  const high = Math.max.apply(null, numbers.concat(0));
  /** @param {string} name */
  function without(name) {
    return { name: name, weakest: [], furthest: [], high: high };
  }
  const top = BANK.bands[BANK.bands.length - 1].start;
  if (scored.length < limits.fewestScored) return without('too_few_scored');
  if (low >= top && top > 0) return without('all_in_place');
  if (high - low < limits.standsOut) return without('none_stands_out');
  const weakest = scored.filter(function (one) { return one.score - low <= limits.jointWeakest; }).map(id_);
  const least = Math.max(high - limits.jointWeakest, high >= limits.strength ? limits.strength : 0);
  const furthest = scored.filter(function (one) { return one.score >= least; }).map(id_);
  return {
    name: 'found',
    weakest: weakest,
    furthest: furthest.filter(function (id) { return weakest.indexOf(id) < 0; }),
    high: high,
  };
}

/**
 * @param {{id: string}} one
 * @returns {string}
 */
function id_(one) {
  return one.id;
}

/**
 * @param {Reading[]} readings
 * @param {string[]} weakest
 * @param {string} stage
 * @returns {string[]} Ingredients below the low mark: by what matters at the stage, then by band, the weakest first.
 */
function priorities_(readings, weakest, stage) {
  const weights = BANK.stages[stage].weights;
  const low = readings.filter(function (one) {
    return one.status === 'scored' && Number(one.score) < BANK.limits.low;
  });
  return sorted_(low, function (one) {
    return [weights[one.id], bandOf_(Number(one.score)), weakest.indexOf(one.id) < 0 ? 1 : 0];
  }).map(id_);
}

/**
 * @template T
 * @param {T[]} values
 * @param {function(T): number[]} key
 * @returns {T[]} In the order of their keys, those with like keys as they were.
 */
function sorted_(values, key) {
  return values.slice().sort(function (one, other) {
    const first = key(one);
    const second = key(other);
    const place = first.findIndex(function (number, at) { return number !== second[at]; });
    return place < 0 ? 0 : first[place] - second[place];
  });
}

/**
 * @param {Reading[]} readings
 * @param {{name: string, weakest: string[]}} standing
 * @param {string[]} priorities
 * @param {string} stage
 * @returns {Action[]}
 */
function actions_(readings, standing, priorities, stage) {
  const weights = BANK.stages[stage].weights;
  const later = 2;
  /** @type {string[][]} */
  const low = sorted_(standing.weakest, function (id) { return [weights[id]]; }).map(function (id) {
    return [id, 'weakest'];
  });
  priorities.forEach(function (id) { low.push([id, 'low']); });
  let now = low.filter(function (pair) { return weights[pair[0]] !== later; });
  if (standing.name === 'none_stands_out' && !now.length) {
    const top = BANK.bands[BANK.bands.length - 1].start;
    now = readings.filter(function (one) {
      return one.status === 'scored' && Number(one.score) < top && weights[one.id] === 0;
    }).map(function (one) { return [one.id, 'stage']; });
  }
  const first = fitting_(readings, now, stage);
  return first.length ? first : fitting_(readings, low, stage);
}

/**
 * @param {Reading[]} readings
 * @param {string[][]} wanted Ingredient and why, best first.
 * @param {string} stage
 * @returns {Action[]} At most so many, each for the lowest item whose turn is first and that has an action.
 */
function fitting_(readings, wanted, stage) {
  const turns = BANK.stages[stage].turns;
  /** @type {Object<string, string>} */
  const answers = BANK.stages[stage].actions;
  /** @type {Action[]} */
  const chosen = [];
  wanted.forEach(function (pair) {
    const ingredient = pair[0];
    if (chosen.some(function (one) { return one.ingredient === ingredient; })) return;
    const lowest = readings.filter(function (one) { return one.id === ingredient; })[0].lowest;
    const order = sorted_(lowest, function (one) { return [turns[one]]; });
    const item = order.filter(function (one) { return own_(answers, one); })[0];
    if (!item) return;
    const past = BANK.questions[item].history;
    chosen.push({ action: answers[item], ingredient: ingredient, item: item, why: pair[1], fromNowOn: past });
  });
  return chosen.slice(0, BANK.limits.mostActions);
}
