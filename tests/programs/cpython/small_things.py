"""What else is documented and small: stacks and contexts, deadlines, full queues, broken barriers."""
import asyncio
import contextvars
import io

variable = contextvars.ContextVar('variable', default='unset')


async def waits(event):
    await event.wait()


async def main():
    loop = asyncio.get_running_loop()
    event = asyncio.Event()
    task = asyncio.create_task(waits(event))
    await asyncio.sleep(0)
    print([frame.f_code.co_name for frame in task.get_stack()], len(task.get_stack(limit=1)))
    printed = io.StringIO()
    task.print_stack(file=printed)
    print('await event.wait()' in printed.getvalue())
    event.set()
    await task

    context = contextvars.copy_context()
    context.run(variable.set, 'set')
    handle = loop.call_soon(lambda: print(variable.get()), context=context)
    timer = loop.call_later(0.01, lambda: print(variable.get()), context=context)
    await asyncio.sleep(0.02)
    print(asyncio.iscoroutine(task.get_coro()), asyncio.iscoroutine(5), handle.cancelled(), timer.cancelled())

    try:
        async with asyncio.timeout_at(loop.time() + 0.01) as scope:
            print(isinstance(scope, asyncio.Timeout), scope.expired(), scope.when() > loop.time())
            scope.reschedule(loop.time() + 0.02)
            await asyncio.sleep(10)
    except TimeoutError:
        print('expired', scope.expired())

    queue = asyncio.LifoQueue(maxsize=2)
    queue.put_nowait(1)
    queue.put_nowait(2)
    print(queue.full(), queue.maxsize, queue.qsize())
    try:
        queue.put_nowait(3)
    except asyncio.QueueFull:
        print('full')
    print(queue.get_nowait(), queue.get_nowait())

    barrier = asyncio.Barrier(2)
    print(barrier.parties, barrier.n_waiting, barrier.broken)
    waiting = asyncio.create_task(barrier.wait())
    await asyncio.sleep(0)
    await barrier.abort()
    try:
        await waiting
    except asyncio.BrokenBarrierError:
        print('broken', barrier.broken)
    await barrier.reset()
    print(barrier.broken)

    done, pending = await asyncio.wait([asyncio.create_task(asyncio.sleep(0))],
                                       return_when=asyncio.ALL_COMPLETED)
    print(len(done), len(pending))


asyncio.run(main())
print(asyncio.EventLoop is asyncio.SelectorEventLoop if hasattr(asyncio, 'EventLoop') else True)
