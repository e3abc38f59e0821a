# What asyncio has not is an AttributeError with the name alone, also where it is imported from there.
import asyncio
import asyncio.core
import math


def tried(call):
    try:
        print(call())
    except (AttributeError, ImportError) as e:
        print(type(e), e)


def by_import():
    from asyncio import Queue

    return Queue


def among_others():
    from asyncio import sleep, timeout

    return sleep, timeout


def from_another():
    from math import nothing

    return nothing


for call in (
    lambda: asyncio.Queue,
    by_import,
    among_others,
    lambda: asyncio.core.nothing,
    lambda: math.nothing,
    from_another,
    lambda: hasattr(asyncio, "TaskGroup"),
    lambda: getattr(asyncio, "shield", "no shield"),
):
    tried(call)
from asyncio import Event, gather, wait_for_ms

print(Event, gather is asyncio.gather, wait_for_ms is asyncio.wait_for_ms)
