"""Names that programs and the library's own tests ask the modules for, beside the documented ones."""
# since: 3.12
import asyncio
from asyncio import events, unix_events

for name in ('get_running_loop', '_get_running_loop', '_set_running_loop', 'get_event_loop'):
    print(name, callable(getattr(events, f'_py_{name}')), callable(getattr(events, f'_c_{name}')))
print([name for name in asyncio.__all__ if not hasattr(asyncio, name)])
for name in ('BaseChildWatcher', 'SafeChildWatcher', 'DefaultEventLoopPolicy', 'can_use_pidfd',
             '_UnixReadPipeTransport'):
    print(name, hasattr(unix_events, name))
print(type(asyncio.get_event_loop_policy()).__qualname__)
try:
    asyncio.create_task(None, eager_start=True)
except TypeError as error:
    print('eager_start' in str(error))
