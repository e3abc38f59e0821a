# Depth that grows in native code: comparing and printing a list nested a hundred thousand deep.
# ends: code 0
deep = []
for _ in range(100_000):
    deep = [deep]
for act in (repr, lambda value: value == [value]):
    try:
        act(deep)
        print("done")
    except RecursionError as error:
        print("caught:", type(error).__name__)
print("end", flush=True)
while deep:
    deep = deep.pop()
