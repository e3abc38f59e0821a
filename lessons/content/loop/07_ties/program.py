# Four guests are asked for the same moment.
import asyncio


def arrive(name):
    print(name, "arrives")


loop = asyncio.new_event_loop()
noon = loop.time() + 1
loop.call_at(noon, arrive, "Ada")
loop.call_at(noon, arrive, "Ben")
loop.call_at(noon, arrive, "Cleo")
loop.call_at(noon, arrive, "Dan")
loop.call_at(noon + 1, loop.stop)
loop.run_forever()
loop.close()
