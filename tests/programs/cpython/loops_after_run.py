# asyncio.run leaves no current loop behind; inside it there is one.
import asyncio


async def main():
    print(asyncio.get_event_loop() is asyncio.get_running_loop())


asyncio.run(main())
try:
    asyncio.get_event_loop()
except RuntimeError as error:
    print(error)
policy = asyncio.get_event_loop_policy()
loop = policy.new_event_loop()
policy.set_event_loop(loop)
print(asyncio.get_event_loop() is loop, policy.get_event_loop() is loop)
loop.close()
print("a closed loop is still the current one:", asyncio.get_event_loop() is loop)
