/** What traffic is grouped by. `filter` is the parameter that narrows to one value; those of either end count a frame at both. */
export const fields = [
  { value: 'service', label: 'Service', filter: 'service', eitherEnd: true },
  { value: 'workload', label: 'Workload', filter: 'workload', eitherEnd: true },
  { value: 'pod', label: 'Pod', filter: 'pod', eitherEnd: true },
  { value: 'source', label: 'Sender', filter: 'source', eitherEnd: false },
  { value: 'destination', label: 'Receiver', filter: 'destination', eitherEnd: false },
  { value: 'protocol', label: 'Protocol', filter: 'protocol', eitherEnd: false },
  { value: 'direction', label: 'Direction', filter: 'direction', eitherEnd: false },
  { value: 'device', label: 'Interface', filter: 'device', eitherEnd: false },
  { value: 'node', label: 'Node', filter: 'node', eitherEnd: false },
] as const;

export type Field = (typeof fields)[number]['value'];

/** "" is services where any is known, and senders where none is. */
export type Grouping = Field | '';

export const fieldOf = (value: Field) => fields.find((field) => field.value === value) ?? fields[3];

const meanings: Record<string, Record<string, string>> = {
  direction: { in: 'received', out: 'sent' },
  protocol: { tcp: 'TCP', udp: 'UDP', icmp: 'ICMP', icmpv6: 'ICMPv6', 'non-ip': 'not IP' },
};

/** A value as a person reads it. */
export const wordOf = (field: Field, value: string) => (value === '' ? 'not known' : (meanings[field]?.[value] ?? value));
