# Three ways to get at a loop: make one, ask for the one that runs, set one for later.
import asyncio


def running():
    try:
        return "the first" if asyncio.get_running_loop() is first else "another"
    except RuntimeError as error:
        return error


def ask(name):
    print(name, "hears:", running())


first = asyncio.new_event_loop()
second = asyncio.new_event_loop()
print("outside:", running())
first.call_soon(ask, "first")
first.call_soon(first.stop)
first.run_forever()
second.call_soon(ask, "second")
second.call_soon(second.stop)
second.run_forever()
asyncio.set_event_loop(second)
print("set:", asyncio.get_event_loop() is second)
print("outside:", running())
first.close()
second.close()
