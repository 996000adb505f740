/**
 * Scores the answers in the spreadsheet that a Google form fills, inside that spreadsheet. Nothing is sent anywhere.
 * Made by exit-bridge from exit-open@1, extended, for a form in any of its languages; this script speaks English.
 *
 *   1. Open the form in Google Forms, choose Responses, then Link to Sheets (or View in Sheets). A spreadsheet opens.
 *   2. In that spreadsheet choose Extensions > Apps Script. Delete what stands there and paste all of this file.
 *   3. Choose the disk (Save project). Close that tab, and reload the spreadsheet.
 *   4. After some seconds a new menu stands beside Help. Choose from it: Score these answers (its first line).
 *   5. Google asks for permission, the first time only. Choose your account. If it says that it has not verified this
 *      app, choose Advanced, then Go to the project. Tick what it asks for, then choose Continue or Allow. Then choose
 *      Score these answers once more.
 *   6. Read the two new sheets. Whoever can open the file sees people's answers.
 *
 * Nothing below needs a change. More on it: docs/response-sheet.md in the repository of exit-bridge.
 *
 * @OnlyCurrentDoc
 */

/**
 * @typedef {{id: string, name: string, points: number, core: string[], statuses: string[]}} Ingredient
 * @typedef {{item: boolean, asked: boolean, gate: boolean, points: number, reversed: boolean, history: boolean,
 *   name: string, text: string, scale: number}} Question
 * @typedef {{weights: Object<string, number>, turns: Object<string, number>, actions: Object<string, string>}} Stage
 * @type {{bank: string, fingerprint: string, variant: string, language: string, group: boolean, shown: boolean,
 *   stage: string, longest: number, nonAnswers: string[], ingredients: Ingredient[],
 *   questions: Object<string, Question>, scales: Object<string, string>[],
 *   bands: {id: string, start: number, name: string}[],
 *   headings: {codes: Object<string, string>, visible: Object<string, string>, texts: Object<string, string>,
 *     replyStarts: string[]},
 *   limits: {low: number, jointWeakest: number, standsOut: number, strength: number, fewestScored: number,
 *     mostActions: number},
 *   stages: Object<string, Stage>, actions: Object<string, string[]>, words: Object<string, *>}}
 */
const BANK = {
  "bank": "exit-open@1",
  "fingerprint": "2b39dda91bb62b07",
  "variant": "extended",
  "language": "en",
  "group": true,
  "shown": true,
  "stage": "",
  "longest": 1000,
  "headings": {"codes": {"rec01": "rec01", "rec02": "rec02", "rec03": "rec03", "rec04": "rec04", "rec05": "rec05", "rec06": "rec06", "rec07": "rec07", "rec08": "rec08", "cop01": "cop01", "cop02": "cop02", "cop03": "cop03", "cop04": "cop04", "cop05": "cop05", "cop06": "cop06", "cop07": "cop07", "cop08": "cop08", "lea01": "lea01", "lea02": "lea02", "lea03": "lea03", "lea04": "lea04", "lea05": "lea05", "lea06": "lea06", "lea07": "lea07", "lea08": "lea08", "mea01": "mea01", "mea02": "mea02", "mea03": "mea03", "mea04": "mea04", "mea05": "mea05", "mea06": "mea06", "mea07": "mea07", "mea08": "mea08", "ada01": "ada01", "ada02": "ada02", "ada03": "ada03", "ada04": "ada04", "ada05": "ada05", "ada06": "ada06", "ada07": "ada07", "ada08": "ada08", "notice": "notice", "team": "team", "role": "role", "stage": "stage", "knows": "knows", "commentreceptivity": "comment_receptivity", "commentcoproduction": "comment_coproduction", "commentleadership": "comment_leadership", "commentmeasurement": "comment_measurement", "commentadaption": "comment_adaption", "commentpresent": "comment_present", "replyto": "reply_to"}, "visible": {"R1": "rec01", "R2": "rec02", "R3": "rec03", "R4": "rec04", "R5": "rec05", "R6": "rec06", "R7": "rec07", "R8": "rec08", "C1": "cop01", "C2": "cop02", "C3": "cop03", "C4": "cop04", "C5": "cop05", "C6": "cop06", "C7": "cop07", "C8": "cop08", "L1": "lea01", "L2": "lea02", "L3": "lea03", "L4": "lea04", "L5": "lea05", "L6": "lea06", "L7": "lea07", "L8": "lea08", "M1": "mea01", "M2": "mea02", "M3": "mea03", "M4": "mea04", "M5": "mea05", "M6": "mea06", "M7": "mea07", "M8": "mea08", "A1": "ada01", "A2": "ada02", "A3": "ada03", "A4": "ada04", "A5": "ada05", "A6": "ada06", "A7": "ada07", "A8": "ada08"}, "texts": {"senior managers make sure that people have time to try new ideas": "rec01", "staff here can try something new, free from blame if it fails": "rec02", "how is this work paid for": "rec03", "when under pressure, people here still make room for new ideas": "rec04", "when targets clash with what young people need, that need comes first": "rec05", "who decides about this work day to day": "rec06", "the staff doing this work stay long enough to see it through": "rec07", "when were young people first involved in shaping this work": "cop01", "decisions about this work have changed because of what young people said": "cop02", "young people who are seldom asked are being heard too": "cop03", "how do young people reach those who decide": "cop04", "young people get the support they need to take part": "cop05", "young people are told what happened because of what they said": "cop06", "young people who want to can speak up for this work to those who decide its future": "cop07", "a named senior person clears obstacles out of the way of this work": "lea01", "managers who have worked on the front line lead this work day to day": "lea02", "front-line staff who champion this work are given time for it": "lea03", "what would happen if the person who does most for this work left next month": "lea04", "how do those with the final say on this work (councillors, trustees, board) see it": "lea05", "it is clear which organisation leads on which part of this work": "lea06", "young people take a leading part in this work": "lea07", "how far have you got with measuring what this work does": "mea01", "young people helped to choose what is measured": "mea02", "we can tell whether this work helps young people in the hardest situations": "mea03", "we follow how this work affects the organisation, such as the staff time it takes": "mea04", "we keep track of who this work reaches": "mea05", "how strong is the case for continuing this work": "mea06", "beyond practical results such as housing, we look at how young people feel": "mea07", "have you agreed what must stay the same when this work changes": "ada01", "when we review this work, something changes as a result": "ada02", "we share with others what did not work": "ada03", "this work helps staff with the duties they already have": "ada04", "what we offer has been changed to fit young people better": "ada05", "young people get at least as much from this work now as when it began": "ada06", "if this work is meant to spread, how far has that got? (otherwise: does not apply)": "ada07", "i have read how my answers are used, and i want to send them": "notice", "may your answers count in figures about the whole team": "team", "what is your role in this work": "role", "where is this work now, as you see it": "stage", "how well do you know this work": "knows", "what most helps new ideas here, and what gets in their way? please do not name anyone": "comment_receptivity", "what would give young people more of a say in this work? please do not name anyone": "comment_coproduction", "what keeps this work going when people move on, or would help it to? please do not name anyone": "comment_leadership", "what matters about this work that no figure shows? please do not name anyone": "comment_measurement", "what have you changed in this work, and what did you learn from it? please do not name anyone": "comment_adaption", "who is in the room? how many people, in which roles? for example: 2 managers, 3 workers. please give no names": "comment_present", "would you like your own report by email? if so, give an address. we can only send it to an address that ends in {reply_domains}. this is optional, and the address is deleted once the report has been sent": "reply_to", "the organisations in this work find it easy to work with each other": "rec08", "young people get fair rewards, such as pay, for taking part": "cop08", "new starters learn why this work matters from the people who lead it": "lea08", "most of what we record is for reports that others ask for": "mea08", "this work is written into the way we run things, such as job roles": "ada08", "something was changed because of what young people said": "cop02", "young people who hardly ever get asked have a say too": "cop03", "how can young people get to talk to the people in charge": "cop04", "young people get the help they need to join in": "cop05", "young people hear back about what happened after they spoke up": "cop06", "young people who want to can tell people in charge why this work matters": "cop07", "young people help to lead this work": "lea07", "young people helped to pick what gets checked to see if this work helps": "mea02", "this work has been changed to suit young people better": "ada05", "i have read how my answers are used. i want to send them": "notice", "can we add your answers to everyone else's": "team", "what would give young people more of a say? please don't use anyone's name": "comment_coproduction", "how many of you are filling this in? please don't write any names": "comment_present", "mae uwch-reolwyr yn sicrhau bod gan bobl amser i roi cynnig ar syniadau newydd": "rec01", "gall staff yma roi cynnig ar rywbeth newydd heb gael eu beio os bydd yn methu": "rec02", "sut y telir am y gwaith hwn": "rec03", "pan fyddant dan bwysau, mae pobl yma'n dal i wneud lle i syniadau newydd": "rec04", "pan fydd targedau'n gwrthdaro ag anghenion pobl ifanc, yr anghenion hynny sy'n dod gyntaf": "rec05", "pwy sy'n penderfynu am y gwaith hwn o ddydd i ddydd": "rec06", "mae'r staff sy'n gwneud y gwaith hwn yn aros yn ddigon hir i'w weld hyd y diwedd": "rec07", "pryd y cafodd pobl ifanc ran gyntaf wrth lunio'r gwaith hwn": "cop01", "mae penderfyniadau am y gwaith hwn wedi newid oherwydd yr hyn a ddywedodd pobl ifanc": "cop02", "mae pobl ifanc nad oes neb yn gofyn yn aml am eu barn yn cael eu clywed hefyd": "cop03", "sut mae pobl ifanc yn cyrraedd y rhai sy'n penderfynu": "cop04", "mae pobl ifanc yn cael y gefnogaeth sydd ei hangen arnynt i gymryd rhan": "cop05", "mae pobl ifanc yn cael gwybod beth ddigwyddodd oherwydd yr hyn a ddywedon nhw": "cop06", "gall pobl ifanc sy'n dymuno hynny siarad o blaid y gwaith hwn wrth y rhai sy'n penderfynu ei ddyfodol": "cop07", "mae person penodol ar lefel uwch yn clirio rhwystrau o ffordd y gwaith hwn": "lea01", "mae rheolwyr sydd wedi gweithio ar y rheng flaen yn arwain y gwaith hwn o ddydd i ddydd": "lea02", "mae staff rheng flaen sy'n hyrwyddo'r gwaith hwn yn cael amser i wneud hynny": "lea03", "beth fyddai'n digwydd pe bai'r person sy'n gwneud fwyaf dros y gwaith hwn yn gadael fis nesaf": "lea04", "sut mae'r rhai \u00e2'r gair olaf am y gwaith hwn (cynghorwyr, ymddiriedolwyr, bwrdd) yn ei weld": "lea05", "mae'n glir pa sefydliad sy'n arwain ar ba ran o'r gwaith hwn": "lea06", "mae pobl ifanc yn cymryd rhan flaenllaw yn y gwaith hwn": "lea07", "pa mor bell ydych chi wedi mynd wrth fesur yr hyn mae'r gwaith hwn yn ei wneud": "mea01", "helpodd pobl ifanc i ddewis beth sy'n cael ei fesur": "mea02", "gallwn weld a yw'r gwaith hwn yn helpu pobl ifanc yn y sefyllfaoedd anoddaf": "mea03", "rydym yn dilyn sut mae'r gwaith hwn yn effeithio ar y sefydliad, fel yr amser staff mae'n ei gymryd": "mea04", "rydym yn cadw golwg ar bwy mae'r gwaith hwn yn eu cyrraedd": "mea05", "pa mor gryf yw'r achos dros barhau \u00e2'r gwaith hwn": "mea06", "y tu hwnt i ganlyniadau ymarferol fel tai, rydym yn edrych ar sut mae pobl ifanc yn teimlo": "mea07", "a ydych wedi cytuno beth sydd i aros yr un fath pan fydd y gwaith hwn yn newid": "ada01", "pan fyddwn yn adolygu'r gwaith hwn, mae rhywbeth yn newid o ganlyniad": "ada02", "rydym yn rhannu ag eraill yr hyn na weithiodd": "ada03", "mae'r gwaith hwn yn helpu staff gyda'r dyletswyddau sydd ganddynt eisoes": "ada04", "mae'r hyn a gynigiwn wedi'i newid i weddu'n well i bobl ifanc": "ada05", "mae pobl ifanc yn cael o leiaf cymaint o'r gwaith hwn nawr \u00e2 phan ddechreuodd": "ada06", "os bwriedir i'r gwaith hwn ledaenu, pa mor bell mae hynny wedi mynd? (fel arall: ddim yn berthnasol)": "ada07", "rwyf wedi darllen sut mae fy atebion yn cael eu defnyddio, ac rwyf am eu hanfon": "notice", "a gaiff eich atebion gyfrif mewn ffigurau am y t\u00eem cyfan": "team", "beth yw eich r\u00f4l yn y gwaith hwn": "role", "ble mae'r gwaith hwn nawr, yn eich barn chi": "stage", "pa mor dda ydych chi'n adnabod y gwaith hwn": "knows", "beth sy'n helpu syniadau newydd fwyaf yma, a beth sy'n eu rhwystro? peidiwch ag enwi neb": "comment_receptivity", "beth fyddai'n rhoi mwy o lais i bobl ifanc yn y gwaith hwn? peidiwch ag enwi neb": "comment_coproduction", "beth sy'n cadw'r gwaith hwn i fynd pan fydd pobl yn symud ymlaen, neu beth fyddai'n helpu hynny? peidiwch ag enwi neb": "comment_leadership", "beth sy'n bwysig am y gwaith hwn nad oes yr un ffigur yn ei ddangos? peidiwch ag enwi neb": "comment_measurement", "beth ydych chi wedi'i newid yn y gwaith hwn, a beth ddysgoch chi o hynny? peidiwch ag enwi neb": "comment_adaption", "pwy sydd yn yr ystafell? faint o bobl, ac ym mha rolau? er enghraifft: 2 reolwr, 3 gweithiwr. peidiwch \u00e2 rhoi enwau": "comment_present", "hoffech chi gael eich adroddiad eich hun drwy e-bost? os felly, rhowch gyfeiriad. dim ond i gyfeiriad sy'n gorffen gyda {reply_domains} y gallwn ei anfon. mae hyn yn ddewisol, a chaiff y cyfeiriad ei ddileu ar \u00f4l anfon yr adroddiad": "reply_to", "mae'n hawdd i'r sefydliadau yn y gwaith hwn weithio gyda'i gilydd": "rec08", "mae pobl ifanc yn cael eu gwobrwyo'n deg, er enghraifft \u00e2 th\u00e2l, am gymryd rhan": "cop08", "mae staff newydd yn dysgu pam mae'r gwaith hwn yn bwysig gan y bobl sy'n ei arwain": "lea08", "mae'r rhan fwyaf o'r hyn a gofnodwn ar gyfer adroddiadau mae eraill yn gofyn amdanynt": "mea08", "mae'r gwaith hwn yn rhan ysgrifenedig o'n ffordd o weithio, er enghraifft mewn rolau swydd": "ada08", "cafodd rhywbeth ei newid oherwydd beth ddywedodd pobl ifanc": "cop02", "mae pobl ifanc nad oes neb bron yn gofyn iddyn nhw yn cael dweud eu dweud hefyd": "cop03", "sut gall pobl ifanc siarad \u00e2'r bobl sy'n rheoli": "cop04", "mae pobl ifanc yn cael yr help sydd ei angen i gymryd rhan": "cop05", "mae pobl ifanc yn cael clywed beth ddigwyddodd ar \u00f4l iddyn nhw siarad": "cop06", "mae pobl ifanc sydd eisiau yn gallu dweud wrth y bobl sy'n rheoli pam mae'r gwaith hwn yn bwysig": "cop07", "mae pobl ifanc yn helpu i arwain y gwaith hwn": "lea07", "helpodd pobl ifanc i ddewis beth sy'n cael ei wirio i weld a yw'r gwaith hwn yn helpu": "mea02", "mae'r gwaith hwn wedi newid i fod yn well i bobl ifanc": "ada05", "rydw i wedi darllen sut mae fy atebion yn cael eu defnyddio. rydw i eisiau eu hanfon": "notice", "gawn ni ychwanegu eich atebion at atebion pawb arall": "team", "beth fyddai'n rhoi mwy o lais i bobl ifanc? peidiwch \u00e2 rhoi enw neb": "comment_coproduction", "faint ohonoch chi sy'n llenwi'r ffurflen hon? peidiwch ag ysgrifennu enw neb": "comment_present"}, "replyStarts": ["would you like your own report by email? if so, give an address. we can only send it to an address that ends in", "hoffech chi gael eich adroddiad eich hun drwy e-bost? os felly, rhowch gyfeiriad. dim ond i gyfeiriad sy'n gorffen gyda"]},
  "questions": {"rec01": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R1", "text": "Senior managers make sure that people have time to try new ideas.", "scale": 0}, "rec02": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R2", "text": "Staff here can try something new, free from blame if it fails.", "scale": 0}, "rec03": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R3", "text": "How is this work paid for?", "scale": 1}, "rec04": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R4", "text": "When under pressure, people here still make room for new ideas.", "scale": 0}, "rec05": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R5", "text": "When targets clash with what young people need, that need comes first.", "scale": 0}, "rec06": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R6", "text": "Who decides about this work day to day?", "scale": 2}, "rec07": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R7", "text": "The staff doing this work stay long enough to see it through.", "scale": 0}, "rec08": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "R8", "text": "The organisations in this work find it easy to work with each other.", "scale": 0}, "cop01": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": true, "name": "C1", "text": "When were young people first involved in shaping this work?", "scale": 3}, "cop02": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C2", "text": "Decisions about this work have changed because of what young people said.", "scale": 4}, "cop03": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C3", "text": "Young people who are seldom asked are being heard too.", "scale": 4}, "cop04": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C4", "text": "How do young people reach those who decide?", "scale": 5}, "cop05": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C5", "text": "Young people get the support they need to take part.", "scale": 4}, "cop06": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C6", "text": "Young people are told what happened because of what they said.", "scale": 4}, "cop07": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C7", "text": "Young people who want to can speak up for this work to those who decide its future.", "scale": 4}, "cop08": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "C8", "text": "Young people get fair rewards, such as pay, for taking part.", "scale": 0}, "lea01": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L1", "text": "A named senior person clears obstacles out of the way of this work.", "scale": 0}, "lea02": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L2", "text": "Managers who have worked on the front line lead this work day to day.", "scale": 0}, "lea03": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L3", "text": "Front-line staff who champion this work are given time for it.", "scale": 0}, "lea04": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L4", "text": "What would happen if the person who does most for this work left next month?", "scale": 6}, "lea05": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L5", "text": "How do those with the final say on this work (councillors, trustees, board) see it?", "scale": 7}, "lea06": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L6", "text": "It is clear which organisation leads on which part of this work.", "scale": 0}, "lea07": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L7", "text": "Young people take a leading part in this work.", "scale": 4}, "lea08": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "L8", "text": "New starters learn why this work matters from the people who lead it.", "scale": 0}, "mea01": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M1", "text": "How far have you got with measuring what this work does?", "scale": 8}, "mea02": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M2", "text": "Young people helped to choose what is measured.", "scale": 4}, "mea03": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M3", "text": "We can tell whether this work helps young people in the hardest situations.", "scale": 0}, "mea04": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M4", "text": "We follow how this work affects the organisation, such as the staff time it takes.", "scale": 0}, "mea05": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M5", "text": "We keep track of who this work reaches.", "scale": 0}, "mea06": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M6", "text": "How strong is the case for continuing this work?", "scale": 9}, "mea07": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "M7", "text": "Beyond practical results such as housing, we look at how young people feel.", "scale": 0}, "mea08": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": true, "history": false, "name": "M8", "text": "Most of what we record is for reports that others ask for.", "scale": 0}, "ada01": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A1", "text": "Have you agreed what must stay the same when this work changes?", "scale": 10}, "ada02": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A2", "text": "When we review this work, something changes as a result.", "scale": 0}, "ada03": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A3", "text": "We share with others what did not work.", "scale": 0}, "ada04": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A4", "text": "This work helps staff with the duties they already have.", "scale": 0}, "ada05": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A5", "text": "What we offer has been changed to fit young people better.", "scale": 4}, "ada06": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A6", "text": "Young people get at least as much from this work now as when it began.", "scale": 0}, "ada07": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A7", "text": "If this work is meant to spread, how far has that got? (Otherwise: does not apply)", "scale": 11}, "ada08": {"item": true, "asked": true, "gate": false, "points": 5, "reversed": false, "history": false, "name": "A8", "text": "This work is written into the way we run things, such as job roles.", "scale": 0}, "notice": {"item": false, "asked": true, "gate": true, "points": 0, "reversed": false, "history": false, "name": "I have read how my answers are used, and I want to send them.", "text": "I have read how my answers are used, and I want to send them.", "scale": 12}, "team": {"item": false, "asked": true, "gate": false, "points": 0, "reversed": false, "history": false, "name": "May your answers count in figures about the whole team?", "text": "May your answers count in figures about the whole team?", "scale": 13}, "role": {"item": false, "asked": true, "gate": false, "points": 0, "reversed": false, "history": false, "name": "What is your role in this work?", "text": "What is your role in this work?", "scale": 14}, "stage": {"item": false, "asked": true, "gate": false, "points": 0, "reversed": false, "history": false, "name": "Where is this work now, as you see it?", "text": "Where is this work now, as you see it?", "scale": 15}, "knows": {"item": false, "asked": true, "gate": false, "points": 0, "reversed": false, "history": false, "name": "How well do you know this work?", "text": "How well do you know this work?", "scale": 16}},
  "scales": [{"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "strongly disagree": "1", "disagree": "2", "neither agree nor disagree": "3", "agree": "4", "strongly agree": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "anghytuno'n gryf": "1", "anghytuno": "2", "ddim yn cytuno nac yn anghytuno": "3", "cytuno": "4", "cytuno'n gryf": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "no money agreed": "1", "short-term money, with less than 12 months left": "2", "short-term money, with 12 months or more left": "3", "continuing money, agreed in principle": "4", "in a regular budget, or needs no extra money": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "dim arian wedi'i gytuno": "1", "arian tymor byr, gyda llai na 12 mis ar \u00f4l": "2", "arian tymor byr, gyda 12 mis neu fwy ar \u00f4l": "3", "arian parhaus, wedi'i gytuno mewn egwyddor": "4", "mewn cyllideb reolaidd, neu nid oes angen arian ychwanegol": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "only senior managers": "1", "managers decide, then tell the team": "2", "managers ask the team, then decide": "3", "the team decides most things, checking with a manager": "4", "the team decides, within agreed limits": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "uwch-reolwyr yn unig": "1", "rheolwyr yn penderfynu, yna'n dweud wrth y t\u00eem": "2", "rheolwyr yn gofyn i'r t\u00eem, yna'n penderfynu": "3", "y t\u00eem yn penderfynu'r rhan fwyaf o bethau, gan holi rheolwr": "4", "y t\u00eem yn penderfynu, o fewn terfynau y cytunwyd arnynt": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "not so far": "1", "after it had started": "2", "when it was about to start": "3", "while it was being planned": "4", "before it was decided what to do": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "ddim hyd yn hyn": "1", "ar \u00f4l iddo ddechrau": "2", "pan oedd ar fin dechrau": "3", "tra oedd yn cael ei gynllunio": "4", "cyn penderfynu beth i'w wneud": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "strongly disagree": "1", "disagree": "2", "neither agree nor disagree": "3", "agree": "4", "strongly agree": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "i don't know": "dk", "this is not about us, or not yet": "na", "anghytuno'n gryf": "1", "anghytuno": "2", "ddim yn cytuno nac yn anghytuno": "3", "cytuno": "4", "cytuno'n gryf": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na", "dydw i ddim yn gwybod": "dk", "dydy hyn ddim amdanon ni, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "there is no route": "1", "now and then, when they are asked": "2", "a group or a worker passes on their views": "3", "they have a regular meeting with those who decide": "4", "they have a regular meeting where they share the decision": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "there is no way to do it": "1", "now and then, when we are asked": "2", "a group or a worker tells them what we think": "3", "we have a regular meeting with them": "4", "we have a regular meeting and decide things together": "5", "i don't know": "dk", "this is not about us, or not yet": "na", "nid oes ffordd o wneud hynny": "1", "o bryd i'w gilydd, pan ofynnir iddynt": "2", "mae gr\u0175p neu weithiwr yn cyfleu eu barn": "3", "mae ganddynt gyfarfod rheolaidd \u00e2'r rhai sy'n penderfynu": "4", "mae ganddynt gyfarfod rheolaidd lle maent yn rhannu'r penderfyniad": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na", "does dim ffordd o wneud hynny": "1", "weithiau, pan fydd rhywun yn gofyn i ni": "2", "mae gr\u0175p neu weithiwr yn dweud wrthyn nhw beth yw ein barn ni": "3", "rydyn ni'n cwrdd \u00e2 nhw'n rheolaidd": "4", "rydyn ni'n cwrdd \u00e2 nhw'n rheolaidd ac yn penderfynu pethau gyda'n gilydd": "5", "dydw i ddim yn gwybod": "dk", "dydy hyn ddim amdanon ni, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "it would stop": "1", "it would stall for months": "2", "others would pick it up unprepared": "3", "a named person is ready to take over": "4", "several people already share the lead": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "byddai'n dod i ben": "1", "byddai'n sefyll yn ei unfan am fisoedd": "2", "byddai eraill yn ei gymryd drosodd heb baratoi": "3", "mae person penodol yn barod i gymryd yr awenau": "4", "mae sawl person eisoes yn rhannu'r arwain": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "they are against it, or unaware of it": "1", "they have been told about it": "2", "they ask about it": "3", "they speak up for it": "4", "they have acted to keep it going": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "maent yn ei erbyn, neu heb wybod amdano": "1", "maent wedi cael gwybod amdano": "2", "maent yn holi amdano": "3", "maent yn siarad o'i blaid": "4", "maent wedi gweithredu i'w gadw i fynd": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "nothing is planned": "1", "there are ideas only": "2", "we have agreed what to measure": "3", "we have begun, without starting figures": "4", "we have begun, with starting figures to compare with": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "nid oes dim wedi'i gynllunio": "1", "dim ond syniadau sydd": "2", "rydym wedi cytuno beth i'w fesur": "3", "rydym wedi dechrau, heb ffigurau cychwynnol": "4", "rydym wedi dechrau, gyda ffigurau cychwynnol i gymharu \u00e2 nhw": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "no case has been made yet": "1", "examples and stories": "2", "figures on cost or on results": "3", "figures on both cost and results": "4", "figures on both, accepted by those who decide the money": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "nid oes achos wedi'i wneud eto": "1", "enghreifftiau a straeon": "2", "ffigurau ar gost neu ar ganlyniadau": "3", "ffigurau ar gost ac ar ganlyniadau": "4", "ffigurau ar y ddau, wedi'u derbyn gan y rhai sy'n penderfynu am yr arian": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "not talked about": "1", "talked about, but not agreed": "2", "agreed, but not written down": "3", "written down": "4", "written down, and used when changing things": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "heb ei drafod": "1", "wedi'i drafod, ond heb gytuno": "2", "wedi cytuno, ond heb ei ysgrifennu": "3", "wedi'i ysgrifennu": "4", "wedi'i ysgrifennu, ac yn cael ei ddefnyddio wrth newid pethau": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"1": "1", "2": "2", "3": "3", "4": "4", "5": "5", "dk": "dk", "na": "na", "nobody is working on it": "1", "there are ideas": "2", "there is a written plan": "3", "there is a plan fitted to a named place, with support": "4", "it runs elsewhere and has been reviewed there": "5", "i don't know, or can't tell from my role": "dk", "does not apply to this work, or not yet": "na", "nid oes neb yn gweithio arno": "1", "mae syniadau": "2", "mae cynllun ysgrifenedig": "3", "mae cynllun sy'n addas i le penodol, gyda chefnogaeth": "4", "mae ar waith mewn man arall ac wedi'i adolygu yno": "5", "ddim yn gwybod, neu ni allaf ddweud o'm r\u00f4l i": "dk", "ddim yn berthnasol i'r gwaith hwn, neu ddim eto": "na"}, {"yes": "yes", "no": "no", "yes, send my answers": "yes", "no, keep none of my answers": "no", "no, don't keep my answers": "no", "ydw, anfonwch fy atebion": "yes", "nac ydw, peidiwch \u00e2 chadw dim o'm hatebion": "no", "nac ydw, peidiwch \u00e2 chadw fy atebion": "no"}, {"yes": "yes", "no": "no", "yes, count them": "yes", "no, leave them out": "no", "yes, add them": "yes", "c\u00e2nt, dylid eu cyfrif": "yes", "na ch\u00e2nt, dylid eu gadael allan": "no", "cewch, ychwanegwch nhw": "yes", "na chewch, gadewch nhw allan": "no"}, {"senio": "senior", "middl": "middle", "front": "front", "membe": "member", "commi": "commissioner", "partn": "partner", "young": "young", "other": "other", "unsai": "unsaid", "senior": "senior", "middle": "middle", "member": "member", "commissioner": "commissioner", "partner": "partner", "unsaid": "unsaid", "senior manager": "senior", "middle manager": "middle", "front-line practitioner": "front", "elected member or trustee": "member", "partner organisation": "partner", "care-experienced young person": "young", "another role": "other", "prefer not to say": "unsaid", "uwch-reolwr": "senior", "rheolwr canol": "middle", "ymarferydd rheng flaen": "front", "aelod etholedig neu ymddiriedolwr": "member", "comisiynydd": "commissioner", "sefydliad partner": "partner", "person ifanc \u00e2 phrofiad o ofal": "young", "r\u00f4l arall": "other", "gwell gennyf beidio \u00e2 dweud": "unsaid"}, {"conce": "conception", "imple": "implementation", "susta": "sustaining", "scali": "scaling", "betwe": "between", "stopp": "stopped", "dk": "dk", "conception": "conception", "implementation": "implementation", "sustaining": "sustaining", "scaling": "scaling", "between": "between", "stopped": "stopped", "conception: the idea is being worked out and support for it is being found": "conception", "implementation: it has started, perhaps as a pilot, and is finding its feet": "implementation", "sustaining: it runs, and the question is how to keep it going and keep it good": "sustaining", "scaling: it is being taken to more people, teams or places": "scaling", "between stages": "between", "between stages: it is moving on, or has gone back to an earlier stage": "between", "stopped: it has ended or is on hold": "stopped", "i don't know": "dk", "llunio'r syniad": "conception", "llunio'r syniad: mae'r syniad yn cael ei ddatblygu ac mae cefnogaeth iddo'n cael ei cheisio": "conception", "gweithredu": "implementation", "gweithredu: mae wedi dechrau, efallai fel peilot, ac mae'n cael ei draed dano": "implementation", "cynnal": "sustaining", "cynnal: mae ar waith, a'r cwestiwn yw sut i'w gadw i fynd a'i gadw'n dda": "sustaining", "ehangu": "scaling", "ehangu: mae'n cael ei gynnig i fwy o bobl, timau neu leoedd": "scaling", "rhwng camau": "between", "rhwng camau: mae'n symud ymlaen, neu wedi mynd yn \u00f4l i gam cynharach": "between", "wedi dod i ben": "stopped", "wedi dod i ben: mae wedi gorffen neu wedi'i ohirio": "stopped", "ddim yn gwybod": "dk"}, {"littl": "little", "fairl": "fairly", "very": "very", "little": "little", "fairly": "fairly", "a little": "little", "fairly well": "fairly", "very well": "very", "ychydig": "little", "yn weddol dda": "fairly", "yn dda iawn": "very"}],
  "nonAnswers": ["dk", "na"],
  "ingredients": [{"id": "receptivity", "name": "Receptivity", "points": 5, "core": ["rec01", "rec02", "rec03", "rec04", "rec05", "rec06", "rec07"], "statuses": ["not_scored", "not_scored", "not_scored", "not_scored", "provisional", "scored", "scored", "scored"]}, {"id": "coproduction", "name": "Co-production", "points": 5, "core": ["cop01", "cop02", "cop03", "cop04", "cop05", "cop06", "cop07"], "statuses": ["not_scored", "not_scored", "not_scored", "not_scored", "provisional", "scored", "scored", "scored"]}, {"id": "leadership", "name": "Leadership", "points": 5, "core": ["lea01", "lea02", "lea03", "lea04", "lea05", "lea06", "lea07"], "statuses": ["not_scored", "not_scored", "not_scored", "not_scored", "provisional", "scored", "scored", "scored"]}, {"id": "measurement", "name": "Measurement", "points": 5, "core": ["mea01", "mea02", "mea03", "mea04", "mea05", "mea06", "mea07"], "statuses": ["not_scored", "not_scored", "not_scored", "not_scored", "provisional", "scored", "scored", "scored"]}, {"id": "adaption", "name": "Adaption", "points": 5, "core": ["ada01", "ada02", "ada03", "ada04", "ada05", "ada06", "ada07"], "statuses": ["not_scored", "not_scored", "not_scored", "not_scored", "provisional", "scored", "scored", "scored"]}],
  "bands": [{"id": "not_yet", "start": 0.0, "name": "Not yet in place"}, {"id": "early", "start": 25.0, "name": "Early"}, {"id": "partly", "start": 50.0, "name": "Mixed or partly in place"}, {"id": "largely", "start": 75.0, "name": "Largely in place"}],
  "limits": {"low": 50, "jointWeakest": 12, "standsOut": 16, "strength": 50, "fewestScored": 3, "mostActions": 3},
  "stages": {"": {"weights": {"receptivity": 1, "coproduction": 1, "leadership": 1, "measurement": 1, "adaption": 1}, "turns": {"rec01": 0, "rec02": 1, "rec03": 2, "rec04": 3, "rec05": 4, "rec06": 5, "rec07": 6, "rec08": 7, "cop02": 8, "cop03": 9, "cop04": 10, "cop05": 11, "cop06": 12, "cop07": 13, "cop08": 14, "lea01": 15, "lea02": 16, "lea03": 17, "lea04": 18, "lea05": 19, "lea06": 20, "lea07": 21, "lea08": 22, "mea01": 23, "mea02": 24, "mea03": 25, "mea04": 26, "mea05": 27, "mea06": 28, "mea07": 29, "mea08": 30, "ada01": 31, "ada02": 32, "ada03": 33, "ada04": 34, "ada05": 35, "ada06": 36, "ada07": 37, "ada08": 38, "cop01": 39}, "actions": {"rec01": "rec-mandate", "rec02": "rec-safe-to-try", "rec03": "rec-after-pilot", "rec04": "rec-make-room", "rec05": "rec-mandate", "rec06": "rec-decision-limits", "rec07": "rec-make-room", "cop01": "cop-ask-first", "cop02": "cop-standing-link", "cop03": "cop-reach", "cop04": "cop-standing-link", "cop05": "cop-support", "cop06": "cop-hear-back", "cop07": "cop-speak-up", "cop08": "cop-support", "lea01": "lea-map", "lea02": "lea-job-plans", "lea03": "lea-champion-time", "lea04": "lea-handover", "lea05": "lea-top-voice", "lea06": "lea-agreement", "lea07": "lea-map", "lea08": "lea-handover", "mea01": "mea-one-page", "mea02": "mea-choose-together", "mea03": "mea-behind-average", "mea04": "mea-burden", "mea05": "mea-learning-meeting", "mea06": "mea-cost-sheet", "mea07": "mea-choose-together", "mea08": "mea-burden", "ada01": "ada-core", "ada02": "ada-review", "ada03": "ada-review", "ada04": "ada-duty-fit", "ada05": "ada-change-log", "ada06": "ada-still-there", "ada07": "ada-spread-kit", "ada08": "ada-duty-fit"}}, "conception": {"weights": {"receptivity": 0, "coproduction": 0, "leadership": 0, "measurement": 1, "adaption": 2}, "turns": {"rec01": 0, "rec02": 1, "rec04": 2, "rec05": 3, "rec06": 4, "rec08": 5, "cop02": 6, "cop03": 7, "cop05": 8, "cop08": 9, "lea01": 10, "mea01": 11, "mea02": 12, "ada03": 13, "cop01": 14, "rec03": 15, "rec07": 16, "cop04": 17, "cop06": 18, "cop07": 19, "lea02": 20, "lea03": 21, "lea04": 22, "lea05": 23, "lea06": 24, "lea07": 25, "lea08": 26, "mea03": 27, "mea04": 28, "mea05": 29, "mea06": 30, "mea07": 31, "mea08": 32, "ada01": 33, "ada02": 34, "ada04": 35, "ada05": 36, "ada06": 37, "ada07": 38, "ada08": 39}, "actions": {"rec01": "rec-mandate", "rec02": "rec-safe-to-try", "rec03": "rec-why-now", "rec04": "rec-make-room", "rec05": "rec-mandate", "rec06": "rec-decision-limits", "rec07": "rec-make-room", "cop01": "cop-ask-first", "cop02": "cop-standing-link", "cop03": "cop-reach", "cop04": "cop-standing-link", "cop05": "cop-support", "cop06": "cop-hear-back", "cop07": "cop-speak-up", "cop08": "cop-support", "lea01": "lea-map", "lea02": "lea-job-plans", "lea03": "lea-champion-time", "lea04": "lea-handover", "lea05": "lea-top-voice", "lea06": "lea-agreement", "lea07": "lea-map", "lea08": "lea-handover", "mea01": "mea-one-page", "mea02": "mea-choose-together", "mea03": "mea-behind-average", "mea04": "mea-one-page", "mea05": "mea-learning-meeting", "mea06": "mea-cost-sheet", "mea07": "mea-choose-together", "mea08": "mea-burden", "ada01": "ada-core", "ada02": "ada-review", "ada03": "ada-review", "ada04": "ada-duty-fit", "ada05": "ada-change-log", "ada06": "ada-still-there", "ada07": "ada-spread-kit", "ada08": "ada-duty-fit"}}, "implementation": {"weights": {"receptivity": 1, "coproduction": 1, "leadership": 0, "measurement": 1, "adaption": 1}, "turns": {"rec01": 0, "rec02": 1, "rec03": 2, "rec04": 3, "rec05": 4, "rec06": 5, "rec07": 6, "rec08": 7, "cop02": 8, "cop03": 9, "cop04": 10, "cop05": 11, "cop06": 12, "cop08": 13, "lea01": 14, "lea02": 15, "lea03": 16, "lea04": 17, "lea06": 18, "lea07": 19, "mea01": 20, "mea02": 21, "mea03": 22, "mea04": 23, "mea05": 24, "mea07": 25, "mea08": 26, "ada01": 27, "ada02": 28, "ada03": 29, "ada04": 30, "ada05": 31, "cop01": 32, "cop07": 33, "lea05": 34, "lea08": 35, "mea06": 36, "ada06": 37, "ada07": 38, "ada08": 39}, "actions": {"rec01": "rec-mandate", "rec02": "rec-safe-to-try", "rec03": "rec-after-pilot", "rec04": "rec-make-room", "rec05": "rec-mandate", "rec06": "rec-decision-limits", "rec07": "rec-make-room", "cop01": "cop-ask-first", "cop02": "cop-standing-link", "cop03": "cop-reach", "cop04": "cop-standing-link", "cop05": "cop-support", "cop06": "cop-hear-back", "cop07": "cop-speak-up", "cop08": "cop-support", "lea01": "lea-map", "lea02": "lea-job-plans", "lea03": "lea-champion-time", "lea04": "lea-handover", "lea05": "lea-top-voice", "lea06": "lea-agreement", "lea07": "lea-map", "lea08": "lea-handover", "mea01": "mea-one-page", "mea02": "mea-choose-together", "mea03": "mea-behind-average", "mea04": "mea-burden", "mea05": "mea-learning-meeting", "mea06": "mea-cost-sheet", "mea07": "mea-choose-together", "mea08": "mea-burden", "ada01": "ada-core", "ada02": "ada-review", "ada03": "ada-review", "ada04": "ada-duty-fit", "ada05": "ada-change-log", "ada06": "ada-still-there", "ada07": "ada-spread-kit", "ada08": "ada-duty-fit"}}, "sustaining": {"weights": {"receptivity": 1, "coproduction": 0, "leadership": 0, "measurement": 0, "adaption": 0}, "turns": {"rec01": 0, "rec02": 1, "rec03": 2, "rec04": 3, "rec05": 4, "rec06": 5, "rec07": 6, "rec08": 7, "cop02": 8, "cop03": 9, "cop04": 10, "cop05": 11, "cop06": 12, "cop07": 13, "cop08": 14, "lea01": 15, "lea02": 16, "lea03": 17, "lea04": 18, "lea05": 19, "lea06": 20, "lea07": 21, "lea08": 22, "mea01": 23, "mea02": 24, "mea03": 25, "mea04": 26, "mea05": 27, "mea06": 28, "mea07": 29, "mea08": 30, "ada01": 31, "ada02": 32, "ada03": 33, "ada04": 34, "ada05": 35, "ada06": 36, "ada07": 37, "ada08": 38, "cop01": 39}, "actions": {"rec01": "rec-mandate", "rec02": "rec-safe-to-try", "rec03": "rec-after-pilot", "rec04": "rec-make-room", "rec05": "rec-mandate", "rec06": "rec-decision-limits", "rec07": "rec-make-room", "cop01": "cop-ask-first", "cop02": "cop-standing-link", "cop03": "cop-reach", "cop04": "cop-standing-link", "cop05": "cop-support", "cop06": "cop-hear-back", "cop07": "cop-speak-up", "cop08": "cop-support", "lea01": "lea-map", "lea02": "lea-job-plans", "lea03": "lea-champion-time", "lea04": "lea-handover", "lea05": "lea-top-voice", "lea06": "lea-agreement", "lea07": "lea-map", "lea08": "lea-handover", "mea01": "mea-one-page", "mea02": "mea-choose-together", "mea03": "mea-behind-average", "mea04": "mea-burden", "mea05": "mea-learning-meeting", "mea06": "mea-cost-sheet", "mea07": "mea-choose-together", "mea08": "mea-burden", "ada01": "ada-core", "ada02": "ada-review", "ada03": "ada-review", "ada04": "ada-duty-fit", "ada05": "ada-change-log", "ada06": "ada-still-there", "ada07": "ada-spread-kit", "ada08": "ada-duty-fit"}}, "scaling": {"weights": {"receptivity": 1, "coproduction": 1, "leadership": 1, "measurement": 0, "adaption": 0}, "turns": {"rec01": 0, "rec02": 1, "rec03": 2, "rec04": 3, "rec05": 4, "rec06": 5, "rec07": 6, "rec08": 7, "cop02": 8, "cop03": 9, "cop04": 10, "cop05": 11, "cop06": 12, "cop07": 13, "cop08": 14, "lea01": 15, "lea02": 16, "lea03": 17, "lea04": 18, "lea05": 19, "lea06": 20, "lea07": 21, "lea08": 22, "mea01": 23, "mea02": 24, "mea03": 25, "mea04": 26, "mea05": 27, "mea06": 28, "mea07": 29, "mea08": 30, "ada01": 31, "ada02": 32, "ada03": 33, "ada04": 34, "ada05": 35, "ada06": 36, "ada07": 37, "ada08": 38, "cop01": 39}, "actions": {"rec01": "rec-mandate", "rec02": "rec-safe-to-try", "rec03": "rec-after-pilot", "rec04": "rec-make-room", "rec05": "rec-mandate", "rec06": "rec-decision-limits", "rec07": "rec-make-room", "cop01": "cop-ask-first", "cop02": "cop-standing-link", "cop03": "cop-reach", "cop04": "cop-standing-link", "cop05": "cop-support", "cop06": "cop-hear-back", "cop07": "cop-speak-up", "cop08": "cop-support", "lea01": "lea-map", "lea02": "lea-job-plans", "lea03": "lea-champion-time", "lea04": "lea-handover", "lea05": "lea-top-voice", "lea06": "lea-agreement", "lea07": "lea-map", "lea08": "lea-handover", "mea01": "mea-one-page", "mea02": "mea-choose-together", "mea03": "mea-behind-average", "mea04": "mea-burden", "mea05": "mea-learning-meeting", "mea06": "mea-cost-sheet", "mea07": "mea-choose-together", "mea08": "mea-burden", "ada01": "ada-core", "ada02": "ada-review", "ada03": "ada-review", "ada04": "ada-duty-fit", "ada05": "ada-change-log", "ada06": "ada-still-there", "ada07": "ada-spread-kit", "ada08": "ada-duty-fit"}}},
  "actions": {"rec-mandate": ["Agree a one-page mandate for this work: its purpose, its hours, what comes first when targets clash with what young people need, and a review date.", "Draft the page in half an hour with one senior manager, and mark the points that still need a decision.", "The page is signed and dated, and the hours it promises show up in people's diaries or rotas."], "rec-safe-to-try": ["Set up a safe way to try things out: small tests, an agreed point to stop, a review that looks for lessons, and the usual route for any conduct or safeguarding concern.", "Choose one small test and write down in five lines what you will try, for how long, and what would make you stop.", "One test has run its course or been stopped, as agreed, and the staff who ran it have told a team meeting what they learned."], "rec-decision-limits": ["Write a short list of what the team may decide alone, what it checks with a manager, and what goes higher.", "Note the last ten decisions about this work and who took each of them.", "Managers and the team have agreed the list, and the team has since taken a decision that it allows without asking first."], "rec-after-pilot": ["Plan with finance how this work will be paid for later; where there is money now, if possible a year before it ends.", "Find out when the next budget is settled and, where there is money now, when it ends. Put the dates in front of the budget holder.", "This work has a line in the next draft budget, or there is a written decision that it needs no extra money."], "rec-make-room": ["Look with the team at their workload, and agree what stops or waits so that they can do this work and stay with it.", "Ask each person on the team what they would put down first, and what would make them want to stay.", "At least one task has stopped or moved elsewhere, and everyone on the team can say which."], "rec-why-now": ["Turn what inspections, reviews or feedback have said into one page on why this work and why now, for staff and for councillors, trustees or the board.", "Pick two points from the latest inspection, review or feedback that this work could help with.", "The page has been talked through in a team meeting and in a meeting of senior managers."], "cop-ask-first": ["Take each new idea, and each big change to this work, to young people before it is decided what to do.", "Take one idea that is on the table now to two or three young people, and ask them what problem they see.", "The paper for the latest new idea says what young people saw as the problem and what changed because of it."], "cop-standing-link": ["Give young people a dated slot in the meeting that decides about this work, and a written reply within four weeks.", "Find out when that meeting next takes place, and ask its chair for a slot.", "The notes of the last two meetings show what young people raised and what was decided about it."], "cop-support": ["Agree and publish what young people can count on when they take part: preparation, travel, someone to talk to, fair pay or reward, and advice on benefits.", "Ask two or three young people what made it hard to take part last time.", "The rules fit on one page that young people have been given, and the latest payments came when it says they would."], "cop-reach": ["Plan how to hear young people who rarely come to groups, for example by going to them, through others they trust, or in quiet ways such as messages.", "With a worker who knows the area, note which groups of young people have not been heard in the last six months.", "The notes of the latest round show views from young people who had not been asked before."], "cop-hear-back": ["After each time of asking, tell young people what they said, what was done about it, and what could not be done and why.", "Write three lines about the last thing young people raised, and get them to the people who raised it.", "Each round of asking in the past six months has a dated reply that young people have received."], "cop-speak-up": ["Offer young people the chance to speak for this work to councillors, trustees or funders if they want to, with preparation before and a talk afterwards.", "Ask young people whether anyone would like to, what they would need, and which meeting would suit.", "A young person has spoken at a meeting where this work is decided on, and has been asked afterwards how it was."], "lea-map": ["Draw a one-page map of who leads at each level, with a named senior person to clear obstacles and leading parts for young people, and update it every six months.", "Put in the people you know of today, and circle the gaps.", "Every level of the map is filled, and the senior person on it has cleared at least one obstacle since it was drawn."], "lea-handover": ["Name a deputy for every key role in this work, and keep a short handover file that tells a newcomer why this work matters and how it is done.", "Ask the person who does most for this work to list the things that only they know.", "A deputy has run this work for a week while the person they stand in for was away."], "lea-job-plans": ["Put this work, with hours, into the job plans of managers who have worked on the front line.", "Choose one such manager, and agree the hours with them in their next one-to-one meeting.", "The job plan names this work and its hours, and day-to-day questions go to that manager first."], "lea-top-voice": ["Brief councillors, trustees or board members on this work at regular times, and find one of them who will speak up for it.", "Ask for ten minutes at the next meeting of the committee or board that has a say on this work.", "The minutes show a councillor, trustee or board member speaking up for this work."], "lea-agreement": ["Agree on paper, with every organisation in this work, who leads what, who pays for what, and what happens if one of them leaves.", "Ask each organisation for five lines on what it thinks it leads, and lay them side by side.", "All the organisations have signed the same page, and it has been used to settle at least one question."], "lea-champion-time": ["Give front-line champions of this work set hours for it, and a way to meet one another.", "Ask each champion how much time this work takes them now, and what they put aside for it.", "The hours are in the rota or diary, and the champions have met at least twice in the last three months."], "mea-burden": ["Ask staff and young people twice a year how much time this work and its recording take, and what they get back for it.", "Ask three members of staff how long this work took them last month, and how much of that was recording.", "The answers of two rounds lie side by side, and people have been told what was changed because of them."], "mea-one-page": ["Agree on one page what you will follow for young people, for the organisation and for the progress of this work, with figures from the start to compare with.", "Write down one thing to follow under each of the three headings, and where its starting figure would come from.", "The page has a starting figure and a date beside every measure."], "mea-choose-together": ["Choose two or three measures of wellbeing or relationships together with young people.", "Ask a few young people how they would notice that this work is helping, and write down their words.", "Measures that young people chose are in use, and they have seen the first results."], "mea-learning-meeting": ["Meet every three months over the figures on who this work reaches, decide what to do about those it misses, and stop collecting what nobody uses.", "Take one form on which you note who comes, and ask who last used each part of it and what for.", "A decision that the figures led to is on record, and every part of the form has a use or has been dropped."], "mea-behind-average": ["Look behind the average at who this work reaches and how it goes for young people in the hardest situations, in groups too large to pick anyone out.", "Count who was reached in the last three months, and compare that with who could have been.", "A short note says who was missing from the figures and what was done about it."], "mea-cost-sheet": ["Make a one-page sheet of costs and benefits with finance, with a plain note of what is uncertain.", "Sit down for an hour with someone from finance, and list what this work costs in money and in staff time.", "The people who decide about the money have seen the sheet and said what they accept and what they still need."], "ada-core": ["Agree with the team and young people what must stay the same in this work and what may change, on one page.", "Have each person on the team write down three things this work would be nothing without, and compare the lists.", "The page was used the last time something was changed, and the notes say so."], "ada-change-log": ["Ask young people what should change, and keep a short log of every change: what, when, who decided, why, and whether the core stayed the same.", "Write the last three changes into a simple table, with a note of who asked for each of them.", "The log has an entry from the last three months that goes back to something young people asked for."], "ada-review": ["Review this work at set times with someone in the room who may change it, and pass on to others a short note of what did not work.", "Put the next review in the diary, and ask someone who can say yes to changes to be there.", "The last review led to a change with a date and a name beside it, and another team has had the note."], "ada-duty-fit": ["Go through front-line duties with the staff who carry them, agree what this work replaces, supports or adds, and write the result into job roles or procedures.", "Ask two front-line workers to mark, in their last week's diary, where this work helped and where it came on top.", "Something that came on top has been dropped or moved, and front-line staff say so when asked."], "ada-spread-kit": ["Put together a kit for new places: what must be there, questions about local fit, a place to learn from, and a review after 90 days.", "Ask someone from a place that may take this work up what they would need to know before they say yes.", "A new place has used the kit and held its 90-day review."], "ada-still-there": ["Check once a year, with young people, whether the parts of this work that matter most still happen.", "List the three parts that matter most, and ask a few young people when each of them last happened for them.", "This year's check is written down. What had thinned out has been restored or let go on purpose, or the check found none."]},
  "words": {"comma": ", ", "result.intro": ["Your answers suggest where to look first. 0: every answer was the lowest; 100: every answer was the highest.", "The order is fixed, and there is no total. Band first, number second."], "result.head": ["Ingredient", "Band", "Number", "Status", "Answered", "Don't know", "Does not apply", "Left out", "Weakest?"], "result.scored": "Scored", "result.provisional": "Provisional", "result.not_scored": "Not scored", "result.no_band": "No band", "result.answered": "{answered} of {asked}", "result.weakest_mark": "Weakest", "result.weakest": "Weakest:", "result.joint": "Joint weakest:", "result.too_few": "Fewer than {fewest} ingredients could be scored, so none is called weakest.", "result.all_in_place": "Every ingredient that could be scored is in the band \u201c{band}\u201d. Keep it in place, and watch the lowest answers.", "result.none_stands_out": "No ingredient stands out: fewer than {width} points lie between highest and lowest. Choose by stage.", "result.bands": "Bands:", "result.band": "{band} from {start}", "result.chart_title": "Each ingredient by itself, 0 to 100", "result.more": ["Not scored: too few answers. Provisional: just enough for a number to talk about, not for a band.", "A full report adds notes on how ingredients work together, what to take up in order and what to plan for."], "rows.row": "Row", "rows.read": "Read?", "rows.number": "{name}: number", "rows.status": "{name}: status", "rows.band": "{name}: band", "rows.weakest": "Weakest", "rows.fine": "Read", "rows.unreadable": "NOT READ: the answer to {question} is none of its answers", "rows.declined": "Left out: no consent to send the answers", "rows.missing": "No column is found for:", "actions.title": "What to do", "actions.nth": "Action {n}", "actions.from_now_on": "From now on:", "actions.intro": ["At most three, each for one of the lowest answers. They are ours; the ideas come from the study, neighbouring work or our own reasoning.", "A full report also says who can start each one."], "actions.rows": ["What", "Why this one", "First step", "Done when", "Who leads this", "By when"], "actions.why.weakest": "\u201c{number}. {item}\u201d is among the lowest answers on {ingredient}, which is weakest.", "actions.why.joint": "\u201c{number}. {item}\u201d is among the lowest answers on {ingredient}, which is joint weakest.", "actions.why.low": "\u201c{number}. {item}\u201d is among the lowest answers on {ingredient}, which is below {low} of 100.", "actions.why.stage": "\u201c{number}. {item}\u201d is among the lowest answers on {ingredient}, which matters most at this stage.", "language": "en", "menu.score": "Score these answers", "menu.each": "Score each new answer by itself", "menu.stop": "Stop scoring by itself", "menu.about": "About these scores", "sheets.scores": "Scores", "sheets.report": "Report", "done.scored": "Done. See the sheets \u201c{scores}\u201d and \u201c{report}\u201d.", "done.each": "From now on each new answer is scored by itself. This works only while your Google account may open this file.", "done.each_already": "Each new answer is scored by itself already.", "done.stopped": "Answers are scored only when you choose it from the menu now.", "scores.title": "Scores", "scores.intro": ["One line for each row of answers. Whoever can open this file sees people's answers: keep it where only those can who may read them.", "No row is added to another and no mean is shown. For a team use `exit-bridge team`: figures on five people or more only."], "scores.made": "This sheet is written anew each time. What you type here is lost.", "scores.sheet": "Answers in", "scores.time": "Time", "scores.answered": "{name}: answered", "scores.promised": "Read. Not shown: the notice promises that nobody gets a report on one person", "scores.young": "Read. Not shown: a young person answered alone", "scores.counted": "Read: {fine}. Left out without consent: {declined}. Not read: {unreadable}. Without answers: {blank}.", "scores.found": "Questions found in \u201c{sheet}\u201d: {found} of {all}.", "scores.others": "Columns of \u201c{sheet}\u201d that are no question of this form and were left out: {columns}.", "wrong.title": "Nothing was scored", "wrong.none_found": "No sheet here has the questions of this form in its first row. Open the sheet that the form fills, and do not change its headings.", "wrong.several_found": "Several sheets here have the questions of this form, and none of them is linked to a form: {sheets}. Delete or move all but one.", "wrong.twice": "Two columns of \u201c{sheet}\u201d are the same question: {columns}. Delete one, or change its heading.", "wrong.taken": "A sheet here is called \u201c{sheet}\u201d already, and this script did not make it. Give it another name, then score again.", "wrong.busy": "Another scoring is still at work. Wait a minute and try again.", "wrong.no_column": "\u201c{sheet}\u201d has no column for the question on consent, so all of its rows are left out.", "report.title": "Report", "report.one": "\u201c{sheet}\u201d, row {row}: {time}", "report.most": "Only the newest {most} are shown here. All are on the sheet \u201c{scores}\u201d.", "report.individuals": "People answer this form alone, and its notice promises that nobody gets a report on one person. So none is shown here. For the team's picture use `exit-bridge team`, which shows figures on five people or more only.", "report.nothing": "There is no row to report on yet.", "report.bar": "In the chart", "report.no_actions": "None. Either all is in place, or there is too little to go by, or the work has stopped, or a young person answered.", "about.draft": "Some of the words in this script are a draft.", "about.more": ["The script works inside this file and sends nothing. It reads the sheet that the form fills and writes two sheets of its own.", "It deletes nothing: delete answers when the notice says, here and in the form."], "form.title": "What helps this work last?", "form.about": ["SAMPLE - made without an organisation's settings. It does not say who is responsible for the answers or how long they are kept, so please do not send it to anyone to fill in.", "This is an independent questionnaire. We wrote its questions ourselves, building on published findings of the EXIT study of innovation for young people leaving care. It is not the official EXIT toolkit. It is not affiliated with or endorsed by the University of Warwick. It has not been tested with people."], "notice.title": "Before you start: how your answers are used", "notice.text": ["The few people who look after this form may be able to see single answers.", "You answer as a group. The report, with your group's answers, goes to the people named by the organisation that asks you.", "The answers are deleted here after 365 days. The survey tool keeps a copy of its own, and a report sent by email stays with those who got it, until they delete it.", "If you are unhappy with how your information is handled, you can complain to the UK data protection regulator at ico.org.uk.", "Please do not name anyone. Leave out details that would tell others who a person is.", "Nobody watches this form for emergencies. If someone is in danger now, call 999. If you are worried about someone, follow the safeguarding procedure of your organisation.", "Taking part is your choice. You can skip questions, stop at any time, or close this page without sending anything."], "can.title": "What this can tell you", "can.text": ["Answers suggest where to look first. They are neither a grade nor a forecast, and no comparison with others.", "Bands, limits and differences are choices of those who wrote the questions. They have not been tested with people.", "One answer can move a number by several points. Treat numbers that are close as ties, and say the band first."], "about.which": ["Question bank: exit-open@1, extended", "Fingerprint of the structure: 2b39dda91bb62b07", "Fingerprint of the words: 0f4073a1d8fe891d", "Licence: CC-BY-4.0"]},
};

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

/* What can be chosen from the menu, and what runs when an answer comes in. */

/** Google calls this whenever the file is opened. */
function onOpen() {
  SpreadsheetApp.getUi().createMenu(say_('form.title'))
    .addItem(say_('menu.score'), 'scoreAnswers')
    .addItem(say_('menu.each'), 'scoreEachNewAnswer')
    .addItem(say_('menu.stop'), 'stopScoringEachNewAnswer')
    .addSeparator()
    .addItem(say_('menu.about'), 'aboutTheseScores')
    .addToUi();
}

/** Scores every row and writes both sheets anew. */
function scoreAnswers() {
  try {
    scoreAll_();
    const names = { scores: say_('sheets.scores'), report: say_('sheets.report') };
    tell_(say_('menu.score'), say_('done.scored', names));
  } catch (error) {
    if (!isOurs_(error)) throw error;
    tell_(say_('wrong.title'), error.message);
  }
}

/** From now on, whenever somebody sends the form. */
function scoreEachNewAnswer() {
  const known = triggers_().length > 0;
  if (!known) {
    ScriptApp.newTrigger('onNewAnswer').forSpreadsheet(SpreadsheetApp.getActiveSpreadsheet()).onFormSubmit().create();
  }
  tell_(say_('menu.each'), say_(known ? 'done.each_already' : 'done.each'));
}

/** The other way round. */
function stopScoringEachNewAnswer() {
  triggers_().forEach(function (trigger) { ScriptApp.deleteTrigger(trigger); });
  tell_(say_('menu.stop'), say_('done.stopped'));
}

/** What the numbers are, and what they cannot tell. */
function aboutTheseScores() {
  const parts = ['form.about', 'can.text', 'about.more', 'about.which'];
  tell_(say_('menu.about'), parts.map(function (key) { return list_(key).join('\n'); }).join('\n\n'));
}

/** Google calls this for each new answer, once the menu has asked for it, and mails what goes wrong to whoever did. */
function onNewAnswer() {
  scoreAll_();
}

/** @returns {GoogleAppsScript.Script.Trigger[]} */
function triggers_() {
  return ScriptApp.getProjectTriggers().filter(function (one) { return one.getHandlerFunction() === 'onNewAnswer'; });
}

/**
 * Reads every answer and writes both sheets anew. What has to be mended first is thrown, and stands on both sheets in
 * place of scores that are no longer true.
 */
function scoreAll_() {
  const lock = LockService.getDocumentLock();
  if (!lock.tryLock(60000)) throw problem_('wrong.busy');
  try {
    const file = SpreadsheetApp.getActiveSpreadsheet();
    const sheets = ours_(file, ['scores', 'report']);
    try {
      writeAll_(sheets[0], sheets[1], answersIn_(file));
    } catch (error) {
      if (isOurs_(error)) {
        sheets.forEach(function (sheet) { write_(sheet, wrongLines_(error.message), 0); });
      }
      throw error;
    }
  } finally {
    lock.releaseLock();
  }
}

/**
 * @param {GoogleAppsScript.Spreadsheet.Sheet} scores
 * @param {GoogleAppsScript.Spreadsheet.Sheet} report
 * @param {Answers[]} all
 */
function writeAll_(scores, report, all) {
  const lines = scoresLines_(all);
  write_(scores, lines, lines.findIndex(function (line) { return line.wrap; }) + 1);
  const made = reportLines_(all);
  write_(report, made.lines, 0);
  made.charts.forEach(function (place) { chart_(report, place); });
}

/**
 * @param {string} title
 * @param {string} words
 */
function tell_(title, words) {
  const ui = SpreadsheetApp.getUi();
  ui.alert(title, words, ui.ButtonSet.OK);
}
