# What the module has, and what a CPython program would look for in vain.
import asyncio

HERE = (
    "run create_task current_task sleep sleep_ms wait_for wait_for_ms gather Event ThreadSafeFlag "
    "Lock open_connection start_server StreamReader StreamWriter get_event_loop new_event_loop "
    "Loop Task TaskQueue IOQueue CancelledError TimeoutError run_until_complete"
)
AWAY = (
    "Future Queue Semaphore Condition TaskGroup Runner shield wait ensure_future all_tasks "
    "get_running_loop set_event_loop timeout to_thread as_completed iscoroutine "
    "InvalidStateError QueueEmpty Barrier run_coroutine_threadsafe"
)
for name in HERE.split():
    print(name, hasattr(asyncio, name))
for name in AWAY.split():
    print(name, hasattr(asyncio, name))
try:
    asyncio.Queue
except AttributeError as error:
    print(type(error).__name__)
print(asyncio.StreamReader is asyncio.StreamWriter)
