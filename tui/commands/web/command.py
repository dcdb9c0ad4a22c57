"""`mnist-tui web`: the screen in a browser."""

import contextlib
import sys
from pathlib import Path

import click

from tui.commands.shared_options import checkpoints_option, coach_option, data_option

PORT = 8642


@click.command()
@click.option(
    "--port", type=click.IntRange(0, 65535), default=PORT, help=f"0 takes any that is free. [default: {PORT}]"
)
@click.option(
    "--host", default="127.0.0.1", help="127.0.0.1 or ::1: only this machine may connect. [default: 127.0.0.1]"
)
@click.option(
    "--visitors", type=click.IntRange(1, 64), default=4, help="Most screens at a time, each a process. [default: 4]"
)
@click.option(
    "--idle",
    type=click.IntRange(0, 10_080),
    default=60,
    metavar="MINUTES",
    help="Close a screen after so many minutes without a key; 0 for never. The run goes on. [default: 60]",
)
@checkpoints_option
@data_option
@coach_option
@click.pass_context
def web(
    context: click.Context, port: int, host: str, visitors: int, idle: int, checkpoints: Path, data: str, coach: bool
) -> None:
    """Show the screen in a browser on this machine, or through an SSH tunnel.

    Prints a link that works once; the browser that opens it keeps the screen, and the next link is printed. Whoever
    has a screen can do all that you can. Ctrl-C ends the server and its screens, never a run.
    """
    import asyncio

    try:
        from tui.commands.web.server import WebServer, serve
    except ModuleNotFoundError as error:
        if (error.name or "").partition(".")[0] not in ("aiohttp", "textual_serve"):
            raise
        from engine.program.extras import how_to_add

        raise click.ClickException(f"the browser needs {error.name}: {how_to_add('web')}") from error
    from tui.commands.web.address import AddressError, listen, tunnel, url

    try:
        listening = listen(host, port)
    except AddressError as error:
        raise click.UsageError(str(error)) from error
    address = url(listening)

    def tell(words: str) -> None:
        with contextlib.suppress(OSError):  # nobody reads the terminal any more
            print(f"{words}\n\n    {address}?token={server.access.token}\n", flush=True)

    def tell_ready() -> None:
        tell("Open this link in a browser; it works once:")
        with contextlib.suppress(OSError):
            print(f"From another machine: {tunnel(listening.getsockname()[1], host)}", file=sys.stderr)
            print("Ctrl-C ends the server and its screens; a run goes on.", file=sys.stderr, flush=True)

    command = [sys.executable, "-m", "tui.commands.web.program", "--checkpoints", str(checkpoints)]
    command += ["--data", data] if data else []
    command += ["--coach" if coach else "--no-coach", "--no-notify"]
    for name in ("theme", "drawing"):
        if given := context.find_root().params.get(name):
            command += [f"--{name}", given]
    server = WebServer(
        command, visitors=visitors, idle=idle * 60, on_used=lambda: tell("The link has been used. The next one:")
    )
    asyncio.run(serve(server, listening, tell_ready))
