# The interpreter's own errors have MicroPython's words.
import math


def none(): pass
def one(a): pass
def two(a, b): pass
def default(a, b=1): pass


class Lamp:
    def dim(self, level): pass


class Plain: pass


def unpack(it):
    a, b = it


def loop(it):
    for _ in it: pass


def put(it, key, value):
    it[key] = value


def unbound():
    print(later)
    later = 1


def fail(what):
    raise what


def name_it(source):
    exec(source)


for text in """1/0
1.0//0
0**-1
int('x')
int('z', 16)
float('x')
int(None)
float([])
nowhere
one()
two(1)
none(1)
one(1, 2)
default()
default(1, 2, 3)
one(b=1)
one(1, a=2)
Lamp().dim()
Lamp().dim(1, 2)
Lamp.dim()
len()
1 + 'a'
'a' + 1
[] + 1
None + 1
1 - 'a'
'a' / 2
2**'a'
'a' % 1
1 << 'a'
1 & 'a'
() + []
Plain() + 1
-'a'
~1.5
1 < 'a'
None < None
1 >= None
1()
None()
Plain()()
loop(1)
list(1)
next(1)
sum(['a'])
max([])
any(1)
1[0]
Plain()[0]
[1]['a']
'a'['b']
[1][5]
{'a': 1}['b']
{[]: 1}
hash([])
put('a', 0, 1)
put([1], 5, 1)
Plain().x
None.x
__import__('nope')
name_it('from math import nope')
[].pop()
[1].pop(5)
[1].remove(2)
(1,).index(2)
'a'.index('b')
'%d%d' % 1
'%d' % (1, 2)
'{:d}'.format('a')
'}'.format()
chr(-1)
ord('ab')
len(1)
abs('a')
bytes(['a'])
range('a')
range(1, 2, 0)
eval('1+')
unpack([1])
unpack([1, 2, 3])
unpack(1)
fail(1)
unbound()
[1, 2, 3][::0]
math.sqrt(-1)
math.log(0)""".split("\n"):
    try:
        eval(text)
        print(text, "is fine")
    except Exception as e:
        print(text, "->", e)

# What a program says itself stays as it is.
class Own(ValueError):
    pass


for error in (ValueError("no such lamp"), Own("division by zero"), TypeError("x", "is not callable")):
    try:
        raise error
    except Exception as e:
        print(e, e.args, repr(e))

try:
    1 + "a"
except TypeError as e:
    print(e.args, e.value, repr(e))
