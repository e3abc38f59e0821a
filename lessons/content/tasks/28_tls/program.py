# A server that proves who it is, and a client that asks for the proof.
import asyncio
import ssl
import tempfile

# Made for this lesson, and good for nothing else.
PEM = """\
-----BEGIN PRIVATE KEY-----
MIGHAgEAMBMGByqGSM49AgEGCCqGSM49AwEHBG0wawIBAQQgTF4fZhCgNCT4DWka
UnSJtw/iB+H5CJy2r3iHYISif9uhRANCAAS1KUgWJ8u6B071DhG8u8jwI/IH89Ur
/8owaa4Opdlbz0Y1Kyw0cEUynpxa5P0mGWZUHyzXoib+u4H9RpNvQCQY
-----END PRIVATE KEY-----
-----BEGIN CERTIFICATE-----
MIIBjjCCATWgAwIBAgIUaLEFetmIHKWYTIQClRHUbHCh2q8wCgYIKoZIzj0EAwIw
ETEPMA0GA1UEAwwGbGVzc29uMCAXDTI2MTEyOTEwMzUyMFoYDzIxMjYxMTA1MTAz
NTIwWjARMQ8wDQYDVQQDDAZsZXNzb24wWTATBgcqhkjOPQIBBggqhkjOPQMBBwNC
AAS1KUgWJ8u6B071DhG8u8jwI/IH89Ur/8owaa4Opdlbz0Y1Kyw0cEUynpxa5P0m
GWZUHyzXoib+u4H9RpNvQCQYo2kwZzAdBgNVHQ4EFgQUy4fiuDPn3Qdcwlpspb3W
PRogltEwHwYDVR0jBBgwFoAUy4fiuDPn3Qdcwlpspb3WPRogltEwDwYDVR0TAQH/
BAUwAwEB/zAUBgNVHREEDTALgglsb2NhbGhvc3QwCgYIKoZIzj0EAwIDRwAwRAIg
FLRQ5MaS+HyBVK7TAQKU6Q0VYXFy/hPwiy7fx9CTi0MCIFlD9QhEErkp4cSAwVR0
kXOwhp6sqhyQx4+ouLAzGtrw
-----END CERTIFICATE-----
"""


async def greet(reader, writer):
    name = await reader.readline()
    writer.write(b"hello " + name)
    writer.close()


async def main():
    with tempfile.NamedTemporaryFile("w", suffix=".pem") as file:
        file.write(PEM)
        file.flush()
        ours = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        ours.load_cert_chain(file.name)
    theirs = ssl.create_default_context(cadata=PEM[PEM.index("-----BEGIN CERT"):])
    server = await asyncio.start_server(greet, "127.0.0.1", 0, ssl=ours)
    host, port = server.sockets[0].getsockname()
    reader, writer = await asyncio.open_connection(
        host, port, ssl=theirs, server_hostname="localhost"
    )
    print("main: connected")
    writer.write(b"Ada\n")
    print("main: heard", (await reader.readline()).decode().strip())
    writer.close()
    await writer.wait_closed()
    server.close()


asyncio.run(main())
