import type { PacketNodeFacts } from '../../api/openapi';
import { DataTable } from '../../components/DataTable';
import { useNow } from '../../components/use-now';
import { usePacketNodes } from '../../components/use-packet-nodes';
import { formatBytes, formatCount, formatDate, visibleLine } from '../../lib/format';
import { ago } from '../../lib/time';

/** Which nodes keep raw packets, and from when on; nothing for those who may not read them. */
export function KeptPackets() {
  const now = useNow(5000);
  const nodes = usePacketNodes();
  if (nodes.length === 0) return null;
  return (
    <section aria-labelledby="kept-packets">
      <h2 id="kept-packets">Raw packets</h2>
      <DataTable<PacketNodeFacts>
        label="Raw packets" testId="kept-packets" rows={nodes} keyOf={(one) => one.name}
        columns={[
          { name: 'Node', cell: (one) => visibleLine(one.name) },
          { name: 'State', cell: (one) => (one.suspended ? <span className="bad">the disk takes no more</span> : <span className="good">keeps</span>) },
          { name: 'On disk', number: true, cell: (one) => (one.bytes === null ? '' : `${formatBytes(one.bytes ?? 0)} of ${formatBytes(one.budgetBytes ?? 0)}`) },
          { name: 'Packets', number: true, cell: (one) => formatCount(one.frames ?? 0) },
          { name: 'Files', number: true, cell: (one) => formatCount(one.segments ?? 0) },
          { name: 'Oldest', cell: (one) => (one.oldest ? <span title={formatDate(one.oldest)}>{ago(one.oldest, now)}</span> : 'none yet') },
          { name: 'Not kept', number: true, cell: (one) => <span className={(one.lost ?? 0) > 0 ? 'bad' : undefined}>{formatCount(one.lost ?? 0)}</span> },
        ]}
      />
    </section>
  );
}
