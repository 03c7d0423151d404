/** Containers as the manifests in `deploy/` describe them. */
const { chownSync, chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } = require('node:fs');
const { join } = require('node:path');
const { parse, parseAllDocuments } = require('yaml');
const { ROOT } = require('./images');

/** A folder that is mounted: of a user and a group, as the engine would make it. */
function folderIn(folder, name, { owner = 0, group = 0, mode }) {
  const path = mkdtempSync(join(folder, `${name}-`));
  chownSync(path, owner, group);
  chmodSync(path, mode);
  return path;
}

/** The value of `${NAME:-default}` where NAME is not set. */
const interpolated = (text) => text.replace(/\$\{\w+:-(.*?)\}/g, '$1');

/** A service of a compose file. `secrets` is the folder of its secrets, `folder` one for its volumes. */
function composeContainer(file, name, { secrets, folder }) {
  const compose = parse(readFileSync(join(ROOT, 'deploy/compose', file), 'utf8'), { merge: true });
  const service = compose.services[name];
  const volume = ([from, to]) => ({ from: join(folder, from), to, isWritable: true });
  const volumes = service.volumes.map((text) => volume(text.split(':')));
  // An empty volume gets the rights of the folder in the image that it covers: /tmp.
  for (const { from } of volumes) (mkdirSync(from, { recursive: true }), chmodSync(from, 0o1777));
  return {
    env: Object.fromEntries(Object.entries(service.environment).map(([key, value]) => [key, interpolated(value)])),
    args: service.command,
    readOnly: service.read_only === true,
    isUnprivileged: service.cap_drop.includes('ALL') && service.security_opt.includes('no-new-privileges:true'),
    mounts: [
      ...service.secrets.map((secret) => ({ from: join(secrets, secret), to: `/run/secrets/${secret}` })),
      ...volumes,
    ],
  };
}

/** Kubernetes reads YAML 1.1: 0440 is an octal number. */
const manifest = (file, kind) =>
  parseAllDocuments(readFileSync(join(ROOT, 'deploy/kubernetes', file), 'utf8'), { version: '1.1' })
    .map((document) => document.toJS())
    .find((found) => found.kind === kind);

function volumeOf({ name, secret, emptyDir, persistentVolumeClaim }, group, { secrets, claims, folder }) {
  if (emptyDir) return { from: folderIn(folder, name, { group, mode: 0o2777 }), isWritable: true };
  if (persistentVolumeClaim) return { from: claims[persistentVolumeClaim.claimName] };
  const from = folderIn(folder, name, { group, mode: 0o755 });
  const keys = secret.items ?? Object.keys(secrets[secret.secretName]).map((key) => ({ key, path: key }));
  for (const { key, path } of keys) {
    writeFileSync(join(from, path), secrets[secret.secretName][key], { mode: secret.defaultMode });
    chownSync(join(from, path), 0, group);
  }
  return { from };
}

/** The container of a pod. `secrets` are texts by Secret and key, `claims` are folders by claim. */
function podContainer(file, kind, surroundings) {
  const { spec } = manifest(file, kind);
  const pod = kind === 'Pod' ? spec : (spec.jobTemplate?.spec.template ?? spec.template).spec;
  const [container] = pod.containers;
  const { securityContext } = container;
  const settings = container.envFrom ? manifest('settings.yaml', 'ConfigMap').data : {};
  const variables = Object.fromEntries((container.env ?? []).map(({ name, value }) => [name, value]));
  return {
    env: { ...settings, ...variables },
    entrypoint: container.command,
    args: container.args,
    user: `${pod.securityContext.runAsUser}:${pod.securityContext.runAsGroup}`,
    readOnly: securityContext.readOnlyRootFilesystem,
    isUnprivileged: securityContext.capabilities.drop.includes('ALL') && !securityContext.allowPrivilegeEscalation,
    mounts: container.volumeMounts.map(({ name, mountPath, readOnly }) => {
      const volume = pod.volumes.find((one) => one.name === name);
      const { from, isWritable } = volumeOf(volume, pod.securityContext.fsGroup, surroundings);
      return { from, to: mountPath, isWritable: isWritable === true && readOnly !== true };
    }),
  };
}

module.exports = { composeContainer, podContainer, manifest };
