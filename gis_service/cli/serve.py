"""``gis-service serve``: the service, with the sample on the first start."""

from __future__ import annotations

import socket
from typing import TYPE_CHECKING, Annotated

import typer

from gis_service.cli import console, options
from gis_service.cli.people import link_address
from gis_service.errors import ParameterError

if TYPE_CHECKING:
    from gis_service.services import Services
    from gis_service.settings import Settings


def serve(
    host: Annotated[
        str | None, typer.Option("--host", help="监听地址 / Address [127.0.0.1].")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option("--port", min=0, max=65535, help="端口 / Port [8000]; 0: any free."),
    ] = None,
    data_dir: options.DataDir = None,
) -> None:
    """启动网页与接口服务 / Serve the pages and the API."""
    import uvicorn

    from gis_service.bootstrap import build_app

    settings = options.settings_with(host=host, port=port, data_dir=data_dir)
    listener = _listen(settings.host, settings.port)
    with listener:
        console.err.print("正在准备数据… / Preparing the data …")
        application = build_app(settings)
        shown = f"[{settings.host}]" if ":" in settings.host else settings.host
        console.out.print(f"✓ http://{shown}:{listener.getsockname()[1]}/  （Ctrl+C 停止 / stops）")
        services: Services = application.state.services
        _say_first_link(services, settings, port=listener.getsockname()[1])
        _log_head(services)
        config = uvicorn.Config(
            application,
            log_level=settings.log_level,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=10,
        )
        uvicorn.Server(config).run(sockets=[listener])


def _say_first_link(services: Services, settings: Settings, *, port: int) -> None:
    """Print the one-time link of the first administrator, while there is none who can sign in."""
    token = services.people.first_link()
    if token is None:
        return
    console.out.print(
        "首次启动：请打开下面的一次性链接（24 小时内有效），为管理员 admin 设置密码。\n"
        "First start: open this one-time link (valid for 24 hours) and set the password of the "
        "administrator, admin:"
    )
    typer.echo(link_address(settings, token, port=port))


def _log_head(services: Services) -> None:
    """Put the newest audit entry's hash into the log, which the database does not hold."""
    import structlog

    structlog.get_logger("gis_service").info("audit head", head=str(services.audit.head()))


def _listen(host: str, port: int) -> socket.socket:
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((host, port))
        listener.listen(socket.SOMAXCONN)
    except OSError as error:
        listener.close()
        raise ParameterError(
            f"无法监听 {host}:{port}（{error.strerror}）。可能已有程序占用该端口：换一个 --port，"
            "或先停止那个程序。",
            f"Can't listen on {host}:{port} ({error.strerror}). Another program may use the port: "
            "give another --port, or stop that program first.",
            parameter="--port",
        ) from error
    return listener
