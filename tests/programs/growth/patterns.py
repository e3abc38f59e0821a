"""What the programs beside this one share: patterns by name, how they are measured, and those that are
the same in every dialect.

A pattern is run with N of something and with 4 N: a list search per thing would show. Prints a line
for each: its name, N, the seconds of processor time for N and for 4 N. The times are those of the
process, whatever the clock says.
"""
import asyncio
import resource

PATTERNS = {}


def pattern(n):
    """Registers a pattern, which is run with `n` and with `4 * n`."""
    def register(function):
        PATTERNS[function.__name__] = n, function
        return function
    return register


def measure(names, run, before=lambda: None):
    """Measures the patterns of these names, or all; `run` runs one, `before` is not measured."""
    def seconds(function, n):
        before()
        began = spent()
        run(function, n)
        return spent() - began

    for name, (n, function) in PATTERNS.items():
        if not names or name in names:
            seconds(function, 10)
            few, many = seconds(function, n), seconds(function, 4 * n)
            print(name, n, f'{few:.4f} {many:.4f}')


def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def middle_out(things):
    """An order that begins in the middle, the worst for a list."""
    half = len(things) // 2
    return things[half:] + things[:half][::-1]


def tasks_of(n, make):
    return [asyncio.create_task(make()) for _ in range(n)]


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def wait_on(other):
    await other


async def ended(tasks):
    for task in tasks:
        try:
            await task
        except asyncio.CancelledError:
            pass


@pattern(6000)
async def gather_of_many(n):
    await asyncio.gather(*[turns(1) for _ in range(n)])


@pattern(10000)
async def tasks_on_one_task(n):
    first = asyncio.create_task(turns(3))
    await ended(tasks_of(n, lambda: wait_on(first)))


@pattern(6000)
async def event_wakes_many(n):
    event = asyncio.Event()
    tasks = tasks_of(n, event.wait)
    await turns(1)
    event.set()
    await ended(tasks)


@pattern(4000)
async def lock_goes_round(n):
    lock = asyncio.Lock()

    async def hold():
        async with lock:
            await asyncio.sleep(0)

    await ended(tasks_of(n, hold))


@pattern(3000)
async def wait_for_of_many(n):
    await asyncio.gather(*[asyncio.wait_for(turns(1), 1000) for _ in range(n)])
