"""How much of a report's time is ours: page, text and PDF beside the bare engines that set the same words, in one run.

    python benchmarks/reports.py [--reports 300] [--rounds 5] [--page 1.5] [--pdf 1.3]

    page, text   both, written from a report whose words are chosen; beside Jinja rendering the page's template alone
    PDF          the same report set by Typst; beside Typst compiling the same template with other words of that kind

Every report has other answers, so that no engine can use what it kept. Prints milliseconds for one report, and the
ratios, each as the median of the rounds. Only the ratios are claims: 1.5 and 1.3 at most, or as the options say, else
it exits with 1.
"""

from __future__ import annotations

import argparse
import random
import statistics
import sys
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime
from typing import Any

from exit_bridge import reports
from exit_bridge.bank import About, load_bank
from exit_bridge.intake import Submission
from exit_bridge.reports import pdf, render
from exit_bridge.scoring import score

BANK = load_bank()
ABOUT = About(innovation="Staying Close", controller="Fenmoor Council", contact="data@fenmoor.example")
DAY = date(2026, 11, 25)
STAMP = int(datetime(2026, 11, 25, tzinfo=UTC).timestamp())


def submissions(many: int, chance: random.Random) -> list[Submission]:
    """Made-up answers, all different."""
    items = BANK.variants["full"].items
    return [
        Submission("bench", "generic", f"r-{n}", BANK.ref, "full", {item: chance.randint(1, 5) for item in items})
        for n in range(many)
    ]


def built(one: Submission) -> reports.Report:
    """Every word of one report."""
    return reports.build(BANK, one, score(one, BANK, ABOUT), ABOUT, audience="group", made_on=DAY)


def timed(work: Callable[[Any], object], things: Sequence[Any]) -> float:
    """Milliseconds for one of them."""
    began = time.perf_counter()
    for thing in things:
        work(thing)
    return 1000 * (time.perf_counter() - began) / len(things)


def main() -> None:
    """Measure, print, judge."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--reports", type=int, default=300)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--page", type=float, default=1.5)
    parser.add_argument("--pdf", type=float, default=1.3)
    args = parser.parse_args()
    chance = random.Random(2026)
    template = render.environment().get_template("page.html")
    setter, page = pdf.compiler(), pdf.template()

    def ours(report: reports.Report) -> None:
        reports.as_html(report)
        reports.as_text(report)

    def bare(words: str) -> None:
        setter.compile(page, format="pdf", sys_inputs={"report": words}, pdf_standards=["ua-1"], timestamp=STAMP)

    times: dict[str, list[float]] = {"page, text": [], "bare Jinja": [], "PDF": [], "bare Typst": []}
    for _ in range(args.rounds):
        made = [built(one) for one in submissions(args.reports, chance)]
        times["page, text"].append(timed(ours, made))
        times["bare Jinja"].append(timed(lambda report: template.render(report=report), made))
        few = made[: max(1, args.reports // 10)]
        times["PDF"].append(timed(lambda report: reports.as_pdf(report, DAY), few))
        more = [built(one) for one in submissions(len(few), chance)]
        times["bare Typst"].append(timed(bare, [pdf.tree(report) for report in more]))
    for name, found in times.items():
        print(f"{name:<12} {statistics.median(found):8.2f} ms")
    slow = []
    for mine, base, bound in (("page, text", "bare Jinja", args.page), ("PDF", "bare Typst", args.pdf)):
        ratio = statistics.median(a / b for a, b in zip(times[mine], times[base], strict=True))
        print(f"{mine} / {base}: {ratio:.2f} (at most {bound})")
        slow += [mine] if ratio > bound else []
    sys.exit(f"Too slow: {', '.join(slow)}" if slow else 0)


if __name__ == "__main__":
    main()
