# What does not parse is "invalid syntax"; `exec` in a function works on the module; a number is a
# stream by its value; `%` of bytes takes anything as text.
import select
import sys


def f():
    hidden = 5
    exec("made = 9")
    try:
        print(eval("hidden"))
    except NameError as e:
        print(repr(e))


f()
print(made)
for text in ("foo(", "x = [1, ", '"abc', "1 +", "a b", ")", "f(]"):
    for run in (eval, exec):
        try:
            run(text)
        except SyntaxError as e:
            print(repr(e))
print(b"%s" % 5, b"%s" % None, b"%s" % [1], b"%s-%d" % (b"a", 3))
poll = select.poll()
for number in (300, -1):
    try:
        poll.register(number, 1)
        poll.unregister(number)
        poll.modify(number, 1)
    except (OSError, ValueError) as e:
        print(repr(e))


class Named:
    name = "put there"


sys.modules["put_there"] = Named
import put_there

print(put_there.name)


class First(dict):
    def __getitem__(self, key):
        return "first"


print(First({1: 2}) == {1: 2}, {1: 2} != First({1: 2}), First({1: 2}) == {1: 3})
