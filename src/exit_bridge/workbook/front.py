"""The sheets for a group: what this is, their answers, what these come to, and what to do."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from exit_bridge.scoring.score import MOST_ACTIONS
from exit_bridge.workbook.formulas import Area, filled, listed
from exit_bridge.workbook.key import Key
from exit_bridge.workbook.plan import UNKNOWN, Plan
from exit_bridge.workbook.reading import FINE, FIRST_UNKNOWN, STATE, Measures
from exit_bridge.workbook.style import Styles, height

_ANSWER = 2
"""The column that is filled in."""
_SHORTEST = 33
"""Of a row with a question, so that all look alike."""
HEAD_ROW = 3
"""Of the answer sheet: its headings, above what is filled in."""


def start(sheet: Any, plan: Plan, styles: Styles) -> None:
    """What this is, how to use it, the notice, and which questions these are."""
    say, form, width = plan.say, plan.form, 88
    sheet.set_column(0, 0, width)
    group = plan.about.answered_by == "group"
    draft = say.draft and not plan.words.draft
    parts: list[tuple[str, Iterable[str]]] = [
        ("", (*form.intro, *((say("start.draft"),) if draft else ()))),
        (say("start.how_title"), [*say.several("start.how_group" if group else "start.how_one")]),
        (say("start.paste_title"), say.several("start.paste")),
        (say("start.can_title"), say.several("start.can")),
        (form.pages[0].title, (say("start.kept"), *form.notice)),
        (
            say("start.which_title"),
            (
                f"{say('start.bank')}: {plan.bank.ref}, {plan.variant}",
                f"{say('start.structure')}: {plan.bank.fingerprint}",
                f"{say('start.wording')}: {plan.words.fingerprint}",
                f"{say('start.licence')}: {plan.bank.licence}",
            ),
        ),
    ]
    row = 0
    sheet.write_string(row, 0, form.title, styles.title)
    for title, paragraphs in parts:
        if title:
            row += 2
            sheet.set_row(row, height(title, width, 13))
            sheet.write_string(row, 0, title, styles.heading)
        for words in paragraphs:
            row += 1
            sheet.set_row(row, height(words, width))
            sheet.write_string(row, 0, words, styles.wrapped)
    # Pages are fitted only to where columns may be parted, so that one column alone would run over the edge.
    sheet.set_column(1, 1, 1)
    sheet.print_area(0, 0, row, 1)


def answer(sheet: Any, name: str, measures: Measures, key: Key, styles: Styles) -> Callable[[int], str | None]:
    """One line a question with its drop-down. Given a question's place, the cell of its answer, or None."""
    plan, say = measures.plan, measures.plan.say
    for column, width in enumerate((7, 56, 38, 22)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, say("answer.title"), styles.title)
    sheet.write_string(1, 0, say("answer.how"), styles.cell)
    sheet.write_string(2, 0, say("answer.blank"), styles.cell)
    for column, words in enumerate(say.several("answer.head")):
        sheet.write_string(HEAD_ROW, column, words, styles.head)
    sheet.freeze_panes(HEAD_ROW + 1, 0)
    row, cells = HEAD_ROW, {}
    wanted = {one.id for one in plan.on_answer_sheet}
    parts = [("", [place for place, one in enumerate(plan.asked) if one.id in wanted])]
    for ingredient in plan.bank.ingredients:
        places = [place for place, item in enumerate(plan.items) if item.ingredient == ingredient.id]
        about_it = plan.words.ingredients[ingredient.id]
        parts.append((f"{about_it.name}: {about_it.question}" if about_it.question else about_it.name, places))
    for title, places in parts:
        if title and places:
            row += 1
            sheet.set_row(row, 21)
            sheet.write_string(row, 0, title, styles.heading_line)
        for place in places:
            row, one = row + 1, plan.asked[place]
            longest = max(one.labels, key=len)
            sheet.set_row(row, max(_SHORTEST, height(one.text, 56), height(longest, 38)))
            sheet.write_string(row, 0, one.code, styles.boxed)
            sheet.write_string(row, 1, one.text, styles.boxed)
            sheet.write_blank(row, _ANSWER, None, styles.entry)
            sheet.data_validation(
                row,
                _ANSWER,
                row,
                _ANSWER,
                {
                    "validate": "list",
                    "source": f"={key.options(place)}",
                    "error_title": say("answer.wrong_title"),
                    "error_message": say("answer.wrong"),
                },
            )
            wrong = f'IF({measures.answer(0, place)}={UNKNOWN},{key.text(say("answer.wrong"))},"")'
            sheet.write_formula(row, 3, f"={wrong}", styles.wrapped, "")
            cells[place] = Area(name, row, _ANSWER, 1, 1).cell()
    first = HEAD_ROW + (1 if wanted else 2)
    sheet.set_selection(first, _ANSWER, first, _ANSWER)
    return cells.get


def result(book: Any, sheet: Any, measures: Measures, key: Key, styles: Styles) -> None:
    """Every ingredient by itself, a bar for each on one axis, and what stands out."""
    plan, say = measures.plan, measures.plan.say
    for column, width in enumerate((22, 26, 10, 14, 12, 12, 12, 12, 12)):
        sheet.set_column(column, column, width)
    sheet.write_string(0, 0, say("result.title"), styles.title)
    sheet.write_formula(1, 0, f"={_summary(measures, key)}", styles.strong, "")
    for row, words in enumerate(say.several("result.intro"), 2):
        sheet.write_string(row, 0, words, styles.cell)
    head = 3 + len(say.several("result.intro"))
    for column, words in enumerate(say.several("result.head")):
        sheet.write_string(head, column, words, styles.head)
    sheet.set_row(head, 33)
    statuses = ",".join(key.text(say(f"result.{status}")) for status in ("not_scored", "provisional", "scored"))
    fine = f"{measures.at(0, STATE)}={FINE}"
    for place, ingredient in enumerate(plan.bank.ingredients, 1):
        at = {name: measures.cell(0, name, place - 1) for name in (*Measures.EACH, "weakest")}
        asked = len(plan.core(ingredient.id))
        formulas = (
            key.ingredients.cell(place - 1),
            f"IF({at['status']}=2,INDEX(Band_Names,MAX(1,{at['band']})),{key.text(say('result.no_band'))})",
            f"IF({at['status']}=0,{key.text(say('result.no_number'))},{at['number']})",
            f"IF({fine},CHOOSE({at['status']}+1,{statuses}),{key.text(say('result.not_scored'))})",
            filled(key.text(say.get("result.answered")), answered=at["answered"], asked=str(asked)),
            at["dont_know"],
            at["not_relevant"],
            at["skipped"],
            f'IF({at["weakest"]}=1,{key.text(say("result.weakest_mark"))},"")',
        )
        sheet.set_row(head + place, 31)
        for column, formula in enumerate(formulas):
            style = styles.number if column in (2, 4, 5, 6, 7) else styles.boxed
            sheet.write_formula(head + place, column, f"={formula}", style, "")
    below = head + len(plan.bank.ingredients) + 2
    sheet.insert_chart(below, 0, _bars(book, measures), {"description": say("result.chart"), "object_position": 3})
    for row, words in enumerate((*_bands(plan), *say.several("result.more")), below + 18):
        sheet.write_string(row, 0, words, styles.cell)
    sheet.print_area(0, 0, below + 18 + 1 + len(say.several("result.more")), 8)


def actions(sheet: Any, measures: Measures, key: Key, styles: Styles) -> None:
    """Up to three, as our scoring chooses them, with room for who leads them and by when."""
    plan, say, width = measures.plan, measures.plan.say, 84
    sheet.set_column(0, 0, 18)
    sheet.set_column(1, 1, width)
    sheet.write_string(0, 0, say("actions.title"), styles.title)
    for row, words in enumerate(say.several("actions.intro"), 1):
        sheet.write_string(row, 0, words, styles.cell)
    first = 2 + len(say.several("actions.intro"))
    none = f'IF({measures.cell(0, "act_1")}=0,{key.text(say("actions.none"))},"")'
    sheet.write_formula(first - 1, 0, f"={none}", styles.strong, "")
    names = say.several("actions.rows")
    known = [plan.words.actions[action.id] for action in plan.bank.actions]
    longest = [
        max((one.what for one in known), key=len, default=""),
        max((one.text for one in plan.asked), key=len) + say.get("actions.why.stage"),
        max((one.first_step for one in known), key=len, default=""),
        max((one.sign for one in known), key=len, default=""),
    ]
    for nth in range(1, MOST_ACTIONS + 1):
        top = first + (nth - 1) * (len(names) + 2)
        sheet.write_string(top, 0, say("actions.nth", n=nth), styles.heading_line)
        for place, formula in enumerate(_action(nth, measures, key), 1):
            sheet.set_row(top + place, height(longest[place - 1], width))
            sheet.write_string(top + place, 0, names[place - 1], styles.head)
            sheet.write_formula(top + place, 1, f"={formula}", styles.boxed, "")
        for place in (5, 6):
            sheet.set_row(top + place, 24)
            sheet.write_string(top + place, 0, names[place - 1], styles.head)
            sheet.write_blank(top + place, 1, None, styles.entry)


def _action(nth: int, measures: Measures, key: Key) -> tuple[str, ...]:
    """What, why, first step and sign of the nth action; nothing where there is none."""
    plan, say = measures.plan, measures.plan.say
    which, stage = measures.cell(0, f"act_{nth}"), measures.cell(0, "stage")

    def of(measure: str) -> str:
        return f"INDEX({measures.all(0, measure, here=False)},{which})"

    items = len(plan.items)
    action = f"INDEX({key.chosen.all},{stage},{of('turn')}+1)"
    item = f"INDEX({key.chosen.all},{stage},{items}+{of('turn')}+1)"
    lead = f"INDEX({key.questions.column(7)},{item})"
    joint = f"SUM({measures.all(0, 'weakest', here=False)})>1"
    why = {name: key.text(say.get(f"actions.why.{name}")) for name in ("weakest", "joint", "low", "stage")}
    others = f"IF({of('low')}=1,{why['low']},{why['stage']})"
    because = f"IF({of('weakest')}=1,IF({joint},{why['joint']},{why['weakest']}),{others})"
    name = f"INDEX({key.ingredients.all},{which})"
    question = f"INDEX({key.questions.column(5)},{item})"
    said = f"INDEX({key.questions.column(6)},{item})"
    because = filled(because, number=question, item=said, ingredient=name, low="Low_Mark")
    texts = (
        f"{lead}&INDEX({key.actions.column(0)},{action})",
        because,
        f"INDEX({key.actions.column(1)},{action})",
        f"INDEX({key.actions.column(2)},{action})",
    )
    return tuple(f'IF({which}=0,"",{text})' for text in texts)


def _summary(measures: Measures, key: Key) -> str:
    """One sentence: what stands out, or why nothing can be said."""
    plan, say = measures.plan, measures.plan.say
    many = range(len(plan.bank.ingredients))
    named = [(f"{measures.cell(0, 'weakest', place)}=1", key.ingredients.cell(place)) for place in many]
    joint = f"SUM({measures.all(0, 'weakest', here=False)})>1"
    heads = f"IF({joint},{key.text(say('result.joint'))},{key.text(say('result.weakest'))})"
    standings = (
        filled(key.text(say.get("result.too_few")), fewest="Fewest_Scored"),
        filled(key.text(say.get("result.all_in_place")), band=f"INDEX(Band_Names,{len(plan.bank.bands)})"),
        filled(key.text(say.get("result.none_stands_out")), width="Stands_Out"),
        f'{heads}&" "&{listed(named, say("comma"))}',
    )
    wrong = filled(key.text(say.get("result.unreadable")), question=measures.at(0, FIRST_UNKNOWN))
    return f"IF({measures.at(0, STATE)}={FINE},CHOOSE({measures.cell(0, 'standing')}+1,{','.join(standings)}),{wrong})"


def _bands(plan: Plan) -> tuple[str, ...]:
    bands = plan.bank.bands
    named = (plan.say("result.band", band=plan.words.bands[band.id], start=f"{band.start:g}") for band in bands)
    return (f"{plan.say('result.bands')} {plan.say('comma').join(named)}.",)


def _bars(book: Any, measures: Measures) -> Any:
    """A native bar chart: each bar has its name, band and number in words beside it, faint ones are hatched too."""
    say, chart = measures.plan.say, book.add_chart({"type": "bar"})
    looks = (
        ("bar", "result.scored", {"fill": {"color": "#1F4E79"}}),
        ("faint_bar", "result.provisional", {"pattern": {"pattern": "wide_upward_diagonal", "fg_color": "#1F4E79",
                                                          "bg_color": "#FFFFFF"}}),
    )  # fmt: skip
    for measure, name, look in looks:
        chart.add_series(
            {
                "name": say(name),
                "categories": f"={measures.all(0, 'bar_name', here=False)}",
                "values": f"={measures.all(0, measure, here=False)}",
                "border": {"color": "#1F4E79"},
                "overlap": 100,
                "gap": 60,
                **look,
            }
        )
    font = {"name": "Arial", "size": 10, "color": "#000000"}
    chart.set_title({"name": say("result.chart_title"), "name_font": {**font, "size": 12, "bold": True}})
    steps = {band.start for band in measures.plan.bank.bands}
    chart.set_x_axis(
        {
            "min": 0,
            "max": 100,
            "major_unit": 25 if all(start % 25 == 0 for start in steps) else 10,
            "num_font": font,
            "major_gridlines": {"visible": True, "line": {"color": "#8C8C8C", "width": 0.75}},
        }
    )
    chart.set_y_axis({"reverse": True, "num_font": font, "major_gridlines": {"visible": False}})
    chart.set_legend({"position": "bottom", "font": font})
    chart.set_size({"width": 930, "height": 330})
    return chart
