"""Names of asyncio: some came after 3.6, some are gone in 3.13 or in 3.14."""
import asyncio

CAME = '''run Runner create_task current_task all_tasks get_running_loop TaskGroup timeout timeout_at Barrier
    to_thread EventLoop QueueShutDown BufferedProtocol SendfileNotAvailableError eager_task_factory'''
WENT = '''SafeChildWatcher FastChildWatcher AbstractChildWatcher ThreadedChildWatcher get_child_watcher
    set_child_watcher coroutine async'''
IN_3_14 = 'capture_call_graph print_call_graph future_add_to_awaited_by'
for names in (CAME, WENT, IN_3_14):
    print([name for name in names.split() if hasattr(asyncio, name)])
print(hasattr(asyncio.Task, 'current_task'), hasattr(asyncio.Task, 'all_tasks'))
