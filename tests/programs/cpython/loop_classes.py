"""What a loop is an instance of, what its methods look like, and what may be derived from it."""
import asyncio
import inspect
from asyncio import base_events, selector_events, unix_events

loop = asyncio.new_event_loop()
for kind in (asyncio.AbstractEventLoop, asyncio.BaseEventLoop, asyncio.SelectorEventLoop,
             base_events.BaseEventLoop, selector_events.BaseSelectorEventLoop,
             unix_events._UnixSelectorEventLoop):
    print(kind.__module__, kind.__qualname__, isinstance(loop, kind))
for name in ('create_connection', 'create_server', 'start_tls', 'sendfile', 'sock_recv',
             'sock_sendfile', 'connect_read_pipe', 'subprocess_exec', 'getaddrinfo'):
    method = getattr(loop, name)
    print(name, asyncio.iscoroutinefunction(method), inspect.iscoroutinefunction(method),
          list(inspect.signature(method).parameters)[:3])
loop.close()
print(loop._selector)


class Counting(asyncio.SelectorEventLoop):
    """Counts what is queued."""

    queued = 0

    def call_soon(self, callback, *args, context=None):
        self.queued += 1
        return super().call_soon(callback, *args, context=context)


class Own(asyncio.BaseEventLoop):
    """A loop without a selector: nothing ever happens outside."""

    def _process_events(self, event_list):
        pass

    def _write_to_self(self):
        pass

    class _selector:
        @staticmethod
        def select(timeout):
            return []


async def main():
    await asyncio.sleep(0)
    return asyncio.get_running_loop()


for make in (Counting, Own):
    loop = make()
    print(loop.run_until_complete(main()) is loop, isinstance(loop, asyncio.BaseEventLoop))
    if make is Counting:
        print(loop.queued)
    loop.close()
