"""An alarm in words: `stalled 12m (usually 2s)`, `loss NaN`, `loss diverged to 1e+09 (least 0.12)`."""

from expbench.domain.alarms import Alarm
from expbench.render.printable import clip
from expbench.render.style import Style, sign
from expbench.render.values import duration, number

_METRIC_CELLS = 24


def alarm_text(alarm: Alarm, style: Style) -> str:
    """The whole sentence, printable."""
    if alarm.kind == "stalled":
        return f"{alarm_word(alarm, style)}, usually a point every {duration(alarm.usual_s)}"
    if alarm.kind == "diverged":
        return f"{alarm_word(alarm, style)} to {number(alarm.last)}, from {number(alarm.min)}"
    return alarm_word(alarm, style)


def alarm_word(alarm: Alarm, style: Style) -> str:
    """As short as it can be said, printable."""
    if alarm.kind == "stalled":
        return f"stalled {duration(alarm.quiet_s)}"
    metric = clip(alarm.metric or "", _METRIC_CELLS, sign("ellipsis", style))
    return f"{metric} diverged" if alarm.kind == "diverged" else f"{metric} is {number(alarm.last)}"
