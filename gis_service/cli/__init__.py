"""The command ``gis-service``: a file a noun; `console` maps errors to exit codes."""

from __future__ import annotations

import gc
import sys
from typing import Annotated

import typer

from gis_service.cli import (
    audit,
    cases,
    catchments,
    check,
    clean,
    console,
    coverage,
    documents,
    exchange,
    layers,
    people,
    plan,
    report,
    resolve,
    sample,
    serve,
    versions,
)
from gis_service.cli.options import Shared
from gis_service.errors import GisServiceError, ParameterError
from gis_service.settings import load_settings

app = typer.Typer(
    name="gis-service",
    help="社区边界与设施覆盖空间服务 / Community boundaries and facility coverage.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(value: bool) -> None:
    if value:
        from importlib.metadata import version

        typer.echo(f"gis-service {version('gis-service')}")
        raise typer.Exit


@app.callback()
def _before(
    context: typer.Context,
    lang: Annotated[
        str | None, typer.Option("--lang", help="zh 或 en / Language of tables and progress.")
    ] = None,
    _show_version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="版本 / Version.")
    ] = False,
) -> None:
    if lang not in (None, "zh", "en"):
        raise ParameterError(
            f"--lang 的值 {lang!r} 不可用；可用 zh 或 en。",
            f"--lang has {lang!r}; zh and en are allowed.",
            parameter="--lang",
        )
    context.obj = Shared(lang or load_settings().language)


app.command("check")(check.check)
app.command("resolve")(resolve.resolve)
app.command("clean")(clean.clean)
app.command("documents")(documents.documents)
app.command("coverage")(coverage.coverage)
app.command("cases")(cases.cases)
app.command("plan")(plan.plan)
app.command("catchments")(catchments.catchments)
app.command("report")(report.report)
app.command("serve")(serve.serve)
for command in (layers.blocks, layers.candidates, layers.network):
    exchange.import_app.command(command.__name__)(command)
app.add_typer(exchange.import_app, name="import")
app.command("export")(exchange.export)
app.add_typer(versions.app, name="versions")
app.command("sample")(sample.sample)
app.add_typer(people.user_app, name="user")
app.add_typer(people.key_app, name="key")
app.add_typer(audit.audit_app, name="audit")


def main() -> None:
    """Run the command line; every deliberate error ends in its exit code."""
    gc.set_threshold(100_000, 50, 50)  # loading libraries makes objects, hardly any garbage
    try:
        app()
    except GisServiceError as error:
        console.fail(error)
    except KeyboardInterrupt:
        console.err.print("已取消，未写入任何内容。 / Cancelled, nothing was written.")
        sys.exit(console.INTERRUPTED)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception as error:  # noqa: BLE001 - the last resort: exit 1 means "findings"
        console.crash(error)
