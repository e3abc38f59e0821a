"""A process over a protocol: what its pipes bring, signals to it, and the order of its end."""
import asyncio
import signal


class Told(asyncio.SubprocessProtocol):
    def __init__(self):
        self.said = {1: b'', 2: b''}
        self.over = asyncio.get_running_loop().create_future()
        self.order = []

    def pipe_data_received(self, fd, data):
        self.said[fd] += data

    def pipe_connection_lost(self, fd, error):
        self.order.append('pipe')

    def process_exited(self):
        self.order.append('exited')

    def connection_lost(self, error):
        self.over.set_result(error)


async def main():
    loop = asyncio.get_running_loop()
    transport, protocol = await loop.subprocess_shell(Told, 'cat; echo oh >&2; exit 3')
    print(transport.get_pid() > 0, transport.get_returncode())
    stdin = transport.get_pipe_transport(0)
    stdin.write(b'to be said')
    stdin.close()
    print(await protocol.over, protocol.said, transport.get_returncode())
    print(sorted(protocol.order), transport.is_closing())
    for number, stop in enumerate(('terminate', 'kill', 'send_signal')):
        transport, protocol = await loop.subprocess_exec(
            Told, 'sleep', '60', stdin=None, stdout=None, stderr=None)
        getattr(transport, stop)(*([signal.SIGINT] if stop == 'send_signal' else []))
        await protocol.over
        print(stop, transport.get_returncode(), transport.get_pipe_transport(1))
    transport.close()
    try:
        transport.kill()
    except ProcessLookupError:
        print('it has ended')
    process = await asyncio.create_subprocess_shell('exit 5')
    print(await process.wait(), process.returncode)
    for wrong in (dict(shell=False), dict(bufsize=1), dict(universal_newlines=True)):
        try:
            await loop.subprocess_shell(Told, 'true', **wrong)
        except ValueError as error:
            print(error)


asyncio.run(main())
