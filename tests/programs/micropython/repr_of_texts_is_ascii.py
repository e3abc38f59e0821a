# The repr of a text has nothing but ASCII in it, wherever it stands; so has that of bytes.
from collections import namedtuple

texts = ["caf\u00e9", "\x80\xa0\xad", "\u20ac\u2028", "\U0001f600", "\n\r\t\0\x1b\x7f", "\\", "it's", 'say "it"', "'\""]
for text in texts:
    data = text.encode()
    print(repr(text), [text], {text: text}, (text,), "%r" % text, "{!r}".format(text), f"{text!r}")
    print(repr(data), [data], str(data), bytearray(data), [bytearray(data)], "%s" % (data,))
print(texts[0], "%s" % texts[0], "{}".format(texts[0]), [texts[0]][0])
print(ValueError(texts[0]), repr(ValueError(texts[0])), [KeyError(texts[3])])
try:
    {}[texts[0]]
except KeyError as e:
    print(e, repr(e))
print(namedtuple("Point", "name")(texts[0]), memoryview(b"abc"))



class Shown(str):
    def __repr__(self):
        return "<shown>"


print([Shown(texts[0])], Shown("a"))
