/** Times are Unix milliseconds; bytes are whole frames. */
export interface TrafficStep {
  start: number;
  bytes: number;
  packets: number;
}

export interface TrafficGroup {
  /** By field; an empty text where it is not known. */
  values: Record<string, string>;
  bytes: number;
  packets: number;
  steps: TrafficStep[];
}

export interface TrafficAnswer {
  from: number;
  to: number;
  stepSeconds: number;
  bytes: number;
  packets: number;
  /** Steps without traffic are left out. */
  steps: TrafficStep[];
  groups: TrafficGroup[];
  others: { groups: number; bytes: number; packets: number };
}
