"""Every word of the pages has a Chinese text, and no Chinese stands in code for pages."""

from __future__ import annotations

import ast
import re
import subprocess
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from gis_service.maps import words

ROOT = Path(__file__).resolve().parents[2]
PACKAGE = ROOT / "gis_service"
CATALOGUE = PACKAGE / "texts" / "zh_CN.po"
TEMPLATES = sorted(PACKAGE.glob("*/templates/*.html"))
SCRIPTS = sorted([*PACKAGE.glob("assets/*.js"), *PACKAGE.glob("web/static/*.js")])
CHINESE = re.compile(r"[\u4e00-\u9fff]")
IN_TEMPLATE = re.compile(r"""\b_\(\s*(?:"([^"]*)"|'([^']*)')\s*\)""")


def chinese() -> dict[str, str]:
    with CATALOGUE.open("rb") as file:
        return {str(m.id): str(m.string) for m in read_po(file, locale="zh_CN") if m.id}


def translated(call: ast.Call) -> str | None:
    """Give the text of ``_("…")`` or ``translator(lang)("…")``."""
    function = call.func
    by_name = isinstance(function, ast.Name) and function.id == "_"
    direct = (
        isinstance(function, ast.Call)
        and isinstance(function.func, ast.Name)
        and function.func.id == "translator"
    )
    if not (by_name or direct) or len(call.args) != 1:
        return None
    text = call.args[0]
    return str(text.value) if isinstance(text, ast.Constant) else None


def in_python() -> set[str]:
    found: set[str] = set()
    for path in PACKAGE.rglob("*.py"):
        source = path.read_text("utf-8")
        if "translator(" not in source or path.parent.name == "texts":
            continue
        calls = (node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call))
        found |= {text for call in calls if (text := translated(call)) is not None}
    return found


def in_templates() -> set[str]:
    return {
        double or single
        for path in TEMPLATES
        for double, single in IN_TEMPLATE.findall(path.read_text("utf-8"))
    }


def test_every_word_of_the_interface_has_a_chinese_text() -> None:
    used = in_python() | in_templates()
    assert len(used) > 100
    known = chinese()
    assert sorted(text for text in used if not known.get(text)) == []


def test_every_chinese_text_is_chinese() -> None:
    same = {k: v for k, v in chinese().items() if not CHINESE.search(v)}
    assert same == {}


def test_the_scripts_of_the_maps_get_chinese_words() -> None:
    said = words.script("zh")
    assert said.keys() == words.script("en").keys()
    assert {name: text for name, text in said.items() if not CHINESE.search(text)} == {}


def test_map_js_asks_only_for_words_that_it_is_given() -> None:
    source = (PACKAGE / "assets" / "map.js").read_text("utf-8")
    asked = set(re.findall(r"\btexts\.(\w+)", source))
    assert asked == set(words.script("en"))


@pytest.mark.parametrize("path", [*TEMPLATES, *SCRIPTS], ids=lambda path: path.name)
def test_no_chinese_stands_in_templates_and_scripts(path: Path) -> None:
    lines = path.read_text("utf-8").splitlines()
    assert [line for line in lines if CHINESE.search(line)] == []


def test_no_third_party_file_is_kept_in_the_repository() -> None:
    listed = subprocess.run(
        ["git", "ls-files", "gis_service/assets/vendor"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert listed.stdout == ""
