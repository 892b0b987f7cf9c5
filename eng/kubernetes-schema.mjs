// Writes src/Weir.Manifests/Schema/kubernetes.txt: the fields of Kubernetes' own kinds, their types and which are required.
// The facts are those of the API's OpenAPI document, read from the models of the npm package @kubernetes/client-node:
//   npm pack @kubernetes/client-node && tar xzf kubernetes-client-node-*.tgz
//   node eng/kubernetes-schema.mjs package src/Weir.Manifests/Schema/kubernetes.txt
// A line is `= apiVersion kind type` or `type field:type …`; s text, i integer, n number, b boolean, q quantity, p integer or
// text, * anything; [T list, {T map; ! behind a field that must be there.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const [source, target] = process.argv.slice(2);
const models = join(source, 'dist/gen/models');
const kinds = {
  'v1': 'Pod Service ConfigMap Secret Namespace ServiceAccount PersistentVolume PersistentVolumeClaim ReplicationController LimitRange ResourceQuota Endpoints PodTemplate',
  'apps/v1': 'Deployment StatefulSet DaemonSet ReplicaSet',
  'batch/v1': 'Job CronJob',
  'networking.k8s.io/v1': 'Ingress IngressClass NetworkPolicy',
  'policy/v1': 'PodDisruptionBudget',
  'rbac.authorization.k8s.io/v1': 'Role ClusterRole RoleBinding ClusterRoleBinding',
  'autoscaling/v1': 'HorizontalPodAutoscaler',
  'autoscaling/v2': 'HorizontalPodAutoscaler',
  'storage.k8s.io/v1': 'StorageClass CSIDriver',
  'scheduling.k8s.io/v1': 'PriorityClass',
  'admissionregistration.k8s.io/v1': 'ValidatingWebhookConfiguration MutatingWebhookConfiguration ValidatingAdmissionPolicy ValidatingAdmissionPolicyBinding',
  'apiextensions.k8s.io/v1': 'CustomResourceDefinition',
  'apiregistration.k8s.io/v1': 'APIService',
  'node.k8s.io/v1': 'RuntimeClass',
  'coordination.k8s.io/v1': 'Lease',
};
const simple = { string: 's', boolean: 'b', Date: 's', V1MicroTime: 's', IntOrString: 'p', any: '*', object: '*' };
// The models do not tell a quantity from other text.
const quantities = new Set('limits requests capacity hard default defaultRequest max min maxLimitRequestRatio overhead podFixed allocatedResources sizeLimit divisor averageValue'.split(' '));
const files = new Set(readdirSync(models));
const open = [];
const lines = [];
const seen = new Set();

function code(type, format) {
  let match = /^Array<(.*)>$/.exec(type);
  if (match) return '[' + code(match[1], format);
  match = /^Set<(.*)>$/.exec(type);
  if (match) return '[' + code(match[1], format);
  match = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (match) return '{' + code(match[1], format);
  if (type === 'number') return format.startsWith('int') ? 'i' : 'n';
  if (type === 'string' && format === 'quantity') return 'q';
  if (type === 'string' && format === 'int-or-string') return 'p';
  if (simple[type]) return simple[type];
  if (!files.has(type + '.js')) throw new Error(`unknown type ${type}`);
  if (!seen.has(type)) { seen.add(type); open.push(type); }
  return type;
}

function quantity(type, name, code) {
  const is = quantities.has(name) || (type === 'V2MetricTarget' && name === 'value');
  return is && /^\{?s$/.test(code) ? code.replace('s', 'q') : code;
}

for (const [version, names] of Object.entries(kinds)) {
  for (const name of names.split(' ')) {
    const prefix = version.split('/').pop().replace(/^v/, 'V');
    const type = prefix + name;
    lines.push(`= ${version} ${name} ${code(type, '')}`);
  }
}
while (open.length > 0) {
  const type = open.shift();
  const text = readFileSync(join(models, type + '.js'), 'utf8');
  const list = /attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(text)[1];
  const optional = readFileSync(join(models, type + '.d.ts'), 'utf8');
  const fields = JSON.parse(list).map(({ name, baseName, type: of, format }) =>
    baseName + (new RegExp(`^\\s+'${name}': `, 'm').test(optional) ? '!' : '') + ':' + (baseName === 'status' ? '*' : quantity(type, baseName, code(of, format))));
  lines.push([type, ...fields.sort()].join(' '));
}
writeFileSync(target, lines.join('\n') + '\n');
