"""How long each pattern takes with N of something and with 4 N: a list search per thing would show.

Prints a line for each: its name, N, the seconds of processor time for N and for 4 N. Arguments name
patterns; without any all of them run. The times are those of the process, whatever the clock says.
"""
import asyncio
import gc
import logging
import os
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

PATTERNS = {}


def pattern(n):
    """Registers a pattern, which is run with `n` and with `4 * n`."""
    def register(function):
        PATTERNS[function.__name__] = n, function
        return function
    return register


def spent():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


async def nothing():
    pass


async def turns(count):
    for _ in range(count):
        await asyncio.sleep(0)


async def wait_on(future):
    await future


def middle_out(things):
    """An order that begins in the middle, the worst for a list."""
    half = len(things) // 2
    return things[half:] + things[:half][::-1]


def waiting_tasks(n, make):
    return [asyncio.ensure_future(make()) for _ in range(n)]


async def cancelled(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pattern(6000)
async def gather_of_many(n):
    await asyncio.gather(*[turns(1) for _ in range(n)])


@pattern(3000)
async def gathers_of_gathers(n):
    groups = [asyncio.gather(*[nothing() for _ in range(10)]) for _ in range(n // 10)]
    await asyncio.gather(*groups)


@pattern(10000)
async def tasks_on_one_future(n):
    future = asyncio.get_running_loop().create_future()
    tasks = waiting_tasks(n, lambda: wait_on(future))
    await asyncio.sleep(0)
    future.set_result(None)
    await asyncio.wait(tasks)


@pattern(10000)
async def tasks_on_one_task(n):
    first = asyncio.ensure_future(turns(3))
    tasks = waiting_tasks(n, lambda: wait_on(first))
    await asyncio.wait(tasks)


@pattern(10000)
async def gathers_of_one_future(n):
    future = asyncio.get_running_loop().create_future()
    outer = [asyncio.gather(future) for _ in range(n)]
    future.set_result(None)
    await asyncio.wait(outer)


@pattern(10000)
async def shields_of_one_future(n):
    future = asyncio.get_running_loop().create_future()
    outer = [asyncio.shield(future) for _ in range(n)]
    await asyncio.sleep(0)
    future.set_result(None)
    await asyncio.wait(outer)


@pattern(20000)
async def done_callbacks(n):
    future = asyncio.get_running_loop().create_future()
    for _ in range(n):
        future.add_done_callback(lambda future: None)
    future.set_result(None)
    await asyncio.sleep(0)


@pattern(20000)
async def one_callback_removed(n):
    future = asyncio.get_running_loop().create_future()
    for _ in range(n):
        future.add_done_callback(print)
    assert future.remove_done_callback(print) == n


@pattern(20000)
async def timers_cancelled(n):
    loop = asyncio.get_running_loop()
    timers = [loop.call_later(1000 + n % 7, print) for n in range(n)]
    for timer in middle_out(timers):
        timer.cancel()
    await turns(3)


@pattern(20000)
async def timers_due_together(n):
    loop = asyncio.get_running_loop()
    when = loop.time() + 0.001
    for _ in range(n):
        loop.call_at(when, abs, 1)
    await asyncio.sleep(0.01)


@pattern(20000)
async def handles_cancelled(n):
    loop = asyncio.get_running_loop()
    for handle in middle_out([loop.call_soon(print) for _ in range(n)]):
        handle.cancel()
    await asyncio.sleep(0)


@pattern(6000)
async def sleepers_cancelled(n):
    tasks = waiting_tasks(n, lambda: asyncio.sleep(1000))
    await asyncio.sleep(0)
    await cancelled(middle_out(tasks))


@pattern(6000)
async def event_wakes_many(n):
    event = asyncio.Event()
    tasks = waiting_tasks(n, event.wait)
    await asyncio.sleep(0)
    event.set()
    await asyncio.wait(tasks)


@pattern(4000)
async def lock_goes_round(n):
    lock = asyncio.Lock()

    async def hold():
        async with lock:
            await asyncio.sleep(0)

    await asyncio.gather(*[hold() for _ in range(n)])


@pattern(4000)
async def lock_waiters_cancelled(n):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = waiting_tasks(n, lock.acquire)
    await asyncio.sleep(0)
    await cancelled(tasks)


@pattern(4000)
async def semaphore_lets_some_in(n):
    semaphore = asyncio.Semaphore(3)

    async def hold():
        async with semaphore:
            await asyncio.sleep(0)

    await asyncio.gather(*[hold() for _ in range(n)])


@pattern(4000)
async def condition_wakes_many(n):
    condition = asyncio.Condition()

    async def wait():
        async with condition:
            await condition.wait()

    tasks = waiting_tasks(n, wait)
    await asyncio.sleep(0)
    async with condition:
        condition.notify_all()
    await asyncio.wait(tasks)


@pattern(6000)
async def queue_of_many_getters(n):
    queue = asyncio.Queue()
    tasks = waiting_tasks(n, queue.get)
    await asyncio.sleep(0)
    for each in range(n):
        queue.put_nowait(each)
    await asyncio.wait(tasks)


@pattern(6000)
async def queue_of_many_putters(n):
    queue = asyncio.Queue(1)
    tasks = waiting_tasks(n, lambda: queue.put(1))
    for _ in range(n):
        await queue.get()
    await asyncio.wait(tasks)


@pattern(4000)
async def as_completed_of_many(n):
    for each in asyncio.as_completed([turns(1) for _ in range(n)]):
        await each


@pattern(6000)
async def task_group_of_many(n):
    async with asyncio.TaskGroup() as group:
        for _ in range(n):
            group.create_task(turns(1))


@pattern(3000)
async def wait_for_of_many(n):
    await asyncio.gather(*[asyncio.wait_for(turns(1), 1000) for _ in range(n)])


@pattern(3000)
async def timeouts_of_many(n):
    async def limited():
        async with asyncio.timeout(1000):
            await asyncio.sleep(0)

    await asyncio.gather(*[limited() for _ in range(n)])


@pattern(4000)
async def asynchronous_generators(n):
    async def numbers():
        yield 1
        yield 2

    open_ones = [numbers() for _ in range(n)]
    for each in open_ones:
        await anext(each)
    await asyncio.get_running_loop().shutdown_asyncgens()


@pattern(4000)
async def errors_that_nobody_looks_at(n):
    loop = asyncio.get_running_loop()
    loop.set_exception_handler(lambda loop, context: None)

    async def fail():
        raise ValueError

    for _ in range(n):
        loop.create_task(fail())
    await turns(2)
    gc.collect()


@pattern(4000)
async def threadsafe_calls(n):
    loop = asyncio.get_running_loop()

    def call():
        for _ in range(n // 4):
            loop.call_soon_threadsafe(abs, 1)

    threads = [threading.Thread(target=call) for _ in range(4)]
    for thread in threads:
        thread.start()
    while any(thread.is_alive() for thread in threads):
        await asyncio.sleep(0.001)


@pattern(500)
async def jobs_of_an_executor(n):
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(4) as pool:
        await asyncio.gather(*[loop.run_in_executor(pool, abs, 1) for _ in range(n)])


@pattern(300)
async def watched_pipes(n):
    loop = asyncio.get_running_loop()
    pipes = [os.pipe() for _ in range(n)]
    for read, write in pipes:
        got = loop.create_future()
        loop.add_reader(read, lambda got=got: got.done() or got.set_result(None))
        os.write(write, b'x')
        await got
        os.read(read, 1)
    for read, write in pipes:
        loop.remove_reader(read)
        os.close(read)
        os.close(write)


@pattern(200)
def loops_in_a_row(n):
    loops = [asyncio.new_event_loop() for _ in range(n)]
    for loop in loops:
        loop.call_soon(loop.stop)
        loop.run_forever()
    for loop in loops:
        loop.close()


def seconds(function, n):
    gc.collect()
    before = spent()
    if asyncio.iscoroutinefunction(function):
        asyncio.run(function(n))
    else:
        function(n)
    return spent() - before


def main(names):
    logging.getLogger('asyncio').disabled = True
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
    for name, (n, function) in PATTERNS.items():
        if not names or name in names:
            seconds(function, 10)
            few, many = seconds(function, n), seconds(function, 4 * n)
            print(name, n, f'{few:.4f} {many:.4f}', flush=True)


main(sys.argv[1:])
