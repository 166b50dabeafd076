"""The themes in templates/themes: their templates follow the installed ones, and their colours can be read."""
import difflib
import re

import pytest

from tree import TOP

THEMES = sorted(p for p in (TOP / "templates/themes").iterdir() if p.is_dir())
OVERRIDDEN = [p for t in THEMES for p in sorted(t.glob("*.mustache"))]
CHANGED_MOST = 16  # lines of a template that a theme says otherwise


@pytest.mark.parametrize("path", OVERRIDDEN, ids=lambda p: f"{p.parent.name}/{p.name}")
def test_a_template_of_a_theme_follows_the_installed_one(path):
    """What is added to the installed masthead or footer must be added to those of the themes."""
    ours = (TOP / "templates" / path.name).read_text().splitlines()
    lines = list(difflib.ndiff(ours, path.read_text().splitlines()))
    assert len([line for line in lines if line[0] in "+-"]) <= CHANGED_MOST, "\n".join(lines)
    tags = [set(re.findall(r"\{\{[#^/{&]?(?!!|static/)([\w.]+)", "\n".join(text))) for text in (ours, path.read_text().splitlines())]
    assert tags[0] <= tags[1]


def light(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def contrast(a, b):
    high, low = sorted((light(a), light(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def wide(colour):
    return colour if len(colour) == 7 else "#" + "".join(2 * c for c in colour[1:])


@pytest.mark.parametrize("theme", THEMES, ids=lambda t: t.name)
def test_the_colours_have_the_contrast_of_text(theme):
    css = (theme / "assets/theme.css").read_text()
    schemes = re.findall(r":root\{(.*?)\}", css, re.S)
    assert len(schemes) == 2
    for scheme in schemes:
        colours = {name: wide(c) for name, c in re.findall(r"--([\w-]+):(#[0-9a-f]{6}|#[0-9a-f]{3})\b", scheme)}
        low = {name: contrast(colours[name], colours["paper"]) for name in ("ink", "quiet", "a", "b", "c", "d", "spark")}
        assert min(low.values()) >= 4.5, low


@pytest.mark.parametrize("sheet", sorted((TOP / "templates").rglob("*.css")), ids=lambda p: str(p.relative_to(TOP)))
def test_a_stylesheet_names_no_side(sheet):
    """Pages that are written from right to left are mirrored.  The middle is on no side."""
    text = re.sub(r"/\*.*?\*/", "", sheet.read_text(), flags=re.S).replace("left:50%", "")
    assert re.findall(r"[^{};]*\b(?:left|right)\b[^;}]*", text) == [], "write inline-start, inline-end, start or end"
