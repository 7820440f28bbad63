"""Tasks that share one fate, without the circles that a task group of Python 3.11 leaves behind."""

import asyncio
from collections.abc import Coroutine
from typing import Any


async def together(*works: Coroutine[Any, Any, None]) -> None:
    """Until all have ended or one has failed; the others are cancelled then. Raises an exception group.

    A group's failure holds the frame that raised it, which holds the failure: that would keep all of a call in memory
    until the garbage collector comes by.
    """
    tasks: list[asyncio.Task[None]] = []
    try:
        async with asyncio.TaskGroup() as group:
            tasks += [group.create_task(work) for work in works]
    except BaseExceptionGroup as failed:
        raise failed.with_traceback(None) from None
    finally:
        for task in tasks:
            forget(task)


def forget(task: "asyncio.Task[Any]") -> None:
    """Of a task that is over and was cancelled: by whom. It would hold its cancellation, whose frames hold the task."""
    if task.cancelled():
        try:
            task.result()  # whoever asks takes the cancellation away
        except asyncio.CancelledError as taken:
            taken.__traceback__ = None
