# A callback wants an answer at once, and runs a loop inside the loop.
import asyncio


async def fetch():
    print("fetch: here is the page")
    return "page"


def impatient():
    coroutine = fetch()
    try:
        print("got", loop.run_until_complete(coroutine))
    except RuntimeError as error:
        print("impatient:", error)
        coroutine.close()
    other = asyncio.new_event_loop()
    try:
        other.run_forever()
    except RuntimeError as error:
        print("impatient:", error)
    other.close()


def patient():
    future = loop.create_task(fetch())
    future.add_done_callback(show)
    print("patient: I can wait")


def show(future):
    print("patient: got", future.result())
    loop.stop()


loop = asyncio.new_event_loop()
loop.call_soon(impatient)
loop.call_soon(patient)
loop.run_forever()
loop.close()
