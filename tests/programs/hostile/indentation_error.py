# An indentation that fits nowhere.
# ends: code 1
def fine():
    return 1
  return 2
