"""One look for all figures: fonts, and colours that colour-blind people can tell apart.

Blue, vermillion and green are those of Okabe & Ito (2008), "Color universal design".
Their lighter colours are too pale for thin marks on white (contrast below 3), so that
darker ones stand in their place, chosen to be as far apart from all others for people
without one kind of cone as those were. Shapes repeat what colours say.
"""

from typing import Any

BLACK, GREY = "#1b1b1b", "#8a8f98"


BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"


SKY, KHAKI, MAUVE, RUST, PLUM = "#3C8FFF", "#715F37", "#B481A7", "#861E00", "#70006B"


# A family has its colour in every report.
_FAMILY_COLOURS = {
    "dense": BLUE,
    "ensemble": BLACK,
    "extra_trees": KHAKI,
    "gaussian_process": RUST,
    "gradient_boosting": PLUM,
    "lightgbm": VERMILLION,
    "logistic_regression": MAUVE,
    "random_forest": GREEN,
    "ridge": SKY,
}


_OTHER_COLOURS = (GREY, "#B5838D")


_SHAPES = ("circle", "square", "triangle-up", "diamond", "triangle-down", "cross")


SUBSET_COLOURS = {"train": GREY, "valid": SKY, "test": VERMILLION}


FONT = "system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif"


CONFIG: dict[str, Any] = {
    "font": FONT,
    "background": "transparent",
    "view": {"stroke": None},
    "axis": {
        "labelFontSize": 12,
        "labelLimit": 150,
        # Numbers that nearly touch are read as one.
        "labelSeparation": 6,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titleColor": "#4b5563",
        "labelColor": "#374151",
        "gridColor": "#e5e7eb",
        "domainColor": "#9ca3af",
        "tickColor": "#9ca3af",
        "titlePadding": 8,
    },
    "axisQuantitative": {"tickCount": 6},
    "legend": {
        "orient": "top",
        # More of them side by side would be cut on a phone.
        "columns": 2,
        "title": None,
        "labelFontSize": 12,
        "labelLimit": 240,
        "symbolSize": 90,
        "symbolOpacity": 1,
    },
    "title": {
        "anchor": "start",
        "fontSize": 13,
        "fontWeight": 600,
        "subtitleColor": "#4b5563",
        "subtitleFontSize": 12,
        "offset": 8,
    },
    "line": {"strokeWidth": 1.8},
    "point": {"filled": True, "size": 64},
}


def family_colours(families: list[str]) -> dict[str, str]:
    """Give each family its colour; unknown families get the spare ones."""
    spare = iter(_OTHER_COLOURS * len(families))
    return {
        family: _FAMILY_COLOURS.get(family) or next(spare)
        for family in sorted(families)
    }


def family_shapes(families: list[str]) -> dict[str, str]:
    """Give each family a shape, which repeats what its colour says."""
    return {
        family: _SHAPES[number % len(_SHAPES)]
        for number, family in enumerate(sorted(families))
    }
