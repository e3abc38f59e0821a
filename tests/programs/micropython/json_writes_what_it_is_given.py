# `json.dumps` escapes only control characters, writes what JSON has not as it is printed, and has no options
# but the separators; `json.loads` knows no NaN and takes line ends in a text.
import json


class Own:
    def __repr__(self):
        return "Own()"


for value in (
    "caf\u00e9 \u20ac \U0001f600 \x7f\x1f\b\"\\/",
    float("nan"),
    [float("inf"), -float("inf"), 1e16, 1.0],
    {1: 2},
    {1.5: None},
    {(1, 2): [b"bytes"]},
    {Own(): Own()},
    {"k": {3}},
    range(3),
    (1, (2, [])),
    True,
):
    print(json.dumps(value))
print(json.dumps([1, {"a": 2}], separators=(",", ":")))
for wrong in (
    lambda: json.dumps({}, indent=2),
    lambda: json.dumps({}, sort_keys=True),
    lambda: json.loads("NaN"),
    lambda: json.loads("[Infinity]"),
    lambda: json.loads(5),
    lambda: json.loads("nul"),
):
    try:
        print(wrong())
    except Exception as e:
        print(repr(e))
print(json.loads('"a\nb"'), json.loads(b"[1]"), json.loads(bytearray(b"{}")))
