"""A stand-in for a board's `network`: an interface that is connected, because the machine is."""

STA_IF, AP_IF = 0, 1
STAT_IDLE, STAT_CONNECTING, STAT_WRONG_PASSWORD, STAT_NO_AP_FOUND, STAT_GOT_IP = 0, 1, 2, 3, 5

_country = ['XX']
_hostname = ['loopscope']


class WLAN:
    """Connects at once to whatever is named. Sockets use the machine's own network."""

    IF_STA, IF_AP = STA_IF, AP_IF
    PM_NONE, PM_PERFORMANCE, PM_POWERSAVE = 0, 1, 2

    def __init__(self, interface=STA_IF):
        self._active = False
        self._name = None
        self._config = {'mac': b'\x02loop\x00', 'channel': 1, 'txpower': 0, 'pm': 0}

    def active(self, state=None):
        if state is None:
            return self._active
        self._active = bool(state)

    def connect(self, ssid=None, key=None, **options):
        self._name = ssid

    def disconnect(self):
        self._name = None

    def isconnected(self):
        return self._active and self._name is not None

    def status(self, what=None):
        if what == 'rssi':
            return -50
        return STAT_GOT_IP if self.isconnected() else STAT_IDLE

    def scan(self):
        return []

    def ifconfig(self, given=None):
        if given is None:
            return ('127.0.0.1', '255.0.0.0', '127.0.0.1', '127.0.0.1')

    def ipconfig(self, *args, **options):
        if args:
            return {'addr4': ('127.0.0.1', '255.0.0.0'), 'gw4': '127.0.0.1'}.get(args[0])

    def config(self, *names, **options):
        self._config.update(options)
        if names:
            if names[0] in ('ssid', 'essid'):
                return self._name
            return self._config[names[0]]


def country(code=None):
    if code is None:
        return _country[0]
    _country[0] = code


def hostname(name=None):
    if name is None:
        return _hostname[0]
    _hostname[0] = name


def ipconfig(*args, **options):
    pass
