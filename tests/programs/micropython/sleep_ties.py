# Equal sleeps end in the order in which they began, however many there are.
import asyncio

order = []


async def sleeper(number):
    await asyncio.sleep_ms(30)
    order.append(number)


async def main():
    tasks = [asyncio.create_task(sleeper(number)) for number in range(50)]
    for task in tasks:
        await task
    print(order == list(range(50)), len(order))
    print(order[:10])


asyncio.run(main())
