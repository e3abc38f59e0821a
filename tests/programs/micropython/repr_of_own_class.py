# A class of the program's own is shown without the name of its module.
class Motor:
    pass


class Stall(Exception):
    pass


print(Motor, type(Motor()), str(Motor())[:7])
try:
    raise Stall("left")
except Exception as e:
    print(type(e), e)
