# A loop is closed while a task still waits.
import asyncio
import gc


async def paint():
    try:
        print("paint: the first coat")
        await asyncio.sleep(2)
        print("paint: the second coat")
    finally:
        print("paint: wash the brush")


def report(loop, context):
    print("handler:", context["message"])


loop = asyncio.new_event_loop()
loop.set_exception_handler(report)
painting = loop.create_task(paint())
loop.call_later(1, loop.stop)
loop.run_forever()
print("close the shop")
loop.close()
print("is it done?", painting.done())
painting = None
gc.collect()
print("the end")
