# A hundred thousand lines as fast as possible.
# ends: code 0
for number in range(100_000):
    print("line", number)
