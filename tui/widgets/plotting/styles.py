"""The colours of a chart."""

from tui.widgets.plotting.plot import LOOKS

RUNS = [  # colours of overlaid runs, in a dark and in a light theme
    ("#56b4e9", "#0060a8"),
    ("#e6c229", "#785700"),
    ("#e58acb", "#a0307e"),
    ("#4fd39a", "#00704a"),
    ("#ff8c5a", "#b03a00"),
    ("#b0a0ff", "#5a3fc0"),
    ("#5ee0e0", "#006a70"),
    ("#ff7b8a", "#b00030"),
    ("#c8d46a", "#5f6a00"),
    ("#c0c0c0", "#505050"),
]

STYLES = {f"chart--{name}" for name in ("title", "axis", "value", "mark", "cursor", "chosen", *LOOKS)}

CSS = """
    Chart {
        height: 1fr;
        min-height: 5;
        .chart--title { color: $foreground; text-style: bold; }
        .chart--axis { color: $text-muted; }
        .chart--value, .chart--cursor { color: $foreground; }
        .chart--chosen { color: auto; background: $primary 30%; }
        .chart--mark { color: $text-warning; }
        .chart--step { color: $foreground 45%; }
        .chart--train { color: $primary-lighten-1; }
        .chart--test { color: $text-accent; }
        .chart--trial { color: $text-accent; }
        .chart--validation, .chart--other { color: $success; }
        &:light .chart--train { color: $secondary; }
        &:light .chart--validation, &:light .chart--other { color: $text-success; }
        &:nocolor .chart--step { text-style: dim; }
        &:nocolor .chart--test { text-style: bold; }
        &:nocolor .chart--chosen { text-style: reverse; }
    }
"""
CSS += "".join(f"Chart .chart--run{i} {{ color: {dark}; }}\n" for i, (dark, _) in enumerate(RUNS))
CSS += "".join(f"Chart:light .chart--run{i} {{ color: {light}; }}\n" for i, (_, light) in enumerate(RUNS))
