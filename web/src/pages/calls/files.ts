import type { FileFormat } from '../../api/client';

export const fileNames: Record<FileFormat, string> = { har: 'HAR', pcap: 'pcap' };

/** What each kind of file is for, behind "download these calls". */
export const fileWords: Record<FileFormat, string> = {
  har: 'as HAR, which browsers’ network panels open',
  pcap: 'as pcapng, which Wireshark opens: each call a connection of its own, made from what is stored',
};
