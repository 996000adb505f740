/** docs: a property holds at most 9 kB. Three bytes a character are reckoned with. */
const PIECE = 2800;

function memory_() {
  return PropertiesService.getScriptProperties();
}

/** @param {string} name */
function setting_(name) {
  return (memory_().getProperty(name) || "").trim();
}

/**
 * Keeps a value in as many properties as it needs: NAME says how many, NAME_1 and so on hold the pieces.
 *
 * @param {string} name
 * @param {unknown} value
 */
function remember_(name, value) {
  const text = JSON.stringify(value);
  const count = Math.ceil(text.length / PIECE);
  /** @type {{ [name: string]: string }} */
  const pieces = { [name]: String(count) };
  for (let piece = 1; piece <= count; piece++) {
    pieces[`${name}_${piece}`] = text.slice((piece - 1) * PIECE, piece * PIECE);
  }
  memory_().setProperties(pieces);
  // docs: people can edit properties by hand while there are no more than fifty, so none is left over.
  for (let old = count + 1; memory_().getProperty(`${name}_${old}`) !== null; old++) {
    memory_().deleteProperty(`${name}_${old}`);
  }
}

/**
 * @param {string} name
 * @returns {any} null where nothing is remembered
 */
function recall_(name) {
  const kept = memory_().getProperties();
  if (!kept[name]) return null;
  let text = "";
  for (let piece = 1; piece <= Number(kept[name]); piece++) text += kept[`${name}_${piece}`];
  return JSON.parse(text);
}

/**
 * Does something while no other run does. If the others never end it is done all the same: to note too little for
 * certain is worse than to note the same thing twice.
 *
 * @param {() => void} work
 */
function alone_(work) {
  const lock = LockService.getScriptLock();
  const held = lock.tryLock(20000);
  try {
    work();
  } finally {
    if (held) lock.releaseLock();
  }
}
