"""The default executor may be set to one of threads, and is shut down with its jobs done."""
import asyncio
import concurrent.futures
import threading
import time


def name():
    return threading.current_thread().name


async def main():
    loop = asyncio.get_running_loop()
    loop.set_default_executor(concurrent.futures.ThreadPoolExecutor(1, thread_name_prefix='own'))
    print(await loop.run_in_executor(None, name))
    print(await loop.getnameinfo(('127.0.0.1', 80), 3))
    slow = loop.run_in_executor(None, lambda: time.sleep(0.05) or 'done')
    await loop.shutdown_default_executor()
    print(slow.done(), await slow)
    try:
        loop.run_in_executor(None, name)
    except RuntimeError as error:
        print(error)
    try:
        loop.set_default_executor(concurrent.futures.Executor())
    except TypeError as error:
        print(error)
    job = concurrent.futures.Future()
    wrapped = asyncio.wrap_future(job)
    print(asyncio.isfuture(job), asyncio.isfuture(wrapped), asyncio.wrap_future(wrapped) is wrapped)
    job.set_result('wrapped')
    print(await wrapped)


asyncio.run(main())
