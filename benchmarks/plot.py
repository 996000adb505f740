"""A line chart as SVG: a title, a description in words, labelled ticks; dashes and labels tell the lines apart too."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 760, 380
LEFT, RIGHT, TOP, BOTTOM = 84, 196, 56, 56
LINES = (("#1d4ed8", "#93c5fd", ""), ("#b45309", "#fbbf24", "8 4"), ("#047857", "#6ee7b7", "2 4"),
         ("#9d174d", "#f9a8d4", "10 3 2 3"), ("#334155", "#cbd5e1", "4 2"), ("#6d28d9", "#c4b5fd", "1 3"))  # fmt: skip
"""Colour in light, colour in dark, dashes."""

Points = Sequence[tuple[float, float]]


def chart(title: str, words: str, x: str, y: str, lines: Mapping[str, Points], *, log_x: bool = False) -> str:
    """`lines`: label -> points. `x` and `y` name the axes with their units; `words` says what is to be seen."""
    place_x = math.log10 if log_x else float
    xs = [place_x(px) for points in lines.values() for px, _ in points]
    low, high = (min(xs), max(xs)) if log_x else (0.0, steps(max(xs))[-1])
    ticks = steps(max(py for points in lines.values() for _, py in points))
    wide, tall = WIDTH - LEFT - RIGHT, HEIGHT - TOP - BOTTOM

    def at(px: float, py: float) -> tuple[float, float]:
        share = (place_x(px) - low) / ((high - low) or 1)
        return LEFT + wide * share, HEIGHT - BOTTOM - tall * py / ticks[-1]

    parts = [_head(title, words)]
    for tick in ticks:
        _, height = at(10**low if log_x else low, tick)
        parts.append(f'<path class="grid" d="M{LEFT} {height:.1f}H{LEFT + wide}"/>')
        parts.append(f'<text class="note end" x="{LEFT - 8}" y="{height + 5:.1f}">{_number(tick)}</text>')
    for tick in sorted({px for points in lines.values() for px, _ in points}) if log_x else steps(high):
        across, _ = at(tick, 0)
        parts.append(f'<text class="note mid" x="{across:.1f}" y="{HEIGHT - BOTTOM + 20}">{_number(tick)}</text>')
    parts.append(f'<text class="note mid" x="{LEFT + wide / 2}" y="{HEIGHT - 12}">{escape(x)}</text>')
    parts.append(f'<text class="note" x="{LEFT}" y="{TOP - 14}">{escape(y)}</text>')
    taken: list[float] = []
    # Names from the lowest line upwards, so that those that make room for each other keep the order of their lines.
    order = sorted(lines, key=lambda label: lines[label][-1][1])
    for label in order:
        points, kind = lines[label], f"l{list(lines).index(label) % len(LINES)}"
        way = "L".join("{:.1f} {:.1f}".format(*at(*point)) for point in points)
        parts.append(f'<path class="line {kind}" d="M{way}"/>')
        height = _apart(at(*points[-1])[1] + 5, taken)
        parts.append(f'<text class="name {kind}" x="{LEFT + wide + 8}" y="{height:.1f}">{escape(label)}</text>')
    return "\n".join([*parts, "</svg>", ""])


def _head(title: str, words: str) -> str:
    light = " ".join(f".line.l{n} {{ stroke: {c}; stroke-dasharray: {d or 'none'} }} .name.l{n} {{ fill: {c} }}"
                     for n, (c, _, d) in enumerate(LINES))  # fmt: skip
    dark = " ".join(f".line.l{n} {{ stroke: {c} }} .name.l{n} {{ fill: {c} }}" for n, (_, c, _) in enumerate(LINES))
    size = f'viewBox="0 0 {WIDTH} {HEIGHT}" width="{WIDTH}" height="{HEIGHT}"'
    return f"""<svg xmlns="http://www.w3.org/2000/svg" {size} role="img" aria-labelledby="t d">
<title id="t">{escape(title)}</title>
<desc id="d">{escape(words)}</desc>
<style>
.paper {{ fill: #ffffff }} .grid {{ stroke: #cbd5e1; fill: none }} .line {{ stroke-width: 2.5; fill: none }}
.head {{ fill: #0f172a; font: 600 17px system-ui, sans-serif }}
.note {{ fill: #334155; font: 13px system-ui, sans-serif }}
.name {{ font: 600 13px system-ui, sans-serif }} .end {{ text-anchor: end }} .mid {{ text-anchor: middle }}
{light}
@media (prefers-color-scheme: dark) {{
.paper {{ fill: #0f172a }} .grid {{ stroke: #334155 }} .head {{ fill: #f8fafc }} .note {{ fill: #e2e8f0 }}
{dark}
}}
</style>
<rect class="paper" width="{WIDTH}" height="{HEIGHT}" rx="12"/>
<text class="head" x="{LEFT}" y="24">{escape(title)}</text>"""


def steps(highest: float) -> list[float]:
    """Round numbers from 0 to just above the highest, four to seven of them."""
    if highest <= 0:
        return [0.0, 1.0]
    power = 10 ** math.floor(math.log10(highest))
    step = next(part * power for part in (0.2, 0.25, 0.5, 1, 2) if part * power * 6 >= highest)
    return [step * n for n in range(math.ceil(highest / step) + 1)]


def _apart(height: float, taken: list[float]) -> float:
    """Where it belongs, or as far above as leaves room for those below."""
    height = min([height, *(other - 15 for other in taken)])
    taken.append(height)
    return height


def _number(value: float) -> str:
    return f"{value:,.0f}" if value >= 10 or value == int(value) else f"{value:g}"
