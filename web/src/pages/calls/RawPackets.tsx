import { rawPacketsAddress } from '../../api/client';
import { Icon } from '../../components/Icon';
import { usePacketNodes } from '../../components/use-packet-nodes';

interface Props {
  /** One call, or those that are listed. */
  query: { id: string } | { where: string; from?: string; to?: string };
  /** Node that captured the call; undefined where it is not known, or calls of several are meant. */
  node?: string | undefined;
  testId: string;
  className: string;
}

/** A link to the packets as they were captured; nothing where no node keeps them, or they are not for the one who is logged in. */
export function RawPackets({ query, node, testId, className }: Props) {
  const nodes = usePacketNodes();
  if (!nodes.some((one) => node === undefined || one.name === node)) return null;
  const what = 'id' in query ? 'The connection of this call' : query.where === '' ? 'All packets of this time' : 'The whole connections of these calls';
  const time = 'id' in query || query.from ? '' : ' of the last 15 minutes';
  return (
    <a
      className={className} data-testid={testId} href={rawPacketsAddress(query)} download
      aria-label={'id' in query ? 'Download the raw packets of this call' : undefined}
      title={`${what}${time} as captured on ${node ?? nodes.map((one) => one.name).join(', ')}: not made from what is stored, and not redacted; each download is written down`}
    >
      <Icon name="frames" />
      <span>Raw packets</span>
    </a>
  );
}
