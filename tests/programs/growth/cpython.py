"""Patterns of CPython's asyncio, measured as `patterns.py` beside it says.

Arguments name patterns; without any all of them run.
"""
import asyncio
import gc
import logging
import os
import resource
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

from patterns import measure, middle_out, pattern, tasks_of, turns, wait_on



async def nothing():
    pass


async def cancelled(tasks):
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@pattern(3000)
async def gathers_of_gathers(n):
    groups = [asyncio.gather(*[nothing() for _ in range(10)]) for _ in range(n // 10)]
    await asyncio.gather(*groups)


@pattern(10000)
async def tasks_on_one_future(n):
    future = asyncio.get_running_loop().create_future()
    tasks = tasks_of(n, lambda: wait_on(future))
    await asyncio.sleep(0)
    future.set_result(None)
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
    tasks = tasks_of(n, lambda: asyncio.sleep(1000))
    await asyncio.sleep(0)
    await cancelled(middle_out(tasks))


@pattern(4000)
async def lock_waiters_cancelled(n):
    lock = asyncio.Lock()
    await lock.acquire()
    tasks = tasks_of(n, lock.acquire)
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

    tasks = tasks_of(n, wait)
    await asyncio.sleep(0)
    async with condition:
        condition.notify_all()
    await asyncio.wait(tasks)


@pattern(6000)
async def queue_of_many_getters(n):
    queue = asyncio.Queue()
    tasks = tasks_of(n, queue.get)
    await asyncio.sleep(0)
    for each in range(n):
        queue.put_nowait(each)
    await asyncio.wait(tasks)


@pattern(6000)
async def queue_of_many_putters(n):
    queue = asyncio.Queue(1)
    tasks = tasks_of(n, lambda: queue.put(1))
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


def run(function, n):
    if asyncio.iscoroutinefunction(function):
        asyncio.run(function(n))
    else:
        function(n)


logging.getLogger('asyncio').disabled = True
_, most = resource.getrlimit(resource.RLIMIT_NOFILE)
resource.setrlimit(resource.RLIMIT_NOFILE, (min(4096, most), most))
measure(sys.argv[1:], run, before=gc.collect)
