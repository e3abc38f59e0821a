# The default handler writes to the log and nothing else happens: the loop runs on.
import asyncio

loop = asyncio.new_event_loop()


def bad():
    print("about to fail")
    1 / 0


loop.call_soon(bad)
loop.call_soon(print, "the next callback runs")
loop.call_soon(loop.stop)
loop.run_forever()
print("handler:", loop.get_exception_handler())
for wrong in (5, "text"):
    try:
        loop.set_exception_handler(wrong)
    except TypeError as error:
        print(error)
loop.close()
