"""How long each pattern of MicroPython's asyncio takes with N of something and with 4 N.

Prints a line for each, as `cpython.py` beside it does. Many streams are left out: a board asks all
of them at each turn.
"""
import asyncio
import io
import resource
import select
import sys

PATTERNS = {}


def pattern(n):
    def register(function):
        PATTERNS[function.__name__] = n, function
        return function
    return register


def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def middle_out(things):
    half = len(things) // 2
    return things[half:] + things[:half][::-1]


def tasks_of(n, make):
    return [asyncio.create_task(make()) for _ in range(n)]


async def turns(count):
    for _ in range(count):
        await asyncio.sleep_ms(0)


async def sleep_long():
    await asyncio.sleep(1000)


async def wait_for_task(task):
    await task


async def ended(tasks):
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            pass


@pattern(6000)
async def gather_of_many(n):
    await asyncio.gather(*[turns(1) for _ in range(n)])


@pattern(6000)
async def tasks_on_one_task(n):
    first = asyncio.create_task(turns(3))
    await ended(tasks_of(n, lambda: wait_for_task(first)))


@pattern(6000)
async def event_wakes_many(n):
    event = asyncio.Event()
    tasks = tasks_of(n, event.wait)
    await turns(1)
    event.set()
    await ended(tasks)


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


@pattern(4000)
async def lock_goes_round(n):
    lock = asyncio.Lock()

    async def hold():
        async with lock:
            await asyncio.sleep_ms(0)

    await ended(tasks_of(n, hold))


@pattern(6000)
async def lock_waiters_cancelled(n):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = tasks_of(n, lock.acquire)
    await turns(1)
    for task in middle_out(tasks):
        task.cancel()
    await ended(tasks)


@pattern(3000)
async def wait_for_of_many(n):
    await asyncio.gather(*[asyncio.wait_for(turns(1), 1000) for _ in range(n)])


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


def seconds(function, n):
    before = spent()
    made = function(n)
    if made is not None:
        asyncio.run(made)
    asyncio.new_event_loop()
    return spent() - before


def main(names):
    for name, (n, function) in PATTERNS.items():
        if not names or name in names:
            seconds(function, 10)
            few, many = seconds(function, n), seconds(function, 4 * n)
            print(name, n, f'{few:.4f} {many:.4f}')


main(sys.argv[1:])
