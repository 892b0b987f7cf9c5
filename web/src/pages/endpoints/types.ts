/** The catalogue under the names of the page; docs/formats/catalogue.md. */
import type { SecurityFindingFacts } from '../../api/openapi';

export type {
  DriftAnswer as DriftReport, DriftLine as DriftItem, EndpointDetail, EndpointList, EndpointSummary, MessageFacts as MessageModel, ParameterFacts as Parameter,
  SecurityFindingFacts as Finding, SegmentExplanation as Explanation,
} from '../../api/openapi';

export type Severity = SecurityFindingFacts['severity'];
