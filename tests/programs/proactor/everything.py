"""Streams, sockets, datagrams, pipes, a process, a signal and an executor: the same on both kinds of loop."""
import asyncio
import os
import signal
import socket
import subprocess
import tempfile


async def shout(reader, writer):
    writer.write((await reader.readline()).upper())
    await writer.drain()
    writer.close()


async def streams():
    server = await asyncio.start_server(shout, '127.0.0.1', 0)
    address = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(*address)
    writer.write(b'hello\n')
    print(await reader.read())
    writer.close()
    server.close()
    await server.wait_closed()
    try:
        await asyncio.open_connection(*address)
    except ConnectionRefusedError as error:
        print('refused', error.errno == 111)


async def unix_sockets():
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, 'socket')
        server = await asyncio.start_unix_server(shout, path)
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'by a path\n')
        print(await reader.read())
        writer.close()
        server.close()
        await server.wait_closed()
        try:
            await asyncio.open_unix_connection(os.path.join(folder, 'none'))
        except FileNotFoundError:
            print('nobody there')


async def late(loop):
    """What comes for somebody who has just given up is there for the next."""
    one, two = socket.socketpair()
    one.setblocking(False)
    for number in range(20):
        waiting = asyncio.create_task(loop.sock_recv(one, 100))
        await asyncio.sleep(0)
        two.send(b'%02d' % number)
        waiting.cancel()
        got = b'' if (await asyncio.wait([waiting])) and waiting.cancelled() else waiting.result()
        while len(got) < 2:
            got += await loop.sock_recv(one, 1)
        if got != b'%02d' % number:
            print('lost', number, got)
    one.close()
    two.close()


async def sockets(loop):
    one, two = socket.socketpair()
    one.setblocking(False)
    two.setblocking(False)
    waiting = asyncio.create_task(loop.sock_recv(one, 10))
    await asyncio.sleep(0.01)
    await loop.sock_sendall(two, b'five!')
    print(await waiting)
    given_up = asyncio.create_task(loop.sock_recv(one, 10))
    await asyncio.sleep(0.01)
    given_up.cancel()
    await asyncio.wait([given_up])
    print(given_up.cancelled())

    async def take_all(left):
        while left:
            left -= len(await loop.sock_recv(one, 65536))
        return 'all of it'

    much = bytes(1_000_000)
    sending = loop.sock_sendall(two, much)
    print((await asyncio.gather(take_all(len(much)), sending))[0])
    room = bytearray(4)
    await loop.sock_sendall(two, b'into')
    print(await loop.sock_recv_into(one, room), room)
    one.close()
    two.close()


async def datagrams(loop):
    got = loop.create_future()

    class Hears(asyncio.DatagramProtocol):
        def datagram_received(self, data, address):
            got.set_result(data)

    hears, _ = await loop.create_datagram_endpoint(Hears, local_addr=('127.0.0.1', 0))
    tells, _ = await loop.create_datagram_endpoint(
        asyncio.DatagramProtocol, remote_addr=hears.get_extra_info('sockname'))
    tells.sendto(b'datagram')
    print(await got)
    tells.close()
    hears.close()


async def pipes(loop):
    read_end, write_end = os.pipe()
    reader = asyncio.StreamReader()
    reads, _ = await loop.connect_read_pipe(
        lambda: asyncio.StreamReaderProtocol(reader), open(read_end, 'rb'))
    writes, _ = await loop.connect_write_pipe(asyncio.Protocol, open(write_end, 'wb'))
    writes.write(b'through a pipe\n')
    print(await reader.readline())
    writes.close()
    print(await reader.read())
    reads.close()


async def main():
    loop = asyncio.get_running_loop()
    await streams()
    await unix_sockets()
    await late(loop)
    await sockets(loop)
    await datagrams(loop)
    await pipes(loop)
    process = await asyncio.create_subprocess_exec(
        'cat', stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    print(await process.communicate(b'through a process'), process.returncode)
    heard = asyncio.Event()
    loop.add_signal_handler(signal.SIGUSR1, heard.set)
    os.kill(os.getpid(), signal.SIGUSR1)
    await heard.wait()
    print(await loop.run_in_executor(None, sum, [1, 2, 3]))


asyncio.run(main())
