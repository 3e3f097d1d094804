"""Settings of the test bed, all taken from the environment."""

import json
import os
import pathlib


class SettingsError(Exception):
    pass


def _int(name, default):
    raw = os.environ.get(name, '')
    if not raw:
        return default
    try:
        return int(raw)
    except ValueError:
        raise SettingsError('%s must be a whole number, not %r' % (name, raw))


def _num(name, default):
    raw = os.environ.get(name, '')
    if not raw:
        return default
    try:
        return float(raw)
    except ValueError:
        raise SettingsError('%s must be a number, not %r' % (name, raw))


class Settings:
    """What up was given; seed, ctl and down then use the same values."""

    @classmethod
    def of_running(cls):
        s = cls()
        path = s.state / 'run' / 'settings.json'
        if path.exists():
            for key, value in json.loads(path.read_text()).items():
                if key != 'state':
                    setattr(s, key, value)
        return s

    def save(self):
        values = {k: v for k, v in vars(self).items() if k != 'state'}
        (self.state / 'run' / 'settings.json').write_text(
            json.dumps(values, indent=1) + '\n')

    def __init__(self):
        if not os.environ.get('STATE'):
            raise SettingsError('STATE is not set (use the scripts)')
        self.state = pathlib.Path(os.environ['STATE']).resolve()
        base = _int('PORT_BASE', 18700)
        self.keystone_port = _int('KEYSTONE_PORT', base)
        self.nova_port = _int('NOVA_PORT', base + 74)
        self.placement_port = _int('PLACEMENT_PORT', base + 78)
        self.control_port = _int('CONTROL_PORT', base + 99)
        self.bind = '127.0.0.1'
        hosts = os.environ.get('HOSTS', '')
        if hosts:
            self.hosts = [h for h in hosts.replace(',', ' ').split() if h]
        else:
            count = _int('HOST_COUNT', 6)
            self.hosts = ['sev-a%02d' % (n + 1) for n in range(count)]
        if not self.hosts:
            raise SettingsError('no compute hosts: set HOSTS or HOST_COUNT')
        if len(set(self.hosts)) != len(self.hosts):
            raise SettingsError('HOSTS holds a name twice')
        self.admin_password = os.environ.get('ADMIN_PASSWORD', 'lab-admin')
        self.user_password = os.environ.get('DEMO_PASSWORD', 'lab-demo')
        self.service_password = 'lab-service'
        self.region = 'RegionOne'
        self.token_ttl = _int('TOKEN_TTL', 3600)
        # -1: nova-api asks Keystone about every token, so a revoked or
        # expired one is refused at once. Nova's own default is 300.
        self.token_cache = _int('TOKEN_CACHE', -1)
        self.live_seconds = _num('LIVE_MIGRATION_SECONDS', 1.5)
        self.cold_seconds = _num('COLD_MIGRATION_SECONDS', 1.0)
        self.report_interval = _int('REPORT_INTERVAL', 3)
        self.service_down_time = _int('SERVICE_DOWN_TIME', 12)
        self.max_live = _int('MAX_CONCURRENT_LIVE_MIGRATIONS', 1)
        self.no_sev = os.environ.get('HOSTS_WITHOUT_SEV', '').replace(' ', ',')
        self.vcpus = _int('HOST_VCPUS', 64)
        self.memory_mb = _int('HOST_MEMORY_MB', 262144)
        self.sev_slots = _int('SEV_SLOTS', 15)
        self.debug = os.environ.get('DEBUG', '') in ('1', 'true', 'yes')
        self.start_timeout = _int('START_TIMEOUT', 180)
        self.resize_confirm_window = _int('RESIZE_CONFIRM_WINDOW', 0)

    @property
    def keystone_url(self):
        return 'http://%s:%d' % (self.bind, self.keystone_port)

    @property
    def auth_url(self):
        return self.keystone_url + '/v3'

    @property
    def nova_url(self):
        return 'http://%s:%d/v2.1' % (self.bind, self.nova_port)

    @property
    def placement_url(self):
        return 'http://%s:%d' % (self.bind, self.placement_port)

    @property
    def control_url(self):
        return 'http://%s:%d' % (self.bind, self.control_port)
