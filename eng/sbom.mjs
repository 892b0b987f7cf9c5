// Writes what is in a published weir as a bill of materials: CycloneDX 1.6, JSON, without a time or a random number, so that the same files give
// the same text. NuGet packages are those that weir.deps.json says are shipped, npm packages those that end up in the page (no "dev" in
// web/package-lock.json). Hashes are those of the lock files, licences those that packages state of themselves.
// usage: node eng/sbom.mjs DIRECTORY-WITH-weir.deps.json [FILE]
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const json = (file) => JSON.parse(readFileSync(file, 'utf8').replace(/^\uFEFF/, ''));
const hex = (base64) => Buffer.from(base64, 'base64').toString('hex');
const compare = (one, other) => (one < other ? -1 : one > other ? 1 : 0);

/** SHA-512 of every package that some project is locked to, by name and version. */
function nugetLocks() {
  const hashes = new Map();
  for (const project of readdirSync(join(root, 'src')).sort()) {
    const file = join(root, 'src', project, 'packages.lock.json');
    if (!existsSync(file)) continue;
    for (const packages of Object.values(json(file).dependencies))
      for (const [name, one] of Object.entries(packages)) if (one.contentHash) hashes.set(`${name}/${one.resolved}`.toLowerCase(), one.contentHash);
  }
  return hashes;
}

/** The element <license> or <licenseUrl> of the nuspec that was restored; nothing where the package is not there any more. */
function nugetLicence(name, version) {
  const folder = process.env.NUGET_PACKAGES ?? join(homedir(), '.nuget', 'packages');
  const file = join(folder, name.toLowerCase(), version.toLowerCase(), `${name.toLowerCase()}.nuspec`);
  if (!existsSync(file)) return undefined;
  const text = readFileSync(file, 'utf8');
  const expression = /<license type="expression"[^>]*>([^<]+)</.exec(text);
  if (expression) return [{ expression: expression[1].trim() }];
  const url = /<licenseUrl>([^<]+)</.exec(text);
  return url ? [{ license: { name: 'see url', url: url[1].trim() } }] : undefined;
}

function component(kind, group, name, version, sha512, licences) {
  const purl = `pkg:${kind}/${group ? `${encodeURIComponent(group)}/` : ''}${name}@${version}`;
  return {
    type: 'library', 'bom-ref': purl, ...(group ? { group } : {}), name, version, ...(sha512 ? { hashes: [{ alg: 'SHA-512', content: hex(sha512) }] } : {}),
    ...(licences ? { licenses: licences } : {}), purl,
  };
}

function nuget(deps) {
  const locks = nugetLocks();
  return Object.entries(deps.libraries).filter(([, one]) => one.type === 'package').map(([key, one]) => {
    const [name, version] = key.split('/');
    const sha512 = locks.get(key.toLowerCase());
    if (!sha512 || (one.sha512 && one.sha512 !== `sha512-${sha512}`)) throw new Error(`${key} is shipped, and is not what the lock files name`);
    return component('nuget', undefined, name, version, sha512, nugetLicence(name, version));
  });
}

const shipped = Object.entries(json(join(root, 'web', 'package-lock.json')).packages).filter(([path, one]) => path && !one.dev);

function npm() {
  return shipped.map(([path, one]) => {
    const full = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    const [name, group] = full.split('/').reverse();
    return component('npm', group, name, one.version, one.integrity?.replace(/^sha512-/, ''), one.license ? [{ expression: one.license }] : undefined);
  });
}

/** What each needs, as the runtime reads it. */
function dependencies(deps, components) {
  const refs = new Map(components.map((one) => [`${one.name}/${one.version}`, one['bom-ref']]));
  const needs = new Map(components.map((one) => [one['bom-ref'], new Set()]));
  for (const [key, one] of Object.entries(Object.values(deps.targets).at(-1)))
    for (const [name, version] of Object.entries(one.dependencies ?? {}))
      if (refs.has(key) && refs.has(`${name}/${version}`)) needs.get(refs.get(key)).add(refs.get(`${name}/${version}`));
  const named = new Map(shipped.map(([path, one]) => [path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length), one]));
  const npmRefs = new Map(components.filter((one) => one.purl.startsWith('pkg:npm/')).map((one) => [one.group ? `${one.group}/${one.name}` : one.name, one['bom-ref']]));
  for (const [name, one] of named)
    for (const on of Object.keys(one.dependencies ?? {})) if (npmRefs.has(on)) needs.get(npmRefs.get(name)).add(npmRefs.get(on));
  return [...needs].map(([ref, on]) => ({ ref, dependsOn: [...on].sort() }));
}

const [directory, file = join(directory ?? '', 'weir.cdx.json')] = process.argv.slice(2);
if (!directory) {
  console.error('usage: node eng/sbom.mjs DIRECTORY [FILE]');
  process.exit(2);
}

const deps = json(join(directory, 'weir.deps.json'));
const version = Object.keys(deps.libraries).find((key) => key.startsWith('weir/')).split('/')[1];
const components = [...nuget(deps), ...npm()].sort((one, other) => compare(one.purl, other.purl));
const self = `pkg:generic/weir@${version}`;
const parts = dependencies(deps, components);
const needed = new Set(parts.flatMap((one) => one.dependsOn));
const bom = {
  $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json', bomFormat: 'CycloneDX', specVersion: '1.6', serialNumber: '', version: 1,
  metadata: { component: { type: 'application', 'bom-ref': self, name: 'weir', version, licenses: [{ expression: 'Apache-2.0' }], purl: self } },
  components,
  dependencies: [{ ref: self, dependsOn: components.map((one) => one['bom-ref']).filter((ref) => !needed.has(ref)) }, ...parts],
};
// A name-based UUID (RFC 9562 version 8) of the content: another content is another document.
const digest = createHash('sha256').update(JSON.stringify(bom)).digest('hex');
bom.serialNumber = `urn:uuid:${digest.slice(0, 8)}-${digest.slice(8, 12)}-8${digest.slice(13, 16)}-a${digest.slice(17, 20)}-${digest.slice(20, 32)}`;
writeFileSync(file, `${JSON.stringify(bom, null, 2)}\n`);
