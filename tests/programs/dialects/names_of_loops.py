"""A loop's methods: some came with 3.7 and later."""
import asyncio

METHODS = '''sock_recv_into sock_recvfrom sock_recvfrom_into sock_sendto sock_sendfile sendfile start_tls
    shutdown_default_executor shutdown_asyncgens create_future'''
loop = asyncio.new_event_loop()
print([name for name in METHODS.split() if hasattr(loop, name)])
loop.close()
