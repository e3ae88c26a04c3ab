"""One survey's result as a single HTML file that needs no server and asks no host."""

from __future__ import annotations

import base64
import re
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING, Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup

from gis_service import assets
from gis_service.errors import ParameterError
from gis_service.maps import figures, survey, tables, words
from gis_service.maps.elements import safe_json
from gis_service.maps.page import SCRIPTS, STYLES, MapParts, render_parts
from gis_service.texts import translator

if TYPE_CHECKING:
    from gis_service.services.surveys import SurveyResult

_TYPES = {".png": "image/png", ".svg": "image/svg+xml"}
_URL = re.compile(r"url\(\s*['\"]?([^'\")]+?)['\"]?\s*\)")


def survey_parts(communities: bytes, findings: bytes, lang: str) -> MapParts:
    """Give a survey's map; its two GeoJSON documents stand in the body as data, not as script."""
    parts = render_parts(survey.build(lang))
    held = "\n".join(
        data_element(name, content)
        for name, content in (
            (survey.COMMUNITIES_ELEMENT, communities),
            (survey.FINDINGS_ELEMENT, findings),
        )
    )
    return MapParts(body=f"{parts.body}\n{held}", script=parts.script)


def data_element(name: str, content: bytes) -> str:
    """Put JSON into a page as inert data that `JSON.parse` reads back exactly."""
    encoded = safe_json(content.decode("utf-8"))
    return f'<script type="application/json" id="{name}">{encoded}</script>'


def summary(report: dict[str, Any], lang: str) -> list[tuple[str, str]]:
    """Give the facts above a survey's map as pairs of label and text."""
    _ = translator(lang)
    facts = report["survey"]
    called = words.checks(lang)
    found = ", ".join(f"{called.get(name, name)} {n}" for name, n in report["counts"].items())
    reason = (facts.get("crs_reason") or {}).get("en" if lang == "en" else "zh", "")
    return [
        (_("File"), str(facts["path"])),
        (_("Features"), figures.number(facts["features"])),
        (_("Area"), figures.area(facts["area_m2"], lang)),
        (_("Findings"), found or _("Nothing found")),
        (_("Coordinate system"), reason or str(facts["crs"])),
        (_("Computed in"), str(facts["working_crs"])),
    ]


def notes(report: dict[str, Any], lang: str) -> list[str]:
    """Give what was repaired or could not be used, a line each."""
    return [
        str(note["text"]["en" if lang == "en" else "zh"])
        for note in report["survey"].get("notes") or ()
    ]


def standalone(result: SurveyResult, *, lang: str = "zh") -> str:
    """Give a self-contained page: summary, map and table of a survey's result.

    Parameters
    ----------
    result
        What `Surveys.check` answered.
    lang
        ``"zh"`` or ``"en"``.
    """
    report = result.to_mapping()
    parts = survey_parts(result.communities_geojson(), result.findings_geojson(), lang)
    template = environment(lang).get_template("standalone.html")
    return template.render(
        lang=lang,
        facts=summary(report, lang),
        notes=notes(report, lang),
        table=tables.findings(report["findings"], lang),
        body=Markup(parts.body),  # noqa: S704 - our element, and JSON escaped by data_element
        styles=[Markup(inlined_css(name)) for name in (*STYLES, "page.css")],  # noqa: S704
        scripts=[Markup(_script(assets.text(name))) for name in SCRIPTS],  # noqa: S704
        script=Markup(parts.script),  # noqa: S704 - every value in it went through script_json
        table_script=Markup(assets.text("table.js")),  # noqa: S704 - our own file
    )


def write_standalone(result: SurveyResult, path: Path, *, lang: str = "zh") -> None:
    """Write `standalone` to a file in UTF-8; `ParameterError` where it can't be written."""
    try:
        path.write_text(standalone(result, lang=lang), encoding="utf-8", newline="\n")
    except OSError as error:
        raise ParameterError(
            f"无法写入文件 {path}：{error.strerror}。请检查文件夹是否存在、是否有写权限。",
            f"The file {path} can't be written: {error.strerror}. "
            "Check that the folder exists and that you may write there.",
            parameter="output",
        ) from error


def environment(lang: str) -> Environment:
    """Make the environment of the templates of maps; everything is escaped."""
    made = Environment(
        loader=PackageLoader("gis_service.maps", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["_"] = translator(lang)
    return made


def inlined_css(name: str) -> str:
    """Read a style sheet with its images as data URIs; one that is a font is left out."""
    folder = PurePosixPath(name).parent

    def embed(match: re.Match[str]) -> str:
        target = match[1]
        kind = _TYPES.get(PurePosixPath(target).suffix)
        if kind is None or target.startswith("data:"):
            return match[0]
        content = assets.path(str(folder / target)).read_bytes()
        return f"url(data:{kind};base64,{base64.b64encode(content).decode()})"

    return _URL.sub(embed, assets.text(name))


def _script(text: str) -> str:
    return text.replace("</script", "<\\/script").replace("//# sourceMappingURL=", "// ")
