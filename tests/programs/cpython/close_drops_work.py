# close() throws away what is queued, and may be called again; a running loop refuses it.
import asyncio

loop = asyncio.new_event_loop()


def try_to_close():
    try:
        loop.close()
    except RuntimeError as error:
        print(error)


loop.call_soon(try_to_close)
loop.call_soon(loop.stop)
loop.run_forever()
loop.call_soon(print, "never")
loop.call_later(0, print, "never")
print(loop.is_closed())
loop.close()
print(loop.is_closed())
loop.close()
print("closed twice")
