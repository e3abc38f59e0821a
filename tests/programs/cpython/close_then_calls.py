# After close(): most calls refuse, some still answer.
import asyncio

loop = asyncio.new_event_loop()
future = loop.create_future()
future.add_done_callback(print)
loop.close()


async def work():
    pass


coroutine = work()
for name, call in {
    "call_soon": lambda: loop.call_soon(print),
    "call_later": lambda: loop.call_later(1, print),
    "call_at": lambda: loop.call_at(1, print),
    "call_soon_threadsafe": lambda: loop.call_soon_threadsafe(print),
    "run_forever": lambda: loop.run_forever(),
    "run_until_complete": lambda: loop.run_until_complete(coroutine),
    "create_task": lambda: loop.create_task(coroutine),
    "run_in_executor": lambda: loop.run_in_executor(None, print),
    "set_result": lambda: future.set_result(1),
    "create_future": lambda: loop.create_future().done(),
    "time": lambda: loop.time() >= 0,
    "stop": lambda: loop.stop(),
    "is_running": lambda: loop.is_running(),
    "remove_reader": lambda: loop.remove_reader(0),
}.items():
    try:
        print(name, "->", call())
    except RuntimeError as error:
        print(name, "->", type(error).__name__, error)
coroutine.close()
