import type { ProbeFacts } from '../../api/openapi';
import type { Overview, Status } from '../../api/types';

/** A way in which calls came, with what it is in words and how much it brought. */
export interface Plane {
  name: string;
  what: string;
  calls: number;
  losses: number;
}

const planeWords: Record<string, string> = {
  ring: 'Packets, from a ring that the kernel fills',
  libpcap: 'Packets, read by libpcap',
  file: 'Packets of a capture file',
  vxlan: 'Packets that the network mirrors here',
  ebpf: 'What processes read and write on their sockets',
  ebpf_tls: 'What processes give to their TLS library, before it is encrypted',
  logger: 'Calls that loggers inside applications tell of',
};

/** Every plane that brought calls lately, or lost something. */
export function planesOf(status: Status | undefined, lately: Overview | undefined): Plane[] {
  const planes = new Map<string, Plane>();
  const plane = (name: string) => {
    const known = planes.get(name) ?? { name, what: planeWords[name] ?? name, calls: 0, losses: 0 };
    planes.set(name, known);
    return known;
  };
  for (const { value, count } of valuesOf(lately, 'capture_source')) plane(value).calls = count;
  for (const entry of status?.capture?.ledger ?? []) if (entry.plane !== '-' && entry.plane !== '') plane(entry.plane).losses++;
  return [...planes.values()];
}

export const valuesOf = (overview: Overview | undefined, field: string) => overview?.fields.find((one) => one.field === field)?.values ?? [];

/** Whose encrypted calls are read, by pod or process, most first. A call names its client and its server. */
export function tlsReaders(tls: Overview | undefined): { name: string; role: string; calls: number }[] {
  const rows = [['src.name', 'client'], ['dst.name', 'server']].flatMap(([field = '', role = '']) =>
    valuesOf(tls, field).map(({ value, count }) => ({ name: value, role, calls: count })));
  return rows.sort((a, b) => b.calls - a.calls);
}

/** A process of which TLS is read, or is not. */
export interface TlsProcess {
  name: string;
  /** As client, server, or either. */
  role: string;
  read: boolean;
  /** Calls of the last hour where it is read, connections since the start where it is not. */
  count: number;
}

/** Who is read in clear, and who is not, here and by probes; those that are not come first, because something is missing there. */
export function tlsProcesses(status: Status | undefined, tls: Overview | undefined, probes: readonly Pick<ProbeFacts, 'name' | 'opaque'>[] = []): TlsProcess[] {
  const opaque = [
    ...Object.entries(status?.capture?.opaque ?? {}),
    ...probes.flatMap((probe) => Object.entries(probe.opaque).map(([name, count]) => [`${name} on ${probe.name}`, count] as const)),
  ].map(([name, count]) => ({ name, role: '–', read: false, count }));
  return [...opaque.sort((a, b) => b.count - a.count), ...tlsReaders(tls).map(({ name, role, calls }) => ({ name, role, read: true, count: calls }))];
}

/** By how much a probe's clock differs from the center's, where that is more than what a network makes of it. */
export function clockWords(offsetMs: number): string {
  const off = Math.abs(offsetMs);
  if (off < 50) return 'agrees';
  const size = off < 1000 ? `${Math.round(off)} ms` : off < 60_000 ? `${(off / 1000).toFixed(1)} s` : `${Math.round(off / 60_000)} min`;
  return `${size} ${offsetMs > 0 ? 'behind' : 'ahead'}`;
}

/** How TLS is seen: undefined where nothing that reads TLS libraries runs. */
export function opaqueConnections(status: Status | undefined, probes: readonly Pick<ProbeFacts, 'opaque'>[] = []): number | undefined {
  const elsewhere = probes.flatMap((probe) => Object.values(probe.opaque)).reduce((sum, count) => sum + count, 0);
  const here = status?.capture?.dropped?.['tls_opaque'];
  return here === undefined && elsewhere === 0 ? undefined : (here ?? 0) + elsewhere;
}

const settingWords: Record<string, string> = {
  listen: 'Page and API at',
  dataDirectory: 'Calls are stored in',
  maxBytes: 'Kept, at most',
  maxAgeSeconds: 'Kept for',
  maxQueuedCalls: 'Calls waiting for the store, at most',
  maxLiveStreams: 'Open live lists, at most',
  runtime: 'Runs on',
  system: 'System',
};

export const settingLabel = (name: string) => settingWords[name] ?? name;

/** 604800 → 7 days. */
export function span(seconds: number): string {
  const units: [number, string][] = [[86_400, 'day'], [3600, 'hour'], [60, 'minute'], [1, 'second']];
  const [size, word] = units.find(([length]) => seconds >= length) ?? [1, 'second'];
  const count = Math.round((seconds / size) * 10) / 10;
  return `${count} ${word}${count === 1 ? '' : 's'}`;
}
