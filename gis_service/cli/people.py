"""``gis-service user …`` and ``gis-service key …``: who may sign in, and programs' keys."""

from __future__ import annotations

import getpass
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer
from rich.table import Table

from gis_service.cli import console, options
from gis_service.model.people import ROLES, Actor, ApiKey, Person
from gis_service.texts import translator

if TYPE_CHECKING:
    from gis_service.bootstrap import Services
    from gis_service.settings import Settings

user_app = typer.Typer(help="用户 / People who may sign in.", no_args_is_help=True)
key_app = typer.Typer(help="程序的密钥 / API keys for programs.", no_args_is_help=True)

Login = Annotated[str, typer.Argument(help="用户名 / Login name.", show_default=False)]
KeyName = Annotated[str, typer.Argument(help="密钥名称 / Name of the key.", show_default=False)]
RoleOption = Annotated[
    str,
    typer.Option("--role", help="viewer street bureau approver administrator", show_default=False),
]
Street = Annotated[
    str | None, typer.Option("--street", help="街道工作人员的街道 / Street of street staff.")
]


def cli_actor() -> Actor:
    """Give who works at the command line: ``cli:`` and the login name of the machine."""
    try:
        login = getpass.getuser()
    except (OSError, KeyError):
        login = "unknown"
    return Actor(name=f"cli:{login}", role="administrator")


def link_address(settings: Settings, token: str, *, port: int | None = None) -> str:
    """Give the address of a one-time link, as people reach the service."""
    host = f"[{settings.host}]" if ":" in settings.host else settings.host
    base = settings.public_url or f"http://{host}:{port or settings.port}"
    return f"{base}/link/{token}"


@user_app.command("add")
def add_user(
    login: Login,
    role: RoleOption,
    name: Annotated[str, typer.Option("--name", help="姓名 / What pages call them.")] = "",
    street: Street = None,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """增加用户，打印其设置密码的一次性链接 / Add a person and print their one-time link."""
    settings, services = _opened(data_dir)
    person, token = services.people.add(login, role=role, name=name, street=street, by=cli_actor())
    _say_link(settings, person.login, token, as_json=as_json)


@user_app.command("disable")
def disable_user(login: Login, data_dir: options.DataDir = None) -> None:
    """停用用户：不能再登录，会话与密钥失效 / Let a person sign in no more."""
    person = _opened(data_dir)[1].people.disable(login, by=cli_actor())
    console.out.print(f"✓ {console.plain(person.login)}：已停用 / disabled")


@user_app.command("enable")
def enable_user(login: Login, data_dir: options.DataDir = None) -> None:
    """恢复已停用的用户 / Let a disabled person sign in again."""
    person = _opened(data_dir)[1].people.enable(login, by=cli_actor())
    console.out.print(f"✓ {console.plain(person.login)}：已恢复 / enabled")


@user_app.command("reset")
def reset_user(
    login: Login, data_dir: options.DataDir = None, as_json: options.Json = False
) -> None:
    """作废密码与会话，打印新的一次性链接 / End password and sessions, print a new link."""
    settings, services = _opened(data_dir)
    token = services.people.reset(login, by=cli_actor())
    _say_link(settings, login, token, as_json=as_json)


@user_app.command("list")
def list_users(
    context: typer.Context, data_dir: options.DataDir = None, as_json: options.Json = False
) -> None:
    """列出用户 / List everybody."""
    everybody = _opened(data_dir)[1].people.all()
    if as_json:
        console.print_json({"users": [_facts(person) for person in everybody]})
        return
    lang = options.shared(context).lang
    _ = translator(lang)
    table = Table()
    for title in (_("Login name"), _("Name"), _("Role"), _("Street"), _("State")):
        table.add_column(title, overflow="fold")
    for person in everybody:
        state = _("disabled") if person.is_disabled else _("in use")
        if person.password_hash is None and person.external_id is None:
            state = _("disabled") if person.is_disabled else _("no password yet")
        table.add_row(
            console.plain(person.login),
            console.plain(person.name),
            ROLES[person.role].in_language(lang),
            console.plain(person.street or ""),
            state,
        )
    console.out.print(table)


@key_app.command("add")
def add_key(
    name: KeyName,
    role: RoleOption,
    street: Street = None,
    days: Annotated[int, typer.Option("--days", help="有效天数 / Valid for days.")] = 90,
    data_dir: options.DataDir = None,
    as_json: options.Json = False,
) -> None:
    """生成密钥，仅此一次打印 / Make a key; it is printed only now."""
    services = _opened(data_dir)[1]
    secret = services.people.add_key(name, role=role, street=street, days=days, by=cli_actor())
    if as_json:
        console.print_json({"name": name, "key": secret})
        return
    console.out.print("✓ 密钥（仅此一次显示）/ the key, shown only now:")
    typer.echo(secret)


@key_app.command("revoke")
def revoke_key(name: KeyName, data_dir: options.DataDir = None) -> None:
    """停用密钥 / End a key."""
    _opened(data_dir)[1].people.revoke_key(name, by=cli_actor())
    console.out.print(f"✓ {console.plain(name)}：已停用 / ended")


@key_app.command("list")
def list_keys(
    context: typer.Context, data_dir: options.DataDir = None, as_json: options.Json = False
) -> None:
    """列出密钥（不含密钥本身）/ List the keys, without what programs send."""
    keys = _opened(data_dir)[1].people.keys()
    if as_json:
        console.print_json({"keys": [_key_facts(key) for key in keys]})
        return
    lang = options.shared(context).lang
    _ = translator(lang)
    table = Table()
    for title in (_("Name"), _("Role"), _("Street"), _("Owner"), _("Valid until"), _("State")):
        table.add_column(title, overflow="fold")
    for key in keys:
        table.add_row(
            console.plain(key.name),
            ROLES[key.role].in_language(lang),
            console.plain(key.street or ""),
            console.plain(key.owner or ""),
            key.expires_at[:10],
            _("ended") if key.is_revoked else _("in use"),
        )
    console.out.print(table)


def _opened(data_dir: Path | None) -> tuple[Settings, Services]:
    from gis_service.bootstrap import build

    settings = options.settings_with(data_dir=data_dir)
    return settings, build(settings)


def _say_link(settings: Settings, login: str, token: str, *, as_json: bool) -> None:
    address = link_address(settings, token)
    if as_json:
        console.print_json({"login": login, "link": address})
        return
    console.out.print(
        f"✓ {console.plain(login)}：一次性链接，24 小时内有效 / one-time link, valid for 24 hours:"
    )
    typer.echo(address)


def _facts(person: Person) -> dict[str, object]:
    return {
        "login": person.login,
        "name": person.name,
        "role": person.role,
        "street": person.street,
        "disabled": person.is_disabled,
        "password_set": person.password_hash is not None,
        "created_at": person.created_at,
    }


def _key_facts(key: ApiKey) -> dict[str, object]:
    return {
        "name": key.name,
        "role": key.role,
        "street": key.street,
        "owner": key.owner,
        "expires_at": key.expires_at,
        "revoked": key.is_revoked,
    }
