"""Work in a process of its own: a large file holds neither the pages' lock nor their memory."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Mapping
from contextlib import suppress
from multiprocessing.connection import Connection
from typing import Any, Protocol

from gis_service.errors import GisServiceError, StorageError
from gis_service.model.progress import Progress
from gis_service.model.text import Text

TELL_EVERY_S = 0.1
LOOK_EVERY_S = 0.2
END_WITHIN_S = 5.0

BEGINNING = Text("准备", "getting ready")


class Apart(Protocol):
    """Runs one of the service's own tasks in another process and gives its result.

    ``progress`` is called often in this process; when it raises, the other process is ended and
    what it had not stored is gone. An error of the task is raised here.
    """

    def __call__(
        self, task: str, *, arguments: Mapping[str, Any], progress: Progress
    ) -> dict[str, Any]: ...


def run_apart(
    target: Callable[..., Mapping[str, Any]],
    arguments: Mapping[str, Any],
    *,
    progress: Progress,
) -> dict[str, Any]:
    """Call a function of a module in a new process; see `Apart`.

    Parameters
    ----------
    target, arguments
        The function and its keyword arguments, all of which can be pickled; it is given a
        ``progress`` too.

    Raises
    ------
    StorageError
        When the process ended without an answer, for example because memory ran out.
    """
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(theirs, target, dict(arguments)), daemon=True)
    process.start()
    theirs.close()
    try:
        return _listen(ours, progress)
    except EOFError:
        process.join(END_WITHIN_S)
        raise _ended(process.exitcode) from None
    finally:
        ours.close()
        if process.is_alive():
            process.join(0.5)
        if process.is_alive():
            process.terminate()
            process.join(END_WITHIN_S)
        if process.is_alive():
            process.kill()
            process.join()
        process.close()


def _listen(ours: Connection, progress: Progress) -> dict[str, Any]:
    share, stage = 0.0, BEGINNING
    while True:
        progress(share, stage)
        if not ours.poll(LOOK_EVERY_S):
            continue
        kind, value = ours.recv()
        if kind == "progress":
            share, stage = value
        elif kind == "result":
            result: dict[str, Any] = value
            return result
        elif isinstance(value, GisServiceError):
            raise value
        else:
            raise RuntimeError(f"a worker process failed:\n{value}")


def _work(
    theirs: Connection, target: Callable[..., Mapping[str, Any]], arguments: dict[str, Any]
) -> None:
    told_at = float("-inf")

    def progress(share: float, stage: Text) -> None:
        nonlocal told_at
        now = time.monotonic()
        if now - told_at >= TELL_EVERY_S:
            told_at = now
            theirs.send(("progress", (share, stage)))

    with suppress(BrokenPipeError):
        try:
            theirs.send(("result", dict(target(**arguments, progress=progress))))
        except GisServiceError as error:
            theirs.send(("error", error))
        except BrokenPipeError:
            raise
        except Exception:  # noqa: BLE001 -- told to who waits, as text
            import traceback

            theirs.send(("error", traceback.format_exc()))


def _ended(exit_code: int | None) -> StorageError:
    return StorageError(
        f"处理文件的进程意外结束（{exit_code}），可能是内存不足。未写入任何内容。"
        "请拆分文件或增加内存后再试。",
        f"The process that handled the file ended by itself ({exit_code}), perhaps for want of "
        "memory. Nothing was written. Split the file or add memory, and try again.",
        reason="worker",
        exit_code=exit_code,
    )
