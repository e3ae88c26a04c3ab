"""``gis-service report -o report.pdf``: the coverage report of the newest state."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from gis_service.cli import console, options
from gis_service.errors import ParameterError
from gis_service.texts import translator


def report(
    context: typer.Context,
    output: Annotated[
        Path,
        typer.Option(
            "--output", "-o", help="报告文件（.pdf、.xlsx）/ File to write.", show_default=False
        ),
    ],
    policy_file: options.PolicyFile = None,
    data_dir: options.DataDir = None,
) -> None:
    """生成覆盖报告（PDF 或 Excel）/ Write the coverage report, as PDF or Excel by the name's end.

    It shows the rate by every definition, streets, who is not covered, definitions and versions.
    """
    from gis_service.documents import coverage_report, coverage_workbook

    makers = {".pdf": coverage_report, ".xlsx": coverage_workbook}
    make = makers.get(output.suffix.lower())
    if make is None:
        raise ParameterError(
            f"--output 的文件名 {output.name!r} 不可用；应以 .pdf 或 .xlsx 结尾。",
            f"--output has {output.name!r}; the name must end in .pdf or .xlsx.",
            parameter="--output",
        )
    from gis_service.bootstrap import build

    lang = options.shared(context).lang
    services = build(options.settings_with(data_dir=data_dir))
    policy = None if policy_file is None else services.surveys.policy(policy_file)
    outlook = services.outlooks.read(policy)
    output.parent.mkdir(parents=True, exist_ok=True)
    output.write_bytes(make(outlook, lang))
    services.database.close()
    told = outlook.figures
    _ = translator(lang)
    console.out.print(
        f"✓ {_('Coverage report')}: {told['covered']} / {told['ageing']} → "
        f"{console.plain(str(output))}"
    )
