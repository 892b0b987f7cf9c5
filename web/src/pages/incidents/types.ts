/** Incidents, alerts and limits under the names of the page; docs/guides/alerts.md and rate-limits.md. */
import type * as api from '../../api/openapi';

/** These routes leave out what is not known, so null is never met. */
type Told<T> = T extends (infer TItem)[] ? Told<TItem>[] : T extends object ? { [TKey in keyof T]: Told<Exclude<T[TKey], null>> } : T;

export type Severity = api.Severity;
export type Incident = Told<api.IncidentRecord>;
export type IncidentList = Told<api.IncidentList>;
export type Delivery = Told<api.AlertDelivery>;
export type Silence = Told<api.Silence>;
export type Receiver = Told<api.AlertDestination>;
export type Alerts = Told<api.AlertOverview>;
export type Target = Told<api.RateLimitTarget>;
export type Effective = Told<api.EffectiveLimit>;
export type Limit = Told<api.RateLimitView>;
/** What is left out has its default. */
export type LimitOrder = Partial<Told<Omit<api.RateLimitBody, 'target'>>> & { target: Target };
export type Preview = Told<api.RateLimitPreview>;
export type Check = Told<api.RateLimitCheck>;
export type Auto = Omit<Told<api.AutoLimitView>, 'mode'> & { mode: 'off' | 'dry_run' | 'on' };
export type Change = Told<api.ChangeEntry>;
