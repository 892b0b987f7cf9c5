export type { Traffic as TrafficAnswer, TrafficPart as TrafficStep, TrafficSlice as TrafficGroup } from '../../api/openapi';
