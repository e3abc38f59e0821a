# Which class and which words a text that does not parse has, and its place in a traceback: bad indentation
# is an IndentationError only where a line is too far in or fits no line above.
import io
import sys

texts = (
    "if 1:\n    x = 1\n      y = 2\n",
    "x = 1\n  y = 2\n",
    "if 1:\n    if 1:\n        x = 1\n      y = 2\n",
    "if 1:\nx = 1\n",
    "def f():\n",
    "class A:\n# nothing\n",
    "try:\n    pass\n",
    "x = (1\n",
    "x = 'abc\n",
    "1 = x", "f() = 1", "(a, b) += 1", "None = 1", "a, *b, *c = d", "*a = 1", "for 1 in a: pass",
    "del f()", "break", "continue", "while 1:\n    def f(): break",
    "return 5", "yield", "await x", "async with x: pass",
    "f(**a, *b)", "f(a=1, 2)", "f(**a, b)", "f(1=2)", "print(*a, **b, *c)",
    "def f(a=1, b): pass", "lambda a, a: 1",
    "def f():\n    nonlocal x", "nonlocal x", "def f():\n    x = 1\n    global x",
    "def f():\n    x = 1\n    nonlocal x",
    "import *", "def f():\n    from x import *", "{1: 2, 3}", "*a",
    "08", "1a", "0b2", "0xg", "5.x", "f'{}'", "f'{'", "print 1", "if x = 1: pass", "raise from x",
    "try: pass\nexcept: pass\nexcept A: pass",
)


def show(e):
    told = io.StringIO()
    sys.print_exception(e, told)
    # Where this file is does not matter.
    print("\n".join(line for line in told.getvalue().split("\n") if ".py" not in line))


for text in texts:
    try:
        compile(text, "text.py", "exec")
    except SyntaxError as e:
        print(type(e), e, e.args)
for text in texts[1], texts[8]:
    try:
        exec(text)
    except SyntaxError as e:
        show(e)
try:
    exec("def f():\n    g()\n\ndef g():\n    1 / 0\n\nf()")
except ZeroDivisionError as e:
    show(e)
# A tab goes to the next eighth column.
exec("if 1:\n\tprint('tab')\n        print('spaces')\nif 1:\n  if 1:\n\tprint('deeper')\n")
