"""The annotations of a class are in its namespace before it is made: metaclasses and others read them there."""
import asyncio
import dataclasses
import typing


class Fields(type):
    def __new__(mcls, name, bases, namespace, **keywords):
        print(name, namespace.get('__annotations__'), sorted(keywords))
        return super().__new__(mcls, name, bases, namespace)

    def __init__(cls, name, bases, namespace, **keywords):
        super().__init__(name, bases, namespace)


class Job(metaclass=Fields, table='jobs'):
    number: int
    delay: 'float' = 0.5


class Late(Job):
    result: list[str]


class Pair(typing.NamedTuple):
    first: int
    second: str = 'b'


@dataclasses.dataclass(slots=True)
class Step:
    name: str
    delay: float = 0.01

    async def take(self):
        await asyncio.sleep(self.delay)
        return self


print(Late.__dict__['__annotations__'], Job.__annotations__)
print(Pair(1), Pair.__annotations__, Step.__dict__['__annotations__'])
print(asyncio.run(Step('one').take()))
try:
    class Wrong:
        other: NotThere
except NameError as error:
    print('NameError', error)
