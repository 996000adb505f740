/* Reads {script, files} from standard input. Each file is {sheets, steps}; what each left behind is written as JSON. */
'use strict';

const vm = require('node:vm');
const { Sheet, services } = require('./google.js');

let text = '';
process.stdin.on('data', (part) => { text += part; });
process.stdin.on('end', () => {
  const work = JSON.parse(text);
  const code = new vm.Script(work.script, { filename: 'scores.gs' });
  process.stdout.write(JSON.stringify(work.files.map((file) => taken(code, file))));
});

function taken(code, file) {
  const made = services(file.sheets.map(Sheet.with));
  const { state } = made;
  const names = { SpreadsheetApp: made.SpreadsheetApp, LockService: made.LockService, ScriptApp: made.ScriptApp, Date };
  const context = vm.createContext(names);
  code.runInContext(context);
  const found = { errors: [], answers: [], said: [] };
  for (const step of file.steps) {
    try {
      if (step.run) {
        state.somebody = !step.alone;
        context[step.run]();
      } else if (step.busy !== undefined) {
        state.busy = step.busy;
      } else if (step.add) {
        state.file.sheets.push(Sheet.with(step.add));
      } else if (step.rename) {
        state.file.sheets.find((sheet) => sheet.name === step.rename[0]).name = step.rename[1];
      } else if (step.call) {
        found.said.push(step.with.map((values) => context[step.call](...values)));
      } else if (step.read) {
        found.answers.push(...context.answersIn_(state.file).map((answers) => ({
          name: answers.name,
          layout: answers.layout,
          rows: answers.rows.map((read) => ({
            ...read,
            scores: read.state === 'fine' ? context.score_(read.answers, read.context, context.itemsOf_(answers.layout)) : null,
          })),
        })));
      }
    } catch (error) {
      found.errors.push(error.message);
    }
  }
  const mine = state.file.sheets.map((sheet) => ({
    name: sheet.name, table: sheet.table(), formulas: sheet.formulas(), frozen: sheet.frozen, charts: sheet.charts,
    changed: sheet.changed, mark: sheet.marks.map((mark) => mark.getValue()).join(),
  }));
  const menus = state.menus.concat();
  return { ...found, sheets: mine, alerts: state.alerts, menus, locked: state.locked, triggers: state.triggers.length };
}
