"""A server of JSON over HTTP, for a client in another process. Prints the CPU time that it took."""
import asyncio
import json
import sys
import time

CLIENT = r'''
import socket, sys
port = int(sys.argv[1])
sockets = [socket.create_connection(("127.0.0.1", port)) for _ in range(16)]
body = b'{"a": [1, 2, 3], "b": "x"}'
head = b"POST /a HTTP/1.1\r\nHost: x\r\nAccept: */*\r\nContent-Length: %d\r\n\r\n" % len(body)
for _ in range(500):
    for each in sockets:
        each.sendall(head + body)
    for each in sockets:
        got = b""
        while not got.endswith(b"]]}"):
            got += each.recv(4096) or sys.exit("the server is gone")
'''


async def handle(reader, writer):
    while await reader.readline():
        headers = {}
        while (line := await reader.readline()) not in (b"\r\n", b""):
            name, _, value = line.decode().partition(":")
            headers[name.strip().lower()] = value.strip()
        body = json.loads(await reader.readexactly(int(headers["content-length"])))
        rows = [[i, str(i)] for i in range(30)]
        out = json.dumps({"got": body, "headers": headers, "rows": rows}).encode()
        head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
        writer.write((head % len(out)).encode() + out)
        await writer.drain()
    writer.close()


async def main():
    server = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    client = await asyncio.create_subprocess_exec(sys.executable, "-c", CLIENT, str(port))
    began = time.process_time()
    await client.wait()
    print("cpu", time.process_time() - began)
    server.close()


asyncio.run(main())
