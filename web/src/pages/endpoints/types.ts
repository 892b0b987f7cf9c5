/** The catalogue under the names of the page; docs/formats/catalogue.md. */
import type { SecurityFindingFacts } from '../../api/openapi';

export type {
  DriftAnswer as DriftReport, EndpointDetail, EndpointList, EndpointSummary, MessageFacts as MessageModel, SecurityFindingFacts as Finding,
} from '../../api/openapi';

export type Severity = SecurityFindingFacts['severity'];
