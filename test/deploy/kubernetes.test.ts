/** The manifests for Kubernetes: their schema, and what they guarantee. `npm run check:deploy` runs their containers. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';
import { readSettings } from '../../src/server/settings';
import { type Manifest, manifests, type Part, repositoryText } from '../support/deployFiles';

const ALL = manifests();
const named = (kind: string, name: string): Manifest => {
  const found = ALL.find((manifest) => manifest.kind === kind && manifest.metadata.name === name);
  if (!found) throw new Error(`there is no ${kind} ${name}`);
  return found;
};
const title = ({ file, kind, metadata }: Manifest): string => `${file}: ${kind} ${metadata.name}`;

interface Pod {
  readonly metadata: Manifest['metadata'];
  readonly spec: Part;
}

/** The pod template of a manifest of any kind. */
const podOf = ({ kind, metadata, spec }: Manifest): Pod | undefined =>
  kind === 'Pod' ? { metadata, spec } : ((spec?.jobTemplate?.spec.template ?? spec?.template) as Pod | undefined);

/** The content of a manifest that Kubernetes receives. */
const contentOf = (manifest: Manifest): object =>
  Object.fromEntries(Object.entries(manifest).filter(([name]) => name !== 'file'));

const PODS = ALL.flatMap((manifest) => {
  const pod = podOf(manifest);
  return pod ? [{ title: title(manifest), manifest, pod }] : [];
});

/** The module with the types of a version of the API. */
const moduleOf = (apiVersion: string): string => `kubernetes-models/${apiVersion}`;

/** The type errors of manifests: unknown fields, and values of a wrong type. */
function faultsOf(given: readonly Manifest[]): string[] {
  // In the repository, so that TypeScript finds the types.
  const folder = mkdtempSync(join(__dirname, '.kubernetes-'));
  try {
    const titles = new Map<string, string>();
    for (const [index, manifest] of given.entries()) {
      const path = join(folder, `manifest${index}.ts`);
      titles.set(path, title(manifest));
      const type = `I${manifest.kind}`;
      writeFileSync(path, `import type { ${type} } from '${moduleOf(manifest.apiVersion)}';\nexport const manifest: ${type} = ${JSON.stringify(contentOf(manifest))};\n`); // prettier-ignore
    }
    const program = ts.createProgram([...titles.keys()], {
      strict: true,
      noEmit: true,
      skipLibCheck: true,
      types: [],
      module: ts.ModuleKind.Node16,
      moduleResolution: ts.ModuleResolutionKind.Node16,
    });
    return ts.getPreEmitDiagnostics(program).map(
      ({ file, messageText }) => `${titles.get(file?.fileName ?? '')}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    ); // prettier-ignore
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Checks what types cannot express: required fields, formats, patterns. */
function validate(manifest: Manifest): void {
  // eslint-disable-next-line @typescript-eslint/no-require-imports -- the module has the manifest's own name
  const models = require(moduleOf(manifest.apiVersion)) as Record<string, new (data: object) => { validate(): void }>; // prettier-ignore
  new models[manifest.kind]!(contentOf(manifest)).validate();
}

describe('form', () => {
  it('has the fields of the API, with values of their types', () => {
    expect(faultsOf(ALL)).toEqual([]);
  });

  it.each(ALL.map((manifest) => [title(manifest), manifest] as const))('%s is valid', (_title, manifest) => {
    validate(manifest);
  });

  it('is checked', () => {
    const admin = named('Pod', 'nsync-admin');
    const [container] = admin.spec.containers;
    const faults = faultsOf([
      { ...admin, spec: { ...admin.spec, containers: [{ ...container, imge: 'x' }] } },
      { ...admin, spec: { ...admin.spec, restartPolicy: 1 } },
    ]);
    expect(faults).toEqual([
      expect.stringMatching(/^kubernetes\/admin\.yaml: Pod nsync-admin: .*imge.* does not exist/s),
      expect.stringMatching(/Type 'number' is not assignable to type/),
    ]);
    expect(() => validate({ ...admin, spec: { restartPolicy: 'Never' } })).toThrow(/containers/);
  });
});

describe.each(PODS.map(({ title: name, pod }) => [name, pod] as const))('%s', (_name, { spec }) => {
  it('runs without rights', () => {
    expect(spec.securityContext).toEqual({
      runAsNonRoot: true,
      runAsUser: 1000,
      runAsGroup: 1000,
      fsGroup: 1000,
      seccompProfile: { type: 'RuntimeDefault' },
    });
    expect(spec.containers[0].securityContext).toEqual({
      allowPrivilegeEscalation: false,
      readOnlyRootFilesystem: true,
      capabilities: { drop: ['ALL'] },
    });
    expect(spec.automountServiceAccountToken).toBe(false);
  });

  it('is not given variables that look like settings', () => {
    expect(spec.enableServiceLinks).toBe(false);
  });

  it('limits its memory, and asks for what it needs', () => {
    expect(spec.containers[0].resources).toEqual({
      requests: { cpu: expect.any(String), memory: expect.any(String) },
      limits: { memory: expect.any(String) },
    });
  });

  it('mounts the volumes that it has', () => {
    const mounted = spec.containers[0].volumeMounts.map(({ name }: { name: string }) => name);
    expect(mounted.sort()).toEqual(spec.volumes.map(({ name }: { name: string }) => name).sort());
  });

  it('runs the version of package.json', () => {
    const { version } = JSON.parse(repositoryText('package.json')) as { version: string };
    expect(spec.containers[0].image).toBe(`graphql-nsync:${version}`);
  });
});

describe('secrets', () => {
  const used = PODS.flatMap(({ pod }) => (pod.spec.volumes as { secret?: { secretName: string; items?: { key: string }[]; defaultMode: number } }[]).flatMap(({ secret }) => secret ?? [])); // prettier-ignore

  it('are keys of the example, or of the token that the page tells to make', () => {
    const example = named('Secret', 'nsync-database');
    for (const { secretName, items } of used.filter(({ secretName: name }) => name === 'nsync-database'))
      for (const { key } of items ?? []) expect([secretName, Object.keys(example.stringData!)]).toEqual([example.metadata.name, expect.arrayContaining([key])]); // prettier-ignore
    expect([...new Set(used.map(({ secretName }) => secretName))].sort()).toEqual(['nsync-database', 'nsync-nightly']);
  });

  it('are files that the user of the pod reads, and no other', () => {
    expect(new Set(used.map(({ defaultMode }) => defaultMode))).toEqual(new Set([0o440]));
  });

  it('are in no variable', () => {
    expect(JSON.stringify(ALL)).not.toContain('secretKeyRef');
  });
});

describe('the parts fit together', () => {
  const { spec: server } = named('Deployment', 'nsync');
  const labels = server.template.metadata.labels;

  it.each(['Service', 'PodDisruptionBudget'])('the %s selects the servers, and nothing else', (kind) => {
    const { spec } = named(kind, 'nsync');
    const selector = (spec.selector.matchLabels ?? spec.selector) as Record<string, string>;
    const selected = PODS.filter(({ pod }) =>
      Object.entries(selector).every(([name, value]) => pod.metadata.labels?.[name] === value),
    );
    expect(selected.map(({ manifest }) => title(manifest))).toEqual([title(named('Deployment', 'nsync'))]);
  });

  it('the Deployment selects its own pods', () => {
    expect(labels).toMatchObject(server.selector.matchLabels);
  });

  it('every pod is within the policy that refuses all', () => {
    const { podSelector, ingress } = named('NetworkPolicy', 'nsync').spec;
    expect(ingress).toEqual([]);
    for (const { pod } of PODS) expect(pod.metadata.labels).toMatchObject(podSelector.matchLabels);
  });

  it('a disruption leaves a server', () => {
    expect(server.replicas).toBeGreaterThan(named('PodDisruptionBudget', 'nsync').spec.minAvailable);
  });

  it('the settings are settings, and the pod waits until the server has stopped', () => {
    const { data } = named('ConfigMap', 'nsync-settings');
    const known = Object.keys(Object.fromEntries(repositoryText('.env.example').split('\n').map((line) => line.split('=')))); // prettier-ignore
    expect(Object.keys(data!).filter((name) => !known.includes(name))).toEqual([]);
    const { stopSeconds } = readSettings(data!);
    const [, preStop] = server.template.spec.containers[0].lifecycle.preStop.exec.command;
    expect(server.template.spec.terminationGracePeriodSeconds).toBeGreaterThanOrEqual(
      stopSeconds + 10 + Number(preStop),
    );
  });

  it('the Service is a name that the server answers to', () => {
    expect(readSettings(named('ConfigMap', 'nsync-settings').data!).allowedHosts).toContain(
      named('Service', 'nsync').metadata.name,
    );
  });
});
