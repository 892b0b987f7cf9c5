/** What the center knows of its cluster beside the traffic, under the names of the page. */
export type {
  ClusterAnswer as ClusterInfo, CuratedView as CuratedPolicy, PodFacts as Pod, PolicyList as Policies, PolicyView as Policy, ProcessEventList as ProcessEvents,
  ProcessEventView as ProcessEvent, ScanCounts as Counts, ScanList as Scans, ScanReport, ScanView as Scan, Severity, SmellAnswer as Smells, SmellFacts as Smell,
  VulnerabilityFacts as Vulnerability,
} from '../../api/openapi';
