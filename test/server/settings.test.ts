/** Settings that can be tested without a process. */
import { admitsAnonymous } from '../../src/server/authentication';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseEnv } from 'node:util';
import { readSettings } from '../../src/server/settings';

describe('names', () => {
  it.each([
    ['NSYNC_SCHEMA', 'NSYNC_SCHEMAS'],
    ['NSYNC_EXCLUDES', 'NSYNC_EXCLUDE'],
    ['NSYNC_MAXROWS', 'NSYNC_MAX_ROWS'],
    ['NSYNC_KEEP_RUN_DAYS', 'NSYNC_KEEP_RUNS_DAYS'],
  ])('%s is %s misspelt', (given, meant) => {
    expect(() => readSettings({ [given]: 'x' })).toThrow(`There is no setting ${given}. Did you mean ${meant}?`);
  });

  it.each(['NSYNC_TESTED_MYSQL', 'NSYNC_PROPERTY_RUNS', 'NSYNC_SCREENSHOT', 'NSYNC_PASSWORD'])(
    '%s is none of ours',
    (name) => expect(readSettings({ [name]: 'x' }).port).toBe(4000),
  );
});

describe('NSYNC_MAX_ROWS', () => {
  it.each([
    ['1', 1_500_000],
    ['10000', 1_500_000],
    ['100000', 15_000_000],
    ['0', 0],
  ])('%s: a request may have %i values, so that calls of so many rows are accepted', (rows, values) => {
    expect(readSettings({ NSYNC_MAX_ROWS: rows }).limits.requestValues).toBe(values);
  });
});

describe('NSYNC_METRICS_PORT', () => {
  it('is none if it is empty, and 0 is any', () => {
    expect(readSettings({ NSYNC_METRICS_PORT: '' })).toMatchObject({ metricsPort: null, metricsHost: '127.0.0.1' });
    const given = { NSYNC_METRICS_PORT: '0', NSYNC_METRICS_HOST: '[::]' };
    expect(readSettings(given)).toMatchObject({ metricsPort: 0, metricsHost: '::' });
    expect(() => readSettings({ NSYNC_METRICS_PORT: '70000' })).toThrow('NSYNC_METRICS_PORT must be a whole number');
  });
});

describe('OTEL_EXPORTER_OTLP_ENDPOINT', () => {
  const common = 'OTEL_EXPORTER_OTLP_ENDPOINT';
  const own = 'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT';
  it.each([
    [{}, null],
    [{ [common]: 'http://c:4318' }, 'http://c:4318/v1/traces'],
    [{ [common]: 'http://c:4318/otlp/' }, 'http://c:4318/otlp/v1/traces'],
    [{ [common]: 'http://c:4318', [own]: 'https://t/spans' }, 'https://t/spans'],
  ])('%j: traces go to %s', (environment, url) => {
    expect(readSettings(environment).tracesUrl).toBe(url);
  });

  it.each([common, own])('%s must be a URL', (name) => {
    expect(() => readSettings({ [name]: 'collector:4317' })).toThrow(
      `${name} must be the URL of a collector, such as http://127.0.0.1:4318, not "collector:4317"`,
    );
  });
});

describe('HOST', () => {
  it.each([
    ['127.0.0.1', '127.0.0.1'],
    ['127.1.2.3', '127.1.2.3'],
    ['LOCALHOST', 'LOCALHOST'],
    ['::1', '::1'],
    ['[::1]', '::1'],
    ['0:0:0:0:0:0:0:1', '0:0:0:0:0:0:0:1'],
    ['::ffff:127.0.0.1', '::ffff:127.0.0.1'],
  ])('%s is this machine', (given, host) => {
    expect(readSettings({ HOST: given }).host).toBe(host);
  });

  it.each(['0.0.0.0', '::', '[::]', '::ffff:10.0.0.1', '128.0.0.1', 'localhost.example.org', '127.0.0.1.example.org'])(
    '%s is not, so that requests without a token are refused',
    (given) => {
      const settings = readSettings({ HOST: given });
      expect(settings.host).toBe(given.replace(/[[\]]/g, ''));
      expect(admitsAnonymous(settings)).toBe(false);
      expect(admitsAnonymous(readSettings({ HOST: given, NSYNC_INSECURE: '1' }))).toBe(true);
      expect(admitsAnonymous(readSettings({}))).toBe(true);
    },
  );
});

describe('NSYNC_TRUST_PROXY', () => {
  it.each([
    ['', []],
    ['loopback, 10.0.0.0/8', ['loopback', '10.0.0.0/8']],
    ['192.0.2.7,2001:DB8::/32,uniquelocal', ['192.0.2.7', '2001:db8::/32', 'uniquelocal']],
  ])('%j lists proxies', (given, proxies) => {
    expect(readSettings({ NSYNC_TRUST_PROXY: given }).trustedProxies).toEqual(proxies);
  });

  it.each(['true', '1', '*', 'proxy.example.com', '10.0.0.0/33', '::1/129', '10.0.0.0/', '10.0.0'])(
    '%s names no proxy',
    (given) => {
      expect(() => readSettings({ NSYNC_TRUST_PROXY: given })).toThrow(
        `loopback, linklocal, uniquelocal, not "${given}"`,
      );
    },
  );
});

describe('NSYNC_JWT_*', () => {
  const required = {
    NSYNC_JWT_ISSUER: 'https://id.example.com',
    NSYNC_JWT_AUDIENCE: 'https://nsync.example.com',
    NSYNC_JWT_JWKS: 'https://id.example.com/jwks',
  };
  const read = (changed: Readonly<Record<string, string>> = {}): ReturnType<typeof readSettings>['identityProvider'] =>
    readSettings({ ...required, ...changed }).identityProvider;

  it('are not needed', () => expect(readSettings({ NSYNC_JWT_ISSUER: ' ' }).identityProvider).toBeNull());

  it('have defaults', () => {
    expect(read()).toEqual({
      issuer: 'https://id.example.com',
      audience: 'https://nsync.example.com',
      jwks: new URL('https://id.example.com/jwks'),
      algorithms: ['RS256', 'ES256', 'EdDSA'],
      nameClaim: 'sub',
      scopeClaim: 'scope',
      scopes: null,
    });
  });

  it.each(Object.keys(required))('%s is missing', (name) => {
    expect(() => read({ [name]: '' })).toThrow(new RegExp(`^NSYNC_JWT_\\w+ has no effect without ${name}. Set these`));
  });

  it.each(['ALGORITHMS', 'NAME_CLAIM', 'SCOPE_CLAIM', 'SCOPES'])('NSYNC_JWT_%s alone is refused', (name) => {
    expect(() => readSettings({ [`NSYNC_JWT_${name}`]: 'RS256' })).toThrow(
      `NSYNC_JWT_${name} has no effect without NSYNC_JWT_ISSUER, NSYNC_JWT_AUDIENCE and NSYNC_JWT_JWKS`,
    );
  });

  it.each(['none', 'HS256', 'RS256,HS512', 'rs256'])('the algorithm %s is refused', (algorithms) => {
    expect(() => read({ NSYNC_JWT_ALGORITHMS: algorithms })).toThrow(/^NSYNC_JWT_ALGORITHMS lists names of RS256, /);
  });

  it.each(['http://localhost:8080/jwks', 'http://127.0.0.1/jwks', 'http://[::1]:8080/jwks'])('keys of %s', (url) => {
    expect(read({ NSYNC_JWT_JWKS: url })?.jwks.href).toBe(url);
  });

  it('keys of a file', () => {
    expect(read({ NSYNC_JWT_JWKS: 'keys/jwks.json' })?.jwks).toEqual(pathToFileURL(join(process.cwd(), 'keys/jwks.json'))); // prettier-ignore
  });

  it.each([
    ['http://id.example.com/jwks', /must be an https URL .* Only loopback addresses may use http/],
    ['http://127.0.0.1.example.com/jwks', /Only loopback/],
    ['ftp://id.example.com/jwks', /must be an https URL/],
    ['file:///etc/passwd', /must be an https URL/],
    ['https://', /must be an https URL/],
    ['https://me:topsecret@id.example.com/jwks', /^NSYNC_JWT_JWKS must be a URL without a user and a password$/],
  ])('no keys of %s', (url, message) => expect(() => read({ NSYNC_JWT_JWKS: url })).toThrow(message));

  it('map values to scopes', () => {
    const scopes = read({ NSYNC_JWT_SCOPES: '{"hr-writers": ["sync:HRSystem/*:cu", "read"]}' })?.scopes;
    expect(scopes?.get('hr-writers')).toEqual([
      { kind: 'sync', system: 'HRSystem', models: null, flags: 'cu' },
      { kind: 'read' },
    ]);
  });

  it.each(['hr-writers', '[]', '{}', 'null', '7', '{"hr": "read"}', '{"hr": [1]}'])('%s maps no values', (text) => {
    expect(() => read({ NSYNC_JWT_SCOPES: text })).toThrow(
      'NSYNC_JWT_SCOPES must be a JSON object of values and their scopes, such as {"hr-writers": ["sync:HRSystem/*:cu"]}',
    );
  });

  it('map values to scopes that exist', () => {
    expect(() => read({ NSYNC_JWT_SCOPES: '{"hr": ["write"]}' })).toThrow(
      'NSYNC_JWT_SCOPES: scope "write" of "hr": there is no such scope',
    );
  });
});

describe('.env.example', () => {
  const root = join(__dirname, '../..');
  const example = parseEnv(readFileSync(join(root, '.env.example'), 'utf8')) as Record<string, string>;

  it('has the defaults', () => {
    expect(readSettings(example)).toEqual(readSettings({}));
  });

  it('makes models of the tables when a database is filled in, and no demo tables', () => {
    expect(readSettings({ ...example, DATABASE_URL: 'postgres://root@127.0.0.1/shop' }).models).toBeNull();
  });

  it('lists every setting of the documentation', () => {
    const documented = readFileSync(join(root, 'docs/configuration.md'), 'utf8').matchAll(/^\| `([A-Z_]+)`/gm);
    expect(Object.keys(example).sort()).toEqual([...documented].map(([, name]) => name).sort());
  });
});
