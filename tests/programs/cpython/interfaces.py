"""The interfaces: each method of an abstract class says that it is not implemented."""
import asyncio
import inspect

kinds = (asyncio.AbstractEventLoop, asyncio.AbstractServer, asyncio.AbstractEventLoopPolicy,
         asyncio.BaseTransport, asyncio.ReadTransport, asyncio.WriteTransport,
         asyncio.Transport, asyncio.DatagramTransport, asyncio.SubprocessTransport)
# What is neither abstract nor the same in every version.
LEFT_OUT = {'call_soon', 'close_clients', 'abort_clients', 'get_child_watcher', 'set_child_watcher',
            'writelines'}

for kind in kinds:
    thing = kind()
    silent = []
    for name in sorted(set(dir(kind)) - LEFT_OUT):
        method = getattr(thing, name)
        if name.startswith('_') or not callable(method):
            continue
        wanted = [p for p in inspect.signature(method).parameters.values()
                  if p.default is p.empty and p.kind is p.POSITIONAL_OR_KEYWORD]
        try:
            result = method(*[None] * len(wanted))
            if asyncio.iscoroutine(result):
                result.send(None)
        except NotImplementedError:
            continue
        silent.append((name, result))
    print(kind.__name__, silent)

for kind in (asyncio.BaseProtocol, asyncio.Protocol, asyncio.BufferedProtocol,
             asyncio.DatagramProtocol, asyncio.SubprocessProtocol):
    protocol = kind()
    for name in sorted(n for n in dir(kind) if not n.startswith('_')):
        method = getattr(protocol, name)
        print(kind.__name__, name, method(*[None] * len(inspect.signature(method).parameters)))
