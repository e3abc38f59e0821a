# Two callbacks fail, and nobody catches their exceptions.
import asyncio


def count(jar):
    print("coins:", jar["coins"])


def serve():
    print("serve the next guest")


def hire(loop):
    print("hire somebody for trouble")
    loop.set_exception_handler(report)


def share(coins, guests):
    print("each gets", coins / guests)


def lock_up(loop):
    print("lock up")
    loop.stop()


def report(loop, context):
    print("trouble:", type(context["exception"]).__name__)


loop = asyncio.new_event_loop()
loop.call_soon(count, {"buttons": 7})
loop.call_soon(serve)
loop.call_soon(hire, loop)
loop.call_soon(share, 10, 0)
loop.call_soon(lock_up, loop)
loop.run_forever()
loop.close()
