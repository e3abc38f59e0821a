# Two withdrawals from one account. Between reading and writing there is an await.
import asyncio

balance = 100


async def withdraw(name, amount):
    global balance
    seen = balance
    print(name, "sees", seen)
    await asyncio.sleep(0)
    balance = seen - amount
    print(name, "leaves", balance)


async def main():
    await asyncio.gather(withdraw("Ada", 60), withdraw("Ben", 50))
    print("in the end:", balance)


asyncio.run(main())
