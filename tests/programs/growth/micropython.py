"""Patterns of MicroPython's asyncio, measured as `patterns.py` beside it says.

Many streams are left out: a board asks all of them at each turn.
"""
import asyncio
import io
import select
import sys

from patterns import ended, measure, middle_out, pattern, tasks_of, turns



async def sleep_long():
    await asyncio.sleep(1000)


@pattern(10000)
async def event_waiters_cancelled(n):
    event = asyncio.Event()
    tasks = tasks_of(n, event.wait)
    await turns(1)
    for task in middle_out(tasks):
        task.cancel()
    await ended(tasks)


@pattern(10000)
async def sleepers_cancelled(n):
    tasks = tasks_of(n, sleep_long)
    await turns(1)
    for task in middle_out(tasks):
        task.cancel()
    await ended(tasks)


@pattern(6000)
async def lock_waiters_cancelled(n):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = tasks_of(n, lock.acquire)
    await turns(1)
    for task in middle_out(tasks):
        task.cancel()
    await ended(tasks)


@pattern(6000)
async def left_over(n):
    # What the end of run() does with them differs between the dialects.
    tasks_of(n, sleep_long)
    await turns(1)


class Device(io.IOBase):
    """Takes nothing until it is told to."""

    def __init__(self):
        self.open = False
        self.taken = 0

    def write(self, buf):
        if not self.open:
            return None
        self.taken += len(buf)
        return len(buf)

    def ioctl(self, request, flags):
        return flags if request == 3 else -1


@pattern(10000)
async def writes_that_wait(n):
    device = Device()
    writer = asyncio.StreamWriter(device, {})
    for _ in range(n):
        writer.write(b'0123456789' * 10)
    device.open = True
    await writer.drain()
    assert device.taken == 100 * n


class Source(io.IOBase):
    def __init__(self, pieces):
        self.left = pieces

    def read(self, n=-1):
        self.left -= 1
        return b'x' * 1000 if self.left >= 0 else b''

    def ioctl(self, request, flags):
        return flags if request == 3 else -1


@pattern(2500)
async def reads_to_the_end(n):
    got = await asyncio.StreamReader(Source(n)).read(-1)
    assert len(got) == 1000 * n


@pattern(4000)
def poll_of_many(n):
    devices = [Device() for _ in range(n)]
    poll = select.poll()
    for device in devices:
        poll.register(device, select.POLLIN)
    for device in middle_out(devices):
        poll.modify(device, select.POLLOUT)
    assert len(poll.poll(0)) == n
    for device in middle_out(devices):
        poll.unregister(device)


def run(function, n):
    made = function(n)
    if made is not None:
        asyncio.run(made)
    asyncio.new_event_loop()


measure(sys.argv[1:], run)
